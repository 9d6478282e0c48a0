/* The straight form that loopc makes of step.spec, straight.c, as a function. */
#include "step_forms.h"

#define main straight_main
int main(int argc, char **argv);
#include "straight.c"

int64_t straight_run(int64_t times)
{
    static struct count count;
    memset(&count, 0, sizeof count);
    count_defaults(&count);
    count.times = times;
    count_run(&count);
    return count.x;
}
