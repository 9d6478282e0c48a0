/* The same steps as in step.spec, as a programmer writes a resumable run by hand, with a
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

/* Each count is written: it represents work that is done. */
int64_t hand_straight(struct hand *h)
{
    volatile int64_t *const x = &h->x;
    for (int64_t i = 0; i < h->times; i++)
        *x = *x + 1;
    return h->x;
}
