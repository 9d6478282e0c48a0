-- Which array an expression of a body means, as far as that can be read: a field, a local variable, or a data set's own.
--
-- In:  a text { pieces, assigned = calls.assigned(pieces), places = {}, bound } and one of its expressions (gen/c/calls.lua).
--      `bound`, of a function that a text calls: its parameters = { text, value }, what they are given there.

local array_places = {}

local members = { x = "x", labels = "labels", y = "targets" }

function array_places.is_array(field) return field.scalar and #field.dims > 0 end

-- The name that an expression begins with, behind casts and an &.
local function first_name(text)
    text = text:gsub("^&", ""):gsub("^%(%s*[%w_%s]*%*%s*%)%s*", "")
    return text:match("^[%a_][%w_]*%f[^%w_]") and not text:match("^[%w_]+%s*%(") and text:match("^[%a_][%w_]*") or nil
end

-- The expression that a parameter is given, and its text; another expression and its own text.
function array_places.given(text, value)
    local bound = text.bound and text.bound[value.text]
    if not bound then return text, value end
    return array_places.given(bound.text, bound.value)
end

-- The array of a data set that a parameter is: `data->x`.
local function member_of_parameter(text, value)
    local name, member = value.text:match "^&?([%a_][%w_]*)%s*%->%s*([%a_][%w_]*)"
    local bound = name and text.bound and text.bound[name]
    local data = bound and members[member] and array_places.datasets(bound.text, bound.value)[1]
    return data and { data = data, what = members[member] } or nil
end

-- The array that an expression means: its field, or an entry of text.places for a variable; or nil and { data, what } when it
-- is an array of a data set itself.
function array_places.place(text, value, depth)
    for i, piece in ipairs(value.fields) do
        if piece.field.type == "dataset" then
            local member = value.text:match(("%%$%d%%s*%%->%%s*([%%a_][%%w_]*)"):format(i)) or piece.member
            return nil, members[member] and { data = piece.field, what = members[member] } or nil
        elseif array_places.is_array(piece.field) then return piece.field end
    end
    local name = first_name(value.text)
    if not name or name == "NULL" then return nil end
    local own = member_of_parameter(text, value)
    if own then return nil, own end
    local bound = text.bound and text.bound[name]
    if bound then return array_places.place(bound.text, bound.value) end
    local assigned = text.assigned[name]
    if assigned and (depth or 0) < 4 and not assigned.text:match("^[%a_][%w_]*%s*%(") then
        local place, inner = array_places.place(text, assigned, (depth or 0) + 1)
        if place or inner then return place, inner end
    end
    text.places[name] = text.places[name] or { name = name }
    return text.places[name]
end

-- The data sets that an expression may mean.
function array_places.datasets(text, value, depth)
    local out = {}
    text, value = array_places.given(text, value)
    for _, piece in ipairs(value.fields) do
        if piece.field.type == "dataset" then out[#out + 1] = piece.field end
    end
    local assigned = #out == 0 and text.assigned[value.text]
    if assigned and (depth or 0) < 4 then return array_places.datasets(text, assigned, (depth or 0) + 1) end
    return out
end

return array_places
