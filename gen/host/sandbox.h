/* Bounds on the Lua code of specs: memory, instructions, processor time.
 *
 * A spec is untrusted code. It runs in the same Lua state as the passes, in an environment of its
 * own (made by gen/spec/sandbox.lua), and within these bounds:
 *
 *   memory        the allocator refuses to pass the bound; Lua then collects garbage and
 *                 asks once more
 *   instructions  a count hook; from the limit on every further instruction raises, so that no
 *                 pcall can continue
 *   time          processor time, for C functions that do not return (a pattern that backtracks for
 *                 ever): first the hook is made to raise; a function that has still not come back
 *                 half a second later ends the program with a message and exit code 2
 *
 * A limit that was hit stays hit until the outermost sandbox is left. Hooks belong to one Lua
 * thread, so specs get no coroutines.
 */
#ifndef LOOPC_GEN_SANDBOX_H
#define LOOPC_GEN_SANDBOX_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

enum limit { LIMIT_NONE, LIMIT_MEMORY, LIMIT_INSTRUCTIONS, LIMIT_TIME };

struct bounds {
    size_t used;          /* bytes the Lua state holds */
    size_t allowed;       /* bytes it may hold; SIZE_MAX outside of a sandbox */
    size_t refused;       /* size of the last request refused and not granted since; 0: none */
    int64_t instructions; /* instructions left */
    int64_t limits[3];    /* the bounds in force, for messages: bytes, instructions, seconds */
    const char *chunk;    /* name of the outermost chunk, for that message */
    char file[512];       /* where memory ran out; line 0: not known */
    int line;
    enum limit hit;
    lua_State *running; /* the thread the spec runs in; NULL outside of a sandbox */
};

/* A lua_Alloc; `opaque` is a struct bounds, which must outlive the state. */
void *bounds_allocate(void *opaque, void *block, size_t old_size, size_t new_size);

/* host.sandbox(text, chunkname, env, limits) -> true, result | false, error
 *
 * Runs the text of a Lua chunk (never bytecode) with `env` as its _ENV and returns its first
 * result. `chunkname` is "=FILE". `limits`, all optional: { memory = bytes (256 MiB), instructions
 * = n (200 million), seconds = s (3) }.
 *
 * `error` is a table:
 *   message    as Lua made it, "FILE:LINE: text" for most errors
 *   text       the message without its position
 *   file, line where the spec's own code was: the innermost level that is not one of ours
 *              ("@gen/..."); line may be nil
 *   traceback  text
 *   limit      "memory", "instructions", "time" or "depth" (a stack overflow) when a bound ended it
 *   bound      how much was allowed: bytes, instructions or seconds
 *   syntax     true when the text is not Lua
 *   value      the error value itself when it was not a string
 * Raised again inside of an outer sandbox (by `require`), such a table comes out of that one as it
 * is.
 *
 * Called inside of a sandbox (a spec's `require`) it runs under the bounds in force; `limits` then
 * count for nothing.
 */
int host_sandbox(lua_State *L);

/* host.spent() -> whether a bound of the sandbox in force was hit. A message handler must ask: it
 * is called from within the hook that raises, where no hook can end it. */
int host_spent(lua_State *L);

#endif
