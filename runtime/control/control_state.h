/* The state of control, and its reports. Part of control. */
#ifndef LOOPC_CONTROL_STATE_H
#define LOOPC_CONTROL_STATE_H

#include "control/channel.h"
#include "control/journal.h"
#include "control/commands.h"
#include "control/history.h"
#include "run/program.h"

#include <stdio.h>
#include <sys/types.h>

struct loopc_control {
    const struct loopc_program *program;
    struct loopc_texts *texts;
    pid_t owner; /* a child made by a body is not controlled and sends nothing */
    struct loopc_channel *channel;
    struct loopc_journal *journal;
    struct loopc_replay *replay;
    int64_t replay_when, stood; /* the batch of its next message; when it was polled, in ns */

    /* The fields with a meaning for control, or NULL. */
    const char *batch_loop;
    const struct loopc_field *iteration, *total, *times; /* of the batch loop */
    const struct loopc_field *target, *eta, *loss, *samples;

    int64_t goal;  /* batches after which it waits; INT64_MAX: never */
    int64_t every; /* batches between states; 0: none */
    int64_t steps; /* still to do before the next pause; -1: not stepping */
    int64_t step_from;
    bool to_epoch;             /* stepping to the next entry of the batch loop */
    int64_t pace;              /* batches a second at most; 0: as fast as it goes */
    int64_t paced_at, next_at; /* the batch that the pace let pass last; ns, when the next may */
    struct loopc_history history;
    bool paused, ended;
    bool stay;                       /* the run outlives its peer: another may connect */
    bool watch;                      /* profiling was requested */
    struct loopc_profile *own_watch; /* the profile that was started here, or NULL */
    struct loopc_current_place where;

    /* To be sent next. */
    bool has_viewer; /* views were asked for: they and the history are sent at the end, too */
    bool tell_state, tell_status, tell_paused, tell_timings, tell_views, tell_history;
    int64_t tell_checkpoint; /* 0: nothing */
    char errors[1024];
    char answer[1024], ignored[1024]; /* ignored: names, said where an answer was asked for */

    /* Sent last. */
    int64_t state_at;           /* batch; -1 never */
    int64_t loss_when, loss_at; /* ns; batch */
    uint64_t loss_hash;
    bool started, reached, interrupted;
    uint64_t dropped;
    char unknown[32][64]; /* names with a warning */
    int unknown_count;

    /* The message under construction. */
    FILE *file;
    char *text;
    size_t size;
    int members;
    bool diverged;
};

int64_t loopc_control_batch(const struct loopc_control *control, const struct loopc_run *run);

/* Whether it is reported beside the loss; its name there. */
bool loopc_control_is_reported(const struct loopc_control *control,
                               const struct loopc_field *field);
/* Whether the loop whose iterations report the field has had one: before, its value is none. */
bool loopc_control_is_measured(const struct loopc_control *control, const struct loopc_field *field,
                               const void *state);
const char *loopc_control_short_name(const struct loopc_control *control, const char *name);

/* The batches after which it waits: for the field that is the target, too. */
void loopc_control_set_goal(struct loopc_control *control, struct loopc_run *run, int64_t goal);

/* Finds the fields above. */
void loopc_control_find(struct loopc_control *control);

/* Whether the field is a matrix of weights or biases, in the order of "sv"; elements in a row of
 * its table, and how many of these are in use. */
bool loopc_control_is_weight(const struct loopc_field *field);
size_t loopc_control_columns(const struct loopc_field *field);
size_t loopc_control_width(const struct loopc_field *field, const void *state);

/* The member of the status. */
void loopc_control_status_member(struct loopc_control *control, int64_t batch,
                                 const struct loopc_run *run);

/* Begins a member of the message: its name, the batch. */
void loopc_control_open_member(struct loopc_control *control, const char *name, int64_t batch);

/* Runs the hooks that set the fields that are shown; the member of these; their table in the
 * status. */
void loopc_control_prepare_views(struct loopc_control *control, struct loopc_run *run);
void loopc_control_views_member(struct loopc_control *control, int64_t batch,
                                const struct loopc_run *run);
void loopc_control_write_views(struct loopc_control *control);

/* Adds a sentence to the error that is sent next. */
void loopc_control_add_error(struct loopc_control *control, const char *text);

/* The member of the flags of the run's options in the status, for the form of another run: name,
 * type, value, range, doc. */
void loopc_control_write_flags(struct loopc_control *control, const void *state);

/* Sets how many batches a second are learned at most; 0: as fast as it goes. */
void loopc_control_set_pace(struct loopc_control *control, int64_t pace);

/* How many ns the batch has to wait for at the pace that was set; 0: it may be learned now. */
int64_t loopc_control_pace_wait(struct loopc_control *control, int64_t batch);

/* Whether the batch loop is inside another repeating loop: its entries are epochs. */
bool loopc_control_has_epochs(const struct loopc_control *control);

/* Whether the steps that were asked for are done. */
bool loopc_control_steps_are_done(const struct loopc_control *control, const struct loopc_run *run);

/* Adds the reported values of this batch to the history, if that is due; its member. */
void loopc_control_note_history(struct loopc_control *control, const struct loopc_run *run);
void loopc_control_history_member(struct loopc_control *control, int64_t batch);

/* Makes the message that is due, if any, and sends it. */
void loopc_control_report(struct loopc_control *control, struct loopc_run *run);

/* The last report: unreported values, and the error of a failed run. */
void loopc_control_report_end(struct loopc_control *control, struct loopc_run *run, bool failed);

#endif
