-- The functions that a C header of the runtime declares, as its manual has them: in its order, with the comment before each.

local header = {}

-- A comment as one line of text.
local function plain(comment) return (comment:gsub("\n%s*%*?", " "):gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")) end

-- The comments of a text, by the position of what comes after each.
local function comments_of(text)
    local out = {}
    for comment, after in text:gmatch "/%*(.-)%*/%s*()" do out[after] = plain(comment) end
    return out
end

-- "loopc_rng_below", its declaration on one line, what its comment says.
function header.functions(text)
    local out, comments = {}, comments_of(text)
    for position, result, name, list in text:gmatch "\n()(%l[%w_ ]-[ %*])(loopc_[%w_]+)(%b())%s*[;{_]" do
        out[#out + 1] = { name = name, declaration = plain(result:gsub("static inline ", "") .. name .. list),
            doc = comments[position] }
    end
    return out
end

-- The first sentence of a comment; the dots of 0 .. n end none.
function header.sentence(doc) return doc:match("^(.-[^%s%.]%.)%s") or doc end

return header
