/* The contents of a checkpoint: tensors and texts made of a state. Part of checkpoint_save. */
#ifndef LOOPC_CHECKPOINT_CONTENTS_H
#define LOOPC_CHECKPOINT_CONTENTS_H

#include "checkpoint/checkpoint.h"
#include "checkpoint/directory.h"
#include "checkpoint/entries.h"

/* A checkpoint that is being saved. */
struct loopc_save {
    struct loopc_directory *folder;
    void *state;
    struct loopc_entries entries;
    struct loopc_tensor *tensors;
    int tensor_count;
    char *unpacked; /* the matrices in panels, converted to rows, one after the other */
    char **keys;    /* the names of the tensors besides fields: scales, rows */
    int key_count;
    int64_t *counts; /* the number of values of each of them */
    struct loopc_meta *metas;
    int meta_count;
    char **texts;               /* the memory of their keys and values, two each */
    char name[LOOPC_NAME_SIZE]; /* of the file */
    const struct loopc_message *message;
};

/* Fills tensors and metas from the state and `info`. Returns LOOPC_OK, or LOOPC_FAILED with a
 * message; either way free it afterwards. */
int loopc_save_collect(struct loopc_save *saving, struct loopc_checkpoint_info *info);
void loopc_save_free(struct loopc_save *saving);

#endif
