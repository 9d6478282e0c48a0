/* host: the Lua files and templates built in, and `require`. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedded.h"
#include "host.h"
#include "text.h"

static const char LOADED[] =
    "loopc.loaded"; /* registry: module name -> value; false while it loads */

/* Searched in this order around the embedded files: --scripts before them, host.testing after. */
static const char *scripts_folder;
static char tests_folder[PATH_MAX];

void source_set_folder(const char *folder)
{
    scripts_folder = folder;
}

static int push_from(lua_State *L, const char *folder, const char *path)
{
    char full[PATH_MAX];
    if (!folder || !*folder ||
        snprintf(full, sizeof full, "%s/%s", folder, path) >= (int)sizeof full)
        return 0;
    return host_push_file(L, full);
}

static int compare_name(const void *name, const void *file)
{
    return strcmp(name, ((const struct embedded *)file)->name);
}

static int push_embedded(lua_State *L, const char *path)
{
    const struct embedded *file =
        bsearch(path, embedded_files, embedded_count, sizeof *embedded_files, compare_name);
    if (!file) return 0;
    lua_pushlstring(L, (const char *)file->data, file->size);
    return 1;
}

/* Pushes the text of a file of ours and returns 1, or returns 0. */
static int push_source(lua_State *L, const char *path)
{
    return push_from(L, scripts_folder, path) || push_embedded(L, path) ||
           push_from(L, tests_folder, path);
}

static int source_script(lua_State *L)
{
    if (!push_source(L, luaL_checkstring(L, 1))) lua_pushnil(L);
    return 1;
}

static int source_template(lua_State *L)
{
    const char *path = lua_pushfstring(L, "templates/%s", luaL_checkstring(L, 1));
    if (!push_source(L, path)) lua_pushnil(L);
    return 1;
}

static int source_names(lua_State *L)
{
    lua_createtable(L, (int)embedded_count, 0);
    for (size_t i = 0; i < embedded_count; i++) {
        lua_pushstring(L, embedded_files[i].name);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static int source_testing(lua_State *L)
{
    const char *folder = luaL_checkstring(L, 1);
    luaL_argcheck(L, strlen(folder) < sizeof tests_folder, 1, "path too long");
    (void)strcpy(tests_folder, folder);
    text_open_testing(L);
    return 0;
}

/* Loads and runs a module whose file was found; its text, or the module as embed compiled it, is
 * on top. Leaves its value. */
static void run_module(lua_State *L, const char *name, const char *path)
{
    size_t size;
    const char *text = lua_tolstring(L, -1, &size);
    if (luaL_loadbufferx(L, text, size, lua_pushfstring(L, "@%s", path), "bt") != LUA_OK)
        (void)lua_error(L);
    lua_pushstring(L, name);
    lua_call(L, 1, 1);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
}

int source_require(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    lua_settop(L, 1);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LOADED);
    if (lua_getfield(L, 2, name) == LUA_TBOOLEAN && !lua_toboolean(L, -1))
        return luaL_error(L, "module '%s' requires itself", name);
    if (!lua_isnil(L, -1)) return 1;
    lua_pushboolean(L, 0);
    lua_setfield(L, 2, name);
    const char *path = lua_pushfstring(L, "%s.lua", luaL_gsub(L, name, ".", "/"));
    if (strcmp(name, "host") == 0)
        (void)host_open(L);
    else if (push_source(L, path))
        run_module(L, name, path);
    else
        return luaL_error(L, "module '%s' not found", name);
    lua_pushvalue(L, -1);
    lua_setfield(L, 2, name);
    return 1;
}

const luaL_Reg host_sources[] = {
    {"script", source_script},
    {"template", source_template},
    {"script_names", source_names},
    {"testing", source_testing},
    {NULL, NULL},
};
