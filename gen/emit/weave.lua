-- The C of WEAVE: a coroutine for each of its strands, a function that steps one of them by number, and in the function of the
-- WEAVE itself the turns. Their state is that of runtime/process/weave.h.

local bodies = require "gen.emit.bodies"
local emit_element = require "gen.emit.element"
local analysis = require "gen.tree.element_analysis"

local Function, write = emit_element.Function, emit_element.write

-- The coroutines of the strands.
local function strands_of(e, tree)
    local out = {}
    for i, child in ipairs(tree.items) do
        e.strand_count = e.strand_count + 1
        out[i] = emit_element.new(e, e:take(("%s_strand_%d"):format(e.source.func, e.strand_count)), true)
        e:write_function(out[i], child, ("Strand %d of %d of %s."):format(i, #tree.items, bodies.the("WEAVE", e.unit, tree.at)))
    end
    return out
end

local Stepper = {}
Stepper.__index = Stepper

-- The function that steps a strand by its number.
function Stepper:write(w)
    w:comment { ("The next step of one strand of %s."):format(bodies.the("WEAVE", self.e.unit, self.tree.at)) }
    w:line("static int %s(%s, int32_t strand)", self.name, self.e:parameters())
    w:open("{")
    w:line("switch (strand) {")
    for i, strand in ipairs(self.strands) do
        w:line("%s return %s(%s);", i == #self.strands and "default:" or ("case %d:"):format(i - 1), strand.name, self.arguments)
    end
    w:line("}")
    w:close()
    w:blank()
end

function Function:stepper(tree, strands)
    local e = self.e
    local stepper = setmetatable({ e = e, tree = tree, strands = strands, name = e:take(e.source.func .. "_weave"),
        arguments = self:arguments() }, Stepper)
    e.functions[#e.functions + 1] = stepper
    return stepper.name
end

function Function:weave_step(weave, stepper)
    self:set("st", ("loopc_weave_took(&s->loopc, &%s, %s_done, %s(%s, %s.turn))"):format(weave, weave, stepper, self:arguments(), weave))
end

function Function:enter_strands(weave, strands, stepper)
    for _, strand in ipairs(strands) do
        if strand.has_frame then self:set(("s->%s.%s.at"):format(self.e.unit.position, strand.name), "0") end
    end
    self:add { op = "for", start = ("loopc_weave_enter(&s->loopc, &%s, %d)"):format(weave, #strands),
        test = ("%s.turn < %d && !st"):format(weave, #strands), step = weave .. ".turn++", pending = true, block = self:within(function()
            self:set(("%s_done[%s.turn]"):format(weave, weave), "false")
            self:weave_step(weave, stepper)
        end) }
end

-- The turns, until enough strands have finished. Outside of coroutines, where waiting for processes is the weave's own, it polls
-- for events in every turn.
function Function:weave_turns(tree, weave, stepper, processes)
    self:add { op = "for", start = "", step = "", test = ("!st && %s.finished < %d"):format(weave, tree.required), pending = true,
        block = self:within(function()
            local steps = tree.steps and (", (const int32_t[]){%s}"):format(table.concat(tree.steps, ", ")) or ""
            self:run(("loopc_weave_turn%s(&s->loopc, &%s, %s_done%s, %s)"):format(tree.steps and "_of" or "", weave, weave, steps,
                self.machine and "false" or "true"))
            self:pause()
            if not self.machine and #processes > 0 then self:poll_events(tree, { "break" }) end
            self:weave_step(weave, stepper)
        end) }
end

function write.WEAVE(f, tree)
    local count = #tree.items
    local steps = tree.steps and table.concat(tree.steps, ", ") .. " steps" or "a step"
    f:title(tree, ("%s of each of %d in turn, until %d %s finished"):format(steps, count, tree.required,
        tree.required == 1 and "has" or "have"))
    if count == 0 then return end
    local strands = strands_of(f.e, tree)
    local stepper, processes = f:stepper(tree, strands), analysis.processes(tree)
    local weave, name = f:variable("struct loopc_weave", "weave")
    f:variable("bool", name .. "_done", ("[%d]"):format(count))
    f:enter_strands(weave, strands, stepper)
    if tree.required > 0 then f:weave_turns(tree, weave, stepper, processes) end
    for _, child in ipairs(processes) do f:run(("loopc_child_end(&%s)"):format(child)) end
    if analysis.raises(tree, f.e.source.in_handler) or analysis.stops(tree) or #processes > 0 then f:leave(tree) end
end
