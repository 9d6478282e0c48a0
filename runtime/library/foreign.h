/* Instances for other languages: the fields of a state as data, and the calls that need a table.
 *
 * A language that can call C functions, and read memory at an address, needs no more: see
 * templates/python/state.py.
 */
#ifndef LOOPC_FOREIGN_H
#define LOOPC_FOREIGN_H

#include "run/program.h"

#include <stddef.h>

/* Writes the table of fields as JSON, as snprintf does: returns the length, and text is cut when
 * size is too small.
 *
 *     {"program": "xor", "fields": [{"name": "eta", "type": "f32", "offset": 64, "count": 1,
 *      "dims": [], "option": true, ...}, ...]}
 *
 * A matrix in panels of 16 columns has the floats from panel to panel in "panels"; "width_at" is
 * where an int32_t says how many columns are in use; "min", "max" and "doc" are there where the
 * field has them. */
size_t loopc_instance_describe(const struct loopc_program *program, char *text, size_t size);

/* Sets a number, or an array of them, from text as a command line has it, within its range. Returns
 * LOOPC_OK, or LOOPC_FAILED with a message and nothing changed. */
int loopc_instance_set(const struct loopc_program *program, void *state, const char *name,
                       const char *text, char *message, size_t size);

/* Loads a file into the data set of that name, in the place of what it had, which is not freed:
 * copies of the state may have it, too. Returns as above. */
int loopc_instance_read(const struct loopc_program *program, void *state, const char *name,
                        const char *path, char *message, size_t size);

/* Frees the data set at that address. */
void loopc_instance_forget(void *dataset);

#endif
