-- What an answer of the language server costs, in passes of the compiler and instructions of the Lua machine: the same under any load.

local host = require "host"
local json_read = require "gen.base.json_read"
local message = require "gen.editor.message"
local pipeline = require "gen.pipeline"
local positions = require "gen.editor.positions"
local server = require "gen.editor.server"
local suite = require("tests.support.harness").suite "editor"
local uris = require "gen.editor.uris"

-- A spec of about 500 lines: forty loops, each with fields and bodies.
local function long_spec()
    local out, names = { 'local L0 = loop "L0" { on_step = node(1), on_more = node(2) }\n' }, { "L0" }
    for i = 1, 40 do
        names[#names + 1] = "L" .. i
        out[#out + 1] = ([=[
local L%d = loop "L%d" {
    call_on = { L%d.%s },
    times = 2,
    state = { sum = f32, x = f32[8], count = i64(0) },
    before_run = node(0, [[ $sum = 0; ]]),
    on_step = node(1, [[
        $sum += $x[0] * $eta;
        $count++;
        if ($sum > 1e9f) $fail("too large");
    ]]),
    after_step = node(2, [[ $x[1] = $sum; ]]),
}
]=]):format(i, i, i % 8 == 0 and 0 or i - 1, i % 8 == 0 and "on_more" or "on_step")
    end
    return table.concat(out) .. ('return trainer "many" { %s, state = { eta = f32(0.1) } }\n'):format(table.concat(names, ", "))
end

local URI, text = uris.of_path "/specs/long.lua", long_spec()

local function hand(it, value) it:handle(json_read.parse(message.text(value))) end

-- A server with the text open and compiled, that keeps what it sends.
local function opened()
    local it, sent = server.new(), {}
    it.send = function(value) sent[#sent + 1] = value end
    server.send = it.send
    hand(it, { id = 1, method = "initialize", params = { capabilities = true } })
    hand(it, { method = "textDocument/didOpen", params = { textDocument = { uri = URI, text = text } } })
    it.dirty[uris.path(URI)] = "text" -- without the C compiler
    it:compile_all()
    return it, sent
end

local function rename(it)
    local at = positions.of(text, positions.lines(text), text:find("eta", 1, true))
    hand(it, { id = 2, method = "textDocument/rename", params = { textDocument = { uri = URI }, position = at, newName = "rate" } })
end

local function change(it)
    hand(it, { method = "textDocument/didChange", params = { textDocument = { uri = URI },
        contentChanges = { { text = text .. "\n" } } } })
end

-- The last passes of the compilations that `act` runs.
local function compilations(act)
    local run, out = pipeline.run, {}
    pipeline.run = function(unit, last)
        out[#out + 1] = last
        return run(unit, last)
    end
    local ok, why = pcall(act)
    pipeline.run = run
    suite:check(ok, why)
    return table.concat(out, " ")
end

suite:test("a rename tries the new text as far as names go, and after a change resolves the old one", function()
    local it, sent = opened()
    suite:equal(compilations(function() rename(it) end), "analyse_fields")
    suite:equal(#sent[#sent].result.changes[URI], 41)
    change(it)
    suite:equal(compilations(function() rename(it) end), "flatten analyse_fields")
    suite:equal(#sent[#sent].result.changes[URI], 41)
    suite:equal(compilations(function() it:compile_all() end), "analyse_flow") -- the diagnostics are not lost
    suite:equal(sent[#sent].method, "textDocument/publishDiagnostics")
end)

-- Whether `act` takes at most so many instructions of the Lua machine.
local function takes(most, act)
    local ok, why = host.sandbox("run()", "=editor", { run = act }, { instructions = most, memory = 64 << 20, seconds = 100 })
    suite:check(ok, not ok and (why.limit or why.traceback))
end

suite:test("a rename on 500 lines is under two and a half million instructions", function()
    local it, sent = opened()
    change(it)
    takes(2500000, function() rename(it) end)
    suite:equal(#sent[#sent].result.changes[URI], 41)
end)

suite:test("diagnostics of 500 lines are under a million instructions, and make no C; what is asked for makes it", function()
    local it, sent = opened()
    change(it)
    takes(1000000, function() it:compile_all() end)
    suite:equal(sent[#sent].method, "textDocument/publishDiagnostics")
    suite:equal(it.documents[uris.path(URI)].unit.text, nil)
    hand(it, { id = 3, method = "workspace/executeCommand", params = { command = "loopc.showC", arguments = { URI, "L3" } } })
    suite:contains(sent[#sent].result, "L3")
end)

return suite:finish()
