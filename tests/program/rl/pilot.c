/* A policy in use: simulates the episodes whose first states are on standard input, a line each,
 * with the exported net PILOT in the simulator of the spec (simulator.h, out of its C), and prints
 * the sum of the rewards of each. */
#include "loopc.h"
#include "pilot.h"
#include "simulator.h"

static float episode(struct WORLD *world)
{
    float seen[PILOT_inputs], out[PILOT_outputs], gain = 0;
    bool over = false;
    for (int step = 0; step < LIMIT && !over; step++) {
        WORLD_observe(world, seen);
        PILOT_predict(seen, out);
        gain += WORLD_step(world, ACTION, &over);
    }
    return gain;
}

int main(void)
{
    struct WORLD world;
    struct loopc_rng chance = {{0}};
    float *const members = (float *)(void *)&world;
    WORLD_reset(&world, &chance);
    while (scanf("%f", &members[0]) == 1) {
        for (size_t k = 1; k < sizeof world / sizeof(float); k++)
            if (scanf("%f", &members[k]) != 1) return 2;
        printf("%.2f\n", (double)episode(&world));
    }
    return 0;
}
