#include "text.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>

/* Pushes the text of the value at `index` (positive), as luaL_tolstring does but without an
 * address. */
static const char *push_text(lua_State *L, int index, size_t *size)
{
    const int type = lua_type(L, index);
    if (type <= LUA_TBOOLEAN || type == LUA_TNUMBER || type == LUA_TSTRING)
        return luaL_tolstring(L, index, size);
    const int meta = luaL_getmetafield(L, index, "__tostring");
    if (meta != LUA_TNIL) {
        lua_pop(L, 1);
        return luaL_tolstring(L, index, size);
    }
    if (luaL_getmetafield(L, index, "__name") == LUA_TSTRING) return lua_tolstring(L, -1, size);
    return lua_tolstring(L, (lua_pushstring(L, luaL_typename(L, index)), -1), size);
}

static int text_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    (void)push_text(L, 1, NULL);
    return 1;
}

static int text_print(lua_State *L)
{
    const int count = lua_gettop(L);
    for (int i = 1; i <= count; i++) {
        size_t size;
        const char *text = push_text(L, i, &size);
        if (i > 1) (void)fputc('\t', stderr);
        (void)fwrite(text, 1, size, stderr);
        lua_settop(L, count);
    }
    (void)fputc('\n', stderr);
    return 0;
}

/* string.format: arguments of %s are made text first, %p is refused, and the real one does the
 * rest. */
static int text_format(lua_State *L)
{
    const char *at = luaL_checkstring(L, 1);
    const int count = lua_gettop(L);
    int argument = 1;
    while ((at = strchr(at, '%')) != NULL) {
        at += 1 + strspn(at + 1, "-+ #0123456789.");
        if (*at == '\0') break;
        if (*at++ == '%') continue;
        argument++;
        luaL_argcheck(L, at[-1] != 'p', 1, "%p would differ from run to run");
        if (at[-1] == 's' && argument <= count) {
            (void)push_text(L, argument, NULL);
            lua_replace(L, argument);
            lua_settop(L, count);
        }
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, count, 1);
    return 1;
}

static void open_libraries(lua_State *L, const luaL_Reg *libraries)
{
    for (; libraries->name; libraries++) {
        luaL_requiref(L, libraries->name, libraries->func, 1);
        lua_pop(L, 1);
    }
}

static void open_all(lua_State *L)
{
    static const luaL_Reg libraries[] = {
        {LUA_GNAME, luaopen_base},
        {LUA_COLIBNAME, luaopen_coroutine},
        {LUA_TABLIBNAME, luaopen_table},
        {LUA_STRLIBNAME, luaopen_string},
        {LUA_MATHLIBNAME, luaopen_math},
        {LUA_UTF8LIBNAME, luaopen_utf8},
        {NULL, NULL},
    };
    open_libraries(L, libraries);
}

void text_open_testing(lua_State *L)
{
    static const luaL_Reg libraries[] = {
        {LUA_IOLIBNAME, luaopen_io},
        {LUA_OSLIBNAME, luaopen_os},
        {LUA_DBLIBNAME, luaopen_debug},
        {NULL, NULL},
    };
    open_libraries(L, libraries);
    lua_newtable(L); /* test files written for lua5.4 extend package.path */
    lua_pushliteral(L, "");
    lua_setfield(L, -2, "path");
    lua_setglobal(L, LUA_LOADLIBNAME);
}

static void mend_strings(lua_State *L)
{
    lua_getglobal(L, LUA_STRLIBNAME);
    lua_getfield(L, -1, "format");
    lua_pushcclosure(L, text_format, 1);
    lua_setfield(L, -2, "format");
    lua_pushnil(L);
    lua_setfield(L, -2, "dump");
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 3);
}

/* The functions of debug that find the place of a word in a spec. */
static void open_debug(lua_State *L)
{
    lua_newtable(L);
    luaL_requiref(L, LUA_DBLIBNAME, luaopen_debug, 0);
    lua_getfield(L, -1, "getinfo");
    lua_setfield(L, -3, "getinfo");
    lua_getfield(L, -1, "traceback");
    lua_setfield(L, -3, "traceback");
    lua_pop(L, 1);
    lua_setglobal(L, LUA_DBLIBNAME);
}

void text_open_libraries(lua_State *L)
{
    open_all(L);
    open_debug(L);
    mend_strings(L);
    lua_pushnil(L);
    lua_setglobal(L, "dofile");
    lua_pushnil(L);
    lua_setglobal(L, "loadfile");
    lua_register(L, "print", text_print);
    lua_register(L, "tostring", text_tostring);
    lua_getglobal(L, LUA_MATHLIBNAME);
    lua_getfield(L, -1, "randomseed");
    lua_pushinteger(L, 0);
    lua_call(L, 1, 0);
    lua_pop(L, 1);
}

int host_strip(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TTABLE);
    if (!lua_getmetatable(L, 1)) return 0;
    if (lua_rawget(L, 2) == LUA_TNIL) {
        lua_pushnil(L);
        (void)lua_setmetatable(L, 1);
    }
    return 0;
}
