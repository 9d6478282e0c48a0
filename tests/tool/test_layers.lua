-- The layers of the sources: a folder uses only folders that come before it in its line of tests/support/layers. In C that shows in
-- includes, in Lua in requires; test_layers_of_calls.sh looks at the symbols of object files. Tests mirror the runtime. There is no list
-- of exceptions.

local host = require "host"
local pipeline = require "gen.pipeline"
local suite = require("tests.support.harness").suite "layers"

local umbrella = "loopc.h" -- the one header that includes all folders
local system_headers = { -- all that a folder may include of the system; nil: any
    nn = { math = true, stdint = true, stddef = true, stdbool = true, string = true },
}
local never = { -- beside the order: pairs that would be in order
    runtime = { library = { telemetry = true, checkpoint = true, control = true, export = true } },
    gen = { emit = { check = true }, analyse = { check = true } },
}

local function read_layers()
    local layers = {}
    for top, names in assert(host.read "tests/support/layers"):gmatch "(%w+)([^\n]*)\n" do
        local rank, n = {}, 0
        for name in names:gmatch "%S+" do
            n = n + 1
            rank[name] = n
        end
        layers[top] = rank
    end
    return layers
end

-- The layer of a file below `top`. The files of gen that are in no folder are the layer `top`, which commands use, and the driver, which
-- lists the commands.
local function folder_of(top, path)
    return path:match "^([^/]+)/" or top == "gen" and (path == "driver.lua" and "driver" or "top") or nil
end

local function used_by(top, line)
    if top == "runtime" then return line:match '^#include "([^/".]+)/' end
    local name = line:match 'require%s*%(?%s*"gen%.([%w_.]+)"'
    return name and (name:match "^([%w_]+)%." or "top")
end

-- The error in a line of a file, or nil.
local function wrong_line(layers, top, own, line)
    local rank, used = layers[top], used_by(top, line)
    if used and used ~= own then
        if not rank[used] then return "no layer is called " .. used end
        if rank[used] > rank[own] or ((never[top] or {})[own] or {})[used] then return own .. " may not use " .. used end
    end
    local header = line:match "^#include <([%w_/]+)%.h>"
    local allowed = top == "runtime" and system_headers[own]
    if header and allowed and not allowed[header] then return ("%s is free of <%s.h>"):format(own, header) end
end

local function each_file(folder, pattern, run, below)
    for _, name in ipairs(host.list(folder)) do
        local path = folder .. "/" .. name
        local relative = (below or "") .. name
        if host.isdir(path) then each_file(path, pattern, run, relative .. "/")
        elseif name:match(pattern) then run(relative, assert(host.read(path))) end
    end
end

local function check_top(layers, top, pattern, problems)
    each_file(top, pattern, function(relative, text)
        local own, number = folder_of(top, relative), 0
        if not layers[top][own] or relative == umbrella then return end
        for line in (text .. "\n"):gmatch "([^\n]*)\n" do
            number = number + 1
            local why = wrong_line(layers, top, own, line)
            if why then problems[#problems + 1] = ("%s/%s:%d: %s"):format(top, relative, number, why) end
        end
    end)
end

local layers = read_layers()

local function none(problems) suite:equal(table.concat(problems, "\n"), "") end

suite:test("the headers of a runtime folder are its own or of lower folders", function()
    local problems = {}
    check_top(layers, "runtime", "%.[ch]$", problems)
    none(problems)
end)

suite:test("every folder of the runtime is a layer", function()
    for _, name in ipairs(host.list "runtime") do
        if host.isdir("runtime/" .. name) and name ~= "python" then suite:check(layers.runtime[name], name) end
    end
end)

suite:test("no two sources of the runtime share a name: the archive holds objects by name", function()
    local seen = {}
    each_file("runtime", "%.c$", function(relative)
        local name = relative:match "[^/]+$"
        suite:check(not seen[name], ("%s and %s"):format(relative, tostring(seen[name])))
        seen[name] = relative
    end)
end)

-- x_y.c may be tested by test_x.c: files of one subject share a test.
local function has_test(relative)
    local folder, stem = relative:match "^(.-)([^/]+)%.c$"
    while stem do
        if host.read(("tests/runtime/%stest_%s.c"):format(folder, stem)) then return true end
        stem = stem:match "^(.+)_[^_]*$"
    end
    return false
end

suite:test("every source of the runtime has its test: F/x.c tests/runtime/F/test_x.c", function()
    each_file("runtime", "%.c$", function(relative) suite:check(has_test(relative), relative) end)
    suite:check(has_test "checkpoint/checkpointer_save.c" and not has_test "checkpoint/no_such.c")
    suite:check(not has_test "main/alarm.c", "a test of another folder")
end)

suite:test("a folder of the generator requires lower ones", function()
    local problems = {}
    check_top(layers, "gen", "%.lua$", problems)
    none(problems)
end)

suite:test("a pass calls no pass, prints nothing and ends nothing", function()
    local problems, is_pass = {}, {}
    for _, pass in ipairs(pipeline.passes) do is_pass[pass[2]] = true end
    for _, pass in ipairs(pipeline.passes) do
        local text = assert(host.read(pass[2]:gsub("%.", "/") .. ".lua"))
        for name in text:gmatch 'require%s*%(?%s*"(gen%.[%w_.]+)"' do
            if is_pass[name] or name:match "^gen%.cli" then problems[#problems + 1] = pass[2] .. " requires " .. name end
        end
        for name in text:gmatch "host%.(std%w+)" do problems[#problems + 1] = pass[2] .. " calls host." .. name end
    end
    none(problems)
end)

suite:test("the libraries of specs know nothing of the generator", function()
    for _, folder in ipairs { "gen/lib", "specs" } do
        each_file(folder, "%.lua$", function(relative, text)
            suite:check(not text:find 'require%s*%(?%s*"gen%.', folder .. "/" .. relative)
        end)
    end
end)

suite:test("wrong lines are found", function()
    local function why(top, own, line) return wrong_line(layers, top, own, line) end
    suite:equal(why("runtime", "base", '#include "run/fields.h"'), "base may not use run")
    suite:equal(why("runtime", "library", '#include "telemetry/log.h"'), "library may not use telemetry")
    suite:equal(why("runtime", "nn", "#include <pthread.h>"), "nn is free of <pthread.h>")
    suite:equal(why("runtime", "run", '#include "rum/fields.h"'), "no layer is called rum")
    suite:equal(why("runtime", "run", '#include "base/json.h"'), nil)
    suite:equal(why("gen", "c", 'local x = require "gen.spec.source"'), "c may not use spec")
    suite:equal(why("gen", "emit", 'local x = require("gen.check.fields").all'), "emit may not use check")
    suite:equal(why("gen", "emit", 'local pipeline = require "gen.pipeline"'), "emit may not use top")
    suite:equal(why("gen", "commands", 'local pipeline = require "gen.pipeline"'), nil)
end)

return suite:finish()
