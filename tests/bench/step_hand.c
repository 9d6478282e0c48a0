/* The same steps as in step.spec, as somebody writes them who has them resumed by hand: a switch. */
#include <stdint.h>

struct hand {
    int at;
    int64_t i, x, times;
};

int hand_step(struct hand *h);

int hand_step(struct hand *h)
{
    switch (h->at) {
    case 0:
        for (h->i = 0; h->i < h->times; h->i++) {
            h->at = 1;
            return 1;
        case 1:
            h->x++;
        }
        h->at = 2;
        break;
    default:
        break;
    }
    return 0;
}

int64_t hand_straight(struct hand *h);

int64_t hand_straight(struct hand *h)
{
    for (h->i = 0; h->i < h->times; h->i++) h->x++;
    return h->x;
}
