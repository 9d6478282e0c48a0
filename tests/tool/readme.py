"""Extracts the code blocks of README.md and runs them in order, in one empty folder.

The info string of a block says how it is tested; the last word is one of:
    sh                    run by bash -e; its standard output is kept
    sh fails=N            the same, with exit code N; its standard error is kept as well
    sh needs=WORD         cannot run in a test (WORD: root, browser): its commands and flags must exist
    lua|c file=NAME       written to NAME; a Lua file must pass `loopc check`
    python                run by Python; its standard output is kept
    text output           what the block before it printed
    c excerpt=SPEC        the part of `loopc gen SPEC` between two lines (EXCERPTS)
Every other block, and every command in an indented block, is an error. UPDATE=1 in the environment rewrites `text output` and
`c excerpt` blocks. Environment: LOOPC, the generator; the runtime and libloopc.a are found beside it.
"""
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
README = os.path.join(ROOT, "README.md")
LOOPC = os.environ["LOOPC"]
UPDATE = os.environ.get("UPDATE", "") != ""
MOST_WORDS, MOST_COLUMNS = 2500, 120
NEEDS = {"root", "browser"}
EXCERPTS = {"rings.lua": (r" *(for|while) \(.*Train\.iteration", r' *.*st = loopc_propagate\(.*st, "Train"')}

failures = 0


def report(ok, name, why=""):
    global failures
    failures += not ok
    print(f"ok {name}" if ok else f"not ok {name} - {why}".replace("\n", "\n# "), flush=True)


def blocks_of(lines):
    """Yields (line number, info string, text, first, last): lines[first:last] is the text."""
    at = 0
    while at < len(lines):
        if lines[at].startswith("```"):
            first = at + 1
            last = lines.index("```", first)
            yield at + 1, lines[at][3:].strip(), "\n".join(lines[first:last]) + "\n", first, last
            at = last
        at += 1


def run(command, text, folder):
    environment = dict(os.environ, PATH=os.path.dirname(LOOPC) + os.pathsep + os.environ["PATH"], CPATH=ROOT + "/runtime",
                       LIBRARY_PATH=os.path.dirname(LOOPC), XDG_CACHE_HOME=folder + "/.cache")
    return subprocess.run(command, input=text, env=environment, cwd=folder, capture_output=True, text=True, timeout=300)


def targets():
    with open(ROOT + "/Makefile", encoding="utf-8") as file:
        return set(re.findall(r"^([a-z-]+):", file.read(), re.M))


def check_commands(text, folder):
    """The first unknown command, target or flag of a block that cannot run, or ''."""
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0] == "make":
            unknown = [word for word in words[1:] if word not in targets()]
        elif words[0] == "loopc":
            text_of_help = run(["loopc", words[1], "--help"], "", folder).stdout
            own = [word for word in words[2:words.index("./rings")] if word.startswith("--")] if "./rings" in words else []
            unknown = [flag for flag in own if flag not in text_of_help] if text_of_help else [words[1]]
        else:
            unknown = [words[0]]
        if unknown:
            return unknown[0]
    return ""


def excerpt_of(spec, folder):
    """The lines of the emitted C without the probes for --timings and their common indentation; '' when they are not found."""
    first, last = EXCERPTS[spec]
    lines = [line for line in run(["loopc", "gen", spec], "", folder).stdout.splitlines() if "if (instrumented)" not in line]
    begin = next((i for i, line in enumerate(lines) if re.match(first, line)), len(lines))
    end = next((i for i in range(begin, len(lines)) if re.match(last, lines[i])), None)
    if end is None:
        return ""
    part = lines[begin:end + 1]
    margin = min(len(line) - len(line.lstrip()) for line in part if line)
    return "\n".join(line[margin:] for line in part) + "\n"


class Runner:
    def __init__(self, folder):
        self.folder, self.output, self.changes = folder, "", []

    def execute(self, command, text, code=0):
        result = run(command, text, self.folder)
        self.output = result.stdout + (result.stderr if code else "")
        return "" if result.returncode == code else f"exit code {result.returncode}\n{result.stdout}{result.stderr}"

    def compare(self, text, wanted, place):
        if UPDATE:
            self.changes.append((place, wanted))
        elif text != wanted:
            return f"is\n{text}instead of\n{wanted}"
        return ""

    def write(self, name, text):
        with open(f"{self.folder}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
        return self.execute(["loopc", "check", name], "") if name.endswith(".lua") else ""

    def block(self, info, text, place):
        """Why a block is wrong, or ''."""
        language, _, how = info.partition(" ")
        key, _, value = how.partition("=")
        if info == "sh":
            return self.execute(["bash", "-eu", "-o", "pipefail"], text)
        if language == "sh" and key == "fails":
            return self.execute(["bash", "-eu", "-o", "pipefail"], text, int(value))
        if language == "sh" and key == "needs" and value in NEEDS:
            unknown = check_commands(text, self.folder)
            return f"there is no {unknown}" if unknown else ""
        if info == "python":
            return self.execute([sys.executable, "-"], text)
        if language in ("lua", "c") and key == "file":
            return self.write(value, text)
        if info == "text output":
            return self.compare(text, self.output, place)
        if language == "c" and key == "excerpt":
            return self.compare(text, excerpt_of(value, self.folder), place)
        return "this test does not know how to test it"


def check_shape(lines):
    words = sum(len(line.split()) for line in lines)
    report(words <= MOST_WORDS, "README: at most 2,500 words", f"it has {words}")
    wide = [str(i) for i, line in enumerate(lines, 1) if len(line) > MOST_COLUMNS]
    report(not wide, "README: at most 120 columns", "lines " + ", ".join(wide))
    commands = [str(i) for i, line in enumerate(lines, 1) if re.match(r"    +(\$ )?(loopc|make|\./|python|cc) ?\S", line)]
    inside = {str(i) for number, _, _, first, last in blocks_of(lines) for i in range(first + 1, last + 1)}
    loose = [i for i in commands if i not in inside]
    report(not loose, "README: commands are in blocks that run", "lines " + ", ".join(loose))


def check_paths(text):
    paths = set(re.findall(r"`((?:gen|runtime|specs|tests|templates)/[\w./-]*)`", text))
    missing = sorted(path for path in paths if not os.path.exists(f"{ROOT}/{path}"))
    report(paths and not missing, "README: the files that it names exist", ", ".join(missing))


def check_list(folder):
    """Every source file of a folder is in its README."""
    with open(f"{ROOT}/{folder}/README.md", encoding="utf-8") as file:
        words = set(re.findall(r"[\w./]+", file.read()))
    missing = []
    for path, _, names in os.walk(f"{ROOT}/{folder}"):
        for name in names:
            base, extension = os.path.splitext(name)
            if extension in (".lua", ".c", ".h") and base not in words:
                missing.append(os.path.relpath(f"{path}/{name}", ROOT))
    report(not missing, f"{folder}/README.md lists every file", ", ".join(sorted(missing)))


def main():
    with open(README, encoding="utf-8") as file:
        text = file.read()
    lines = text.split("\n")
    check_shape(lines)
    check_paths(text)
    check_list("gen")
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(folder)
        blocks = list(blocks_of(lines))
        for number, info, block, first, last in blocks:
            why = runner.block(info, block, (first, last))
            report(not why, f"README: line {number}: {info}", why)
        report(sum(info == "sh" for _, info, _, _, _ in blocks) >= 5, "README: most commands run", "fewer than five blocks do")
        for (first, last), wanted in reversed(runner.changes):
            lines[first:last] = wanted.splitlines()
    if UPDATE:
        with open(README, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
    return failures > 0


sys.exit(main())
