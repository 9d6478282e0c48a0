/* Runs the steps of one form: main WHICH TIMES. Counted from outside, by callgrind. */
#include "count.h"

#include <stdlib.h>

struct hand {
    int at;
    int64_t i, x, times;
};
int hand_step(struct hand *h);

int main(int argc, char **argv)
{
    static struct count count;
    static struct hand hand;
    const int64_t times = argc > 2 ? atoll(argv[2]) : 0;
    if (argc > 1 && argv[1][0] == 'h') {
        hand.times = times;
        while (hand_step(&hand)) {
        }
        return hand.x == times ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    count_init(&count, 1);
    count.times = times;
    while (count_step(&count) == LOOPC_MORE) {
    }
    return count.x == times ? EXIT_SUCCESS : EXIT_FAILURE;
}
