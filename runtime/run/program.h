/* The program: what emitted code says of itself, and the main function that runs it. */
#ifndef LOOPC_PROGRAM_H
#define LOOPC_PROGRAM_H

#include "run/fields.h"
#include "run/failures.h"

#include <stdbool.h>
#include <stdint.h>

#ifndef LOOPC_VERSION
#define LOOPC_VERSION "0.1.0"
#endif

/* A place that --timings and --trace name. Parents come before their children. */
struct loopc_trace_point {
    const char *name; /* "Inner", "Inner.iteration", "Inner.on_iteration" */
    const char *on;   /* where its loop is inserted, "Outer.on_step", or NULL */
    int parent;       /* index, or -1 */
    char kind;        /* 'l' loop, 'p' phase, 's' step */
};

/* What the fixed names of the control channel mean in a program; NULL: found by
 * loopc_control_open. */
struct loopc_steering {
    const char *batch;  /* the loop whose iterations are the batches */
    const char *target; /* the field that says how many, with which the loop waits: loopc_wait */
    const char *eta;    /* the field that is the learning rate */
    const char *loss;   /* the field that is the loss of a batch */
    const char *samples_field; /* the field that says how many samples a batch has */
    int64_t samples;           /* or how many it always has; 0: nobody said */
};

/* What the table of fields does not say of a net. Its weights are the fields NAME.layers.0.weight,
 * NAME.layers.0.bias and so on. */
struct loopc_net {
    const char *name; /* in full */
    int layers;
    const char *activation, *output; /* as in a spec: "relu", "softmax" */
    const char *data;                /* the data set that its inputs come from, in full, or NULL */
};

struct loopc_child;
struct loopc_context;

struct loopc_program {
    const char *name, *doc; /* doc: one line or several, or NULL */
    size_t size;            /* bytes of the state; its first member is a struct loopc_run */
    const struct loopc_field *fields;
    int field_count;
    const struct loopc_trace_point *trace_points;
    int trace_point_count;
    uint64_t fingerprint; /* of what positions count beside places, elements of bodies say; or 0 */
    const char *const *resume_points; /* names of where a run can be saved; [0] is its start */
    int resume_point_count;
    const struct loopc_steering *steering; /* or NULL */
    const struct loopc_net *nets;
    int net_count;
    bool threads; /* it gives work to the thread team (team.h), so it has --threads */
    int (*model)(
        const struct loopc_context *context); /* loopc_model_main where there is a net, or NULL */
    void (*defaults)(void *state);            /* of the fields that do not start as 0; or NULL */
    int (*prepare)(void *state); /* first weights and the like; or NULL; returns a status */
    /* Where there are positions: for a run that is to go on at one of them. Evaluates again the
     * bounds of loops that nothing but options decides; returns whether the loop whose end the
     * position is has more to do, false for any other. */
    bool (*reevaluate)(void *state, int position);
    int (*run)(void *state); /* returns a status */
    int (*run_instrumented)(
        void *state); /* the same with its places; or NULL: it cannot be watched */
    /* The step form has these in the place of run and watched: one step; LOOPC_MORE or the status
     * with which the run ended. */
    int (*step)(void *state);
    int (*step_instrumented)(void *state);
    const size_t *children; /* offsets of each struct loopc_child in the state; or NULL */
    int child_count;
    void (*end_child)(struct loopc_child *child); /* loopc_child_end where there are children */
    uint64_t hash; /* of the program's text: positions of another one are refused */
    size_t position, position_size; /* where in the state it stands where the run is */
};

/* How emitted code declares the functions of bodies: a leaf calls no function and stands where it
 * is called, at no cost; any other is a function, whose calls cost more than its own. This is not
 * left to the compiler, because it goes by how many callers there are, and the watched twin is one
 * more: the run has the same machine code with and without it. */
#define LOOPC_LEAF static inline __attribute__((always_inline))
#define LOOPC_BODY static __attribute__((noinline))

enum { LOOPC_SHUTDOWN = -1 }; /* the control channel has ended the run, in good order */

/* The step form: how far a run is. */
enum loopc_stage { LOOPC_STAGE_NEW, LOOPC_STAGE_RUNS, LOOPC_STAGE_ENDED };

enum loopc_when { LOOPC_AUTO, LOOPC_NEVER, LOOPC_ALWAYS };

/* What the runtime keeps of a run: the first member of every state, so that a pointer to one is a
 * pointer to the other. The pointers are NULL where nobody asked. */
struct loopc_run {
    const struct loopc_program *program;
    const struct loopc_host *host; /* NULL: loopc_plain_host */
    uint64_t seed;
    int resume_at;   /* the position at which the emitted run starts; 0 is its beginning */
    int interrupted; /* the signal that interrupted the run, LOOPC_SHUTDOWN, or 0 */
    struct loopc_metrics *metrics;
    struct loopc_progress *progress;
    struct loopc_profile *profile;
    struct loopc_checkpointer *checkpointer;
    struct loopc_control *control;
    uint64_t waits; /* polls of processes that were still running */
    struct loopc_failures failures;
};

void loopc_report_now(struct loopc_run *run, const char *loop);

/* At the end of an iteration of a loop that reports fields, when its counters include it. */
static inline void loopc_report(struct loopc_run *run, const char *loop)
{
    if (run->metrics) loopc_report_now(run, loop);
}

int loopc_save_end(struct loopc_run *run, int at);

/* Where a loop that no other repetition holds has come to its end: a run that was saved here goes
 * on, when it is resumed, if there is more to do then. */
static inline int loopc_ended(struct loopc_run *run, int at)
{
    return run->checkpointer ? loopc_save_end(run, at) : LOOPC_OK;
}

/* For bodies, as loopc_note($loopc, "%d left", n): a line for people on standard error, behind the
 * program's name. It stands whole above the line of progress, and in order with standard output. */
void loopc_note(struct loopc_run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

bool loopc_wait_for_target(struct loopc_run *run);

/* When the loop of the batches has come to its target: whether it is to go on after all. With a
 * control channel that is when a later target is set, and until then it sleeps; without one the
 * loop is done. */
static inline bool loopc_wait(struct loopc_run *run)
{
    return run->control && loopc_wait_for_target(run);
}

#endif
