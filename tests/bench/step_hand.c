/* The same steps as in step.spec, as somebody writes them who has them resumed by hand, with a
 * switch; and as a loop. */
#include "step_forms.h"

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

/* Each count is written: it stands for work that is. */
int64_t hand_straight(struct hand *h)
{
    volatile int64_t *const x = &h->x;
    for (int64_t i = 0; i < h->times; i++)
        *x = *x + 1;
    return h->x;
}
