/* Drives one machine: plain BUDGET, copy STEPS, save STEPS FILE, load FILE. Prints what the bodies
 * print, then the state; the exit code is that of the program in the straight form, which `straight
 * ARGUMENT...` runs: its main, under another name. */
#include "tree.h"

#include <stdlib.h>

int run_straight(int argc, char **argv);

static int end(const struct tree *s, int st)
{
    printf("state %d %d %d %d %d %d %d\n", s->x, s->y, s->z, s->buffer[0], s->buffer[1],
           s->buffer[2], s->buffer[3]);
    return st == LOOPC_OK ? 0 : 1;
}

/* Runs to the end with budgets that differ from time to time. */
static int slices(struct tree *s, unsigned budget)
{
    int st;
    do {
        budget = budget * 1664525u + 1013904223u;
        st = tree_run(s, (int64_t)(budget >> 29));
    } while (st == LOOPC_MORE);
    return end(s, st);
}

static int drive(int argc, char **argv)
{
    struct tree *s = malloc(sizeof *s), *other = malloc(sizeof *other);
    const char *mode = argc > 1 ? argv[1] : "plain";
    const long steps = argc > 2 ? atol(argv[2]) : 0;
    char message[256];
    int code = 2;
    if (!s || !other) return 3;
    tree_init(s, 1);
    if (!strcmp(mode, "plain")) code = slices(s, (unsigned)steps);
    if (!strcmp(mode, "copy")) {
        tree_run(s, steps);
        tree_copy(other, s);
        code = slices(s, 7);
        memset(s, 0x5a, sizeof *s);
        puts("--");
        if (slices(other, 9) != code) code = 4;
    }
    if (!strcmp(mode, "save")) {
        tree_run(s, steps);
        code = argc > 3 && !tree_save(s, argv[3], message, sizeof message) ? 0 : 5;
    }
    if (!strcmp(mode, "load")) {
        code = argc > 2 && !tree_load(s, argv[2], message, sizeof message) ? slices(s, 3) : 6;
    }
    free(s);
    free(other);
    return code;
}

int main(int argc, char **argv)
{
    const bool straight = argc > 1 && !strcmp(argv[1], "straight");
    return straight ? run_straight(argc - 1, argv + 1) : drive(argc, argv);
}
