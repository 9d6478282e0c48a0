/* Fuzzing of the generator, for libFuzzer: the input is the text of a spec, which goes through all
 * passes but the last (clang-format). Whatever it is, loopc answers with C or with diagnostics: a
 * Lua error in a pass is a bug. Small bounds keep endless specs short. */
#include <lauxlib.h>
#include <lua.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "host.h"
#include "sandbox.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Called with the text of a spec: compiles it as the file fuzz.lua, without touching the disk. */
static const char driver[] =
    "local host, pipeline = require 'host', require 'gen.pipeline'\n"
    "return function(text)\n"
    "    local read = host.read\n"
    "    host.read = function(path)\n"
    "        if path == 'fuzz.lua' then return text end\n"
    "        return nil, 'no other files'\n"
    "    end\n"
    "    local limits = { memory = 64 << 20, instructions = 2000000, seconds = 10 }\n"
    "    local unit = pipeline.unit('fuzz.lua', { format = 'never', limits = limits, max_steps = "
    "5000 })\n"
    "    pipeline.run(unit)\n"
    "    local _ = unit.diags:text(), unit.diags:json()\n"
    "    host.read = read\n"
    "end\n";

static int add_traceback(lua_State *L)
{
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    return 1;
}

static void require_ok(lua_State *L, int status)
{
    if (status == LUA_OK) return;
    (void)fprintf(stderr, "fuzz_spec: %s\n", lua_tostring(L, -1));
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bounds bounds = {.allowed = SIZE_MAX};
    lua_State *L = lua_newstate(bounds_allocate, &bounds);
    if (!L) return 0;
    text_open_libraries(L);
    lua_register(L, "require", source_require);
    lua_pushcfunction(L, add_traceback);
    require_ok(L, luaL_loadstring(L, driver));
    require_ok(L, lua_pcall(L, 0, 1, 1));
    (void)lua_pushlstring(L, (const char *)data, size);
    require_ok(L, lua_pcall(L, 1, 0, 1));
    lua_close(L);
    return 0;
}
