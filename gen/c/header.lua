-- The functions that a C header of the runtime declares, as its manual has them: in its order, with the comment before each.

local header = {}

-- A comment as one line of text.
local function plain(comment) return (comment:gsub("\n%s*%*?", " "):gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")) end

-- The comment that ends just before a position, or nil.
local function comment_before(text, position)
    local comment = text:sub(1, position):match(".*/%*(.-)%*/%s*$")
    return comment and plain(comment)
end

-- "loopc_rng_below", its declaration on one line, what its comment says.
function header.functions(text)
    local out = {}
    for position, result, name, list in text:gmatch "()\n(%l[%w_ ]-[ %*])(loopc_[%w_]+)(%b())%s*[;{_]" do
        out[#out + 1] = { name = name, declaration = plain(result:gsub("static inline ", "") .. name .. list),
            doc = comment_before(text, position) }
    end
    return out
end

-- The first sentence of a comment; the dots of 0 .. n end none.
function header.sentence(doc) return doc:match("^(.-[^%s%.]%.)%s") or doc end

return header
