-- Random trees of elements, as interpret.lua runs them, and as the text of a spec.

local new_dice = require "tests.differential.dice"

local random = {}

local Tree = {}
Tree.__index = Tree

function Tree:label()
    self.labels = self.labels + 1
    return "L" .. self.labels
end

function Tree:one_in(n) return self.dice:int(0, n - 1) == 0 end

function Tree:number() -- an expression, or a constant
    if self:one_in(2) then return self.dice:int(0, 3) end
    return { field = 1 + self.dice:int(0, 2), plus = self.dice:int(0, 3), modulo = 2 + self.dice:int(0, 2), minus = self.dice:int(0, 1) }
end

local make = {}

function make.CALL(self, signals)
    local el = { op = "CALL", label = self:label() }
    if self:one_in(2) then el.set, el.factor, el.plus = 1 + self.dice:int(0, 2), 1 + self.dice:int(0, 2), self.dice:int(0, 4) end
    if #signals > 0 and self:one_in(5) then
        el.signal, el.when, el.every = signals[1 + self.dice:int(0, #signals - 1)], 1 + self.dice:int(0, 2), 1 + self.dice:int(0, 4)
    end
    return el
end

function make.PRINT(self) return { op = "PRINT", label = self:label(), field = 1 + self.dice:int(0, 2) } end

local function children(self, depth, signals, least)
    local out = {}
    for i = 1, least + self.dice:int(0, 3) do out[i] = self:element(depth - 1, signals) end
    return out
end

-- Leaves without a print: if the state is copied meanwhile both start the process, and nothing is seen twice.
function make.SPAWN(self)
    local el = { op = "SPAWN" }
    for i = 1, self.dice:int(0, 2) do el[i] = { set = 1 + self.dice:int(0, 2), factor = 1 + self.dice:int(0, 2), plus = self.dice:int(0, 4) } end
    self.timed = true
    return el
end

function make.SEQ(self, signals, depth)
    local el = children(self, depth, signals, 0)
    el.op = "SEQ"
    return el
end

local function with_stop(signals)
    local out = { "stop" }
    for _, signal in ipairs(signals) do out[#out + 1] = signal ~= "stop" and signal or nil end
    return out
end

function make.REPEAT(self, signals, depth)
    return { op = "REPEAT", n = self:number(), counter = self:one_in(3) and 1 + self.dice:int(0, 2) or nil,
        el = self:element(depth - 1, with_stop(signals)) }
end

-- A LOOP ends when its own leaf says so, by a field that it moves on: modulo 7, factor 1 and a step reach each value.
function make.LOOP(self, signals, depth)
    local field = 1 + self.dice:int(0, 2)
    local last = { op = "CALL", label = self:label(), set = field, factor = 1, plus = 1 + self.dice:int(0, 3), signal = "stop", when = field,
        every = 2 + self.dice:int(0, 2) }
    return { op = "LOOP", el = { op = "SEQ", self:element(depth - 1, with_stop(signals)), last } }
end

function make.CHOOSE(self, signals, depth)
    local el = children(self, depth, signals, 1)
    el.op, el.index = "CHOOSE", self:number()
    if self:one_in(2) then el.default = self:element(depth - 1, signals) end
    return el
end

function make.BUFFER_REPEAT(self, signals, depth)
    local n = self:number()
    if type(n) == "table" then n.modulo = n.modulo + self.dice:int(0, 3) end
    return { op = "BUFFER_REPEAT", n = n, value = 1 + self.dice:int(0, 2), el = self:element(depth - 1, signals) }
end

-- The number of turns of a strand that waits for a process depends on the time.
function make.WEAVE(self, signals, depth)
    self.in_weave = self.in_weave + 1
    local el = children(self, depth, signals, 1)
    self.in_weave = self.in_weave - 1
    el.op, el.required = "WEAVE", self:one_in(3) and -1 or self.dice:int(0, #el)
    if self:one_in(2) then
        el.step_counts = {}
        for i = 1, #el do el.step_counts[i] = self.dice:int(1, 3) end
    end
    return el
end

local nested = { "SEQ", "SEQ", "REPEAT", "REPEAT", "LOOP", "CHOOSE", "BUFFER_REPEAT", "WEAVE", "WEAVE", "CALL", "PRINT" }

function Tree:element(depth, signals)
    local op = depth <= 0 and (self:one_in(6) and "PRINT" or "CALL") or nested[1 + self.dice:int(0, #nested - 1)]
    if op == "CALL" and self.processes and self.in_weave == 0 and self:one_in(4) then op = "SPAWN" end
    return make[op](self, signals, depth)
end

function random.spec(seed)
    local tree = setmetatable({ dice = new_dice(seed), labels = 0, in_weave = 0 }, Tree)
    local try = { "fail", "cancel", "stop", "stop outer" }
    tree.processes = tree:one_in(4)
    local spec = { times = 1 + tree.dice:int(0, 1), tree = tree:element(1 + tree.dice:int(0, 3), try),
        failed = tree:element(tree.dice:int(0, 2), tree:one_in(2) and { "recover", "recover", "fail" } or {}),
        finally = tree:element(tree.dice:int(0, 2), tree:one_in(3) and { "fail" } or {}),
        callback = tree:element(tree.dice:int(0, 1), tree:one_in(3) and try or {}) }
    spec.inner = { times = tree.dice:int(0, 2), tree = { op = "SEQ", { op = "SITE" }, tree:element(tree.dice:int(0, 2), try) } }
    spec.timed = tree.timed
    return spec
end

-- The text of a spec.

local names = { "x", "y", "z" }

local write = {}

local function text(el) return write[el.op](el) end

local function number(n)
    if type(n) ~= "table" then return tostring(n) end
    return ('"($%s + %d) %% %d - %d"'):format(names[n.field], n.plus, n.modulo, n.minus)
end

local signals = { fail = '$fail("told to");', cancel = "$cancel();", stop = "$stop();", ["stop outer"] = "$stop(L);",
    recover = "$recover();" }

function write.SITE() return 'CALL [[ printf("w %d\\n", $w); $w++; ]]' end

function write.SPAWN(el)
    local out = {}
    for i, child in ipairs(el) do
        local name = names[child.set]
        out[i] = ("CALL [[ $%s = ($%s * %d + %d) %% 7; ]]"):format(name, name, child.factor, child.plus)
    end
    return "SPAWN(SEQ { " .. table.concat(out, ", ") .. " })"
end

function write.CALL(el)
    local out = { ('printf("%s %%d %%d %%d\\n", $x, $y, $z);'):format(el.label) }
    if el.set then out[2] = ("$%s = ($%s * %d + %d) %% 7;"):format(names[el.set], names[el.set], el.factor, el.plus) end
    if el.signal then out[#out + 1] = ("if ($%s %% %d == 0) %s"):format(names[el.when], el.every, signals[el.signal]) end
    return "CALL [[ " .. table.concat(out, " ") .. " ]]"
end

function write.PRINT(el) return ('PRINT("%s %%d\\n", "%s")'):format(el.label, names[el.field]) end

local function list(el)
    local out = {}
    for i, child in ipairs(el) do out[i] = text(child) end
    if el.default then out[#out + 1] = "default = " .. text(el.default) end
    return "{ " .. table.concat(out, ", ") .. " }"
end

function write.SEQ(el) return "SEQ " .. list(el) end

function write.REPEAT(el)
    if not el.counter then return ("REPEAT(%s, %s)"):format(number(el.n), text(el.el)) end
    return ('REPEAT { %s, %s, counter = "%s" }'):format(number(el.n), text(el.el), names[el.counter])
end

function write.LOOP(el) return "LOOP(" .. text(el.el) .. ")" end

function write.CHOOSE(el)
    return ("CHOOSE(%s, %s)"):format(type(el.index) == "table" and number(el.index) or '"' .. el.index .. '"', list(el))
end

function write.BUFFER_REPEAT(el)
    return ('BUFFER_REPEAT { %s, %s, value = "%s", into = "buffer" }'):format(number(el.n), text(el.el), names[el.value])
end

function write.WEAVE(el)
    if not el.step_counts then return ("WEAVE(%d, %s)"):format(el.required, list(el)) end
    return ("WEAVE { %d, %s, steps = { %s } }"):format(el.required, list(el), table.concat(el.step_counts, ", "))
end

-- `name` is the trainer's.
function random.text(spec, name)
    return table.concat({ 'local L = loop "L" {', ("    times = %d,"):format(spec.times), "    on_a = node(1, " .. text(spec.tree) .. "),",
        "    failed_a = node(2, " .. text(spec.failed) .. "),", "    finally_a = node(3, " .. text(spec.finally) .. "),",
        '    on_b = node(4, [[ printf("b %d\\n", $y); ]]),', "}",
        ('local M = loop "M" { call_on = { L.on_a, L.on_b }, times = %d, site = { w = i32(0) },'):format(spec.inner.times),
        "    on_c = node(1, " .. text(spec.inner.tree) .. "),", '    finally_c = node(2, [[ printf("inner %d\\n", $z); ]]),', "}",
        'local late = callback "late" { finally_a = [[ printf("finally %d\\n", $x); ]], failed_a = [[ printf("failed %d\\n", $x); ]],',
        "    on_b = { order = 5, " .. text(spec.callback) .. " } }",
        ('return trainer "%s" { L, M, late, state = { x = i32(0), y = i32(1), z = i32(2), buffer = i32[4] } }'):format(name) }, "\n") .. "\n"
end

-- The text of the spec's elements, each one an expression of Lua.
function random.elements(spec) return { text(spec.tree), text(spec.failed), text(spec.finally), text(spec.callback), text(spec.inner.tree) } end

return random
