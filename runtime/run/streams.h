/* Random streams: where those of a run start. */
#ifndef LOOPC_STREAMS_H
#define LOOPC_STREAMS_H

#include <stdint.h>

struct loopc_program;

/* Sets the seed of a run, and puts each rng field at the start of the stream of its name; element k
 * of an array has the name "FIELD[k]". */
void loopc_streams_seed(const struct loopc_program *program, void *state, uint64_t seed);

#endif
