-- The C compiler that a command names: its words, its files, what it is.

local cli = require "gen.cli.cli"
local host = require "host"

local compiler = {}

local function words(text)
    local out = {}
    for word in (text or ""):gmatch("%S+") do out[#out + 1] = word end
    return out
end

compiler.words_of = words

-- The compiler of --mpi. Its name is the same with Open MPI and with MPICH.
local function mpi_words(arguments)
    local list = words(arguments.cc or "mpicc")
    if not host.run { list[1], "--version" } then
        cli.fail(("--mpi needs %s, the C compiler of an MPI"):format(list[1]), "apt-get install libopenmpi-dev openmpi-bin, or libmpich-dev mpich")
    end
    return list
end

-- --cc, else CC of the environment, else cc; it may carry flags ("ccache gcc").
function compiler.words(arguments)
    if arguments.mpi then return mpi_words(arguments) end
    for _, text in ipairs { arguments.cc or "", host.getenv("CC") or "", "cc" } do
        local list = words(text)
        if #list > 0 then return list end
    end
end

-- The file that the shell finds under a name, or nil.
function compiler.which(word)
    if word:find "/" then return host.isfile(word) and word or nil end
    for folder in ((host.getenv "PATH" or "") .. ":"):gmatch "([^:]*):" do
        local file = (folder == "" and "." or folder) .. "/" .. word
        if host.isfile(file) then return file end
    end
end

-- Its files: those of its words that are programs.
function compiler.files(arguments)
    local out = {}
    for _, word in ipairs(compiler.words(arguments)) do
        if word:find "/" then out[#out + 1] = word
        else out[#out + 1] = word:sub(1, 1) ~= "-" and compiler.which(word) or nil end
    end
    return out
end

-- Whether it is called through ccache, by name or by one of the links that Debian has in /usr/lib/ccache.
function compiler.is_cached(arguments)
    for _, file in ipairs(compiler.files(arguments)) do
        local name = (host.realpath(file) or file):match "[^/]*$"
        if name == "ccache" or name == "sccache" then return true end
    end
    return false
end

return compiler
