-- loopc plot: reading lines, axes, thinning of many points, the picture, and the command.

local host = require "host"
local plot = require "gen.views.plot"
local plot_axis = require "gen.views.plot_axis"
local plot_read = require "gen.views.plot_read"
local plot_downsample = require "gen.views.plot_downsample"
local folder_of_runs = require "gen.views.runs"
local suite = require("tests.support.harness").suite "plot"

local function test(what, run) suite:test(what, run) end
local function equal(actual, expected) suite:same(actual, expected) end

local folder = assert(host.tempdir())
local function path(name) return folder .. "/" .. name end
local function write(name, text) assert(host.write(path(name), text)) end

local function read(text)
    local run, message, line = plot_read.run(text)
    return run or error(line .. ": " .. message, 2)
end

local metrics = '{"loop":"Train","iteration":1,"total":1,"loss":0.5,"count":"12","parts":[1,-2e-3]}\n' ..
    '{"loop":"Train","iteration":2,"total":2,"loss":null,"count":"18446744073709551615","parts":[3,4]}\n' ..
    '{"loop":"Valid","iteration":1,"total":1,"loss":0.25}\n' ..
    '{"loop":"Train","iteration":1,"total":3,"loss":0.125,"count":"14","parts":[5,6]}\n' ..
    '{"run":"digits","status":"ok","accuracy":0.97}\n'

test("a damaged file of a folder of runs says so, and has the lines before; files of other kinds are no runs", function()
    assert(host.mkdirs(path "runs"))
    write("runs/half.jsonl", '{"loss":1}\n{"loss":2}\n{"loss":\n{"loss":3}\n')
    write("runs/whole.jsonl", '{"loss":1}\n{"loss":2') -- being written
    write("runs/other.jsonl", "no metrics\n{}\n")
    local found = folder_of_runs.read(path "runs")
    equal({ #found, found[1].name, found[1].state, found[1].series[1].y }, { 2, "half", "damaged: line 3, byte 9: not a value", { 1, 2 } })
    equal({ found[2].name, found[2].state, found[2].series[1].y }, { "whole", "", { 1 } })
end)

test("metrics become a series a field, and null a gap", function()
    local run = read(metrics)
    local names = {}
    for i, series in ipairs(run.series) do names[i] = series.name end
    equal(names, { "Train.loss", "Train.count", "Train.parts[0]", "Train.parts[1]", "Valid.loss" })
    equal(run.series[1].x, { 1, 2, 3 })
    equal({ run.series[1].y[1], run.series[1].y[2] ~= run.series[1].y[2], run.series[1].y[3] }, { 0.5, true, 0.125 })
    equal(run.series[2].y[2], 2.0 ^ 64)
    equal(run.series[4].y, { -2e-3, 4, 6 })
    equal(run.series[1].x_name, "iterations of Train")
    equal(run.summary, "ok, accuracy 0.97")
end)

test("what went through a control channel, and flat objects of others", function()
    local run = read('{"eta": [0, 0.1], "sv": [0, [1, 2]], "loss": [0, -1]}\n{"loss": [7, 0.5], "diverged": true}\n')
    equal({ run.series[1].name, run.series[2].name, #run.series }, { "eta", "loss", 2 })
    equal(run.series[2].x, { 0, 7 })
    run = read '{"step": 5, "name": "a \\" 7", "score": 1}\n\n{"step": 9, "name": "a \\" 7", "score": 2}\n'
    equal({ run.series[1].x, run.series[1].y, #run.series }, { { 5, 9 }, { 1, 2 }, 1 })
    equal(read('{"score": 1}\n{"score": 2}\n').series[1].x, { 1, 2 })
end)

test("a line that is no JSON is told with its number; a last one cut short is none", function()
    for _, bad in ipairs { "x", "{", "[1]", "1", '{"a":1-2}', '{"a":1', '"', '{"a":"\\', "\0", '{"timings":"x"}' } do
        local run, message, line = plot_read.run('{"a":1}\n' .. bad .. '\n{"a":2}\n')
        equal({ run, line, type(message) }, { nil, 2, "string" })
    end
    equal(#read('{"a":1}\n{"a":2}\n{"a":').series[1].y, 2)
end)

local function texts(axis)
    local out = {}
    for i, tick in ipairs(axis.ticks) do out[i] = tick.text end
    return table.concat(out, " ")
end

-- How many ticks there are, and how many different texts.
local function count_texts(axis)
    local seen, different = {}, 0
    for _, tick in ipairs(axis.ticks) do
        different = different + (seen[tick.text] and 0 or 1)
        seen[tick.text] = true
    end
    return #axis.ticks, different
end

test("ticks of a narrow range can be told apart", function()
    equal(texts(plot_axis.linear(0.9999999, 0.99999994, 3)), "0.99999990 0.99999992 0.99999994")
    equal(texts(plot_axis.logarithmic(0.9999999, 0.99999994, 3)), "0.99999990 0.99999992 0.99999994")
    equal(plot_axis.logarithmic(1, 1.5, 3).at(-1), nil)
    for _, low in ipairs { 1, -1, 3e-7, 1e6, 123456.789, 1e17 } do
        for _, span in ipairs { 1e-3, 1e-7, 1e-12, 1e-15, 1e-17 } do
            for _, scale in ipairs { "linear", "logarithmic" } do
                local ticks, different = 2, 2
                if scale == "linear" or low > 0 then ticks, different = count_texts(plot_axis[scale](low, low + math.abs(low) * span, 6)) end
                suite:check(ticks >= 2 and ticks <= 8 and different == ticks, ("%s %g %g: %d, %d"):format(scale, low, span, ticks, different))
            end
        end
    end
end)

test("ticks are round numbers", function()
    equal(texts(plot_axis.linear(0, 1, 6)), "0 0.2 0.4 0.6 0.8 1.0")
    equal(texts(plot_axis.linear(1, 1000000, 7, true)), "0.2M 0.4M 0.6M 0.8M 1.0M")
    equal(texts(plot_axis.linear(-30000, 30000, 6, true)), "-30k -20k -10k 0 10k 20k 30k")
    equal(texts(plot_axis.linear(0, 3e-5, 4, true)), "0 1e-5 2e-5 3e-5")
    equal(texts(plot_axis.linear(5, 5, 3)), "4.5 5.0 5.5")
    for _, value in ipairs { 0, 5e-324, math.mininteger, math.maxinteger, -1.5e308 } do
        suite:check(#plot_axis.linear(value, value, 6).ticks <= 8, "one value")
    end
    for _, tick in ipairs(plot_axis.logarithmic(5e-324, 5e-324, 6).ticks) do suite:check(tick.value > 0) end
    equal(texts(plot_axis.logarithmic(1e-5, 1, 6)), "1e-5 1e-4 0.001 0.01 0.1 1")
    equal(texts(plot_axis.logarithmic(0.05, 2, 6)), "0.05 0.1 0.2 0.5 1 2")
    equal(plot_axis.logarithmic(0.1, 1, 6).at(0), nil)
    equal(texts(plot_axis.linear(1000000, 1000010, 5, true)), "1000000 1000002 1000004 1000006 1000008 1000010")
    for _, low in ipairs { -1e300, -7, 0, 5e-324, 1e-300, 123456789, math.mininteger, math.maxinteger } do
        for _, span in ipairs { 1e-3, 1, 1e9, 1e300 } do
            local count = #plot_axis.linear(low, low + math.max(span, math.abs(low + 0.0) * 1e-9), 6).ticks
            suite:check(count >= 1 and count <= 8, ("%g %g: %d ticks"):format(low, span, count))
        end
    end
end)

local area = { left = 0, top = 0, right = 100, bottom = 100, width = 100, height = 100 }

test("of a million points a peak of one stays", function()
    local line = { x = {}, y = {} }
    for i = 1, 1000000 do line.x[i], line.y[i] = i, 0.5 end
    line.y[123457] = 1
    local pieces = plot_downsample.pieces(line, plot_axis.linear(1, 1000000, 5, true), plot_axis.linear(0, 1, 5, true), area)
    equal(#pieces, 1)
    suite:check(#pieces[1].points < 10000, "too much is drawn")
    suite:contains(pieces[1].points, ",0.0 ")
end)

test("gaps, lonely points, values without a place, lines that go back", function()
    local line = { x = { 0, 1, 2, 3, 4, 2, 3 }, y = { 1, 0 / 0, 1, 1 / 0, -1, 2, 3 } }
    local pieces, lost = plot_downsample.pieces(line, plot_axis.linear(0, 4, 5, true), plot_axis.logarithmic(0.5, 4, 5), area)
    equal({ #pieces, pieces[1].single, pieces[2].single, pieces[3].single }, { 3, true, true, nil })
    equal(#lost, 2)
end)

local function run_of(text, name)
    local run = read(text)
    run.name = name
    return run
end

test("a panel a metric, a line a run, scales by choice", function()
    local runs = { run_of(metrics, "first"), run_of(metrics, "a & b") }
    local panels = plot.panels(runs, { log = { "Train.loss" } })
    equal({ #panels, #panels[1].lines, panels[1].log, panels[2].log, #panels[3].lines }, { 4, 2, true, false, 4 })
    local svg = plot.svg("<title>", runs, panels)
    for _, part in ipairs { "&lt;title&gt;", "a &amp; b: ok, accuracy 0.97", "iterations of Train", "prefers-color-scheme: dark",
        'class="lost"', "Train.parts  ([0], [1])",
        'role="img" aria-label="&lt;title&gt;: Train.loss over iterations of Train, ' } do suite:contains(svg, part) end
    equal(#plot.panels(runs, { only = { "loss" } }), 2)
    equal(#plot.panels(runs, { only = { "Valid.loss" } }), 1)
    suite:contains(plot.svg(nil, runs, plot.panels({ run_of('{"a":-1}\n{"a":0}\n', "x") }, { log = {} })), "nothing above 0")
end)

test("labels of a narrow range fit beside their axis and under it", function()
    local lines = {}
    for i = 0, 9 do lines[i + 1] = ('{"total":%d,"share":%.9g}\n'):format(9999990 + i, 0.9999999 + i * 4e-9) end
    local svg = plot.svg(nil, {}, plot.panels({ run_of(table.concat(lines), "x") }, {}))
    for x, text in svg:gmatch '<text x="([%d.]+)" y="[%d.]+" class="note" text%-anchor="end">([^<]*)' do
        suite:check(tonumber(x) >= 7 * #text, text .. " is cut off")
    end
    local right = 0
    for x, text in svg:gmatch '<text x="([%d.]+)" y="[%d.]+" class="note" text%-anchor="middle">([%d.]+)<' do
        suite:check(tonumber(x) - 3.5 * #text > right, text .. " overlaps its neighbour")
        right = tonumber(x) + 3.5 * #text
    end
    suite:check(right > 0, "no labels")
    suite:contains(svg, ">0.99999992<")
end)

local function times_of(time, on, guard)
    local row = '{"timings":"x","time":%g,"kind":"%s","place":"%s","in":"Train.batch","calls":9,"total":%g,"self":%g}\n'
    return row:format(time, "phase", "Train.batch", time, time) .. row:format(time, "step", "Train.on_batch", on, on) ..
        row:format(time, "step", "guard.after_batch", guard, guard)
end

test("times are bands of phases, callbacks and steps", function()
    local panels = plot.panels({ run_of(times_of(1, 0.5, 0.25) .. times_of(2, 1.5, 0.3), "x") }, {})
    equal(#panels, 3)
    equal({ panels[2].bands[1].name, panels[2].bands[1].values, panels[2].bands[1].share }, { "Train", { 50.0, 100.0 }, 75.0 })
    equal({ #panels[1].bands, panels[1].bands[1].name, panels[1].bands[1].share }, { 1, "Train.batch", 90.0 })
    equal(panels[3].bands[2].name, "guard.after_batch")
    suite:contains(plot.svg(nil, {}, panels), "<polygon")
end)

local function loopc(...)
    local status, out, err = host.run { assert(host.exe()), "plot", ... }
    return status, out .. err
end

write("a.jsonl", metrics)
write("bad.jsonl", '{"a":1}\n{"a":}\n')
write("none.jsonl", "")

test("the command: pictures, and errors that say what to do", function()
    equal({ loopc(path "a.jsonl", "-o", path "a.svg") }, { 0, "" })
    suite:contains(assert(host.read(path "a.svg")), "</svg>")
    for _, case in ipairs {
        { "an argument is missing" }, { "the picture to write", path "a.jsonl" }, { "the picture to write", path "a.jsonl", "-o", "x.pdf" },
        { "bad.jsonl:2: ", path "bad.jsonl", "-o", path "b.svg" }, { "nothing to draw", path "none.jsonl", "-o", path "b.svg" },
        { "cannot read", path "nowhere.jsonl", "-o", path "b.svg" },
        { "named with =: --log=loss", path "a.jsonl", "-o", path "b.svg", "--log", "loss" },
        { "did you mean 'Train.loss'", path "a.jsonl", "-o", path "b.svg", "--only", "Train.los" },
        { "there are Train.loss, ", path "a.jsonl", "-o", path "b.svg", "--log=speed" },
    } do
        local status, text = loopc(table.unpack(case, 2))
        equal(status, 2)
        suite:contains(text, case[1])
    end
end)

test("PNG is made by rsvg-convert, and its package is named when it is not there", function()
    if loopc(path "a.jsonl", "-o", path "a.png") == 0 then equal(host.read(path "a.png"):sub(1, 8), "\137PNG\r\n\26\n") end
    local status, _, text = host.run { assert(host.exe()), "plot", path "a.jsonl", "-o", path "b.png", env = { "PATH=/nowhere" } }
    equal(status, 1)
    suite:contains(text, "librsvg2-bin")
end)

-- Bytes changed at random: a picture, or a message with the line.
test("whatever is in a file, it is drawn or refused", function()
    local whole, random = metrics .. times_of(1, 0.5, 0.25) .. '{"eta": [0, 0.1], "sv": [0, [1]], "loss": [0, -1]}\n', 7
    for _ = 1, 3000 do
        local text = whole
        for _ = 1, 3 do
            random = (random * 1664525 + 1013904223) & 0xffffffff
            local at = (random >> 8) % #text + 1
            text = text:sub(1, at - 1) .. string.char(random >> 24) .. text:sub(at + 1)
        end
        local run, message, line = plot_read.run(text)
        if run then
            run.name = "x"
            plot.svg(nil, { run }, plot.panels({ run }, { log = {} }))
        else
            equal({ type(message), math.type(line) }, { "string", "integer" })
        end
    end
end)

test("metrics share a panel, and are smoothed", function()
    local run = read(metrics)
    run.name = "x"
    local panels = plot.metrics({ run }, { together = { { "Train.loss", "Valid.loss" } }, smooth = 2 })
    equal({ panels[1].title, #panels[1].lines, panels[2].title }, { "loss", 2, "Train.count" })
    local train, valid = panels[1].lines[1], panels[1].lines[2]
    equal({ train.element, train.dash, valid.element, valid.dash }, { "Train.loss", 1, "Valid.loss", 2 })
    equal(train.y, { 0.5, 0.5, 0.125 }) -- the null between them is left out
    for _, name in ipairs { "loss", "Valid.loss" } do -- a panel is meant by the name of each metric in it
        for _, group in ipairs { { "Train.loss", "Valid.loss" }, { "loss" } } do
            panels = plot.metrics({ run }, { together = { group }, only = { name }, log = { name } })
            equal({ #panels, #panels[1].lines, panels[1].log }, { 1, 2, true })
        end
    end
    equal(plot.smooth({ 1, 2, 3, 6 }, 3), { 1.0, 1.5, 2.0, 11 / 3 })
    local svg = plot.svg(nil, { run }, plot.panels({ run }, { together = { { "Train.loss", "Valid.loss" } } }))
    suite:check(svg:find("loss  (Train.loss, Valid.loss)", 1, true))
    suite:check(svg:find("stroke-dasharray", 1, true))
end)

-- Three batches of training, two of validation, twice: each epoch ends at the same place of the axis.
test("loops that iterate differently often share an axis", function()
    local lines = {}
    local function pass(loop, epoch, batches, values)
        for i = 1, batches do
            lines[#lines + 1] = ('{"loop":"%s","iteration":%d,"total":%d,"loss":%g}\n'):format(loop, i, epoch * batches + i, values[i])
        end
    end
    for epoch = 0, 1 do
        pass("Train", epoch, 3, { 3, 2, 1 })
        pass("Valid", epoch, 2, { 5, 4 })
    end
    local run = read(table.concat(lines))
    for _, names in ipairs { { "Train.loss", "Valid.loss" }, { "Valid.loss", "Train.loss" } } do
        local panel = plot.metrics({ run }, { together = { names } })[1]
        equal({ panel.x_name, panel.lines[1].x, panel.lines[2].x },
            { "iterations of Train", { 1, 2, 3, 4, 5, 6 }, { 1.5, 3.0, 4.5, 6.0 } })
    end
    equal(plot.metrics({ run }, {})[2].lines[1].x, { 1, 2, 3, 4 }) -- alone it has its own iterations
end)

test("both axes can be logarithmic", function()
    local lines = {}
    for i = 0, 100 do lines[#lines + 1] = ('{"step":%d,"loss":%g}\n'):format(i, 10.0 ^ (-i / 25)) end
    local panels = plot.panels({ run_of(table.concat(lines), "x") }, { log = {}, log_x = true })
    local svg = plot.svg(nil, { { name = "x" } }, panels)
    local points = {}
    for x, y in svg:match('<polyline[^>]* points="([^"]*)"'):gmatch "([%d.]+),([%d.]+)" do points[#points + 1] = { tonumber(x), tonumber(y) } end
    equal(#points, 100) -- step 0 has no place
    suite:check(math.abs((points[10][1] - points[1][1]) - (points[100][1] - points[10][1])) < 0.2) -- a decade each
    for _, tick in ipairs { "1", "10", "100" } do suite:contains(svg, 'text-anchor="middle">' .. tick .. "<") end
    suite:contains(plot.svg(nil, {}, plot.panels({ run_of('{"step":0,"loss":1}\n', "x") }, { log_x = true })), "nothing above 0")
end)

-- The instructions of Lua that a function runs, in millions.
local function millions(f)
    local count = 0
    debug.sethook(function() count = count + 1 end, "", 1000000)
    f()
    debug.sethook()
    return count
end

test("a million lines take a few hundred instructions each", function()
    local lines, format = {}, '{"loop":"Train","iteration":%d,"total":%d,"loss":%.9g}\n'
    for i = 1, 1000000 do lines[i] = format:format(i, i, 1 / i) end
    local svg
    local count = millions(function()
        local run = read(table.concat(lines))
        run.name = "million"
        svg = plot.svg(nil, { run }, plot.panels({ run }, { log = {} }))
    end)
    suite:check(count > 10 and count < 1000, count)
    suite:check(#svg < 400000, "too large")
end)

host.remove(folder)
return suite:finish()
