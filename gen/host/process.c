/* host: other programs, and this one's surroundings. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

enum { CHUNK = 1 << 16 };

/* One of the pipes to a child: its input or its output. */
struct stream {
    int fd; /* our end; -1: closed */
    char *data;
    size_t size, capacity, done;
};

struct child {
    pid_t pid;
    struct stream in, out, err;
};

static void close_stream(struct stream *stream)
{
    if (stream->fd >= 0) (void)close(stream->fd);
    stream->fd = -1;
}

/* Makes a pipe; our end goes to the stream, the child's end to its descriptor `target`. Returns the
 * child's end or -1. */
static int connect_stream(struct stream *stream, posix_spawn_file_actions_t *actions, int target)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    const int ours = target == STDIN_FILENO;
    stream->fd = ends[ours];
    (void)fcntl(stream->fd, F_SETFL, O_NONBLOCK);
    (void)posix_spawn_file_actions_adddup2(actions, ends[!ours], target);
    return ends[!ours];
}

/* The child starts with no signal ignored or blocked by us. */
static void set_signals(posix_spawnattr_t *attributes)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)posix_spawnattr_setsigmask(attributes, &set);
    (void)sigaddset(&set, SIGPIPE);
    (void)posix_spawnattr_setsigdefault(attributes, &set);
    (void)posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

/* Starts the program. Returns 0 or an errno. */
static int start(struct child *child, char **argv, char **env, const char *cwd, bool inherit)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int ends[3] = {-1, -1, -1};
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attributes);
    set_signals(&attributes);
    int error = cwd ? posix_spawn_file_actions_addchdir_np(&actions, cwd) : 0;
    if (!inherit) {
        ends[0] = connect_stream(&child->in, &actions, STDIN_FILENO);
        ends[1] = connect_stream(&child->out, &actions, STDOUT_FILENO);
        ends[2] = connect_stream(&child->err, &actions, STDERR_FILENO);
        if (ends[0] < 0 || ends[1] < 0 || ends[2] < 0) error = errno;
    }
    if (!error) error = posix_spawnp(&child->pid, argv[0], &actions, &attributes, argv, env);
    for (int i = 0; i < 3; i++)
        if (ends[i] >= 0) (void)close(ends[i]);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    return error;
}

static void feed(struct stream *stream)
{
    const ssize_t put = write(stream->fd, stream->data + stream->done, stream->size - stream->done);
    if (put > 0) stream->done += (size_t)put;
    if ((put < 0 && errno != EAGAIN && errno != EINTR) || stream->done == stream->size)
        close_stream(stream);
}

static void drain(struct stream *stream)
{
    if (stream->capacity - stream->size < CHUNK) {
        const size_t capacity = 2 * stream->capacity + CHUNK;
        char *grown = realloc(stream->data, capacity);
        if (!grown) {
            close_stream(stream);
            return;
        }
        stream->data = grown;
        stream->capacity = capacity;
    }
    const ssize_t got = read(stream->fd, stream->data + stream->size, CHUNK);
    if (got > 0)
        stream->size += (size_t)got;
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
        close_stream(stream);
}

/* Feeds and drains until the child has closed its ends. */
static void converse(struct child *child)
{
    while (child->in.fd >= 0 || child->out.fd >= 0 || child->err.fd >= 0) {
        struct pollfd fds[3] = {
            {child->in.fd, POLLOUT, 0}, {child->out.fd, POLLIN, 0}, {child->err.fd, POLLIN, 0}};
        if (poll(fds, 3, -1) < 0) continue;
        if (fds[0].revents) feed(&child->in);
        if (fds[1].revents) drain(&child->out);
        if (fds[2].revents) drain(&child->err);
    }
}

static int wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The strings of the list at `index` as an argv; the array lives on the Lua stack, the strings in
 * the list. */
static char **push_argv(lua_State *L, int index, size_t before, char **first)
{
    const size_t count = lua_istable(L, index) ? (size_t)luaL_len(L, index) : 0;
    char **argv = lua_newuserdatauv(L, (before + count + 1) * sizeof *argv, 0);
    for (size_t i = 0; i < before; i++)
        argv[i] = first[i];
    size_t used = before;
    for (size_t i = 1; i <= count; i++) {
        if (lua_rawgeti(L, index, (lua_Integer)i) != LUA_TSTRING)
            luaL_error(L, "a program's arguments are strings");
        argv[used++] = (char *)lua_tostring(L, -1);
        lua_pop(L, 1);
    }
    argv[used] = NULL;
    return argv;
}

/* Whether `entry` ("NAME=VALUE") has the name of one of the `settings` ("NAME=VALUE" or "NAME"). */
static bool overridden(const char *entry, char *const *settings)
{
    const size_t length = strcspn(entry, "=");
    for (; *settings; settings++)
        if (strcspn(*settings, "=") == length && strncmp(*settings, entry, length) == 0)
            return true;
    return false;
}

/* Our environment with the settings of the list at `index`. */
static char **push_environment(lua_State *L, int index)
{
    char **settings = push_argv(L, index, 0, NULL);
    size_t count = 0;
    while (environ[count])
        count++;
    char **env = push_argv(L, index, count, environ);
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        if (!overridden(environ[i], settings)) env[used++] = environ[i];
    for (; *settings; settings++)
        if (strchr(*settings, '=')) env[used++] = *settings;
    env[used] = NULL;
    return env;
}

static int push_results(lua_State *L, struct child *child, int status, bool inherit)
{
    lua_pushinteger(L, status);
    if (!inherit) {
        lua_pushlstring(L, child->out.size ? child->out.data : "", child->out.size);
        lua_pushlstring(L, child->err.size ? child->err.data : "", child->err.size);
    }
    free(child->out.data);
    free(child->err.data);
    return inherit ? 1 : 3;
}

/* Runs the program to its end. Returns 0, or an errno when it could not be started. */
static int carry_out(struct child *child, char **argv, char **env, const char *cwd, bool inherit,
                     int *status)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    (void)fflush(NULL);
    (void)sigaction(SIGPIPE, &ignore, &before); /* a child may not read all its input */
    const int error = start(child, argv, env, cwd, inherit);
    if (error) {
        close_stream(&child->in);
        close_stream(&child->out);
        close_stream(&child->err);
    } else {
        converse(child);
        *status = wait_for(child->pid);
    }
    (void)sigaction(SIGPIPE, &before, NULL);
    return error;
}

static int process_run(lua_State *L)
{
    struct child child = {0, {-1, NULL, 0, 0, 0}, {-1, NULL, 0, 0, 0}, {-1, NULL, 0, 0, 0}};
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_getfield(L, 1, "inherit");
    lua_getfield(L, 1, "cwd");
    lua_getfield(L, 1, "env");
    lua_getfield(L, 1, "input");
    const bool inherit = lua_toboolean(L, 2);
    child.in.data = (char *)lua_tolstring(L, 5, &child.in.size);
    char **argv = push_argv(L, 1, 0, NULL);
    luaL_argcheck(L, argv[0], 1, "no program");
    char **env = push_environment(L, 4);
    int status = 0;
    errno = carry_out(&child, argv, env, lua_tostring(L, 3), inherit, &status);
    return errno ? host_fail(L, "run", argv[0]) : push_results(L, &child, status, inherit);
}

static int process_exec(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    char **argv = push_argv(L, 1, 0, NULL);
    if (!argv[0]) return luaL_argerror(L, 1, "no program");
    (void)fflush(NULL);
    (void)execvp(argv[0], argv);
    return host_fail(L, "run", argv[0]);
}

static int process_getenv(lua_State *L)
{
    lua_pushstring(L, getenv(luaL_checkstring(L, 1)));
    return 1;
}

static int process_unset(lua_State *L)
{
    size_t size;
    const char *prefix = luaL_checklstring(L, 1, &size);
    for (size_t i = 0; environ[i];) {
        const size_t length = strcspn(environ[i], "=");
        if (length < size || strncmp(environ[i], prefix, size) != 0) {
            i++;
            continue;
        }
        lua_pushlstring(L, environ[i], length);
        if (unsetenv(lua_tostring(L, -1))) i++;
        lua_pop(L, 1);
    }
    return 0;
}

static int process_exe(lua_State *L)
{
    char path[PATH_MAX];
    const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
    if (size < 0 || size == (ssize_t)sizeof path) return host_fail(L, "find", "this program");
    lua_pushlstring(L, path, (size_t)size);
    return 1;
}

static int process_isatty(lua_State *L)
{
    lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
    return 1;
}

static int process_pid(lua_State *L)
{
    lua_pushinteger(L, getpid());
    return 1;
}

static int print_to(lua_State *L, FILE *stream)
{
    size_t size;
    const char *text = luaL_checklstring(L, 1, &size);
    (void)fwrite(text, 1, size, stream);
    return 0;
}

static int process_stdout(lua_State *L)
{
    return print_to(L, stdout);
}

static int process_stderr(lua_State *L)
{
    return print_to(L, stderr);
}

static int process_flush(lua_State *L)
{
    lua_pushboolean(L, fflush(stdout) == 0);
    return 1;
}

/* By read(2), so that poll(2) knows what is there. */
static int process_receive(lua_State *L)
{
    enum { MOST = 1 << 16 };
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    const int ready = poll(&input, 1, (int)luaL_checkinteger(L, 1));
    if (ready == 0 || (ready < 0 && errno == EINTR)) return lua_pushliteral(L, ""), 1;
    luaL_Buffer buffer;
    char *to = luaL_buffinitsize(L, &buffer, MOST);
    const ssize_t got = ready < 0 ? -1 : read(STDIN_FILENO, to, MOST);
    luaL_pushresultsize(&buffer, got > 0 ? (size_t)got : 0);
    if (got <= 0) lua_pushnil(L);
    return 1;
}

const luaL_Reg host_processes[] = {
    {"run", process_run},     {"exec", process_exec},       {"getenv", process_getenv},
    {"unset", process_unset}, {"exe", process_exe},         {"isatty", process_isatty},
    {"pid", process_pid},     {"stdout", process_stdout},   {"stderr", process_stderr},
    {"flush", process_flush}, {"receive", process_receive}, {NULL, NULL},
};
