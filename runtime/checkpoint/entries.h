/* Entries: the values of a state that a checkpoint holds, and their keys. The one walk over the
 * table of fields that saving and loading share. For checkpoint_*.c only. */
#ifndef LOOPC_ENTRIES_H
#define LOOPC_ENTRIES_H

#include "checkpoint/checkpoint.h"

enum { LOOPC_ENTRY_RANK = 4 };

/* A tensor: memory of the state, or of the info. A matrix in panels (panel.h) or of a replica
 * (replica.h) is there in another order than in a file: between the two is loopc_entry_write or
 * loopc_entry_read. */
struct loopc_entry {
    const char *key;
    enum loopc_dtype dtype;
    int rank;
    int64_t dims[LOOPC_ENTRY_RANK];
    void *memory;
    size_t bytes; /* in a file */
    bool panels, replica;
};

/* A str. */
struct loopc_string_entry {
    char *name; /* of the field, with the index in an array */
    const char **memory;
};

struct loopc_entries {
    struct loopc_entry *list;
    int count, fields; /* the first `fields` of them are fields; the others are the info's */
    struct loopc_string_entry *strings;
    int string_count;
};

/* All of a state and of its info. Entries point into both. Returns LOOPC_OK, or LOOPC_FAILED with a
 * message; free them either way. */
int loopc_entries_make(struct loopc_entries *entries, const struct loopc_program *program,
                       void *state, struct loopc_checkpoint_info *info,
                       const struct loopc_message *message);
void loopc_entries_free(struct loopc_entries *entries);

/* Writes its `bytes` bytes in the order of a file to `to`; reads them from there. */
void loopc_entry_write(const struct loopc_entry *entry, void *to);
void loopc_entry_read(const struct loopc_entry *entry, const void *from);

enum { LOOPC_DIGEST_SIZE = 17 }; /* of a data set, in hexadecimal digits */

/* "KIND:NAME", to be freed, or NULL without memory. */
char *loopc_key_make(const char *kind, const char *name);

/* The four numbers of a data set, as a text to be freed, or NULL without memory. */
char *loopc_dataset_describe(const struct loopc_field *field, const void *state);

#endif
