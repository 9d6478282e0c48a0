-- The functions of bodies: each text of the spec once, as a static function named Loop_node or callback_key.
--
-- A function that can signal returns a status, any other nothing; one that touches no state takes no argument.

local ctext = require "gen.c.text"
local CWriter = require "gen.c.writer"
local cvalue = require "gen.c.value"
local line_directives = require "gen.emit.line_directives"
local results = require "gen.analyse.results"

local emit_bodies = {}

-- The name of the state's pointer: `s`, unless the text has an `s` of its own.
local function state_name(source)
    source.identifiers = source.identifiers or ctext.identifiers(source.body.text)
    return source.identifiers.s and "state" or "s"
end

-- A field as an lvalue. Aggregates decay to pointers, as arrays do by themselves; `$data->rows` is a member of the state.
local function access(piece, state, following)
    local field = piece.field
    local text = field.lvalue
    if field.life == "site" then text = field.owner.name .. "_site->" .. field.name
    elseif state ~= "s" then text = text:gsub("^s%->", state .. "->") end
    local member = piece.member and not piece.qualified and "." .. piece.member
    if member then return text .. member end
    if not field.aggregate then return text end
    if following and following:match("^%->") then return text, true end
    return piece.alone and "&" .. text or "(&" .. text .. ")"
end

local signal_text = {}

function signal_text.fail(source, _, state)
    return ("return loopc_fail(&%s->loopc, %s, "):format(state, cvalue.string(source.full))
end

function signal_text.recover() return "return LOOPC_RECOVERED" end

function signal_text.cancel(_, piece)
    return "return " .. (piece.status or "LOOPC_CANCEL")
end

function signal_text.stop(_, piece)
    return "return " .. (piece.status or "LOOPC_STOP")
end

-- The operand of a star, `*$net`: the aggregate itself, without the star and the address.
local function dereferenced(before, text, following)
    local inner = text:match("^%(&(.*)%)$")
    local behind = following and following:match("^%s*(%p?%p?)") or ""
    if inner and before and before:match("[^*]%*$") and not behind:match("^[%[.+-]") then return before:sub(1, -2), inner end
    return before, text
end

-- The C of a text: its pieces with the `$` words replaced by `replace(piece, following)`. When that
-- returns true as well, the arrow that follows becomes a dot.
local function join(pieces, replace)
    local out, arrow = {}, false
    for i, piece in ipairs(pieces) do
        if piece.kind == "text" then out[i] = arrow and piece.text:gsub("^%->", ".") or piece.text
        else
            local following = pieces[i + 1] and pieces[i + 1].text
            out[i], arrow = replace(piece, following)
            if i > 1 then out[i - 1], out[i] = dereferenced(out[i - 1], out[i], following) end
        end
        if piece.kind == "text" then arrow = false end
    end
    return table.concat(out)
end

local function body_text(source, state)
    return join(source.pieces, function(piece, following)
        if piece.kind == "field" then return access(piece, state, following) end
        return signal_text[piece.word](source, piece, state)
    end)
end

-- The C of an expression in the run function; site fields are those of the occurrence or of the one around it.
function emit_bodies.expression(source, instance, key)
    local text = join(source.pieces, function(piece, following)
        if piece.field.life ~= "site" then return access(piece, "s", following) end
        local place = results.instance_of(instance, piece.field.owner, instance.results and instance.results[key])
        return ("s->%s.%s"):format(place.site, piece.field.name)
    end)
    return ctext.one_line(text)
end

-- Whether the function takes the state: for plain fields and failures. Site fields come by their own pointers.
local function takes_state(source)
    if source.tree or source.refusals then return true end
    for _, piece in ipairs(source.pieces) do
        if piece.kind == "signal" and piece.word == "fail" then return true end
        if piece.kind == "field" and piece.field.life ~= "site" then return true end
    end
    return false
end

local function parameters(unit, source, state)
    local out = {}
    if takes_state(source) then out[1] = ("struct %s *%s"):format(unit.struct, state) end
    for _, loop in ipairs(source.sites) do out[#out + 1] = ("struct %s *%s_site"):format(loop.site_struct, loop.name) end
    return #out > 0 and table.concat(out, ", ") or "void"
end

-- Whether the function of a source takes anything.
function emit_bodies.has_parameters(source) return takes_state(source) or #source.sites > 0 end

-- The call of a source at one place; `found` are the places of the results that it reads (results.lua).
function emit_bodies.call(source, instance, found)
    local arguments = {}
    if takes_state(source) then arguments[1] = "s" end
    for _, loop in ipairs(source.sites) do
        arguments[#arguments + 1] = "&s->" .. results.instance_of(instance, loop, found).site
    end
    return ("%s(%s)"):format(source.func, table.concat(arguments, ", "))
end

-- The place of a text for readers: "digits.lua:12"; nil with --no-lines.
function emit_bodies.where(unit, at)
    return unit.options.lines ~= false and CWriter.safe(("%s:%d"):format(at.file, at.line)) or nil
end

-- The same behind a name: " (digits.lua:12)", or nothing.
function emit_bodies.place(unit, at)
    local where = emit_bodies.where(unit, at)
    return where and (" (%s)"):format(where) or ""
end

-- "the WEAVE at digits.lua:12"
function emit_bodies.the(word, unit, at)
    local where = emit_bodies.where(unit, at)
    return where and ("the %s at %s"):format(word, where) or "a " .. word
end

-- For render.lua: line directives around statements whose C is of the spec, when they are asked for.
function emit_bodies.places(unit)
    if not unit.options.line then return nil end
    return { mark = function(w, at) line_directives.to_spec(unit, w, at) end, unmark = function(w) line_directives.back(unit, w) end }
end

local function write_line(w, line)
    if line:match("^%s*#") then w:directive(line) else w:line((line:gsub("%s+$", ""))) end
end

-- The comment above the function of a body.
function emit_bodies.heading(unit, source)
    local doc = (source.kind == "node" and source.doc) and ": " .. CWriter.safe(source.doc) or ""
    return source.full .. emit_bodies.place(unit, source.at) .. doc
end

-- Whether the last statement of a body, at its outermost level, is a return: one on a line of its own, or behind
-- another statement on the only line.
local function ends_in_return(text)
    local before, last = ("\n" .. text):match("^(.*)\n([^\n]*)$")
    local first = before:match("^%s*$") ~= nil
    if last:match("^return .*;$") then return first or before:match("[;{}]%s*$") ~= nil end
    local plain = last:gsub('"[^"]*"', "\"\""):gsub("'[^']*'", "")
    return first and not plain:find("//", 1, true) and plain:match("[;}] return [^;{}]*;$") ~= nil
end

local keywords = { ["if"] = true, ["while"] = true, ["for"] = true, ["switch"] = true, ["return"] = true, ["sizeof"] = true }

-- Whether a leaf is one short statement that can be written in the place of the element: an assignment, a count or a call, without a name
-- that means something else there.
function emit_bodies.is_simple(leaf)
    local text = ctext.one_line(leaf.body.text)
    local word = text:match("^([%a_][%w_]*)%s*%(")
    local begins = text:match("^%$") or text:match("^%+%+%s*%$") or text:match("^%-%-%s*%$") or word and not keywords[word]
    if not begins or leaf.signals or #text > 80 or text:gsub('"[^"]*"', "\"\""):gsub("'[^']*'", ""):match("[;{}#].") then return false end
    leaf.identifiers = leaf.identifiers or ctext.identifiers(text)
    local names = leaf.identifiers
    return text:sub(-1) == ";" and not (names.s or names.st or names.here or names.state)
end

-- A text of an element within the element's function: on one line.
function emit_bodies.inline(text) return ctext.one_line(body_text(text, "s")) end

-- The first field of a text, as an lvalue there.
function emit_bodies.first_field(text)
    for _, piece in ipairs(text.pieces) do
        if piece.kind == "field" then return (access(piece, "s")) end
    end
end

-- The call of a leaf from the function of its element, which has the same parameters.
function emit_bodies.call_inside(leaf, state)
    local arguments = {}
    if takes_state(leaf) then arguments[1] = state or "s" end
    for _, loop in ipairs(leaf.sites) do arguments[#arguments + 1] = loop.name .. "_site" end
    return ("%s(%s)"):format(leaf.func, table.concat(arguments, ", "))
end

local not_calls = { ["if"] = true, ["for"] = true, ["while"] = true, ["switch"] = true, ["return"] = true, ["sizeof"] = true }
local short = 300 -- characters of a body that may be repeated wherever it is called

-- Whether a text calls a function, in C outside of strings and comments. A failure's message does not count.
local function calls(source)
    for _, piece in ipairs(source.pieces) do
        if piece.kind == "text" and piece.text:find("(", 1, true) then
            local code = piece.text:gsub("/%*.-%*/", ""):gsub("//[^\n]*", ""):gsub('"[^"\n]*"', "")
            for name in code:gmatch("([%a_][%w_]*)%s*%(") do
                if not not_calls[name] then return true end
            end
        end
    end
    return false
end

-- How the function of a text is declared: see LOOPC_ALWAYS_INLINE in program.h.
local function storage(source)
    return #source.body.text <= short and not calls(source) and "static LOOPC_ALWAYS_INLINE" or "static LOOPC_NOINLINE"
end

-- Functions of nets refuse an argument by keeping it in the net; the body that called them fails with it.
local refusal_of = {}

function refusal_of.limit(refusal, net)
    return net .. ".refused != 0.0f", "loopc_fail_limit", (", %s, &%s.refused"):format(cvalue.string(refusal.name), net)
end

function refusal_of.rows(refusal, net)
    local field = refusal.field
    return net .. ".excess != 0", "loopc_fail_rows", (", %s, %d, &%s.excess"):format(cvalue.string(field.full), field.parameters.batch, net)
end

function refusal_of.take() return "loopc_untaken.function", "loopc_fail_take", "" end

local function write_refusals(w, source, state)
    for _, refusal in ipairs(source.refusals or {}) do
        local net = refusal.field and refusal.field.lvalue:gsub("^s%->", state .. "->")
        local test, name, arguments = refusal_of[refusal.kind](refusal, net)
        w:line("if (%s)", test)
        w:line("    return %s(&%s->loopc, %s%s);", name, state, cvalue.string(source.full), arguments)
    end
end

local function signals_itself(source)
    for _, piece in ipairs(source.pieces) do
        if piece.kind == "signal" then return true end
    end
    return false
end

-- Whether control may leave a text before its end.
local function leaves_early(source)
    source.identifiers = source.identifiers or ctext.identifiers(source.body.text)
    return source.identifiers["return"] ~= nil or signals_itself(source)
end

-- The text of a function: its head and its statements, without the closing brace.
local function write_text(unit, w, source, state, head)
    local text, dropped = ctext.dedent(body_text(source, state))
    w:line("%s", head)
    w:open("{")
    line_directives.write(unit, w, source.body, text, dropped, function(line) write_line(w, line) end)
    return text
end

-- A body that may return early and may be refused an argument is a function of its own: it may have been refused before it left.
local function write_apart(unit, w, source, state, declared)
    local inner, signals = source.func .. "_body", signals_itself(source)
    local text = write_text(unit, w, source, state, ("static LOOPC_NOINLINE %s %s(%s)"):format(signals and "int" or "void", inner, declared))
    if signals and not ends_in_return(text) then w:line("return LOOPC_OK;") end
    w:close()
    w:blank()
    w:comment { "The same, and a failure if it gave a function of a net more than that takes." }
    w:line("static LOOPC_NOINLINE int %s(%s)", source.func, declared)
    w:open("{")
    w:line(signals and "const int status = %s;" or "%s;", emit_bodies.call_inside({ func = inner, pieces = source.pieces,
        sites = source.sites, refusals = source.refusals }, state))
    write_refusals(w, source, state)
    w:line("return %s;", signals and "status" or "LOOPC_OK")
    w:close()
    w:blank()
end

-- The function of one text.
function emit_bodies.write_function(unit, w, source, title)
    local state = state_name(source)
    local declared = parameters(unit, source, state)
    w:comment { title or emit_bodies.heading(unit, source) }
    if source.refusals and leaves_early(source) then return write_apart(unit, w, source, state, declared) end
    local text = write_text(unit, w, source, state, ("%s %s %s(%s)"):format(storage(source), source.signals and "int" or "void", source.func,
        declared))
    write_refusals(w, source, state)
    if source.signals and not ends_in_return(text) then w:line("return LOOPC_OK;") end
    w:close()
    w:blank()
end

return emit_bodies
