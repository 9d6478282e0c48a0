-- check_device: conversions of printf that boards do not have, and would print as text.
--
-- In:  bodies, trees of elements; option firmware: true for what `loopc build --device` makes. Out: diagnostics.

local analysis = require "gen.tree.element_analysis"
local ctext = require "gen.c.text"
local reader = require "gen.spec.reader"
local spec_tree = require "gen.tree.spec_tree"

local check_device = {}

-- Why the printf of boards (templates/device/format.c) does not print a conversion, as a hint; nil when it does.
local function missing(length, conversion)
    if conversion == "n" then return "printf returns the number of letters" end
    if length:find "l" and conversion:find "[cs]" then return "texts are of bytes: %s" end
end

-- The first conversion of a call's text that is missing: what it is, and the hint.
local function problem_of(call)
    for literal in call:gsub("\\.", ""):gmatch '"([^"]*)"' do
        for text, length, conversion in literal:gsub("%%%%", ""):gmatch "(%%[-+ #0']*[%d*]*%.?[%d*]*([hljztqL]*)(%a))" do
            local hint = missing(length, conversion)
            if hint then return text, hint end
        end
    end
end

local function check_text(unit, body)
    local code, line, at = ctext.mask(body.text), 1, 1
    for open in code:gmatch "printf%s*()%(" do
        local inside = code:match("^%b()", open)
        local text, hint
        if inside then text, hint = problem_of(body.text:sub(open, open + #inside - 1)) end
        if text then
            line, at = line + select(2, body.text:sub(at, open - 1):gsub("\n", "")), open
            unit.diags:add("not_on_device", body.lines and reader.line_in(body, line) or body.at, text, "'" .. text .. "'",
                "its printf does not know it", hint)
        end
    end
end

local function check_tree(unit, tree)
    if tree.leaf then check_text(unit, tree.leaf.body) end
    analysis.each_child(tree, function(child) check_tree(unit, child) end)
end

function check_device.run(unit)
    local firmware = unit.options.firmware
    if not firmware or firmware == "wasi" then return end -- the C library of WASI has all of them
    for _, source in ipairs(spec_tree.sources(unit.trainer)) do
        if source.tree then check_tree(unit, source.tree) else check_text(unit, source.body) end
    end
    for _, hook in ipairs(spec_tree.hooks(unit.trainer)) do check_text(unit, hook.body) end
    if unit.trainer.code then check_text(unit, unit.trainer.code) end
end

return check_device
