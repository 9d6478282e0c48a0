/* A trainer as a WebAssembly program: WEB_HEADER is its header, WEB_TRAINER its struct.
 *
 * It is a command of WASI, which trains to the end: its output is that of the bodies, its exit code
 * 1 after a failure. A page calls begin(seed), then step() as often as it returns 1, instead;
 * failure() is the address of a text, empty without a failure. Each field is a function that
 * returns its address: instance.exports["Train.loss"]().
 */
#include WEB_HEADER

#include <unistd.h>
#include <wasi/api.h>

#define OF(function)          JOIN(WEB_TRAINER, function)
#define JOIN(name, function)  JOIN_(name, function)
#define JOIN_(name, function) name##function
#define EXPORT(name)          __attribute__((export_name(name)))

static struct WEB_TRAINER state;

EXPORT("begin") void web_begin(uint32_t seed);
EXPORT("step") int web_step(void);
EXPORT("failure") const char *web_failure(void);
EXPORT("_start") void web_start(void);

#define WEB_FIELD(number, name, member)                                                            \
    EXPORT(name) void *web_field_##number(void);                                                   \
    void *web_field_##number(void)                                                                 \
    {                                                                                              \
        return (void *)&state.member;                                                              \
    }
#include "loopc_web_fields.h"

void web_begin(uint32_t seed)
{
    OF(_init)(&state, seed);
}

int web_step(void)
{
    return OF(_step)(&state) == LOOPC_MORE;
}

const char *web_failure(void)
{
    return OF(_failure)(&state);
}

static void say(const char *text)
{
    (void)!write(2, text, strlen(text));
}

void web_start(void)
{
    web_begin(WEB_SEED);
    const int st = OF(_resume)(&state);
#ifdef LOOPC_DEVICE_STDIO
    fflush(stdout);
#endif
    if (st == LOOPC_FAILED) {
        say(state.loopc.program->name);
        say(": ");
        say(state.loopc.failures.kept[0].node);
        say(": ");
        say(web_failure());
        say("\n");
    }
    if (st != LOOPC_OK) __wasi_proc_exit(1);
}
