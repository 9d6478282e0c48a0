#include "nn/init.h"

#include <math.h>

void loopc_init_normal(float *w, struct loopc_rng *rng, int32_t inputs, int32_t outputs,
                       float deviation)
{
    for (int32_t o = 0; o < outputs; o++)
        for (int32_t k = 0; k < inputs; k++)
            w[loopc_panel_at(outputs, o, k)] = deviation * (float)loopc_rng_normal(rng);
}

void loopc_init_xavier(float *w, struct loopc_rng *rng, int32_t inputs, int32_t outputs)
{
    const float limit = sqrtf(6.0f / (float)(inputs + outputs));
    for (int32_t o = 0; o < outputs; o++)
        for (int32_t k = 0; k < inputs; k++)
            w[loopc_panel_at(outputs, o, k)] = limit * fmaf(2.0f, loopc_rng_f32(rng), -1.0f);
}

void loopc_init_he(float *w, struct loopc_rng *rng, int32_t inputs, int32_t outputs)
{
    loopc_init_normal(w, rng, inputs, outputs, sqrtf(2.0f / (float)inputs));
}
