-- A spec that is open in an editor: its text as it is there, what the compiler says of it, its shape.
--
-- { path, text, lines, unit, good }: `unit` is the newest compilation, as far as its diagnostics go; `good` the newest one without errors,
-- which answers while the text does not compile. The C is made when it is asked for.

local compile = require "gen.compile"
local host = require "host"
local pipeline = require "gen.pipeline"
local positions = require "gen.editor.positions"
local structure = require "gen.editor.structure"
local toolchain = require "gen.build.toolchain"

local document = {}

function document.new(path, text)
    local self = { path = path }
    document.change(self, text)
    return self
end

function document.change(self, text)
    self.text, self.lines, self.shape = text, positions.lines(text), nil
end

-- Its shape, read when it is asked for.
function document.structure(self)
    self.shape = self.shape or structure.read(self.text)
    return self.shape
end

-- Whether the text is a spec: other Lua files, and modules of specs, are not compiled by themselves.
function document.is_spec(self) return self.text:find "%f[%w_]trainer%f[^%w_]" ~= nil end

-- A new unit of the text, up to the pass `last`. open: path -> text of all that is open. An error of the compiler itself is the second
-- result.
function document.try(self, open, last)
    local unit = pipeline.unit(self.path, { format = "never", open_files = open })
    local ok, why = pcall(pipeline.run, unit, last)
    return unit, not ok and (type(why) == "table" and why.text or tostring(why)) or nil
end

-- Compiles the text up to the last pass that has diagnostics or says where steps lead. Results as above.
function document.compile(self, open)
    local unit, why = document.try(self, open, "analyse_flow")
    self.unit = unit
    if not why and unit.diags.errors == 0 then self.good = unit end
    return unit, why
end

-- The C of the newest text that compiles, or nil.
function document.c(self)
    local unit = self.unit and self.unit.diags.errors == 0 and self.unit or self.good
    if unit and not unit.text then pcall(pipeline.run, unit, "emit") end
    return unit and unit.text
end

-- Asks the C compiler about the bodies, too; its errors become diagnostics of the unit.
function document.check_bodies(self)
    local unit = self.unit
    if not unit or unit.diags.errors > 0 or not document.c(self) then return end
    pcall(toolchain.check, unit, {}, function(same, options)
        options.open_files = unit.options.open_files
        return compile.again(same, options)
    end)
end

-- All files of the spec by their path: { path -> structure and text }, those that are open as they are in the editor.
function document.files(self, open)
    local out, unit = { { path = self.path, structure = document.structure(self), text = self.text, lines = self.lines } }, self.good
    for _, path in ipairs(unit and unit.files or {}) do
        if path ~= self.path then
            local text = open[path] or host.read(path) or ""
            out[#out + 1] = { path = path, structure = structure.read(text), text = text, lines = positions.lines(text) }
        end
    end
    return out
end

return document
