-- The functions of the run (emit_run.lua), and how they call each other.
--
-- A program has two variants of each, plain and instrumented, so that --timings and --trace cost a plain run nothing: the steps
-- are one inline function of which the compiler makes two, because `instrumented` is a constant of each. Loops with the same text
-- share a function, though their trace points differ: by `shift`, which is an argument then. A library has the plain variant only.
-- So a loop with a function of its own is NAME_steps, the two variants of it, and NAME itself, which chooses one.

local bodies = require "gen.emit.bodies"
local CWriter = require "gen.c.writer"
local render = require "gen.c.render"
local resume = require "gen.emit.resume"
local statements = require "gen.c.statements"
local step_form = require "gen.emit.step"

local functions = {}

-- The parts of a function that only returns the status of one step, probes aside; or nil.
function functions.trivial(run)
    if run.unit.options.line or #run.points > 0 then return nil end
    local parts, code = { before = {}, after = {} }, nil
    for _, s in ipairs(run.block) do
        if s.op == "probe" then table.insert(code and parts.after or parts.before, s)
        elseif not code and (s.op == "return" or s.op == "set" and s.to == "st") and s.code and not s.pending then code = s.code
        elseif not statements.is_silent(s) and not (s.op == "return" and not s.code) then return nil end
    end
    parts.code = code
    return code and parts
end

-- The identity of a function: its statements, with trace points and calls relative to its own place.
function functions.key(run)
    local w, base = CWriter.new(), run.root.point and run.root.point.index or 0
    statements.find(run.block, function(s)
        if s.op == "probe" then s.text = ("+%d"):format(s.point.index - base) end
    end)
    run.keyed, w.bare = true, true
    render.block(w, run.block)
    run.keyed = nil
    return w:text()
end

function functions.name(run, item)
    local wish = item.func or run.unit.struct .. step_form.suffix(run)
    run.name, run.instrumented = wish, item.point ~= nil
    if not run.instrumented then return end
    local names, root = run.unit.names, not item.parent
    run.steps_name = root and run.unit.struct .. "_steps" or names:take(wish .. "_steps")
    run.plain_name = root and wish or names:take(wish .. "_plain")
    run.instrumented_name = root and wish .. "_instrumented" or names:take(wish .. "_instrumented")
end

local function is_shifted(run) return run.instrumented and #run.sites > 1 end

-- How far the trace points of a call are from those of the function, as a last argument.
local function shift_argument(inner, outer, point)
    if not is_shifted(inner) then return "" end
    local shift = {}
    if point ~= inner.root.point then shift[1] = ("%s - %s"):format(point.name, inner.root.point.name) end
    if is_shifted(outer) then shift[#shift + 1] = "shift" end
    return ", " .. (shift[1] and table.concat(shift, " + ") or "0")
end

local Call = {}
Call.__index = Call

-- A call, spelled when it is known which functions are shared.
function functions.call(inner, outer, point) return setmetatable({ inner = inner, outer = outer, point = point }, Call) end

function Call:text()
    local inner, outer, point = self.inner, self.outer, self.point
    if outer.keyed then return ("%s+%d"):format(inner.name, point and point.index - outer.root.point.index or 0) end
    if not inner.instrumented then return inner.name .. (inner.uses_s and "(s)" or "()") end
    return ("%s(s, instrumented%s)"):format(inner.name, shift_argument(inner, outer, point))
end

-- Their text.

-- The first few of a list, each once.
local function some(names)
    local out, seen = {}, {}
    for _, name in ipairs(names) do
        if not seen[name] and #out < 4 then out[#out + 1] = name end
        seen[name] = true
    end
    return table.concat(out, ", ") .. (#names > #out and (" (%d places)"):format(#names) or "")
end

local function result_of(run) return (next(run.root.out) or run.machine or not run.root.parent) and "int" or "void" end

local function write_title(run, w)
    if not run.root.parent then return end
    local loop = run.root.instance.loop
    w:comment { ("%s%s, on %s"):format(loop.name, bodies.place(run.unit, loop.at), some(run.sites)) }
end

local function state_of(run) return ("struct %s *s"):format(run.unit.struct) end

-- The parameters of a function that takes all that there is.
local function all_parameters(run) return state_of(run) .. ", const bool instrumented" .. (is_shifted(run) and ", const int shift" or "") end

local function write_head(run, w)
    if run.instrumented then w:line("static LOOPC_ALWAYS_INLINE %s %s(%s)", result_of(run), run.steps_name, all_parameters(run))
    else w:line("static %s %s(%s)", result_of(run), run.name, (run.uses_s or not run.root.parent) and state_of(run) or "void") end
end

-- Spells the trace points of the function.
local function name_points(run)
    local shift = is_shifted(run) and " + shift" or ""
    statements.find(run.block, function(s)
        if s.op == "probe" then s.text = s.point.name .. shift end
    end)
end

local function write_steps(run, w, place)
    local pending = statements.has_pending(run.block)
    write_title(run, w)
    write_head(run, w)
    w:open("{")
    local mark = #w.lines
    if not run.root.parent and not run.uses_s then w:line("(void)s; /* unused */") end
    step_form.declare(run, w)
    if pending then w:line("int st = LOOPC_OK;") end
    resume.declare(run, w)
    if #w.lines > mark then w:blank() end
    resume.write_entry(run, w, place)
    step_form.enter(run, w)
    name_points(run)
    render.block(w, run.block, place)
    w:close()
    w:blank()
end

local function write_function(run, w, name, parameters, code, storage)
    w:line("%s %s %s(%s)", storage or "static", result_of(run), name, parameters)
    w:open("{")
    w:line((result_of(run) == "int" and "return " or "") .. code .. ";")
    w:close()
    w:blank()
end

local function write_variants(run, w)
    local root, shift = not run.root.parent, is_shifted(run)
    local state, s = root and "void *state" or state_of(run), root and "state" or "s"
    write_function(run, w, run.plain_name, state, ("%s(%s, false%s)"):format(run.steps_name, s, shift and ", 0" or ""))
    write_function(run, w, run.instrumented_name, state .. (shift and ", const int shift" or ""),
        ("%s(%s, true%s)"):format(run.steps_name, s, shift and ", shift" or ""))
    if root then return end
    write_function(run, w, run.name, all_parameters(run),
        ("instrumented ? %s(s%s) : %s(s)"):format(run.instrumented_name, shift and ", shift" or "", run.plain_name), "static LOOPC_ALWAYS_INLINE")
end

-- Writes a function, with its variants. `place`: see render.lua.
function functions.write(run, w, place)
    write_steps(run, w, place)
    if run.instrumented and not step_form.is_root(run) then write_variants(run, w) end
end

return functions
