/* HOOKS listeners of an event in a table of function pointers, as a program has them that learns
 * of its listeners when it runs: table TIMES prints "ns_per_event N value V". The bodies are those
 * of flat.lua. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct state {
    uint32_t x;
};

typedef void hook_function(struct state *s);

/* clang-format off */
/* 256 functions, named by four digits of base four, numbered in the order of the table. */
#define HOOK(digits)                                                                               \
    static void hook##digits(struct state *s)                                                      \
    {                                                                                              \
        s->x = (s->x ^ (s->x >> 3)) + __COUNTER__;                                                 \
    }
#define FOUR(digits)    HOOK(digits##0) HOOK(digits##1) HOOK(digits##2) HOOK(digits##3)
#define SIXTEEN(digits) FOUR(digits##0) FOUR(digits##1) FOUR(digits##2) FOUR(digits##3)
#define ALL(digits)     SIXTEEN(digits##0) SIXTEEN(digits##1) SIXTEEN(digits##2) SIXTEEN(digits##3)
ALL(0) ALL(1) ALL(2) ALL(3)
#undef HOOK
#define HOOK(digits) hook##digits,
static hook_function *const all[] = {ALL(0) ALL(1) ALL(2) ALL(3)};
/* clang-format on */

/* Filled when the program runs, and not static: the compiler must not know its content. */
hook_function *hooks[256];
int count;

int main(int argc, char **argv)
{
    const long times = argc > 1 ? atol(argv[1]) : 1000;
    struct state s = {1};
    for (; count < HOOKS; count++)
        hooks[count] = all[count];
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long i = 0; i < times; i++)
        for (int h = 0; h < count; h++)
            hooks[h](&s);
    clock_gettime(CLOCK_MONOTONIC, &end);
    const double taken =
        1e9 * (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec);
    printf("ns_per_event %.6g value %u\n", taken / (double)times, s.x);
    return EXIT_SUCCESS;
}
