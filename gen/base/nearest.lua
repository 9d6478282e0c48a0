-- Nearest names, for "did you mean": Damerau-Levenshtein distance (adjacent transpositions count once).

local nearest = {}

function nearest.distance(a, b)
    local before, previous = nil, {}
    for j = 0, #b do previous[j] = j end
    for i = 1, #a do
        local current = { [0] = i }
        for j = 1, #b do
            local cost = a:byte(i) == b:byte(j) and 0 or 1
            current[j] = math.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
            if before and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
                current[j] = math.min(current[j], before[j - 2] + 1)
            end
        end
        before, previous = previous, current
    end
    return previous[#b]
end

-- How many slips a word of that length may hold: one in three letters, one or two at least; words of a line have no neighbours.
local function most_slips(word)
    if #word > 80 then return -1 end
    return math.min(#word - 1, math.max(#word < 4 and 1 or 2, #word // 3))
end

-- Up to `most` (3) of `names` near enough to `word`, each once, nearest first, ties by name.
function nearest.names(word, names, most)
    local found, slips, seen = {}, most_slips(word), {}
    for _, name in ipairs(names) do
        local near = not seen[name] and math.abs(#name - #word) <= slips
        local distance = near and nearest.distance(word:lower(), name:lower())
        if near and distance <= slips then found[#found + 1] = { name = name, distance = distance } end
        seen[name] = true
    end
    table.sort(found, function(a, b)
        if a.distance ~= b.distance then return a.distance < b.distance end
        return a.name < b.name
    end)
    local out = {}
    for i = 1, math.min(most or 3, #found) do out[i] = found[i].name end
    return out
end

-- "; did you mean 'x' or 'y'?", or "" for no names.
function nearest.question(names)
    if #names == 0 then return "" end
    return "; did you mean '" .. table.concat(names, "' or '", 1, math.min(3, #names)) .. "'?"
end

-- The same for the names near to a word.
function nearest.suggest(word, names) return nearest.question(nearest.names(word, names)) end

return nearest
