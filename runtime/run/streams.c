/* Random streams: one for each rng field. */
#include "run/streams.h"

#include "base/rng.h"
#include "run/program.h"

#include <stdio.h>

void loopc_streams_seed(const struct loopc_program *program, void *state, uint64_t seed)
{
    ((struct loopc_run *)state)->seed = seed;
    for (int i = 0; i < program->field_count; i++) {
        const struct loopc_field *field = &program->fields[i];
        struct loopc_rng *rngs = (void *)((char *)state + field->offset);
        if (field->type != LOOPC_RNG) continue;
        if (field->count == 1) loopc_rng_seed(rngs, seed, field->name);
        for (size_t k = 0; field->count > 1 && k < field->count; k++) {
            char name[256];
            snprintf(name, sizeof name, "%s[%zu]", field->name, k);
            loopc_rng_seed(&rngs[k], seed, name);
        }
    }
}
