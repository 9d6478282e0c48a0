/* --init: a run that begins with values of a checkpoint, of any program or version, or of another
 * safetensors file; without its position, counters, random streams.
 *
 *     FILE             all values of the program's nets
 *     FILE:PART,...    the fields named, also by their beginning: net.layers.0 for its weight and
 *                      bias, net, adam, score. Counters of loops are not taken
 *
 * Values have the same name in the file and in the program.
 */
#ifndef LOOPC_INITIAL_VALUES_H
#define LOOPC_INITIAL_VALUES_H

#include "base/message.h"
#include "run/program.h"

struct loopc_texts;

/* Takes them into state, which is prepared, and logs the entries that were taken, those of the file
 * that were not, and those that the file lacks. Returns LOOPC_OK; or LOOPC_FAILED with a message,
 * perhaps with a hint in a second line, when the file cannot be read, a type or a shape differs, or
 * a part is not in both: the state is of no use then. */
int loopc_init_values(const struct loopc_program *program, void *state, struct loopc_texts *texts,
                      const char *source, const struct loopc_message *message);

#endif
