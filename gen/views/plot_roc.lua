-- The ROC curves of `PROG predict --metrics`, for `loopc plot --roc`: a panel a class, a line a file, with the area under it.
--
-- In:  the texts of such files, with their names. Out: runs and panels for plot.svg; or nil, why not and the file that it is about.

local json_read = require "gen.base.json_read"

local plot_roc = {}

local function read(text)
    local line = text:match("^[^\n]*")
    local value = line:find('"roc"', 1, true) and json_read.parse(line)
    if not value or not json_read.is_object(value) then return nil end
    for _, key in ipairs { "classes", "auc", "roc" } do
        if not json_read.is_array(value[key]) or #value[key] ~= #value.classes then return nil end
    end
    return value
end

-- Files of the same classes: { name, classes, auc, roc } each.
function plot_roc.read(texts, names)
    local runs = {}
    for i, text in ipairs(texts) do
        local run = read(text)
        if not run then return nil, "there are no ROC curves in it", i end
        run.name = names[i]
        if i > 1 and table.concat(run.classes, "\0") ~= table.concat(runs[1].classes, "\0") then
            return nil, "its classes are not those of " .. names[1], i
        end
        runs[i] = run
    end
    return runs
end

-- null is no table: a class without rows.
local function is_curve(value) return json_read.is_array(value) and #value == 2 end

local function panel_of(runs, class)
    local panel = { x_name = "false positive rate", lines = {}, guide = true }
    local areas = {}
    for r, run in ipairs(runs) do
        local curve = run.roc[class]
        if is_curve(curve) then
            table.insert(panel.lines, { run = r, dash = 1, x = curve[1], y = curve[2] })
            areas[#areas + 1] = ("%.4f"):format(run.auc[class])
        end
    end
    panel.title = ("%s: area %s"):format(runs[1].classes[class], table.concat(areas, ", "))
    return #areas > 0 and panel or nil
end

-- Of two classes the second says all: the other's curve is the same one, mirrored, where outputs are probabilities.
function plot_roc.panels(runs)
    local panels, count = {}, #runs[1].classes
    for class = count == 2 and 2 or 1, count do panels[#panels + 1] = panel_of(runs, class) end
    return panels
end

return plot_roc
