-- What a file opens with: what it is, and its table of contents.

local bodies = require "gen.emit.bodies"
local CWriter = require "gen.c.writer"

local function names_of(nodes)
    local out = {}
    for i, node in ipairs(nodes) do out[i] = node.full end
    return table.concat(out, ", ")
end

local function repetition(loop)
    local out = {}
    if loop.times then
        out[1] = type(loop.times) == "table" and "times " .. CWriter.safe(loop.times.text) or ("%d times"):format(loop.times)
    end
    if loop.done then out[#out + 1] = "until " .. CWriter.safe(loop.done.text) end
    return #out > 0 and ", " .. table.concat(out, ", ") or ""
end

local function loop_entry(loop)
    local phases = {}
    for i, phase in ipairs(loop.phases) do phases[i] = phase.name end
    return (#phases > 0 and table.concat(phases, ", ") or "no phase") .. repetition(loop)
        .. (#loop.call_on > 0 and "; on " .. names_of(loop.call_on) or "")
end

local function callback_entry(callback)
    local nodes = {}
    for _, listener in ipairs(callback.listeners) do table.move(listener.nodes, 1, #listener.nodes, #nodes + 1, nodes) end
    return "callback on " .. names_of(nodes)
end

-- Writes it: each loop with its phases and each callback, with their lines in the spec.
return function(unit, w)
    local trainer = unit.trainer
    local lines = { ("%s: %s"):format(trainer.name, trainer.doc and CWriter.safe(trainer.doc)
        or "a trainer, flattened from " .. CWriter.safe(unit.name)) }
    lines[2] = ("Made by loopc from %s; change that, not this."):format(CWriter.safe(unit.name))
    lines[3] = ""
    for _, member in ipairs(trainer.members) do
        lines[#lines + 1] = ("  %s%s: %s"):format(member.name, bodies.place(unit, member.at),
            member.kind == "loop" and loop_entry(member) or callback_entry(member))
    end
    w:comment(lines)
end
