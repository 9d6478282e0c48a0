/* host: programs that run side by side, and the signals that reach us meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host.h"

static sigset_t watched; /* SIGCHLD, and the requests to end; empty: host.start was not called */
static sigset_t before;  /* the mask that programs begin with */

/* From the first call on these signals wait for host.await. One that we were started to ignore,
 * as by nohup, stays ignored. */
static void watch_signals(void)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action;
    if (sigismember(&watched, SIGCHLD) == 1) return;
    (void)sigemptyset(&watched);
    (void)sigaddset(&watched, SIGCHLD);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (sigaction(ends[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            (void)sigaddset(&watched, ends[i]);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)sigprocmask(SIG_BLOCK, &watched, &before);
}

/* In the child. A group of its own: the terminal's interrupt reaches us alone, and we pass it on
 * once. If we are killed, the program is asked to end. Without a file for its output (-1) it has
 * our standard output and error. */
_Noreturn static void become(char **argv, int output, pid_t parent)
{
    const int input = open("/dev/null", O_RDONLY);
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(128 + SIGTERM);
    (void)dup2(input, STDIN_FILENO);
    if (output >= 0) (void)dup2(output, STDOUT_FILENO);
    if (output >= 0) (void)dup2(output, STDERR_FILENO);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    (void)execvp(argv[0], argv);
    static const char text[] = ": cannot run it\n";
    (void)!write(STDERR_FILENO, argv[0], strlen(argv[0]));
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    _exit(127);
}

/* The strings of the list at index 1; the array lives on the Lua stack. */
static char **push_words(lua_State *L)
{
    const size_t count = (size_t)luaL_len(L, 1);
    char **argv = lua_newuserdatauv(L, (count + 1) * sizeof *argv, 0);
    for (size_t i = 0; i < count; i++) {
        (void)lua_rawgeti(L, 1, (lua_Integer)i + 1);
        argv[i] = (char *)luaL_checkstring(L, -1);
        lua_pop(L, 1);
    }
    argv[count] = NULL;
    return argv;
}

static int jobs_start(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    char **argv = push_words(L);
    if (!argv[0]) return luaL_argerror(L, 1, "no program");
    lua_getfield(L, 1, "output");
    const char *path = luaL_optstring(L, -1, NULL);
    const int output = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
    if (path && output < 0) return host_fail(L, "write", path);
    watch_signals();
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0) become(argv, output, parent);
    const int error = errno;
    if (output >= 0) (void)close(output);
    errno = error;
    if (pid < 0) return host_fail(L, "run", argv[0]);
    lua_pushinteger(L, pid);
    return 1;
}

/* A program that has ended, if any. */
static int push_ended(lua_State *L)
{
    int status = 0;
    const pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid <= 0) return 0;
    lua_pushliteral(L, "ended");
    lua_pushinteger(L, pid);
    lua_pushinteger(L, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
    return 3;
}

static int jobs_await(lua_State *L)
{
    const double seconds = luaL_checknumber(L, 1);
    struct timespec most = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    watch_signals();
    const int found = push_ended(L);
    if (found) return found;
    const int number = sigtimedwait(&watched, NULL, &most);
    if (number == SIGCHLD) return push_ended(L);
    if (number <= 0) return 0;
    lua_pushliteral(L, "signal");
    lua_pushinteger(L, number);
    return 2;
}

static int jobs_kill(lua_State *L)
{
    (void)kill((pid_t)luaL_checkinteger(L, 1), (int)luaL_checkinteger(L, 2));
    return 0;
}

static int jobs_clock(lua_State *L)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    lua_pushnumber(L, (double)now.tv_sec + 1e-9 * (double)now.tv_nsec);
    return 1;
}

const luaL_Reg host_jobs[] = {{"start", jobs_start},
                              {"await", jobs_await},
                              {"kill", jobs_kill},
                              {"clock", jobs_clock},
                              {NULL, NULL}};
