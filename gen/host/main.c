/* loopc: from the command line to gen/driver.lua and back to an exit code.
 *
 * All commands and passes are Lua, built into this program by gen/host/embed.c. `--scripts DIR` as
 * the first arguments, or LOOPC_SCRIPTS in the environment: files in DIR/gen and DIR/templates
 * replace those built in.
 *
 * A Lua error is a bug of ours, shown with a traceback, exit code 1; but a raised table { code = n,
 * text = message } is an orderly end with that message and exit code.
 */
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"
#include "sandbox.h"
#include "text.h"

/* Message handler: adds a traceback, unless the end is an orderly one. */
static int add_traceback(lua_State *L)
{
    if (lua_istable(L, 1)) return 1;
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    return 1;
}

/* Prints the error on top of the stack; returns the exit code. */
static int report(lua_State *L)
{
    if (!lua_istable(L, -1)) {
        (void)fprintf(stderr, "loopc: error: this is a bug in loopc: %s\n", lua_tostring(L, -1));
        return 1;
    }
    lua_getfield(L, -1, "text");
    lua_getfield(L, -2, "code");
    (void)fprintf(stderr, "%s", luaL_tolstring(L, -2, NULL));
    return (int)lua_tointeger(L, -2);
}

/* Protected: opens the libraries and calls the driver with the arguments (light userdata
 * argv). Returns its result. */
static int run_driver(lua_State *L)
{
    char **argv = lua_touserdata(L, 1);
    text_open_libraries(L);
    lua_register(L, "require", source_require);
    lua_getglobal(L, "require");
    lua_pushliteral(L, "gen.driver");
    lua_call(L, 1, 1);
    lua_getfield(L, -1, "run");
    lua_newtable(L);
    for (int i = 0; argv[i]; i++) {
        lua_pushstring(L, argv[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_call(L, 1, 1);
    return 1;
}

static int run_lua(char **argv)
{
    static struct bounds bounds = {.allowed = SIZE_MAX};
    static lua_State *L; /* found by leak checkers */
    L = lua_newstate(bounds_allocate, &bounds);
    if (!L) {
        (void)fprintf(stderr, "loopc: error: not enough memory\n");
        return 1;
    }
    lua_pushcfunction(L, add_traceback);
    lua_pushcfunction(L, run_driver);
    lua_pushlightuserdata(L, argv);
    const int status = lua_pcall(L, 1, 1, 1);
    const int code = status == LUA_OK ? (int)lua_tointeger(L, -1) : report(L);
    return code; /* L is left as it is: to free each object would take a tenth of the time */
}

/* The programs that we start (golden cases run loopc in other folders) use the same scripts. */
static void export_scripts(const char *folder)
{
    char *path = realpath(folder, NULL);
    if (path) (void)setenv("LOOPC_SCRIPTS", path, 1);
    free(path);
}

/* Takes --scripts DIR off the arguments. Returns the remaining ones, NULL after a message. */
static char **choose_scripts(char **argv)
{
    const char *folder = getenv("LOOPC_SCRIPTS");
    struct stat status;
    if (argv[0] && strcmp(argv[0], "--scripts") == 0) {
        folder = argv[1];
        argv += folder ? 2 : 1;
        if (!folder) folder = "";
    } else if (!folder || !*folder) {
        return argv;
    }
    if (stat(folder, &status) != 0 || !S_ISDIR(status.st_mode)) {
        (void)fprintf(stderr, "loopc: error: --scripts takes a folder, not '%s'\n", folder);
        return NULL;
    }
    source_set_folder(folder);
    export_scripts(folder);
    return argv;
}

/* Closed standard streams stay closed to their users, but no other file gets their
 * numbers, here or in the programs that we start. */
static void occupy_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
        if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
    }
}

/* A result that did not reach its file is a failure. */
static int close_output(int code)
{
    const int failed = ferror(stdout);
    if (fclose(stdout) == 0 && !failed) return code;
    (void)fprintf(stderr, "loopc: error: cannot write to standard output: %s\n", strerror(errno));
    return code ? code : 1;
}

int main(int argc, char **argv)
{
    occupy_standard_streams();
    char **arguments = choose_scripts(argc > 0 ? argv + 1 : argv);
    return close_output(arguments ? run_lua(arguments) : 2);
}
