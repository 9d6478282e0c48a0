/* The plan of a load: the contents of the file, and the entry of the program for each part of it.
 * Part of checkpoint_load. */
#ifndef LOOPC_CHECKPOINT_PLAN_H
#define LOOPC_CHECKPOINT_PLAN_H

#include "checkpoint/checkpoint.h"
#include "checkpoint/entries.h"

/* A checkpoint that is being loaded. */
struct loopc_load_plan {
    struct loopc_load_request *loading;
    struct loopc_safetensors file;
    struct loopc_checkpoint_info info; /* entries point to it until everything is checked */
    struct loopc_entries entries;
    const struct loopc_stored **sources; /* of each entry, NULL without one */
    const char **strings;                /* the value of each string entry */
    bool *found;                         /* of each string entry, whether the file has it */
    bool *used;                          /* of each tensor of the file, whether an entry takes it */
    char *staged;                        /* the data of all sources, one after the other */
};

/* Sets the message; returns LOOPC_REFUSED. The hint may be NULL. */
int loopc_plan_refuse(const struct loopc_load_plan *plan, const char *hint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets the message; returns LOOPC_UNREADABLE. */
int loopc_plan_no_memory(const struct loopc_load_plan *plan);

/* Calls the listener of the load request, if there is one. */
void loopc_plan_note(const struct loopc_load_plan *plan, enum loopc_load_note note,
                     const char *text);

/* Finds the part of the open file for each entry of the program, checks that it fits, and notes
 * what is missing on either side. Returns LOOPC_LOADED, or another result with its message. */
int loopc_plan_match(struct loopc_load_plan *plan);

#endif
