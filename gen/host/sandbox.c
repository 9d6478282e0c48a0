#include "sandbox.h"

#include <lauxlib.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    PERIOD = 1000, /* instructions between two calls of the hook */
    GRACE_MICROSECONDS =
        500000, /* from the time limit to the end of a function that does not return */
    DEFAULT_SECONDS = 3,
    MAX_SECONDS = 3600
};

static const int64_t DEFAULT_MEMORY = 256LL << 20;
static const int64_t DEFAULT_INSTRUCTIONS = 200000000;
static const int64_t MAX_COUNT = INT64_MAX / 2;

static const char ERROR_TABLE[] = "loopc.sandbox_error";
static const char *const limit_names[] = {NULL, "memory", "instructions", "time"};

/* The bounds that the timer's handler sees; there is one Lua state a process. */
static struct bounds *volatile watched;

static struct bounds *bounds_of(lua_State *L)
{
    void *bounds;
    lua_getallocf(L, &bounds);
    return bounds;
}

/* Raises at every instruction once a limit was hit: code that catches the error cannot continue. */
static void count_hook(lua_State *L, lua_Debug *activation)
{
    struct bounds *bounds = bounds_of(L);
    (void)activation;
    if (!bounds->running) return;
    if (bounds->hit == LIMIT_NONE) {
        bounds->instructions -= PERIOD;
        if (bounds->instructions > 0) return;
        bounds->hit = LIMIT_INSTRUCTIONS;
    }
    lua_sethook(L, count_hook, LUA_MASKCOUNT, 1);
    luaL_error(L, "limit of %s reached", limit_names[bounds->hit]);
}

/* lua_sethook is the one function of Lua that may be called at any time, from a signal or from the
 * allocator. */
static void give_up(struct bounds *bounds, enum limit limit)
{
    if (bounds->hit == LIMIT_NONE) bounds->hit = limit;
    lua_sethook(bounds->running, count_hook, LUA_MASKCOUNT, 1);
}

/* The innermost level of the stack that is the spec's own code, not a function of Lua, of C or of a
 * pass. */
static bool spec_level(lua_State *L, lua_Debug *activation)
{
    for (int level = 0; lua_getstack(L, level, activation); level++) {
        lua_getinfo(L, "Sl", activation);
        const char *source = activation->source;
        if (activation->currentline > 0 && (*source == '=' || *source == '@') &&
            strncmp(source, "@gen/", 5) != 0)
            return true;
    }
    return false;
}

/* When memory runs out Lua calls no message handler: where it happened is kept here. */
static void note_where(struct bounds *bounds)
{
    lua_Debug activation;
    if (!spec_level(bounds->running, &activation) ||
        strlen(activation.source) > sizeof bounds->file)
        return;
    (void)snprintf(bounds->file, sizeof bounds->file, "%s", activation.source + 1);
    bounds->line = activation.currentline;
}

/* Lua answers a refusal by collecting all garbage and asking again: the second refusal of a size is
 * the real one. */
static void *refuse(struct bounds *bounds, size_t size)
{
    if (bounds->refused == size && bounds->running) {
        if (bounds->hit == LIMIT_NONE) note_where(bounds);
        give_up(bounds, LIMIT_MEMORY);
    }
    bounds->refused = size;
    return NULL;
}

void *bounds_allocate(void *opaque, void *block, size_t old_size, size_t new_size)
{
    struct bounds *bounds = opaque;
    const size_t had = block ? old_size : 0; /* without a block, old_size is a type */
    if (new_size == 0) {
        free(block);
        bounds->used -= had;
        return NULL;
    }
    if (new_size > had &&
        (bounds->used >= bounds->allowed || new_size - had > bounds->allowed - bounds->used))
        return refuse(bounds, new_size);
    void *grown = realloc(block, new_size);
    if (!grown) return NULL;
    bounds->used += new_size - had;
    if (bounds->refused == new_size) bounds->refused = 0;
    return grown;
}

static void print_now(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0) return; /* standard error is gone, too */
}

/* A function written in C has not come back: say so and end. Reads the stack of the interrupted
 * thread, which is blocked in a call; nothing here allocates. */
static void end_program(const struct bounds *bounds)
{
    char text[512];
    lua_Debug activation;
    const char *file = bounds->chunk + 1;
    int line = 0;
    if (spec_level(bounds->running, &activation)) {
        file = activation.source + 1;
        line = activation.currentline;
    }
    (void)snprintf(text, sizeof text,
                   "%s:%d: error: the spec runs for more than %d seconds [limit_time]\n"
                   "    hint: a pattern or a library function called here does not end\n",
                   file, line, (int)bounds->limits[LIMIT_TIME - 1]);
    print_now(text);
    _exit(2);
}

static void set_timer(time_t seconds, suseconds_t microseconds)
{
    const struct itimerval timer = {.it_value = {seconds, microseconds}};
    (void)setitimer(ITIMER_PROF, &timer, NULL);
}

static void on_timer(int signal_number)
{
    struct bounds *bounds = watched;
    (void)signal_number;
    if (!bounds) return;
    if (bounds->hit == LIMIT_TIME) end_program(bounds);
    give_up(bounds, LIMIT_TIME);
    bounds->hit = LIMIT_TIME;
    set_timer(0, GRACE_MICROSECONDS);
}

static int64_t limit_field(lua_State *L, int index, const char *name, int64_t absent, int64_t most)
{
    int64_t value = absent;
    if (lua_istable(L, index) && lua_getfield(L, index, name) != LUA_TNIL) {
        value = luaL_checkinteger(L, -1);
        luaL_argcheck(L, value > 0, index, "a limit must be positive");
    }
    return value < most ? value : most;
}

static void enter(lua_State *L, struct bounds *bounds)
{
    bounds->limits[LIMIT_MEMORY - 1] = limit_field(L, 4, "memory", DEFAULT_MEMORY, MAX_COUNT);
    bounds->limits[LIMIT_INSTRUCTIONS - 1] =
        limit_field(L, 4, "instructions", DEFAULT_INSTRUCTIONS, MAX_COUNT);
    bounds->limits[LIMIT_TIME - 1] = limit_field(L, 4, "seconds", DEFAULT_SECONDS, MAX_SECONDS);
    lua_settop(L, 4);
    lua_gc(L, LUA_GCCOLLECT, 0);
    bounds->chunk = lua_tostring(L, 2);
    bounds->refused = 0;
    bounds->hit = LIMIT_NONE;
    bounds->line = 0;
    bounds->instructions = bounds->limits[LIMIT_INSTRUCTIONS - 1];
    bounds->running = L;
    bounds->allowed = bounds->used + (size_t)bounds->limits[LIMIT_MEMORY - 1];
    watched = bounds;
    lua_sethook(L, count_hook, LUA_MASKCOUNT, PERIOD);
    struct sigaction action = {.sa_handler = on_timer, .sa_flags = SA_RESTART};
    (void)sigaction(SIGPROF, &action, NULL);
    set_timer((time_t)bounds->limits[LIMIT_TIME - 1], 0);
}

static void leave(lua_State *L, struct bounds *bounds)
{
    set_timer(0, 0);
    watched = NULL;
    bounds->running = NULL;
    bounds->allowed = SIZE_MAX;
    lua_sethook(L, NULL, 0, 0);
}

/* Sets file and line of the error table on top of the stack. */
static void set_where(lua_State *L, const char *file, int line)
{
    lua_pushstring(L, file);
    lua_setfield(L, -2, "file");
    lua_pushinteger(L, line);
    lua_setfield(L, -2, "line");
}

/* Whether the value at `index` is an error table made here: that of a sandbox within this one, on
 * its way out. */
static bool is_error(lua_State *L, int index)
{
    if (!lua_getmetatable(L, index)) return false;
    luaL_getmetatable(L, ERROR_TABLE);
    const bool equal = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return equal;
}

static void new_error(lua_State *L)
{
    lua_newtable(L);
    if (luaL_newmetatable(L, ERROR_TABLE)) {
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable"); /* a mark that no other code sets */
    }
    lua_setmetatable(L, -2);
}

/* Message handler: makes the error table while the stack still shows where it happened. */
static int describe(lua_State *L)
{
    lua_Debug activation;
    lua_settop(L, 1);
    if (is_error(L, 1)) return 1;
    new_error(L);
    if (lua_type(L, 1) == LUA_TSTRING)
        lua_pushvalue(L, 1);
    else
        lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
    lua_setfield(L, 2, "message");
    if (lua_type(L, 1) != LUA_TSTRING) {
        lua_pushvalue(L, 1);
        lua_setfield(L, 2, "value");
    }
    if (spec_level(L, &activation)) set_where(L, activation.source + 1, activation.currentline);
    luaL_traceback(L, L, NULL, 1);
    lua_setfield(L, 2, "traceback");
    return 1;
}

/* The error on top of the stack becomes a table with a message, if `describe` was not called (no
 * memory, no Lua) or failed itself, or if the spec wrote into the table of an error it had
 * caught. */
static void ensure_message(lua_State *L)
{
    if (!is_error(L, -1)) {
        const char *text =
            lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "error without a message";
        new_error(L);
        lua_pushstring(L, text);
        lua_setfield(L, -2, "message");
        lua_remove(L, -2);
    }
    if (lua_getfield(L, -1, "message") != LUA_TSTRING) {
        lua_pushliteral(L, "error without a message");
        lua_setfield(L, -3, "message");
    }
    lua_pop(L, 1);
}

/* "FILE:LINE: text" -> text; FILE is shortened by Lua when it is long, so only LINE can be relied
 * on. */
static const char *after_position(const char *message, int *line)
{
    for (const char *colon = strchr(message, ':'); colon; colon = strchr(colon + 1, ':')) {
        char *end;
        const long number = strtol(colon + 1, &end, 10);
        if (end > colon + 1 && end[0] == ':' && end[1] == ' ' && number > 0) {
            *line = (int)number;
            return end + 2;
        }
        if (*colon == '\n') break;
    }
    return message;
}

/* Sets limit and bound of the error table on top of the stack when a bound is why it failed. */
static void complete_limit(lua_State *L, const struct bounds *bounds, const char *message)
{
    enum limit hit = bounds->hit;
    if (hit == LIMIT_NONE && bounds->refused && strstr(message, "not enough memory"))
        hit = LIMIT_MEMORY;
    if (hit != LIMIT_NONE) {
        lua_pushinteger(L, bounds->limits[hit - 1]);
        lua_setfield(L, -2, "bound");
        lua_pushstring(L, limit_names[hit]);
        lua_setfield(L, -2, "limit");
    } else if (strstr(message, "stack overflow")) {
        lua_pushliteral(L, "depth");
        lua_setfield(L, -2, "limit");
    }
}

/* Completes the position in the error table on top of the stack; `line` is that of a syntax
 * error. */
static void complete_place(lua_State *L, const struct bounds *bounds, int line)
{
    const char *chunk = lua_tostring(L, 2) + 1; /* behind the = or @ */
    if (line > 0)
        set_where(L, chunk, line);
    else if (bounds->hit == LIMIT_MEMORY && bounds->line > 0)
        set_where(L, bounds->file, bounds->line);
    if (lua_getfield(L, -1, "file") != LUA_TSTRING) {
        lua_pushstring(L, chunk);
        lua_setfield(L, -3, "file");
    }
    lua_pop(L, 1);
}

/* Completes the error table on top of the stack. */
static void complete(lua_State *L, const struct bounds *bounds, bool syntax)
{
    int line = 0;
    ensure_message(L);
    lua_getfield(L, -1, "message");
    const char *message = lua_tostring(L, -1); /* the table keeps it alive */
    lua_pop(L, 1);
    lua_pushstring(L, after_position(message, &line));
    lua_setfield(L, -2, "text");
    if (syntax) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, "syntax");
    } else {
        complete_limit(L, bounds, message);
    }
    complete_place(L, bounds, syntax ? line : 0);
}

/* Loads and calls the chunk; leaves its result or the error on the stack. */
static int perform(lua_State *L, bool *syntax)
{
    size_t size;
    const char *text = lua_tolstring(L, 1, &size);
    lua_pushcfunction(L, describe);
    int status = luaL_loadbufferx(L, text, size, lua_tostring(L, 2), "t");
    *syntax = status == LUA_ERRSYNTAX;
    if (status != LUA_OK) return status;
    lua_pushvalue(L, 3);
    lua_setupvalue(L, -2, 1);
    return lua_pcall(L, 0, 1, -2);
}

int host_sandbox(lua_State *L)
{
    struct bounds *bounds = bounds_of(L);
    const bool outermost = bounds->running == NULL;
    bool syntax;
    luaL_checkstring(L, 1);
    const char *chunk = luaL_checkstring(L, 2);
    luaL_argcheck(L, *chunk == '=' || *chunk == '@', 2, "a chunk's name begins with = or @");
    luaL_checktype(L, 3, LUA_TTABLE);
    lua_settop(L, 4);
    if (outermost) enter(L, bounds);
    const int status = perform(L, &syntax);
    if (outermost) leave(L, bounds);
    lua_pushboolean(L, status == LUA_OK);
    lua_insert(L, -2);
    if (status != LUA_OK) complete(L, bounds, syntax);
    return 2;
}

int host_spent(lua_State *L)
{
    const struct bounds *bounds = bounds_of(L);
    lua_pushboolean(L, bounds->running && bounds->hit != LIMIT_NONE);
    return 1;
}
