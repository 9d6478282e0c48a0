-- Every diagnostic has a case: tests/bad/<id>/spec.lua (spec_2.lua ...) and the whole text that it prints, in `expected`
-- (expected_2 ...), with the spec's path shown as spec.lua. A case without a spec file is about a spec that is not there.
--
-- Comments "-- option NAME VALUE" in a spec set options of the unit. UPDATE=1 in the environment writes the expected texts
-- again; CI in the environment forbids that.

local harness = require "tests.support.harness"
local host = require "host"
local messages = require "gen.diagnostics.messages"
local pipeline = require "gen.pipeline"

local folder = "tests/bad"
local update = (host.getenv "UPDATE" or "") ~= ""
if update and (host.getenv "CI" or "") ~= "" then
    host.stdout("not ok bad: UPDATE is refused under CI\n")
    return 1
end

local suite = harness.suite "bad"

local function options_of(text)
    local options = { format = "never" }
    for name, value in text:gmatch("%-%- option ([%w_.]+) (%d+)") do
        local place, key = options, name
        if name:match("^limits%.") then
            options.limits = options.limits or {}
            place, key = options.limits, name:match("%.(.*)")
        end
        place[key] = math.tointeger(tonumber(value))
    end
    return options
end

-- For a machine without some programs: "-- command gen PATH=bin" runs `loopc gen` on the spec, with the programs of its folder's bin/ alone.
local function run_command(path, command, variable, value)
    local folder_of_spec = path:gsub("/[^/]*$", "")
    local environment = ("%s=%s/%s/%s"):format(variable, host.cwd(), folder_of_spec, value)
    local status, _, text = host.run { host.exe(), "--scripts", host.cwd(), command, path, env = { environment } }
    suite:equal(status, 2, "exit code")
    return { diags = { errors = 1 } }, text
end

-- Runs one spec; returns the unit and its messages as they are shown in the spec's own folder.
local function run(path)
    local text = host.read(path) or ""
    local command, variable, value = text:match("%-%- command (%l+) (%u+)=(%S+)")
    if command then return run_command(path, command, variable, value) end
    local unit = pipeline.unit(path, options_of(text))
    pipeline.run(unit, "emit")
    return unit, (unit.diags:text():gsub(path:gsub("[^/]*$", ""):gsub("%p", "%%%0"), ""))
end

local function compare(path, text)
    if update then return assert(host.write(path, text)) end
    local expected = host.read(path) or ""
    if text ~= expected then suite:fail(("UPDATE=1 writes %s; it says\n%s--- instead of\n%s"):format(path, text, expected)) end
end

-- Requirements of a case besides its text: its diagnostic, and success or not as its severity says.
local function check_unit(id, unit, text)
    suite:check(text:find("[" .. id .. "]", 1, true), "it does not show " .. id)
    local worst = unit.diags.errors > 0 and "error" or "warning"
    if messages[id].severity == "error" then suite:equal(worst, "error", "severity")
    else suite:check(worst == "error" or unit.text, "a warning alone must not keep the C from being emitted") end
end

local function run_case(id, name)
    local number = name:match("^spec(.*)%.lua$")
    suite:test(id .. number, function()
        local unit, text = run(("%s/%s/%s"):format(folder, id, name))
        check_unit(id, unit, text)
        compare(("%s/%s/expected%s"):format(folder, id, number), text)
    end)
end

local function cases_of(id)
    local out = {}
    for _, name in ipairs(host.list(folder .. "/" .. id)) do
        if name:match("^spec.*%.lua$") then out[#out + 1] = name end
    end
    return #out > 0 and out or { "spec.lua" }
end

local folders = {}
for _, id in ipairs(host.list(folder)) do
    folders[id] = true
    if messages[id] then
        for _, name in ipairs(cases_of(id)) do run_case(id, name) end
    end
end

suite:test("each row of messages.lua has a folder and each folder a row", function()
    local wrong = {}
    for id in next, messages do wrong[#wrong + 1] = not folders[id] and id or nil end
    for id in next, folders do wrong[#wrong + 1] = not messages[id] and id or nil end
    table.sort(wrong)
    suite:equal(table.concat(wrong, " "), "")
end)

suite:test("each expected text has a spec", function()
    for id in next, folders do
        for _, name in ipairs(host.list(folder .. "/" .. id)) do
            local number = name:match("^expected(.*)$")
            local spec = number and ("%s/%s/spec%s.lua"):format(folder, id, number)
            suite:check(not number or host.exists(spec) or id == "no_file", tostring(spec) .. " is missing")
        end
    end
end)

suite:test("each diagnostic that a pass gives has a row", function()
    for _, room in ipairs(host.list "gen") do
        for _, name in ipairs(host.list("gen/" .. room) or {}) do
            local text = name:match("%.lua$") and host.read(("gen/%s/%s"):format(room, name)) or ""
            for id in text:gmatch('diags:add%("([%w_]+)",') do suite:check(messages[id], name .. " gives " .. id) end
        end
    end
end)

return suite:finish()
