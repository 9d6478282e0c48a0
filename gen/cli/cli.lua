-- Command lines: from the options that a command declares to parsed values, and to its help.
--
-- A command is { name, summary, usage = "SPEC [-o FILE]", options = { { flag, argument, help, ... } }, run, text, least, most }:
--   options  { "-o", "FILE", "write to FILE" }; the flag may be a list of spellings, "-o, --output"; without an argument
--            the option is true or false. `key` names the value in the parsed table (default: the longest spelling
--            without dashes, `-` as `_`); `kind = "integer"` and `least` check the value; `values` lists the allowed ones;
--            `optional = true`: the argument can only be given as --flag=VALUE; `many = true` collects a list
--   least, most  how many other arguments it takes (default 0, 0)
--   rest     "--" passes what follows through, as parsed.rest
--   foreign  unknown options --NAME [VALUE] are those of another program: parsed.flags, a list of { name, value }; one
--            without a value, before another option or at the end, has the value ""
--   raw      it reads its arguments itself; only a first --help is ours
--   text     more paragraphs for the help
-- Every command also has --help.

local host = require "host"
local nearest = require "gen.base.nearest"
local wrap = require "gen.base.wrap"

local cli = {}

-- Ends the program with a message; `code` is 2 (wrong usage, bad input) if not given.
function cli.fail(text, hint, code)
    local lines = { "loopc: error: " .. text .. "\n" }
    if hint then lines[2] = "    hint: " .. hint .. "\n" end
    error({ code = code or 2, text = table.concat(lines) }, 0)
end

cli.usage = cli.fail

function cli.note(text) host.stderr("loopc: " .. text .. "\n") end

-- The spellings of an option: { "-o", "--output" }.
function cli.spellings(option)
    local out = {}
    for spelling in option[1]:gmatch("[^%s,]+") do out[#out + 1] = spelling end
    return out
end

local function key_of(option)
    if option.key then return option.key end
    local spellings = cli.spellings(option)
    return (spellings[#spellings]:gsub("^%-+", ""):gsub("%-", "_"))
end

local help_option = { "-h, --help", nil, "show this help" }

-- All options of a command, --help last.
function cli.options(command)
    local out = { table.unpack(command.options or {}) }
    out[#out + 1] = help_option
    return out
end

local function by_spelling(command)
    local map, names = {}, {}
    for _, option in ipairs(cli.options(command)) do
        for _, spelling in ipairs(cli.spellings(option)) do
            map[spelling] = option
            names[#names + 1] = spelling
        end
    end
    return map, names
end

local function integer(option, flag, text)
    local value = text:match("^%-?%d+$") and math.tointeger(tonumber(text))
    if not value then cli.usage(("%s takes a whole number, not '%s'"):format(flag, text)) end
    if option.least and value < option.least then
        cli.usage(("%s takes a whole number from %d, not %s"):format(flag, option.least, text))
    end
    return value
end

local function choice(option, flag, text)
    for _, value in ipairs(option.values) do
        if value == text then return text end
    end
    cli.usage(("%s takes %s, not '%s'"):format(flag, table.concat(option.values, ", "), text))
end

local function value_of(option, flag, text)
    if option.kind == "integer" then return integer(option, flag, text) end
    if option.values then return choice(option, flag, text) end
    return text
end

local function store(parsed, option, value)
    local key = key_of(option)
    if not option.many then
        parsed[key] = value
        return
    end
    parsed[key] = parsed[key] or {}
    table.insert(parsed[key], value)
end

-- Keeps an option of another program; returns as parse_option does.
local function keep_foreign(parsed, arguments, i)
    local name, attached = arguments[i]:match("^%-%-([^=]+)=?(.*)$")
    local following = arguments[i + 1]
    local takes = not arguments[i]:find("=", 1, true) and following and not following:match("^%-%-") and not following:match("^%-%a$")
    parsed.flags = parsed.flags or {}
    table.insert(parsed.flags, { name = name, value = takes and following or attached })
    return takes and i + 1 or i
end

-- Parses one option at arguments[i]; returns the index of the last argument that it used.
local function parse_option(command, parsed, arguments, i)
    local options, names = by_spelling(command)
    local flag, attached = arguments[i]:match("^(%-%-[^=]+)=(.*)$")
    flag = flag or arguments[i]
    local option = options[flag]
    if not option and command.foreign and flag:match("^%-%-[%w]") then return keep_foreign(parsed, arguments, i) end
    if not option then
        local hint = ("loopc %s --help lists the options"):format(command.name)
        cli.usage(("loopc %s: unknown option '%s'%s"):format(command.name, flag, nearest.suggest(flag, names)), hint)
    end
    if not option[2] then
        if attached then cli.usage(("%s takes no value"):format(flag)) end
        store(parsed, option, true)
        return i
    end
    if option.optional and not attached then
        store(parsed, option, "")
        return i
    end
    if not attached then i = i + 1 end
    local text = attached or arguments[i]
    if not text then cli.usage(("%s needs a value: %s %s"):format(flag, flag, option[2])) end
    store(parsed, option, value_of(option, flag, text))
    return i
end

local function check_count(command, parsed)
    local least, most = command.least or 0, command.most or 0
    local usage = ("loopc %s %s"):format(command.name, command.usage or "")
    if #parsed < least then cli.usage(("loopc %s: an argument is missing"):format(command.name), usage) end
    if #parsed > most then
        cli.usage(("loopc %s: unexpected argument '%s'"):format(command.name, parsed[most + 1]), usage)
    end
end

-- The arguments as a table: the options by key, the others by position. Ends the program on wrong usage.
function cli.parse(command, arguments)
    local parsed, i, plain = {}, 1, false
    if command.raw then return { help = arguments[1] == "--help" or arguments[1] == "-h" or nil, table.unpack(arguments) } end
    while i <= #arguments do
        local word = arguments[i]
        if plain then parsed[#parsed + 1] = word
        elseif word == "--" and command.rest then
            parsed.rest = { table.unpack(arguments, i + 1) }
            break
        elseif word == "--" then plain = true
        elseif word:sub(1, 1) == "-" and #word > 1 then i = parse_option(command, parsed, arguments, i)
        else parsed[#parsed + 1] = word end
        if parsed.help then return parsed end
        i = i + 1
    end
    check_count(command, parsed)
    return parsed
end

-- "-o, --output FILE"
function cli.synopsis(option)
    if not option[2] then return option[1] end
    if option.optional then return ("%s[=%s]"):format(option[1], option[2]) end
    local long = option[1]:match("%-%-[%w%-]+$")
    return ("%s%s%s"):format(option[1], long and "=" or " ", option[2])
end

local function rows(options)
    local out, width = {}, 0
    for _, option in ipairs(options) do width = math.max(width, #cli.synopsis(option)) end
    for _, option in ipairs(options) do
        out[#out + 1] = ("  %-" .. width .. "s  %s\n"):format(cli.synopsis(option), option[3])
    end
    return table.concat(out)
end

-- The help of a command.
function cli.help(command)
    local usage = command.usage and " " .. command.usage or ""
    local out = { ("usage: loopc %s%s\n\n%s.\n"):format(command.name, usage, command.summary) }
    if command.text then out[#out + 1] = "\n" .. wrap.sentences(command.text) .. "\n" end
    out[#out + 1] = "\noptions:\n" .. rows(cli.options(command))
    return wrap.page(table.concat(out))
end

return cli
