-- Programs that are compiled from a folder of files, not against a library: those for devices and for WebAssembly.

local c_errors = require "gen.build.c_errors"
local cli = require "gen.cli.cli"
local host = require "host"
local toolchain = require "gen.build.toolchain"

local pieces = {}

-- Writes files { name, text } into `folder`; returns the names of the C sources among them.
function pieces.write(folder, files)
    local sources = {}
    for _, file in ipairs(files) do
        local ok, message = host.write(folder .. "/" .. file[1], file[2])
        if not ok then cli.fail(message, nil, 1) end
        if file[1]:find "%.c$" then sources[#sources + 1] = file[1] end
    end
    return sources
end

-- Runs a command in `folder`; returns its status, its messages and its output.
function pieces.run(command, folder)
    command.env, command.cwd = { "LC_ALL=C", "CCACHE_DISABLE=1" }, folder -- ccache forgets call graphs
    local status, out, err = host.run(command)
    if not status then cli.fail(out) end
    return status, err, out
end

-- Looks for errors in the C of the bodies and adds them to the unit's diagnostics, as errors of the spec. command: what compiles;
-- recompile: as for toolchain.check.
function pieces.explain(unit, command, folder, recompile)
    local source, text = unit.trainer.name .. ".c", toolchain.with_lines(unit, recompile)
    host.write(folder .. "/" .. source, text)
    table.move({ "-fsyntax-only", source }, 1, 2, #command + 1, command)
    local _, messages = pieces.run(command, folder)
    c_errors.add(unit, messages, text)
end

-- The folder of the spec, where its own headers are.
function pieces.beside(unit) return host.realpath(unit.folder ~= "" and unit.folder or ".") or "." end

-- Writes a program under its final name, whole.
function pieces.put(program, bytes)
    local beside = ("%s.tmp%d"):format(program, host.pid())
    local done, problem = host.write(beside, bytes)
    if done then done, problem = host.rename(beside, program) end
    if not done then cli.fail(problem, nil, 1) end
end

return pieces
