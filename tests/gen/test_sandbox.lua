-- The sandbox of specs: unreachable functions, the same result in every run, and limits for endless ones.

local host = require "host"
local sandbox = require "gen.spec.sandbox"
local suite = require("tests.support.harness").suite "sandbox"

local function test(what, run) suite:test(what, run) end
local function equal(actual, expected) suite:same(actual, expected) end
local function has(text, part) suite:contains(text, part) end
local function match(text, pattern) suite:matches(text, pattern) end

-- Only the tests of the time limit are about time: a loaded machine takes a multiple of it for new pages of memory.
local function patient(limits)
    local out = { seconds = 60 }
    for key, value in next, limits or {} do out[key] = value end
    return out
end

local function result(text)
    local ok, value = sandbox.run(text, "spec.lua", patient())
    if not ok then error(value.message, 2) end
    return value
end

local function failure(text, limits)
    local ok, problem = sandbox.run(text, "spec.lua", patient(limits))
    equal(ok, false)
    return problem
end

test("a chunk gives its first result", function() equal(result("return 1 + 1, 7"), 2) end)

test("no way to files, processes, code and other states", function()
    for _, name in ipairs { "io", "os", "debug", "package", "coroutine", "load", "dofile", "loadfile", "collectgarbage",
        "require", "host" } do
        equal(result(("return %s == nil"):format(name)), true)
    end
    equal(result("return string.dump == nil and ('x').dump == nil"), true)
end)

test("bytecode is refused", function()
    local problem = failure(string.char(27) .. "Lua rest")
    equal(problem.syntax, true)
    has(problem.message, "binary chunk")
end)

test("the libraries are copies", function()
    result("string.rep = nil; table.concat = nil; math.floor = nil; utf8.char = nil; string.new = 1")
    equal(string.rep("x", 2) .. table.concat { "y" } .. math.floor(1.5) .. utf8.char(65), "xxy1A")
    equal(result("return string.rep ~= nil and string.new == nil"), true)
end)

test("the metatable of strings is out of reach", function()
    equal(result("return getmetatable('')"), false)
    equal(result("return pcall(setmetatable, '', {})"), false)
    equal(result("return ('x'):rep(3)"), "xxx")
end)

test("no addresses", function()
    equal(result("return tostring({}) .. tostring(print) .. ('%s'):format({})"), "tablefunctiontable")
    has(failure("return ('%5p'):format({})").message, "%p would differ")
    equal(result("return ('%d%% %5s|%-5s|%q'):format(3, 'a', true, 'x')"), '3%     a|true |"x"')
    equal(result("return tostring(setmetatable({}, { __tostring = function() return 'own' end }))"), "own")
    equal(result("return ('%s'):format(setmetatable({}, { __name = 'name' }))"), "name")
end)

test("pairs and next walk in the order of the keys", function()
    local walk = "local t, out = { z = 1, a = 2, [2] = 3, [1] = 4, [0.5] = 5, [true] = 6, m = 7 }, {} "
    local wanted = "0.5 1 2 a m z true"
    equal(result(walk .. "for k in pairs(t) do out[#out + 1] = tostring(k) end return table.concat(out, ' ')"), wanted)
    equal(result(walk .. "for k in next, t do out[#out + 1] = tostring(k) end return table.concat(out, ' ')"), wanted)
    equal(result(walk .. "for k in pairs(t) do t[k] = nil end return next(t) == nil"), true)
    equal(result("return next({}) == nil"), true)
    equal(result("local t = setmetatable({}, { __pairs = function() return ipairs { 5 } end }) for _, v in pairs(t) do return v end"),
        5)
    has(failure("for k in pairs { [{}] = 1, [{}] = 2 } do end").message, "spec.lua:1: the order of a table")
end)

test("a long walk with next is no slower than one with pairs", function()
    local text = "local t, n = {}, 0 for i = 1, 50000 do t['k' .. i] = i end for _ in next, t do n = n + 1 end return n"
    equal(result(text), 50000)
end)

test("sort is stable whatever the comparison says", function()
    local text = [[
        local t = {}
        for i = 1, 1000 do t[i] = { i % 3, i } end
        table.sort(t, function(a, b) return a[1] < b[1] end)
        for i = 2, 1000 do
            if t[i - 1][1] == t[i][1] and t[i - 1][2] > t[i][2] then return false end
        end
        table.sort(t, function() return true end)
        local u = { 3, 1, 2 }
        table.sort(u)
        return u[1] == 1 and u[2] == 2 and u[3] == 3]]
    equal(result(text), true)
end)

test("random numbers are the same every time", function()
    local text = "return math.random(1000000) .. ' ' .. math.random()"
    equal(result(text), result(text))
    equal(result("math.randomseed(7) return math.random(1000)"), result("math.randomseed(7) return math.random(1000)"))
    has(failure("math.randomseed()").message, "takes a number")
end)

test("no finalizers and no weak tables", function()
    has(failure("setmetatable({}, { __gc = print })").message, "no __gc")
    has(failure("setmetatable({}, { __mode = 'k' })").message, "no __mode")
end)

local endless = {
    { "an endless loop", "while true do end", "instructions" },
    { "a string doubled for ever", "local s = 'x' while true do s = s .. s end", "memory" },
    { "a table that grows for ever", "local t = {} while true do t[#t + 1] = {} end", "memory" },
    { "deep recursion", "local function f() return 1 + f() end f()", "depth" },
    { "recursion through C", "local function f(s) return (s:gsub('.', f)) end f('x')", "depth" },
    { "an endless loop under pcall", "while true do pcall(function() while true do end end) end", "instructions" },
    { "memory errors caught", "local s = 'x' while true do pcall(function() s = s .. s end) end", "memory" },
    { "an endless message handler",
        "while true do xpcall(function() while true do end end, function() while true do end end) end", "instructions" },
    { "an endless __close",
        "local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do end", "instructions" },
    { "an endless __index",
        "local t = setmetatable({}, { __index = function() while true do end end }) return t.x", "instructions" },
    { "an endless comparison", "table.sort({ 1, 2 }, function() while true do end end)", "instructions" },
    { "an endless walk", "for _ in function() return 1 end do end", "instructions" },
}

for _, case in ipairs(endless) do
    test(case[1] .. " ends", function()
        local problem = failure(case[2], { instructions = 20000000 })
        equal(problem.limit, case[3])
        equal(problem.file, "spec.lua")
        equal(problem.line, 1)
    end)
end

test("library functions that take long end by their processor time", function()
    local problem = failure("while true do local s = ('x'):rep(10000000) end", { seconds = 1, instructions = 1 << 40 })
    equal(problem.limit, "time")
    equal(problem.bound, 1)
end)

-- These cannot be made to return: the program itself ends.
for name, text in next, {
    ["a pattern that backtracks"] = "return ('a'):rep(30000):find(('.-'):rep(12) .. 'b')",
    ["table.move over everything"] = "return table.move({}, 1, 2^60, 2)",
    ["the same, caught"] = "while true do pcall(table.move, {}, 1, 2^60, 2) end",
} do
    test(name .. " ends the program with a message", function()
        local folder = assert(host.tempdir())
        assert(host.write(folder .. "/spec.lua", "-- one line\n" .. text))
        local status, out, err = host.run { host.exe(), "check", folder .. "/spec.lua" }
        host.remove(folder)
        equal(status, 2)
        equal(out, "")
        match(err, "spec%.lua:2: error: the spec runs for more than %d seconds %[limit_time%]\n    hint: ")
    end)
end

test("after a limit the state is as before", function()
    failure("while true do end", { instructions = 1000000 })
    failure("local s = 'x' while true do s = s .. s end", { memory = 1 << 20 })
    equal(result("return #('x'):rep(10000000)"), 10000000)
    local sum = 0
    for i = 1, 3000000 do sum = sum + i end
    equal(sum, 4500001500000)
end)

test("memory is counted from where the spec began", function()
    local ballast = ("x"):rep(50 << 20)
    equal(#ballast, 50 << 20)
    equal(failure("return ('x'):rep(20 << 20)", { memory = 10 << 20 }).limit, "memory")
    equal(sandbox.run("return #('x'):rep(2 << 20)", "spec.lua", patient { memory = 10 << 20 }), true)
end)

test("garbage is collected before memory has run out", function()
    local text = "for i = 1, 1000 do local s = ('x'):rep(1 << 10):rep(1 << 10) .. i end"
    equal(sandbox.run(text, "spec.lua", patient { memory = 16 << 20 }), true)
end)

test("errors say where", function()
    local problem = failure("\n\nerror('oh')")
    equal(problem.message, "spec.lua:3: oh")
    equal(problem.text, "oh")
    equal(problem.file .. problem.line, "spec.lua3")
    problem = failure("\nlocal x = = 1")
    equal(problem.syntax, true)
    equal(problem.line, 2)
    has(problem.text, "unexpected symbol")
    problem = failure("error({ 1 })")
    equal(problem.value, { 1 })
    problem = failure("error()")
    has(problem.message, "nil value")
    local long = ("d/"):rep(100) .. "spec.lua"
    local _, far = sandbox.run("\nlocal x = = 1", long)
    equal(far.file, long)
    equal(far.line, 2)
end)

test("a sandbox within a sandbox shares the bounds and hands errors on", function()
    local environment = sandbox.environment()
    function environment.include(text)
        local ok, value = host.sandbox(text, "=module.lua", environment, { instructions = 1 << 40 })
        if not ok then error(value, 0) end
        return value
    end
    local limits = { instructions = 10000000 }
    local ok, value = host.sandbox("return include('return 5')", "=spec.lua", environment, limits)
    equal({ ok, value }, { true, 5 })
    ok, value = host.sandbox("include('\\nerror(\"inner\")')", "=spec.lua", environment, limits)
    equal({ ok, value.file, value.line, value.text }, { false, "module.lua", 2, "inner" })
    ok, value = host.sandbox("pcall(include, 'while true do end') return 1", "=spec.lua", environment, limits)
    equal({ ok, value.limit }, { false, "instructions" })
end)

test("a caught error table that was spoiled does no harm", function()
    local environment = sandbox.environment()
    function environment.include()
        local _, problem = host.sandbox("error('x')", "=m.lua", environment, {})
        error(problem, 0)
    end
    local text = "local _, e = pcall(include) e.message = {} e.file = {} e.line = {} error(e, 0)"
    local ok, problem = host.sandbox(text, "=spec.lua", environment, {})
    equal({ ok, problem.message, problem.file }, { false, "error without a message", "spec.lua" })
end)

test("what a spec returned is plain data", function()
    local ran = false
    local meta = { __index = function() ran = true end, __metatable = false }
    local value = { inner = setmetatable({}, meta) }
    local kept = setmetatable({ value }, { __name = "ours" })
    sandbox.make_plain({ kept }, { [getmetatable(kept)] = true })
    equal(value.inner.anything, nil)
    equal({ ran, getmetatable(kept).__name }, { false, "ours" })
end)

return suite:finish()
