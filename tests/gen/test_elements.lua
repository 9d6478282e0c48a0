-- Elements as values: found, replaced, copied, printed as text that reads back; and the results of the optimizer.

local dsl = require "gen.spec.dsl"
local elements = require "gen.spec.elements"
local optimize = require "gen.check.optimize"
local random = require "tests.elements.random"
local suite = require("tests.support.harness").suite "elements"

local words = dsl.words {}
local SEQ, CALL, REPEAT, LOOP, CHOOSE, WEAVE = words.SEQ, words.CALL, words.REPEAT, words.LOOP, words.CHOOSE, words.WEAVE
local BUFFER_REPEAT, POPEN, SPAWN, PRINT = words.BUFFER_REPEAT, words.POPEN, words.SPAWN, words.PRINT

local function read(text) return load("return " .. text, "=text", "t", words)() end

local function program()
    return SEQ {
        CALL { "read", "x", 3, into = "y" },
        REPEAT { "$n", CALL [[ $x++; ]], counter = "k" },
        WEAVE(1, { LOOP(SEQ { CALL { "read", "x", 4 }, CALL [[ if ($x) $stop(); ]] }), "x();" }),
        CHOOSE("$x", { CALL { "read" }, default = PRINT("%d\n", "x") }),
        BUFFER_REPEAT { 3, CALL [=[ y[z[0]]++; ]=], value = "x", into = "xs" },
        SPAWN(POPEN { "ls", "-l", into = "k" }),
    }
end

suite:test("printed text reads back as the same value", function()
    local text = tostring(program())
    suite:equal(tostring(read(text)), text)
    suite:check(text:find("[=[ y[z[0]]++; ]=]", 1, true), "brackets in C text: " .. text)
end)

suite:test("random programs read back, equal to their copies", function()
    for seed = 1, 200 do
        for _, text in ipairs(random.elements(random.spec(seed))) do
            local el = read(text)
            suite:equal(tostring(read(tostring(el))), tostring(el))
            suite:equal(tostring(el:copy()), tostring(el))
            suite:equal(#el:find(el:copy()) > 0, true)
        end
    end
end)

suite:test("optimizing twice is optimizing once, and changes no value of the spec", function()
    for seed = 1, 200 do
        local el = read(random.elements(random.spec(seed))[1])
        local before, once = tostring(el), optimize.element(el)
        suite:equal(tostring(el), before)
        suite:equal(tostring(optimize.element(once)), tostring(once))
    end
end)

suite:test("texts of all kinds read back", function()
    for _, text in ipairs { "a]]b", "\nx", "a\r\nb", "]", "x]=]y]]" } do
        suite:equal(read(tostring(CALL(text))).text, text)
    end
end)

suite:test("find takes a function's name, C text, an element, entries or a function", function()
    suite:equal(#program():find "read", 3)
    suite:equal(#program():find " $x++; ", 1)
    suite:equal(#program():find(CALL { "read", "x", 4 }), 1)
    suite:equal(#program():find { op = "CALL", "read", "x" }, 2)
    suite:equal(#program():find(function(el) return el.op == "LOOP" or el.op == "REPEAT" end), 2)
    suite:equal(#program():find "nothing", 0)
end)

suite:test("replace is one pass: what it puts in place is not searched", function()
    local el = SEQ { CALL { "a" }, REPEAT(2, CALL { "a" }), CALL { "b" } }
    local same, count = el:replace(CALL { "a" }, SEQ { CALL { "a" }, CALL { "a" } })
    suite:check(same == el, "it changes the element itself")
    suite:equal(count, 2)
    suite:equal(tostring(el), tostring(SEQ { SEQ { CALL { "a" }, CALL { "a" } }, REPEAT(2, SEQ { CALL { "a" }, CALL { "a" } }), CALL { "b" } }))
    el:replace(function(found) return found.op == "SEQ" end, CALL "x();")
    suite:equal(tostring(el), "CALL [[x();]]")
end)

suite:test("what is put in place may depend on what was found", function()
    local el = SEQ { REPEAT(2, CALL "x();"), REPEAT(3, CALL "y();") }
    el:replace({ op = "REPEAT" }, function(found) return REPEAT(found.n * 2, found.el) end)
    suite:equal(tostring(el), tostring(SEQ { REPEAT(4, CALL "x();"), REPEAT(6, CALL "y();") }))
end)

suite:test("a copy goes its own way", function()
    local el = program()
    local copy = el:copy()
    copy:replace("read", CALL "z();")
    suite:equal(#el:find "read", 3)
    suite:equal(#copy:find "read", 0)
end)

suite:test("an element that contains itself is refused, not followed", function()
    local el = SEQ { CALL "x();" }
    el[2] = el
    suite:check(not pcall(el.find, el, "x"), "find")
    suite:check(not pcall(el.replace, el, "x", CALL "y();"), "replace")
end)

local function optimized(el) return tostring(optimize.element(el)) end

suite:test("the optimizer merges SEQs and drops what is empty", function()
    suite:equal(optimized(SEQ { SEQ { CALL "a();", SEQ {} }, SEQ { CALL "b();" } }), tostring(SEQ { CALL "a();", CALL "b();" }))
    suite:equal(optimized(REPEAT(1, SEQ { CALL "a();" })), "CALL [[a();]]")
    suite:equal(optimized(SEQ { REPEAT(0, CALL "a();"), REPEAT("$n", SEQ {}), WEAVE(-1, {}), CALL "  /* nothing */ " }), "SEQ {}")
    suite:equal(optimized(WEAVE(1, { CALL "a();" })), "CALL [[a();]]")
end)

suite:test("the optimizer keeps what could be noticed", function()
    for _, el in ipairs { REPEAT { 0, CALL "a();", counter = "k" }, REPEAT("f()", SEQ {}), REPEAT("$n++", SEQ {}),
        REPEAT(1, CALL "$stop();"), WEAVE(0, { CALL "a();" }), CHOOSE("$x", { SEQ {}, SEQ {} }), SPAWN(CALL "a();") } do
        suite:equal(optimized(el), tostring(el))
    end
end)

suite:test("a spec cannot change what other specs see", function()
    suite:equal(getmetatable(SEQ {}), false)
    suite:check(elements.is(SEQ {}), "it is an element")
end)

return suite:finish()
