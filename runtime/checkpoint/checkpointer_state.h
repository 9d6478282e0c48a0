/* The state of a checkpointer. For checkpointer*.c only. */
#ifndef LOOPC_CHECKPOINTER_STATE_H
#define LOOPC_CHECKPOINTER_STATE_H

#include "checkpoint/alarm.h"
#include "checkpoint/best.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/checkpointer.h"
#include "checkpoint/schedule.h"

enum { LOOPC_ENDS_KEPT = 32 };

struct loopc_checkpointer {
    const struct loopc_program *program;
    struct loopc_saving saving;
    struct loopc_directory folder;
    bool open;          /* the folder */
    char resumed[4096]; /* the path of the checkpoint that was loaded, or empty */
    struct loopc_counters counters;
    struct loopc_schedule schedule;
    struct loopc_best best;
    struct loopc_alarm *alarm; /* where the schedule is one of seconds */
    bool polls;                /* every boundary is looked at, not only those behind an alarm */
    struct loopc_checkpoint_info now, last; /* where the run is; where it was saved last */
    double started;                         /* on the clock, minus the time before a resume */
    double cost;                            /* seconds that the last synced checkpoint took */
    double synced, took_best;      /* when the last one was synced, and the last best one taken */
    bool trying;                   /* a best one is written and not taken yet */
    bool spares;                   /* those of ends are not pruned: there was no --keep */
    int64_t ends[LOOPC_ENDS_KEPT]; /* the last checkpoints that were taken at the end of a loop */
    int end_count;
    bool lost; /* a checkpoint could not be written */
};

double loopc_checkpointer_clock(void);

/* Whether the flags leave it to the checkpointer when to save. */
bool loopc_checkpointer_is_free(const struct loopc_checkpointer *checkpointer);

/* Adds a number to ends. */
void loopc_checkpointer_add_end(struct loopc_checkpointer *checkpointer, int64_t number);

/* Takes the best one that was tried, if there is one. Returns LOOPC_OK, or LOOPC_FAILED with a
 * message. */
int loopc_checkpointer_take_best(struct loopc_checkpointer *checkpointer,
                                 const struct loopc_message *message);

#endif
