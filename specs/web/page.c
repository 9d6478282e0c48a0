/* What the page calls: a run of spirals.lua, and numbers of it. */
#include "spirals.h"

#define EXPORT(name) __attribute__((export_name(#name))) name

void EXPORT(begin)(uint32_t seed);
void EXPORT(set)(float eta, float turns, float noise);
int32_t EXPORT(epochs)(void);
int EXPORT(epoch)(void);
float EXPORT(loss)(void);
const float *EXPORT(plane)(void);
const float *EXPORT(points)(void);
const int32_t *EXPORT(labels)(void);

static struct spirals run;

void begin(uint32_t seed)
{
    spirals_init(&run, seed);
}

/* Effective from the next batch on. */
void set(float eta, float turns, float noise)
{
    run.Fit.eta = eta;
    run.Fit.turns = turns;
    run.Fit.noise = noise;
}

int32_t epochs(void)
{
    return (int32_t)run.Fit.iteration;
}

/* Trains one epoch; returns LOOPC_MORE, or the status with which the run ended. */
int epoch(void)
{
    const int32_t before = epochs();
    int st = LOOPC_MORE;
    while (st == LOOPC_MORE && epochs() == before)
        st = spirals_step(&run);
    return st;
}

float loss(void)
{
    return run.Train.loss;
}

/* 64 x 64 answers, -1 to 1, row by row from the top. */
const float *plane(void)
{
    return run.Fit.plane;
}

/* The 64 points of the newest batch, x and y of each between -6 and 6; and which spiral each is of. */
const float *points(void)
{
    return run.Train.x;
}

const int32_t *labels(void)
{
    return run.Train.labels;
}
