/* Runs the steps of one form: main FORM TIMES; counted from outside, by callgrind. main time: the
 * best of several runs of each form, in turns, in nanoseconds a step: the switch, the step form,
 * the loop by hand, the straight form. */
#include "count.h"
#include "step_forms.h"

#include <stdlib.h>
#include <time.h>

static int64_t by_switch(int64_t times)
{
    static struct hand hand;
    hand = (struct hand){.times = times};
    while (hand_step(&hand)) {
    }
    return hand.x;
}

static int64_t by_steps(int64_t times)
{
    static struct count count;
    count_init(&count, 1);
    count.times = times;
    while (count_step(&count) == LOOPC_MORE) {
    }
    return count.x;
}

static int64_t by_hand(int64_t times)
{
    static struct hand hand;
    hand = (struct hand){.times = times};
    return hand_straight(&hand);
}

static const struct {
    const char *name;
    int64_t (*run)(int64_t times);
} forms[] = {
    {"switch", by_switch}, {"step", by_steps}, {"loop", by_hand}, {"straight", straight_run}};

enum { FORMS = sizeof forms / sizeof forms[0], TIMES = 1000000, ROUNDS = 25 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void measure(void)
{
    double best[FORMS] = {1e9, 1e9, 1e9, 1e9};
    for (int k = 0; k < ROUNDS * FORMS; k++) {
        const double from = seconds();
        if (forms[k % FORMS].run(TIMES) != TIMES) abort();
        const double took = seconds() - from;
        if (took < best[k % FORMS]) best[k % FORMS] = took;
    }
    for (int i = 0; i < FORMS; i++)
        printf("%s %.3f\n", forms[i].name, best[i] * 1e9 / TIMES);
}

int main(int argc, char **argv)
{
    if (argc == 2) measure();
    for (int i = 0; argc == 3 && i < FORMS; i++) {
        const int64_t times = atoll(argv[2]);
        if (!strcmp(argv[1], forms[i].name)) return forms[i].run(times) == times ? 0 : 1;
    }
    return argc == 2 ? 0 : 2;
}
