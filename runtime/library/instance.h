/* Instances: the step form as a library.
 *
 * loopc gen --step --lib makes of a trainer NAME a header and a source with these functions; each
 * works on one struct NAME, and a program may hold as many of them as it likes:
 *
 *     NAME_init(s, seed)    zeros, defaults, random streams; after that fields may be assigned
 *     NAME_step(s)          one step; LOOPC_MORE, or the status with which the run ended
 *     NAME_run(s, n)        at most n steps
 *     NAME_resume(s)        all steps that are left
 *     NAME_copy(to, from)   `to` becomes an independent copy of `from`
 *     NAME_save(s, path, ..), NAME_load(s, path, ..)
 *     NAME_end(s)           ends the processes that s has started
 *     NAME_program()        its name, and the table of its fields
 *     NAME_new(seed), NAME_free(s), NAME_field(s, name), NAME_failure(s, text, size)
 *                           for C++, where struct NAME is incomplete, and other languages
 *
 * The state is plain memory. A process of POPEN or SPAWN stays with the state that started it; a
 * copy, and a state that was saved while it ran, starts it anew. Memory that a state points to is
 * shared by copies: data sets, and the values of str fields.
 *
 * After LOOPC_FAILED the failures are in s->loopc.failures (failures.h).
 */
#ifndef LOOPC_INSTANCE_H
#define LOOPC_INSTANCE_H

#include "run/program.h"

#include <stddef.h>
#include <stdint.h>

void loopc_instance_init(const struct loopc_program *program, void *state, uint64_t seed);

void loopc_instance_copy(const struct loopc_program *program, void *to, const void *from);

/* Ends all processes of POPEN and SPAWN of this state. */
void loopc_instance_end(const struct loopc_program *program, void *state);

/* A new state that has begun a run, aligned as kernels need it; NULL without memory. */
void *loopc_instance_new(const struct loopc_program *program, uint64_t seed);

/* Ends its processes and frees it. `state` may be NULL. */
void loopc_instance_free(const struct loopc_program *program, void *state);

/* The memory of the field with that full name, as its type is laid out in C; NULL if there is none.
 */
void *loopc_instance_field(const struct loopc_program *program, void *state, const char *name);

/* The text of the first failure of a run. Returns its length; 0 and "" without a failure. */
size_t loopc_instance_failure(const void *state, char *text, size_t size);

/* Writes a state to a file, which is replaced as a whole or not at all: all fields but data sets,
 * the position, the failures that are pending, and a hash of the program. on_save_checkpoint hooks
 * run before, on a copy of the state: the fields that they set are those of the file. Returns
 * LOOPC_OK, or LOOPC_FAILED with a message. */
int loopc_instance_save(const struct loopc_program *program, const void *state, const char *path,
                        char *message, size_t size);

/* Reads a state that the same program has saved, into one that loopc_instance_init has made; data
 * sets stay those of the state. on_load_checkpoint hooks run on what was read. Another program's
 * file, and a damaged one, are refused, and so is one when a hook fails: then the state is as it
 * was. */
int loopc_instance_load(const struct loopc_program *program, void *state, const char *path,
                        char *message, size_t size);

#endif
