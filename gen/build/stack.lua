-- The deepest stack of a program, from the call graphs that gcc writes beside its objects (-fcallgraph-info=su).

local host = require "host"

local stack = {}

-- Functions of the C library and of libgcc have no graph: frames that were measured, the calls below them included.
local of_libgcc, of_library = 40, 96

-- Frames and calls of all files: { [name] = bytes }, { [name] = { names } }.
local function graph_of(folder, sources)
    local frames, calls = {}, {}
    for _, source in ipairs(sources) do
        for line in (host.read(folder .. "/" .. source:gsub("c$", "ci")) or ""):gmatch "[^\n]+" do
            local from, to = line:match '^edge: { sourcename: "([^"]*)" targetname: "([^"]*)"'
            local name, bytes = line:match '^node: { title: "([^"]*)".*\\n(%d+) bytes'
            if from then
                calls[from] = calls[from] or {}
                table.insert(calls[from], to)
            elseif name then frames[name] = math.tointeger(tonumber(bytes)) end
        end
    end
    return frames, calls
end

-- Bytes at most that a program takes. A cycle, of which we have none, would count once.
function stack.deepest(folder, sources)
    local frames, calls = graph_of(folder, sources)
    local known = {}
    local function below(name)
        if known[name] then return known[name] end
        known[name] = 0
        if not frames[name] then
            known[name] = name:find "^__" and name ~= "__indirect_call" and of_libgcc or of_library
            if name:find "^__clz" then known[name] = 0 end
            return known[name]
        end
        local most = 0
        for _, inner in ipairs(calls[name] or {}) do most = math.max(most, below(inner)) end
        known[name] = frames[name] + most
        return known[name]
    end
    return math.max(below "board_reset", below "board_start") -- the second where the first one is assembly
end

return stack
