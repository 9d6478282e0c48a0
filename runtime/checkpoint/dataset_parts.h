/* Parts of data sets in checkpoints. Part of them.
 *
 * A data set is not saved itself; but the split of its rows by a body (loopc_dataset_split) is part
 * of the state of a run. For a data set field that is not all of what was loaded a checkpoint has
 *
 *     "loopc.rows:FIELD"    a tensor: where its rows are stored, ascending
 *     "loopc.of:FIELD"      metadata: the field whose argument they were loaded by
 *
 * and for each one that was loaded and is not like another
 *
 *     "loopc.table:FIELD"   metadata: its columns, and the fit to its training part (table.h)
 */
#ifndef LOOPC_PARTS_H
#define LOOPC_PARTS_H

#include "run/program.h"
#include "checkpoint/safetensors.h"

/* The rows of data set field i and how many they are, and the field they are of; NULL: it is whole,
 * or nothing. */
const int64_t *loopc_part_rows(const struct loopc_program *program, const void *state, int i,
                               int64_t *count, const char **of);

/* Data set field i, or NULL if it is another field; and whether it was loaded and has a table of
 * its own. */
const struct loopc_dataset *loopc_dataset_of(const struct loopc_program *program, const void *state,
                                             int i);
bool loopc_has_own_table(const struct loopc_program *program, const void *state, int i);

/* Whether the data set of a field is another one than when the file was written, by its sizes; then
 * with a text that says so. */
bool loopc_dataset_is_other(const struct loopc_safetensors *file, const struct loopc_field *field,
                            const void *state, char *text, size_t size);

/* The share that a part was drawn with as text, to be freed; "" for another data set, NULL without
 * memory. */
char *loopc_share_text(const struct loopc_dataset *d);

/* LOOPC_FAILED and a text where data set field i is a part that was drawn with another share
 * than in the file: its rows are those of the file all the same. */
int loopc_share_check(const struct loopc_safetensors *file, const struct loopc_program *program,
                      const void *state, int i, char *text, size_t size);

/* Arranges, scales and fills data set field i of a state as it was when the file was written.
 * Returns LOOPC_OK, with a text on its columns or "", or LOOPC_FAILED and a text where its columns
 * or classes do not allow it. */
int loopc_table_load(const struct loopc_safetensors *file, const struct loopc_program *program,
                     void *state, int i, char *text, size_t size);

/* Puts the inputs of data set field i where the file has them, for a run that begins with
 * weights of another one. LOOPC_FAILED: no memory. */
int loopc_table_arrange(const struct loopc_safetensors *file, const struct loopc_program *program,
                        void *state, int i, char *text, size_t size);

/* Makes the data sets of a state, loaded from the command line or by another checkpoint before,
 * those that the file knows: parts, or whole again. A data set that does not fit is left as it is.
 * Returns an enum loopc_load_result; unless it is LOOPC_LOADED with a message and no changes. */
int loopc_parts_load(const struct loopc_safetensors *file, const struct loopc_program *program,
                     void *state, const struct loopc_message *message);

#endif
