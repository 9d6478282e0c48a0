#include "host.h"

#include <errno.h>
#include <string.h>

#include "sandbox.h"
#include "sha256.h"
#include "text.h"
#include "base/version.h"

int host_fail(lua_State *L, const char *verb, const char *what)
{
    const char *reason = strerror(errno);
    lua_pushnil(L);
    lua_pushfstring(L, "cannot %s %s: %s", verb, what, reason);
    return 2;
}

static int host_sha256(lua_State *L)
{
    size_t size;
    const char *text = luaL_checklstring(L, 1, &size);
    char hex[65];
    sha256_hex(text, size, hex);
    lua_pushstring(L, hex);
    return 1;
}

int host_open(lua_State *L)
{
    static const luaL_Reg others[] = {{"sandbox", host_sandbox},
                                      {"spent", host_spent},
                                      {"strip", host_strip},
                                      {"sha256", host_sha256},
                                      {NULL, NULL}};
    lua_newtable(L);
    luaL_setfuncs(L, host_files, 0);
    luaL_setfuncs(L, host_processes, 0);
    luaL_setfuncs(L, host_jobs, 0);
    luaL_setfuncs(L, host_sources, 0);
    luaL_setfuncs(L, others, 0);
    lua_pushliteral(L, LOOPC_VERSION);
    lua_setfield(L, -2, "version");
    return 1;
}
