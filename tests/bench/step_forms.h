/* The same steps by hand, in two forms, and in loopc's straight form. */
#include <stdint.h>

struct hand {
    int at;
    int64_t i, x, times;
};

int hand_step(struct hand *h);         /* a switch; 0 at the end */
int64_t hand_straight(struct hand *h); /* a loop */
int64_t straight_run(int64_t times);
