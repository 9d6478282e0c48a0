-- The operating system as the tests need it, the same under `loopc --test FILE` (module host) and under a plain lua5.4.
--
-- platform.read(path) -> text | nil            platform.write(path, text)
-- platform.mkdirs(folder)                      platform.remove(path): a file or a folder, with all that is in it
-- platform.getenv(name) -> text | nil          platform.say(text): a line on standard output, at once
-- platform.run { argv... } -> exit code, standard output, standard error
-- platform.fresh() -> an integer that differs from run to run
-- platform.finish(code): the return value of a test file

local found, host = pcall(require, "host")

if not found then host = nil end

local platform = {}

if host then
    function platform.read(path) return (host.read(path)) end
    function platform.write(path, text) assert(host.write(path, text)) end
    function platform.mkdirs(folder) assert(host.mkdirs(folder)) end
    function platform.remove(path) return host.remove(path) end
    function platform.say(text) host.stdout(text .. "\n") end
    platform.getenv = host.getenv
    function platform.finish(code) return code end

    -- There is no clock here, but the name of a new folder is as good.
    function platform.fresh()
        local folder = assert(host.tempdir())
        host.remove(folder)
        return tonumber(host.sha256(folder .. host.pid()):sub(1, 6), 16)
    end

    function platform.run(arguments)
        local status, out, err = host.run(arguments)
        return assert(status, out), out, err
    end
else
    local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

    function platform.read(path)
        local file = io.open(path, "rb")
        if not file then return nil end
        local text = file:read("a")
        file:close()
        return text
    end

    function platform.write(path, text)
        local file = assert(io.open(path, "wb"))
        file:write(text)
        file:close()
    end

    function platform.mkdirs(folder) os.execute("mkdir -p " .. quote(folder)) end
    function platform.remove(path) os.execute("rm -rf " .. quote(path)) end
    function platform.fresh() return os.time() % 0x1000000 end
    function platform.finish(code) os.exit(code) end
    platform.getenv = os.getenv

    function platform.say(text)
        io.stdout:write(text, "\n")
        io.stdout:flush()
    end

    function platform.run(arguments)
        local words, out, err = {}, os.tmpname(), os.tmpname()
        for i, word in ipairs(arguments) do words[i] = quote(word) end
        local command = ("%s </dev/null >%s 2>%s"):format(table.concat(words, " "), out, err)
        local _, _, code = os.execute(command)
        local out_text, err_text = platform.read(out), platform.read(err)
        os.remove(out)
        os.remove(err)
        return code, out_text, err_text
    end
end

return platform
