-- Functions that bodies call and whose declarations are known: those of the runtime, of nets and optimizers, of the C library, of
-- the trainer's code, and of headers beside the spec. A pointer to const is only read through; an unknown function may do anything.

local declarations = require "gen.c.declarations"
local host = require "host"
local mlp = require "gen.tree.mlp"
local net_functions = require "gen.tree.net_functions"
local net_pairs = require "gen.tree.net_pairs"
local replicas = require "gen.tree.replicas"
local spec_tree = require "gen.tree.spec_tree"

local known_functions = {}

-- The headers whose functions are called with fields.
local headers = { "base/rng.h", "base/shuffle.h", "data/dataset.h", "library/environment.h", "library/returns.h",
    "library/replay.h", "run/read_line.h" }

-- The functions of the C library that are given arrays.
local library = [[
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
size_t strlen(const char *text);
char *strcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t n);
size_t fwrite(const void *from, size_t size, size_t n, FILE *file);
int printf(const char *format);
]]

local runtime -- name -> declaration, read once

local function of_runtime()
    if not runtime then
        runtime = {}
        for _, path in ipairs(headers) do declarations.add(assert(host.script("runtime/" .. path)), runtime) end
        declarations.add(library, runtime)
    end
    return runtime
end

-- The functions of nets: whether they write the net itself is known by their table.
local function add_nets(trainer, out)
    for _, field in ipairs(spec_tree.fields(trainer)) do
        local all = field.type == "mlp" and (field.parameters.replicas and replicas.all or net_functions.all)
        for _, entry in ipairs(all or {}) do
            local parameters = { { text = entry.const and "const struct net *n" or "struct net *n" } }
            for i, argument in ipairs(net_functions.given(entry, field.parameters.from and "net")) do
                parameters[i + 1] = { text = argument == "TARGETS" and "const float *y" or argument }
            end
            out[mlp.prefix_of(field) .. "_" .. entry[1]] = { parameters = parameters }
        end
    end
end

-- A net is copied to another one, which alone is written.
local function add_pairs(trainer, out)
    local nets = spec_tree.fields_of_type(trainer, "mlp")
    net_pairs.each(nets, mlp.prefix_of, function(_, _, _, name)
        out[name] = { parameters = { { text = "struct net *n" }, { text = "const struct net *from" }, { text = "float share" } } }
    end)
end

-- A function of an optimizer learns from its arguments, and changes the net and itself.
local function add_optimizers(trainer, out)
    local learns = { parameters = { { text = "net *n" }, { text = "optimizer *o" }, { text = "const float *x" }, { text = "const float *y" },
        { text = "int64_t first" }, { text = "const float *eta" }, { text = "const float *eta" } } }
    for _, field in ipairs(spec_tree.fields(trainer)) do
        local net = field.type == "optimizer" and field.parameters.net
        if type(net) == "table" then
            out[mlp.prefix_of(net) .. "_train"], out[mlp.prefix_of(net) .. "_train_from"] = learns, learns
        end
    end
end

local function is_const(parameter) return parameter ~= nil and parameter.text:find("%f[%w_]const%f[^%w_][^*]*[%*%[]") ~= nil end

-- Adds what a header declares that is beside the file which includes it, and what the headers declare that this one includes.
local function add_header(path, out, seen)
    local text = not seen[path] and host.read(path)
    seen[path] = true
    if text then known_functions.add_text(text, path:match("^.*/") or "", out, seen) end
end

-- The same for a C text that includes headers of a folder.
function known_functions.add_text(text, folder, out, seen)
    for name in ("\n" .. text):gmatch('\n[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"') do add_header(folder .. name, out, seen) end
    declarations.add(text, out)
end

-- The functions that the trainer's own C declares: headers beside the spec, its `code`, and what a compiler has read of all its
-- headers, where one was asked (options.headers, a function that returns C text).
function known_functions.own(unit)
    local out, seen, trainer = {}, {}, unit.trainer
    if unit.options.headers and #trainer.include > 0 then declarations.add(unit.options.headers(unit), out) end
    for _, name in ipairs(trainer.include) do
        if not name:match("^<") then add_header(unit.folder .. name:gsub('"', ""), out, seen) end
    end
    if trainer.code then known_functions.add_text(trainer.code.text, unit.folder, out, seen) end
    return out
end

-- A function reads_only(name, n): whether argument n of a function is only read.
function known_functions.reads_only(unit)
    local own = known_functions.own(unit)
    add_nets(unit.trainer, own)
    add_pairs(unit.trainer, own)
    add_optimizers(unit.trainer, own)
    return function(name, n)
        local found = own[name] or of_runtime()[name]
        return found ~= nil and is_const(found.parameters[n])
    end
end

return known_functions
