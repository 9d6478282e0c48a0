-- The C of WEAVE: a machine for each of its strands, a function that steps one of them by number, and in the function of the
-- WEAVE itself the turns. What keeps them is in runtime/process/weave.h.

local bodies = require "gen.emit.bodies"
local CWriter = require "gen.c.writer"
local emit_element = require "gen.emit.element"
local analysis = require "gen.tree.element_analysis"

local Function, write = emit_element.Function, emit_element.write

-- The machines of the strands.
local function strands_of(e, tree)
    local out = {}
    for i, child in ipairs(tree.items) do
        e.strand_count = e.strand_count + 1
        out[i] = emit_element.new(e, e:take(("%s_strand_%d"):format(e.source.func, e.strand_count)), true)
        e:write_function(out[i], child, ("Strand %d of %d of the WEAVE at %s."):format(i, #tree.items, bodies.where(tree.at)))
    end
    return out
end

-- The function that steps a strand by its number.
function Function:stepper(tree, strands)
    local e, w = self.e, CWriter.new()
    local name = e:take(e.source.func .. "_weave")
    w:comment { ("The next step of one strand of the WEAVE at %s."):format(bodies.where(tree.at)) }
    w:line("static int %s(%s, int32_t strand)", name, e:parameters())
    w:open("{")
    w:line("switch (strand) {")
    for i, strand in ipairs(strands) do
        w:line("%s return %s(%s);", i == #strands and "default:" or ("case %d:"):format(i - 1), strand.name, self:arguments())
    end
    w:line("}")
    w:close()
    w:blank()
    e.functions[#e.functions + 1] = w
    return name
end

function Function:weave_step(weave, stepper)
    self:line("st = loopc_weave_took(&s->loopc, &%s, %s_done, %s(%s, %s.turn));", weave, weave, stepper, self:arguments(), weave)
end

-- Outside of machines, where waiting for processes is the weave's own, it looks up in every turn.
function Function:look_up_in_turns(processes)
    if self.machine or #processes == 0 then return end
    self:line(self.e.source.in_handler and "loopc_poll_masked(&s->loopc);" or "if ((st = loopc_poll_nosave(&s->loopc))) break;")
end

function Function:enter_strands(weave, strands, stepper)
    for _, strand in ipairs(strands) do
        if strand.has_frame then self:line("s->%s.%s.at = 0;", self.e.unit.position, strand.name) end
    end
    self.w:open("for (loopc_weave_enter(&s->loopc, &%s, %d); %s.turn < %d && !st; %s.turn++) {", weave, #strands, weave, #strands, weave)
    self:line("%s_done[%s.turn] = false;", weave, weave)
    self:weave_step(weave, stepper)
    self.w:close()
end

function write.WEAVE(f, tree)
    local count = #tree.items
    local steps = tree.steps and table.concat(tree.steps, ", ") .. " steps" or "a step"
    f:title(tree, ("%s of each of %d in turn, until %d %s finished"):format(steps, count, tree.required,
        tree.required == 1 and "has" or "have"))
    if count == 0 then return end
    local strands = strands_of(f.e, tree)
    local stepper, processes = f:stepper(tree, strands), analysis.processes(tree)
    local weave = f:variable("struct loopc_weave", "weave")
    f:variable("bool", weave:gsub("^here%->", "") .. "_done", ("[%d]"):format(count))
    f:enter_strands(weave, strands, stepper)
    if tree.required > 0 then
        f.w:open("while (!st && %s.finished < %d) {", weave, tree.required)
        local nap = f.machine and "false" or "true"
        if tree.steps then
            f:line("loopc_weave_turn_of(&s->loopc, &%s, %s_done, (const int32_t[]){%s}, %s);", weave, weave, table.concat(tree.steps, ", "), nap)
        else f:line("loopc_weave_turn(&s->loopc, &%s, %s_done, %s);", weave, weave, nap) end
        f:pause()
        f:look_up_in_turns(processes)
        f:weave_step(weave, stepper)
        f.w:close()
    end
    for _, child in ipairs(processes) do f:line("loopc_child_end(&%s);", child) end
    if analysis.raises(tree, f.e.source.in_handler) or analysis.stops(tree) or #processes > 0 then f:leave(tree, "st") end
end
