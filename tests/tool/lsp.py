"""loopc lsp as an editor speaks to it: the session in lsp/session.jsonl, message by message, then what depends on the machine.

session.jsonl has an object a line: {"client": message} or {"server": message}. The client's are in the form, and in the order, in
which Visual Studio Code sends them; the server's are compared as they are. UPDATE=1 rewrites those of the server.
"""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "observe", "control"))
from trainer import run_tests  # noqa: E402

LOOPC = os.environ["LOOPC"]
SESSION = os.path.join(HERE, "lsp", "session.jsonl")
TEXT = open(os.path.join(HERE, "lsp", "moons.lua"), encoding="utf-8").read()
URI = "file:///specs/moons.lua"


class Server:
    def __init__(self):
        self.process = subprocess.Popen([LOOPC, "lsp", "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.number, self.notices = 0, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()

    def send(self, message):
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self.process.stdin.flush()

    def receive(self):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = self.process.stdout.read(1)
            assert byte, "the server is gone: " + self.process.stderr.read().decode()
            head += byte
        message = json.loads(self.process.stdout.read(int(head.split(b":")[1])))
        assert message.pop("jsonrpc") == "2.0"
        return message

    def ask(self, method, **parameters):
        self.number += 1
        self.send({"id": self.number, "method": method, "params": parameters})
        while (message := self.receive()).get("id") != self.number:
            self.notices.append(message)
        return message.get("result", message.get("error"))

    def tell(self, method, **parameters):
        self.send({"method": method, "params": parameters})

    def diagnostics(self, uri=URI):
        while True:
            message = self.notices.pop(0) if self.notices else self.receive()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                return message["params"]["diagnostics"]

    def open(self, text=TEXT, uri=URI):
        self.ask("initialize", processId=None, rootUri=None, capabilities={})
        self.tell("initialized")
        self.tell("textDocument/didOpen", textDocument={"uri": uri, "languageId": "lua", "version": 1, "text": text})
        return self.diagnostics(uri)

    def change(self, text, uri=URI):
        self.tell("textDocument/didChange", textDocument={"uri": uri, "version": 2}, contentChanges=[{"text": text}])
        return self.diagnostics(uri)


def at(word, text=TEXT, count=1, more=0):
    """The position of a word, and of the place `more` characters into it."""
    offset = -1
    for _ in range(count):
        offset = text.index(word, offset + 1)
    offset += more
    before = text[:offset]
    return {"line": before.count("\n"), "character": len(before) - (before.rfind("\n") + 1)}


def of(uri=URI):
    return {"textDocument": {"uri": uri}}


def labels(answer):
    return [item["label"] for item in answer["items"]]


def test_the_session():
    rows = [json.loads(line) for line in open(SESSION, encoding="utf-8")]
    kept = []
    with Server() as s:
        for k, row in enumerate(rows):
            if "client" in row:
                s.send(row["client"])
                kept.append(row)
                if os.environ.get("UPDATE") and needs_answer(row["client"]):
                    kept.append({"server": s.receive()})
            elif not os.environ.get("UPDATE"):
                got = s.receive()
                assert got == row["server"], f"line {k + 1}: {json.dumps(got)[:2000]}"
        assert s.process.wait() == 0
    if os.environ.get("UPDATE"):
        with open(SESSION, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in kept)


def needs_answer(message):
    return "id" in message or message["method"] in ("textDocument/didOpen", "textDocument/didChange", "textDocument/didSave")


def test_errors_while_typing():
    with Server() as s:
        assert s.open() == []
        row, = s.change(TEXT.replace("$labels, 4", "$label, 4"))
        assert row["code"] == "unknown_field" and "did you mean 'labels'" in row["message"] and row["severity"] == 1, row
        assert row["range"]["start"] == at("$labels", count=1), row
        row, = s.change(TEXT.replace('"tanh"', '"tan"'))
        assert row["range"]["start"]["line"] == at('"tanh"')["line"], row
        row, = s.change(TEXT.replace('"$batches",', '"$batches"', 1))
        assert row["code"] == "syntax", row
        assert s.change(TEXT) == []


def test_errors_of_c_when_it_is_saved():
    broken = TEXT.replace("$seen++;", "$seen += undeclared_thing;")
    with Server() as s:
        s.open()
        assert s.change(broken) == []  # the checker sees nothing in it
        s.tell("textDocument/didSave", **of())
        rows = s.diagnostics()
        assert any("undeclared_thing" in row["message"] for row in rows), rows
        assert rows[0]["range"]["start"]["line"] == at("$seen++")["line"], rows


def test_completion():
    with Server() as s:
        s.open()
        ask = lambda *place, **more: labels(s.ask("textDocument/completion", **of(), position=at(*place, **more)))  # noqa: E731
        fields = ask("$seen++", more=1)
        assert {"seen", "eta", "net", "Learn", "iteration", "loss", "fail"} <= set(fields), fields  # Learn is around its node
        assert {"loss", "x", "points"} <= set(ask("$loss", more=1))
        assert {"net_train", "net_forward", "adam_step", "loopc_rng_f32"} <= set(ask("net_train", more=3))
        assert {"times", "done", "call_on"} <= set(ask("times"))
        assert {"on_batch", "on_report", "within"} <= set(ask("on_report = [[", more=2))
        assert {"gelu", "tanh"} <= set(ask('"tanh"', more=1))
        assert ask('net = "net"', more=7) == ["net"]
        assert "report" in ask("settable", more=3) and "clip_norm" in ask('net = "net"', more=0)
        # A text that does not compile: the last one that did answers.
        broken = TEXT.replace("$seen++;", "$L;").replace("Learn, Count,\n}", "Learn, Count\n")
        s.change(broken)
        assert "Learn" in labels(s.ask("textDocument/completion", **of(), position=at("$L;", broken, more=2)))
        member = TEXT.replace("$seen++;", "$Learn.;")
        s.change(member)
        found = labels(s.ask("textDocument/completion", **of(), position=at("$Learn.;", member, more=7)))
        assert {"loss", "x", "iteration"} <= set(found) and "eta" not in found, found


def test_hover():
    with Server() as s:
        s.open()
        ask = lambda *place, **more: s.ask("textDocument/hover", **of(), position=at(*place, **more))["contents"]["value"]  # noqa: E731
        for words, text in (
                (("f32 Learn.loss", "of the batch", "written by Learn.on_batch", "read by Learn.on_batch, Learn.on_report"),
                 ask("$loss", more=2)),
                (("i64 batches", "option --batches"), ask("$batches", more=2)),
                (("order 1", "step 1 of", "before Learn.failed_batch"), ask("on_batch", more=1)),
                (("Learn.on_report", "callback Count.on_report runs on it"), ask("on_report", more=1)),
                (("$stop ends Learn",), ask("$stop", more=2)),
                (("a failure lands at the end of Learn.batch: failed_batch",), ask("$fail", more=2)),
                (("float net_train(", "Trains on one batch"), ask("net_train", more=2)),
                (("loopc_rng_f32",), ask("loopc_rng_f32", more=2)),
                (("an update rule and its moments",), ask("optimizer", more=2)),
                (("the number of iterations",), ask("times", more=2))):
            for word in words:
                assert word in text, (word, text)


def edits_of(answer):
    return sorted((edit["range"]["start"]["line"], edit["range"]["start"]["character"]) for edit in answer["changes"][URI])


def test_definition_references_rename():
    with Server() as s:
        s.open()
        place = of() | {"position": at("$loss", count=2, more=2)}
        found, = s.ask("textDocument/definition", **place)
        assert found["range"]["start"] == at("loss = f32"), found
        assert len(s.ask("textDocument/references", **place, context={"includeDeclaration": True})) == 5
        assert len(s.ask("textDocument/references", **place, context={"includeDeclaration": False})) == 4
        assert len(edits_of(s.ask("textDocument/rename", **place, newName="cost"))) == 5
        node = s.ask("textDocument/rename", **of(), position=at("on_report", more=2), newName="on_print")
        assert len(edits_of(node)) == 2, node  # and the callback's
        target = s.ask("textDocument/rename", **of(), position=at("$batches", more=2), newName="total_batches")
        assert len(edits_of(target)) == 3, target  # and control = { target = ... }
        loop = s.ask("textDocument/rename", **of(), position=at('"Learn"', more=2), newName="Train")
        assert edits_of(loop) == [(0, at('"Learn"')["character"] + 1)]
        for name, why in (("x", "has a meaning there already"), ("9", "cannot be a name"), ("while", "meaning in C")):
            assert why in s.ask("textDocument/rename", **place, newName=name)["message"]


def test_outline_and_the_c_of_a_loop():
    with Server() as s:
        s.open()
        outline = s.ask("textDocument/documentSymbol", **of())
        assert [one["name"] for one in outline] == ["Learn", "Count", "moons"]
        assert [one["name"] for one in outline[0]["children"]] == ["loss", "points", "x", "labels", "on_batch", "failed_batch", "on_report"]
        action, = s.ask("textDocument/codeAction", **of(), range={"start": at("$loss"), "end": at("$loss")}, context={"diagnostics": []})
        text = s.ask("workspace/executeCommand", **{key: action["command"][key] for key in ("command", "arguments")})
        assert "static LOOPC_NOINLINE int Learn_on_batch" in text.replace("void", "int") and "s->Learn.iteration" in text, text
        assert "Count" not in text.split("/* Learn (")[0], text


def test_formatting_of_bodies():
    ugly = TEXT.replace("        if ($loss < 0.001f) $stop();", "        if($loss<0.001f){$stop();}\n          $x[0]=1;")
    with Server() as s:
        s.open(ugly)
        edits = s.ask("textDocument/formatting", **of(), options={"tabSize": 4, "insertSpaces": True})
        if isinstance(edits, dict):
            assert "clang-format 14 is not installed" in edits["message"], edits
            return
        edit, = edits
        assert "        if ($loss < 0.001f) {\n            $stop();\n        }\n        $x[0] = 1;\n" in edit["newText"], edit
        assert edit["newText"].endswith("\n    ")
        # Several bodies are formatted at once; one that leaves a brace open, or is switched off, does not reach into the others.
        several = ugly.replace("[[ $recover(); ]]", "[[\n        $recover( );\n    ]]").replace("[[ $seen++; ]]", "[[\n        $seen ++;\n    ]]")
        for mid, count in (("$recover( );", 3), ("if ($eta) {", 2), ("// clang-format off\n        a( );", 2)):
            s.change(several.replace("$recover( );", mid))
            new = [one["newText"] for one in s.ask("textDocument/formatting", **of(), options={"tabSize": 4, "insertSpaces": True})]
            assert "        $x[0] = 1;\n" in new[0] and new[-1] == "\n        $seen++;\n    ", (mid, new)
            assert len(new) == count, (mid, new)


def test_modules_and_what_is_no_spec():
    with Server() as s:
        assert s.open("return { 1, 2 }\n", "file:///specs/plain.lua") == []
        main, part = "file:///specs/main.lua", "file:///specs/part.lua"
        module = 'return loop "Part" { state = { n = i64(0) }, on_a = node(1, [[ $n++; ]]) }\n'
        s.tell("textDocument/didOpen", textDocument={"uri": part, "languageId": "lua", "version": 1, "text": module})
        s.diagnostics(part)
        text = 'local Part = require "part"\nreturn trainer "t" { Part }\n'
        s.tell("textDocument/didOpen", textDocument={"uri": main, "languageId": "lua", "version": 1, "text": text})
        assert s.diagnostics(main) == []
        s.tell("textDocument/didChange", textDocument={"uri": part, "version": 2},
               contentChanges=[{"text": module.replace("$n++", "$m++")}])
        row, = s.diagnostics(part)[:1] or s.diagnostics(part)
        assert row["code"] == "unknown_field", row


def test_hostile_messages():
    with Server() as s:
        s.process.stdin.write(b"Content-Length: 3\r\n\r\n{x}")
        s.process.stdin.flush()
        assert s.receive()["error"]["code"] == -32700
        assert s.ask("textDocument/hover", **of(), position={"line": 0, "character": 0})["code"] == -32002
        s.open()
        assert s.ask("no/such", **of())["code"] == -32601
        assert s.ask("textDocument/hover", **of(URI + "x"), position={"line": 0, "character": 0})["code"] == -32602
        assert s.ask("textDocument/hover", **of(), position={"line": 10 ** 6, "character": 10 ** 6}) is None
        for end in range(0, len(TEXT), 37):  # a text that is cut off anywhere
            s.change(TEXT[:end])
            s.ask("textDocument/completion", **of(), position=at("", TEXT[:end], more=end))
        s.process.stdin.close()
        assert s.process.wait() == 1  # without a shutdown
        s.process.stdin = open(os.devnull, "wb")
        assert s.process.stderr.read() == b""


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
