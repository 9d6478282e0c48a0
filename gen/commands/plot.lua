-- loopc plot: draws metrics, control logs and times of runs, and what their checkpoints hold.

local cli = require "gen.cli.cli"
local curves = require "gen.sweep.curves"
local host = require "host"
local nearest = require "gen.base.nearest"
local plot = require "gen.views.plot"
local plot_across = require "gen.views.plot_across"
local plot_checkpoints = require "gen.views.plot_checkpoints"
local plot_confusion = require "gen.views.plot_confusion"
local plot_read = require "gen.views.plot_read"
local plot_roc = require "gen.views.plot_roc"
local plot_surface = require "gen.views.plot_surface"

local command = {
    name = "plot",
    summary = "Draws metrics, control logs and times of runs; weights in checkpoints",
    usage = "FILE.jsonl... | FOLDER... -o PICTURE.svg|.png",
    least = 1,
    most = math.huge,
    text = "FILE is written by --metrics, --log or --timings-log of a trainer. One panel per metric, one line per file; times as bands.\n" ..
        "FOLDER is that of --checkpoint (or files in it): the weights over the steps, and their track through the two directions in\n" ..
        "which it is longest. With --surface eta,loss and a folder for each of several runs: the loss over their learning rates.\n" ..
        "A file of predict --metrics with classes: the confusion table; with --roc the ROC curves, a panel a class, one line per file.\n" ..
        "FOLDER of loopc sweep: a curve for each setting, the mean over the seeds, in a band from the lowest to the highest; then all\n" ..
        "runs on parallel axes, their settings beside their last values.\n" ..
        "PNG needs rsvg-convert (Debian: librsvg2-bin).\n" ..
        "  loopc plot run.jsonl --together=Train.loss,Valid.loss --smooth=10 -o loss.svg     training beside validation\n" ..
        "  loopc plot a.jsonl b.jsonl --only=loss --log -o loss.png                           two runs, logarithmic",
    options = {
        { "-o, --output", "FILE", "the picture to write, .svg or .png" },
        { "--only", "METRIC", "draw this metric only (loss, Train.loss); may be repeated", many = true },
        { "--across", "METRIC", "draw the others over this one, in the place of iterations" },
        { "--log", "METRIC", "logarithmic scale for this metric or (--log) for all; may be repeated", many = true,
            optional = true },
        { "--log-x", nil, "logarithmic scale for what goes across: iterations, or the metric of --across" },
        { "--together", "METRIC,METRIC", "draw these in one panel, over the iterations of the one that began first; may be repeated", many = true },
        { "--smooth", "ROWS", "draw the mean over so many rows", kind = "integer", least = 1 },
        { "--surface", "FIELD,FIELD", "of checkpoints: the first field of each run across, the second as colour" },
        { "--roc", nil, "of files of predict --metrics: ROC curves of their classes" },
        { "--title", "TEXT", "a title above the picture" },
    },
}

-- Names that tell the files apart: without their folders where that is enough.
local function names_of(paths)
    local names, count = {}, {}
    for i, path in ipairs(paths) do
        names[i] = path:match("([^/]+)%.jsonl$") or path:match("[^/]+$") or path
        count[names[i]] = (count[names[i]] or 0) + 1
    end
    for i, path in ipairs(paths) do
        if count[names[i]] > 1 then names[i] = path end
    end
    return names
end

-- `--log loss` reads as --log and a file.
local function missing_file_hint(path, log)
    if log and log[#log] == "" then return ("a metric is named with =: --log=%s"):format(path) end
end

local function read_all(paths)
    local runs, names = {}, names_of(paths)
    for i, path in ipairs(paths) do
        local text, message = host.read(path)
        if not text then cli.fail(message, missing_file_hint(path, paths.log)) end
        local run, why, line = plot_read.run(text)
        if not run then
            cli.fail(("%s:%d: %s"):format(path, line, why), "a line is a JSON object, as --metrics FILE writes it")
        end
        run.name = names[i]
        runs[i] = run
    end
    return runs
end

-- The names after --only and --log must be those of metrics.
local function check_names(runs, names)
    local titles = {}
    for _, panel in ipairs(plot.metrics(runs, {})) do titles[#titles + 1] = panel.title end
    for _, name in ipairs(names or {}) do
        local found = false
        for _, title in ipairs(titles) do found = found or plot.is_meant(title, { name }) end
        if not found then
            cli.fail(("no file has the metric '%s'%s"):format(name, nearest.suggest(name, titles)),
                "there are " .. (#titles > 0 and table.concat(titles, ", ") or "none"))
        end
    end
end

-- `--log` alone means all.
local function log_of(given)
    local out = {}
    for _, name in ipairs(given or {}) do
        if name ~= "" then out[#out + 1] = name end
    end
    return given and out
end

local function to_png(svg)
    local status, png, message = host.run { "rsvg-convert", "--zoom=2", input = svg }
    if not status or status == 127 then
        cli.fail("rsvg-convert, which converts SVG to PNG, is not installed", "apt-get install librsvg2-bin, or -o with .svg", 1)
    end
    if status ~= 0 then cli.fail("rsvg-convert: " .. message, nil, 1) end
    return png
end

local of_metrics = { "only", "across", "log", "log_x", "together", "smooth" }

-- Other pictures would pass over the options of metrics in silence.
local function refuse_options_of_metrics(arguments, what)
    for _, name in ipairs(of_metrics) do
        if arguments[name] then cli.usage(("--%s is for metrics over iterations, not for %s"):format(name:gsub("_", "-"), what)) end
    end
end

-- The picture of a confusion table, if the only file has one.
local function confusion_of(arguments)
    local text = #arguments == 1 and host.read(arguments[1])
    local found = text and plot_confusion.read(text)
    if not found then return nil end
    refuse_options_of_metrics(arguments, "a confusion table")
    return plot_confusion.svg(found, arguments.title)
end

-- The ROC curves of files of predict --metrics, with --roc.
local function picture_of_roc(arguments)
    if not arguments.roc then return nil end
    refuse_options_of_metrics(arguments, "ROC curves")
    local texts, names = {}, names_of(arguments)
    for i, path in ipairs(arguments) do
        local text, message = host.read(path)
        if not text then cli.fail(message) end
        texts[i] = text
    end
    local runs, why, which = plot_roc.read(texts, names)
    if not runs then cli.fail(("%s: %s"):format(arguments[which], why), "PROG predict --metrics FILE writes them, of at most 30 classes") end
    local panels = plot_roc.panels(runs)
    if #panels == 0 then cli.fail("nothing to draw in " .. table.concat(arguments, ", ") .. ": its rows are of one class") end
    return plot.svg(arguments.title, runs, panels)
end

-- The lists of --together.
local function groups_of(runs, given)
    local groups = {}
    for i, text in ipairs(given or {}) do
        groups[i] = {}
        for name in text:gmatch "[^,]+" do table.insert(groups[i], name) end
        check_names(runs, groups[i])
        if #groups[i] < 2 then cli.usage "--together takes two metrics or more: --together=Train.loss,Valid.loss" end
    end
    return groups
end

-- The options of plot.metrics, and across: names that no run has are refused.
local function options_of(runs, arguments)
    local log, across = log_of(arguments.log), arguments.across
    check_names(runs, arguments.only)
    check_names(runs, log)
    check_names(runs, { across })
    return { only = arguments.only, log = log, smooth = arguments.smooth, together = groups_of(runs, arguments.together),
        across = across, log_x = arguments.log_x or across and log and (#log == 0 or plot.is_meant(across, log)) }
end

-- The picture of a sweep, if the only argument is the folder of one.
local function picture_of_sweep(arguments)
    local folder = arguments[1]
    if #arguments ~= 1 or arguments.surface or arguments.roc or not curves.is_meant(folder) then return nil end
    local groups, why = curves.groups(folder)
    if not groups then cli.fail(why, "a line is a JSON object, as --metrics FILE writes it") end
    local runs = {}
    for _, group in ipairs(groups) do table.move(group, 1, #group, #runs + 1, runs) end
    local panels = curves.panels(groups, options_of(runs, arguments))
    if #panels == 0 then cli.fail("nothing to draw in " .. folder, "loopc plot FOLDER --only=METRIC draws one metric") end
    return plot.svg(arguments.title, groups, panels)
end

local function picture_of(arguments)
    local runs = read_all(arguments)
    local options = options_of(runs, arguments)
    if options.across then plot_across.apply(runs, options.across) end
    local panels = plot.panels(runs, options)
    if #panels == 0 then cli.fail("nothing to draw in " .. table.concat(arguments, ", "), "trainers write it with --metrics") end
    return plot.svg(arguments.title, runs, panels)
end

-- The picture of checkpoints, where the arguments are such; nil else.
local function picture_of_checkpoints(arguments)
    local count = 0
    for _, path in ipairs(arguments) do count = count + (plot_checkpoints.is_meant(path) and 1 or 0) end
    if count == 0 and not arguments.surface then return nil end
    if count < #arguments then cli.usage("checkpoints and other files do not go into one picture", "loopc plot saved -o weights.svg") end
    refuse_options_of_metrics(arguments, "checkpoints")
    local runs, why = plot_checkpoints.read(arguments)
    if not runs then cli.fail(why, "a folder that --checkpoint names, or files in it") end
    if not arguments.surface then
        local panels = plot_checkpoints.panels(runs)
        if #panels == 0 then cli.fail("nothing to draw in " .. table.concat(arguments, ", ") .. ": there is no net", "--surface draws fields") end
        return plot.svg(arguments.title, runs, panels)
    end
    local across, value = arguments.surface:match("^([%w_.]+),([%w_.]+)$")
    if not across then cli.usage("--surface takes two fields: --surface=eta,loss") end
    local surface, problem = plot_checkpoints.surface(runs, across, value)
    if not surface then cli.fail(problem, "loopc state FILE lists what there is") end
    return plot_surface.svg(surface, arguments.title)
end

function command.run(arguments)
    local output = arguments.output
    local kind = output and output:lower():match("%.(%w+)$")
    if kind ~= "svg" and kind ~= "png" then
        cli.usage("loopc plot: -o FILE names the picture to write, .svg or .png", "loopc plot run.jsonl -o loss.svg")
    end
    local picture = picture_of_sweep(arguments) or picture_of_roc(arguments) or picture_of_checkpoints(arguments)
    picture = picture or confusion_of(arguments) or picture_of(arguments)
    if kind == "png" then picture = to_png(picture) end
    local ok, message = host.write(output, picture)
    if not ok then cli.fail(message, nil, 1) end
    return 0
end

return command
