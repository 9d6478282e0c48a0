-- The text of `loopc explain --c`: a walk through the emitted file, part by part, with what each is for and the lines of the spec
-- that became it.

local walk = {}

-- What the parts of the file are for, by their titles.
local purposes = {
    Nets = "The nets and optimizers: a struct of arrays each, and the functions that bodies call. Sizes are constants; only what\n"
        .. "the bodies use is here.",
    ["Data sets"] = "What the trainer wants of its files, as tables for the reader of the runtime.",
    State = "All that a run knows, in one struct: copying it copies the run. A loop has a struct of its own in it.",
    Bodies = "A function for each node and each body of a callback, in the order of the steps. `s` is the state; $name became a\n"
        .. "member of it.",
    Run = "The steps in their order, as plain control flow. `st` is the pending status: not 0 while a failure, a $cancel or a\n"
        .. "$stop is on its way to its target. AT_ names are where a saved run goes on.",
    Tables = "How the runtime knows the program: fields by name, places by name, and the entry points.",
}

local function lines_of(text)
    local out = {}
    for line in (text .. "\n"):gmatch "([^\n]*)\r?\n" do out[#out + 1] = line end
    return out
end

-- The file and the line that a comment of the emitted C names: "/* Fit.on_batch (x.lua:12) */".
local function source_of(line)
    local file, number = line:match "^%s*/%*.-%(([^%s()]+):(%d+)%)"
    return file, math.tointeger(number)
end

-- The lines of a spec from `first` on that belong together: as long as they are further right, and the line that closes them.
local function excerpt(lines, first)
    local indent, out = #lines[first]:match "^%s*", { lines[first] }
    local open = select(2, lines[first]:gsub("[%[{(]", "")) > select(2, lines[first]:gsub("[%]})]", ""))
    for i = first + 1, open and math.min(#lines, first + 30) or first do
        local line = lines[i]
        out[#out + 1] = line
        if line:match "%S" and #line:match "^%s*" <= indent then break end
    end
    return out
end

local function add_excerpt(out, unit, file, number, seen)
    local source, key = unit.sources[file], ("%s:%d"):format(file, number)
    if not source or seen[key] then return end
    seen[key] = true
    local lines = lines_of(source.text)
    if not lines[number] then return end
    for i, line in ipairs(excerpt(lines, number)) do out[#out + 1] = ("%14s | %s"):format(i == 1 and key or "", line) end
end

-- In the state and the tables the lines are many and small: their comments name them, which is enough.
local with_excerpts = { Bodies = true, Run = true }

function walk.text(unit)
    local out, title, seen = {}, nil, {}
    out[1] = ("%s, as loopc gen writes it. Indented with a bar: the lines of the spec before what became of them."):format(unit.trainer.name)
    for _, line in ipairs(lines_of(unit.text)) do
        local name = line:match "^/%* %-%-%-%- (.-) %-+ %*/$"
        if name then
            title = name
            out[#out + 1] = ("\n==== %s\n%s\n"):format(name, purposes[name] or "")
        end
        local file, number = source_of(line)
        if file and with_excerpts[title] then add_excerpt(out, unit, file, number, seen) end
        if not name then out[#out + 1] = line end
    end
    return table.concat(out, "\n") .. "\n"
end

return walk
