/* Lua's base library with nothing in it that differs from run to run.
 *
 * Addresses vary with the run, so tostring, print and string.format's %s give "table" or "function"
 * for what has no text of its own (or its metatable's __name), and %p is an error. math.random
 * starts from a constant seed.
 */
#ifndef LOOPC_GEN_TEXT_H
#define LOOPC_GEN_TEXT_H

#include <lua.h>

/* Opens the libraries that passes use: base without dofile and loadfile, coroutine, table, string
 * without dump, math, utf8, and of debug getinfo and traceback. print writes on standard error; the
 * metatable of strings is protected. */
void text_open_libraries(lua_State *L);

/* Opens io, os and the whole of debug as well: for tests, which are our own programs. */
void text_open_testing(lua_State *L);

/* host.strip(table, keep): takes the metatable off, protected or not, unless it is a key of the
 * table `keep`. */
int host_strip(lua_State *L);

#endif
