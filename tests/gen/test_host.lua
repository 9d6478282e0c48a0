-- The module host: files, processes, built-in scripts.

local host = require "host"
local suite = require("tests.support.harness").suite "host"

local function test(what, run) suite:test(what, run) end
local function equal(actual, expected) suite:same(actual, expected) end
local function has(text, part) suite:contains(text, part) end
local function raises(run, pattern) suite:raises(run, pattern) end

local folder = assert(host.tempdir())
local function path(name) return folder .. "/" .. name end

test("files are written and read byte for byte", function()
    local text = "a\0b\r\n\255" .. ("x"):rep(200000)
    equal({ host.write(path "a", text) }, { true })
    equal(host.read(path "a") == text, true)
    equal({ host.write(path "a", "") }, { true })
    equal(host.read(path "a"), "")
    equal(host.list(folder), { "a" })
end)

test("a part of a file is read", function()
    local name = path "part"
    host.write(name, "abcdef")
    equal({ host.read(name, 4), host.read(name, -2), host.read(name, -9), host.read(name, 6), host.read(name, 9) },
        { "ef", "ef", "abcdef", "", "" })
    equal(host.remove(name), true)
end)

test("a lock is held until the program ends, by one or by those that share it", function()
    local name = path "lock"
    local function another(kind) return (host.run { "flock", "-n", kind, name, "true" }) end
    equal(host.lock(name, true), true)
    equal({ another "-s", another "-x" }, { 0, 1 })
    local alone = path "alone"
    equal(host.lock(alone, false), true)
    has(select(2, host.lock(alone, true)), "cannot lock " .. alone)
    equal({ host.remove(name), host.remove(alone) }, { true, true })
end)

test("writing keeps permissions and goes through links", function()
    host.write(path "script", "1")
    assert(host.run { "chmod", "751", path "script" } == 0)
    assert(host.run { "ln", "-s", "script", path "link" } == 0)
    assert(host.write(path "link", "2"))
    equal(host.read(path "script"), "2")
    local _, mode = host.run { "stat", "-c", "%a %F", path "script" }
    equal(mode, "751 regular file\n")
    _, mode = host.run { "stat", "-c", "%F", path "link" }
    equal(mode, "symbolic link\n")
end)

test("devices are written to, not replaced", function()
    equal(host.write("/dev/null", "text"), true)
    local ok, message = host.write("/dev/full", "text")
    equal(ok, nil)
    has(message, "cannot write /dev/full: No space left on device")
end)

test("failures name the file and the reason", function()
    equal({ host.read(path "none") }, { nil, "cannot read " .. path "none" .. ": No such file or directory" })
    has(select(2, host.read(folder)), "Is a directory")
    has(select(2, host.write(path "no/such/file", "")), "cannot write")
    has(select(2, host.list(path "none")), "cannot list")
    has(select(2, host.remove(path "none")), "cannot remove")
    has(select(2, host.mkdirs(path "a/b")), "cannot make the folder")
    has(select(2, host.realpath(path "none")), "cannot find")
end)

test("folders", function()
    equal(host.mkdirs(path "deep/er/est"), true)
    equal(host.mkdirs(path "deep/er/est"), true)
    equal(host.isdir(path "deep/er"), true)
    equal(host.isdir(path "a"), false)
    for _, name in ipairs { "b", "B", "_", "a10", "a2" } do host.write(path("deep/" .. name), name) end
    equal(host.list(path "deep"), { "B", "_", "a10", "a2", "b", "er" })
    equal(host.rename(path "deep", path "moved"), true)
    equal(host.exists(path "deep"), false)
    equal(host.remove(path "moved"), true)
    equal(host.exists(path "moved"), false)
end)

test("removing a folder does not follow links", function()
    host.mkdirs(path "kept")
    host.write(path "kept/file", "x")
    host.mkdirs(path "gone")
    assert(host.run { "ln", "-s", path "kept", path "gone/link" } == 0)
    assert(host.remove(path "gone"))
    equal(host.read(path "kept/file"), "x")
end)

test("programs: status, output, input, folder, environment", function()
    equal({ host.run { "sh", "-c", "echo out; echo err >&2; exit 3" } }, { 3, "out\n", "err\n" })
    equal({ host.run { "sh", "-c", "kill -9 $$" } }, { 137, "", "" })
    equal({ host.run { "cat", input = "a\0b" } }, { 0, "a\0b", "" })
    equal({ host.run { "cat" } }, { 0, "", "" })
    equal({ host.run { "pwd", cwd = "/" } }, { 0, "/\n", "" })
    equal({ host.run { "sh", "-c", "echo $A-$B-$C", env = { "A=1", "B=2 3" } } }, { 0, "1-2 3-\n", "" })
    equal({ host.run { "sh", "-c", "echo ${HOME-none}", env = { "HOME" } } }, { 0, "none\n", "" })
    equal({ host.run { "sh", "-c", "echo $HOME", env = { "HOME=/x" } } }, { 0, "/x\n", "" })
    equal({ host.run { "printf", "%s|", "a b", "", "$HOME" } }, { 0, "a b||$HOME|", "" })
end)

test("variables are taken out of the environment", function()
    local script = path "unset.lua"
    host.write(script, [[
        local host = require "host"
        host.unset "LOOPC_A"
        local _, text = host.run { "env" }
        assert(not text:find "LOOPC_A" and text:find "LOOPC_B=3", text)
        return true
    ]])
    local status, output, errors = host.run { assert(host.exe()), "--test", script,
        env = { "LOOPC_A1=1", "LOOPC_A2=2", "LOOPC_B=3" } }
    equal(status, 0, output .. errors)
    host.remove(script)
end)

test("much input and output at once", function()
    local text = ("0123456789abcdef"):rep(100000)
    local status, out, err = host.run { "sh", "-c", "tee /dev/stderr", input = text }
    equal({ status, out == text, err == text }, { 0, true, true })
end)

test("a program that does not read its input is no error", function()
    equal({ host.run { "true", input = ("x"):rep(1000000) } }, { 0, "", "" })
end)

test("programs that cannot be started", function()
    local status, message = host.run { "no-such-program-anywhere" }
    equal(status, nil)
    has(message, "cannot run no-such-program-anywhere: No such file or directory")
    equal(host.run { "true", cwd = path "none" }, nil)
    raises(function() host.run {} end, "no program")
    raises(function() host.run { 1, {} } end, "are strings")
    has(select(2, host.exec { "no-such-program-anywhere" }), "cannot run")
end)

test("SHA-256", function()
    equal(host.sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    equal(host.sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    for _, size in ipairs { 55, 56, 57, 63, 64, 65, 119, 120, 1000 } do
        local text = ("a"):rep(size)
        local _, out = host.run { "sha256sum", input = text }
        equal(host.sha256(text), out:match("%x+"))
    end
end)

test("what is built in", function()
    has(host.script("gen/lib/train.lua"), "return")
    equal(host.script("gen/none.lua"), nil)
    has(host.template("init/spec.lua"), "@NAME@")
    equal(host.template("none"), nil)
    has(host.script(".clang-format"), "ColumnLimit")
    local names = host.script_names()
    equal(names[1], ".clang-format")
    for i = 2, #names do equal(names[i - 1] < names[i], true) end
end)

test("modules are loaded once", function()
    equal(require "gen.base.diff" == require "gen.base.diff", true)
    raises(function() require "gen.none" end, "module 'gen.none' not found")
end)

test("this program", function()
    equal(host.exe():match("[^/]+$"), "loopc")
    equal(host.exists(host.exe()), true)
    equal(math.type(host.pid()), "integer")
    equal(host.isatty(0), false)
    equal(host.cwd():sub(1, 1), "/")
    equal(host.getenv("NO_SUCH_VARIABLE"), nil)
    equal(host.version:match("^%d+%.%d+%.%d+$"), host.version)
end)

test("nothing that depends on addresses", function()
    equal(tostring(host), "table")
    raises(function() return ("%p"):format(host) end, "would differ")
end)

host.remove(folder)
return suite:finish()
