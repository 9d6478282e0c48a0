#include "nn/init.h"

#include "base/normal.h"
#include "nn/replica.h"
#include "nn/vector.h"

#include <stdbool.h>

#ifdef LOOPC_DEVICE
enum { AT_ONCE = 1 }; /* normal numbers: what needs no room */
#else
enum { AT_ONCE = 64 }; /* normal numbers: some vectors full */
#endif

/* The next `count` normal numbers of the stream, and anything in what is left of the room. A point
 * outside of the disk is overwritten by the next one: a branch would be foreseen badly. */
static void draw(struct loopc_rng *rng, float *to, int32_t count)
{
    struct loopc_rng own = *rng;
    double u[AT_ONCE] = {0}, square[AT_ONCE];
    for (int32_t i = 0; i < AT_ONCE; i++)
        square[i] = 0.5;
    for (int32_t n = 0; n < count;) {
        struct loopc_point point;
        const bool inside = loopc_normal_try(&own, &point);
        u[n] = point.u;
        square[n] = point.square;
        n += inside;
    }
    *rng = own;
    for (int32_t i = 0; i < AT_ONCE; i++)
        to[i] = (float)loopc_normal_of((struct loopc_point){u[i], square[i]});
}

/* Where weight (o, k) is: in panels, or one replica of 16, which devices do not have. */
LOOPC_INLINE ptrdiff_t place(bool is_replica, int32_t inputs, int32_t outputs, int32_t o, int32_t k)
{
#ifdef LOOPC_DEVICE
    (void)is_replica, (void)inputs;
    return loopc_panel_at(outputs, o, k);
#else
    return is_replica ? loopc_replica_at(inputs, o, k) : loopc_panel_at(outputs, o, k);
#endif
}

LOOPC_INLINE void init_normal(bool is_replica, float *w, struct loopc_rng *rng, int32_t inputs,
                              int32_t outputs, float deviation)
{
    for (int32_t o = 0; o < outputs; o++)
        for (int32_t k = 0; k < inputs; k += AT_ONCE) {
            float drawn[AT_ONCE];
            const int32_t count = loopc_lesser(inputs - k, AT_ONCE);
            draw(rng, drawn, count);
            for (int32_t i = 0; i < count; i++)
                w[place(is_replica, inputs, outputs, o, k + i)] = deviation * drawn[i];
        }
}

LOOPC_INLINE void init_xavier(bool is_replica, float *w, struct loopc_rng *rng, int32_t inputs,
                              int32_t outputs)
{
    const float limit = sqrtf(6.0f / (float)(inputs + outputs));
    for (int32_t o = 0; o < outputs; o++)
        for (int32_t k = 0; k < inputs; k++)
            w[place(is_replica, inputs, outputs, o, k)] =
                limit * fmaf(2.0f, loopc_rng_f32(rng), -1.0f);
}

void loopc_init_normal(float *w, struct loopc_rng *rng, int32_t inputs, int32_t outputs,
                       float deviation)
{
    init_normal(false, w, rng, inputs, outputs, deviation);
}

void loopc_init_xavier(float *w, struct loopc_rng *rng, int32_t inputs, int32_t outputs)
{
    init_xavier(false, w, rng, inputs, outputs);
}

void loopc_init_he(float *w, struct loopc_rng *rng, int32_t inputs, int32_t outputs)
{
    loopc_init_normal(w, rng, inputs, outputs, sqrtf(2.0f / (float)inputs));
}

#ifndef LOOPC_DEVICE

void loopc_replica_init_normal(float *w, struct loopc_rng *rng, int32_t inputs, int32_t outputs,
                               float deviation)
{
    init_normal(true, w, rng, inputs, outputs, deviation);
}

void loopc_replica_init_xavier(float *w, struct loopc_rng *rng, int32_t inputs, int32_t outputs)
{
    init_xavier(true, w, rng, inputs, outputs);
}

void loopc_replica_init_he(float *w, struct loopc_rng *rng, int32_t inputs, int32_t outputs)
{
    loopc_replica_init_normal(w, rng, inputs, outputs, sqrtf(2.0f / (float)inputs));
}

#endif
