"""lines.py FILE.c...: whether the line directives of emitted files are right in both directions. One back names the file and its next
line; under one to a spec, the last word of each line of C is in that line of the spec, unless Lua code made it."""
import re
import sys

made = []
directive = re.compile(r'#line (\d+) "(.*)"$')


def check(path):
    lines = open(path).read().split("\n")
    spec, text, counts = None, [], [0, 0]
    for number, line in enumerate(lines, 1):
        found = directive.match(line)
        if found and found[2].endswith(".c"):
            counts[0] += 1
            assert found[2] == path, f"{path}:{number}: back to {found[2]}"
            assert int(found[1]) == number + 1, f"{path}:{number}: back to line {found[1]}"
            spec = None
        elif found:
            counts[1] += 1
            spec, at, text = found[2], int(found[1]), open(found[2]).read().split("\n")
        elif spec and "clang-format" not in line:
            words = re.findall(r"\w+", re.sub(r"return \w+;|/\*.*\*/", "", line))
            if words and words[-1] not in text[at - 1]: made.append(f"{path}:{number}: {line!r} is not of {spec}:{at}: {text[at - 1]!r}")
            at += 1
    return counts


totals = [check(path) for path in sys.argv[1:]]
print("\n".join(made))
print(sum(back for back, _ in totals), sum(to for _, to in totals))
