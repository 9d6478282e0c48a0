/* A trainer as the whole program of a device: BOARD_HEADER is its header, BOARD_TRAINER its struct.
 */
#include BOARD_HEADER
#include "board_parts.h"

#define OF(function)          JOIN(BOARD_TRAINER, function)
#define JOIN(name, function)  JOIN_(name, function)
#define JOIN_(name, function) name##function

static struct BOARD_TRAINER state;

static void say(const char *text)
{
    board_write(2, text, strlen(text));
}

#ifdef BOARD_MEASURE
static void say_number(const char *name, uint64_t number)
{
    char digits[24], *at = digits + sizeof digits - 1;
    *at = 0;
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    say(name);
    say(at);
    say("\n");
}
#endif

int main(void)
{
#ifdef LOOPC_DEVICE_STDIO
    board_open_streams();
#endif
    OF(_init)(&state, BOARD_SEED);
#ifdef BOARD_MEASURE
    const uint64_t before = board_instructions();
#endif
    const int st = OF(_resume)(&state);
#ifdef LOOPC_DEVICE_STDIO
    fflush(stdout);
#endif
#ifdef BOARD_MEASURE
    say_number("instructions ", board_instructions() - before);
    say_number("stack ", board_stack_used());
#endif
    if (st == LOOPC_FAILED) {
        say(state.loopc.program->name);
        say(": ");
        say(state.loopc.failures.kept[0].node);
        say(": ");
        say(OF(_failure)(&state));
        say("\n");
    }
    return st == LOOPC_OK ? 0 : 1;
}
