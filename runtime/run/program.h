/* The program: the tables and functions of emitted code, and the main function that runs it. */
#ifndef LOOPC_PROGRAM_H
#define LOOPC_PROGRAM_H

#include "base/hash.h"
#include "run/fields.h"
#include "run/failures.h"

#include <stdbool.h>
#include <stdint.h>

/* A place that --timings and --trace name. Parents come before their children. */
struct loopc_trace_point {
    const char *name; /* "Inner", "Inner.iteration", "Inner.on_iteration" */
    const char *on;   /* where its loop is inserted, "Outer.on_step", or NULL */
    int parent;       /* index, or -1 */
    char kind;        /* 'l' loop, 'p' phase, 's' step */
};

/* The fields of the fixed names of the control channel; NULL: found by
 * loopc_control_open. */
struct loopc_steering {
    const char *batch;  /* the loop whose iterations are the batches */
    const char *target; /* the field that says how many, with which the loop waits: loopc_wait */
    const char *eta;    /* the field that is the learning rate */
    const char *loss;   /* the field that is the loss of a batch */
    const char *samples_field; /* the field that says how many samples a batch has */
    int64_t samples;           /* or how many it always has; 0: unknown */
};

/* A field that a viewer draws, and how. */
struct loopc_view {
    const char *field; /* in full */
    const char *show;  /* "image", "line", "points", "histogram", "bars", "graph", "text" */
    const char *over;  /* of an image: the field of points on it, in full; or NULL */
    const char *doc;   /* or NULL */
    int rows;          /* of an image; of points their number */
    double low, high;  /* coordinates at the edges of image and points; equal: not told */
};

/* The targets of a net's outputs. */
enum loopc_answers { LOOPC_ANSWERS_NONE, LOOPC_ANSWERS_LABELS, LOOPC_ANSWERS_TARGETS };

/* A data set whose rows a net reads. */
struct loopc_feed {
    const char *data;           /* its field, in full */
    enum loopc_answers answers; /* of its rows, that the net is compared with */
    bool learns;                /* the net is trained on it */
    const char *unweighed;      /* the function that does so without weights of rows, or NULL */
    const char *loop; /* that runs rows / each times and leaves the other rows out; or NULL */
    int64_t each;
};

enum loopc_op_kind {
    LOOPC_OP_DENSE,
    LOOPC_OP_ACTIVATION,
    LOOPC_OP_DROPOUT,
    LOOPC_OP_LAYER_NORM,
    LOOPC_OP_BATCH_NORM,
    LOOPC_OP_RESIDUAL,
    LOOPC_OP_EMBEDDING,
};

struct loopc_deep;

/* An operation of a net that is more than dense layers. It reads value `input`, of which 0 goes
 * into the net, and makes the value with its own number, counted from 1. */
struct loopc_op {
    enum loopc_op_kind kind;
    const char *net;        /* whose weights it has where they are those of another net, or NULL */
    int layer;              /* its weights are the fields NAME.layers.LAYER.weight and .bias */
    int input, skip;        /* skip: the other value that a residual adds */
    const char *activation; /* or NULL */
    float epsilon;          /* of norms */
    bool has_no_bias;
    int32_t vocabulary;     /* of an embedding: the rows of its table; */
    int32_t column, source; /* which column of value `input`, and of what goes into the net */
};

/* The properties of a net beside the table of fields. Its weights are the fields
 * NAME.layers.0.weight, NAME.layers.0.bias and so on. */
struct loopc_net {
    const char *name;                       /* in full */
    const char *activation, *output, *loss; /* as in a spec: "relu", "softmax", "cross_entropy" */
    int layers;
    int32_t inputs, outputs; /* inputs: the most of them where the data set decides, */
    int32_t targets;         /* of a row, where there is not one for each output; else 0 */
    bool open;               /* which is then the one named here: */
    const char *data;        /* the data set that its inputs come from, in full, or NULL */
    bool untold;             /* there are data sets, and nothing says whether it reads one */
    bool kept;               /* it keeps weights of another net; only by its name is it a model */
    const char *average;     /* the optimizer that keeps an average of its weights, or NULL */
    const struct loopc_feed *feeds;
    int feed_count;
    const struct loopc_op *ops; /* what the layers are, where they are not all dense; or NULL */
    int op_count;
    const struct loopc_deep *deep; /* what models are made with where there are ops */
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
    uint64_t fingerprint; /* of the elements and the form, on which positions inside depend; or 0 */
    const char *const *resume_points; /* names of where a run can be saved; [0] is its start */
    int resume_point_count;
    const struct loopc_steering *steering; /* or NULL */
    const struct loopc_view *views;        /* or NULL */
    int view_count;
    const struct loopc_net *nets;
    int net_count;
    int32_t shards; /* the fewest of a net that has some: ranks divide it; 0: there is none */
    bool threads;   /* it gives work to the thread team (team.h), so it has --threads */
    int (*model)(
        const struct loopc_context *context); /* loopc_model_main where there is a net, or NULL */
    void (*defaults)(void *state);            /* of the fields that do not start as 0; or NULL */
    int (*before_save)(void *state); /* the hooks of checkpoints, or NULL; they return a status */
    int (*after_load)(void *state);
    int (*before_show)(void *state); /* the hooks of viewers, or NULL; a status */
    int (*prepare)(void *state);     /* first weights and the like; or NULL; returns a status */
    /* Called on resume, where there are resume points: recomputes loop bounds that depend only
     * on options. Returns whether the loop that ended at the resume point `position` has
     * iterations left now; false for any other resume point. */
    bool (*reevaluate)(void *state, int position);
    /* Return the status with which the run ended; or LOOPC_MORE, when it left at resume_at to be
     * called again, so that the other variant can carry on. The instrumented one has trace points;
     * NULL: there is none. */
    int (*run)(void *state);
    int (*run_instrumented)(void *state);
    /* The step form has these instead: one step; LOOPC_MORE or the status with which the run
     * ended. */
    int (*step)(void *state);
    int (*step_instrumented)(void *state);
    const size_t *children; /* offsets of each struct loopc_child in the state; or NULL */
    int child_count;
    void (*end_child)(struct loopc_child *child); /* loopc_child_end where there are children */
    uint64_t hash; /* of the program's text: positions of another one are refused */
    size_t position,
        position_size; /* offset and size of the resume point of the step form in the state */
};

/* The trace points of a program are one list, of which it makes their names and their table:
 *
 *     #define TRACE_POINTS(POINT)              \
 *         POINT(P_Fit, -1, 'l', "Fit", NULL)   \
 *         POINT(P_Fit_epoch, P_Fit, 'p', "Fit.epoch", NULL)
 *     enum { TRACE_POINTS(LOOPC_TRACE_POINT_NAME) };
 */
#define LOOPC_TRACE_POINT_NAME(index, parent, kind, name, on) index,
#define LOOPC_TRACE_POINT(index, parent, kind, name, on)      [index] = {name, on, parent, kind},

/* For a struct loopc_program: a table, and how many rows it has. */
#define LOOPC_TABLE(rows, count, table) .rows = (table), .count = sizeof(table) / sizeof((table)[0])

/* How emitted code declares functions: a body that calls no function is inlined, at no cost; any
 * other is a function, whose calls cost more than its own. The run itself is inlined into its two
 * variants, plain and instrumented. This is not left to the compiler, because it goes by how many
 * callers there are, and the instrumented run is one more: the plain one has the same machine code
 * with and without it. */
#define LOOPC_ALWAYS_INLINE inline __attribute__((always_inline))
#define LOOPC_NOINLINE      __attribute__((noinline))

enum { LOOPC_SHUTDOWN = -1 }; /* the control channel has ended the run, in good order */

/* The step form: how far a run is. */
enum loopc_stage { LOOPC_STAGE_NEW, LOOPC_STAGE_RUNS, LOOPC_STAGE_ENDED };

/* The name of the last resume point of a program in steps: between any two of them. */
#define LOOPC_STEP_NAME "a step"

enum loopc_when { LOOPC_AUTO, LOOPC_NEVER, LOOPC_ALWAYS };

/* The runtime's part of a run: the first member of every state, so that a pointer to one is
 * a pointer to the other. A pointer is NULL where the command line does not ask for it. */
struct loopc_run {
    const struct loopc_program *program;
    const struct loopc_host *host; /* NULL: loopc_plain_host */
    uint64_t seed;
    int resume_at;       /* the position at which the emitted run starts; 0 is its beginning */
    int32_t rank, ranks; /* of several processes that share the run (loopc build --mpi): which one
                            this is, from 0, and how many there are; 0 in a library */
    int interrupted;     /* the signal that interrupted the run, LOOPC_SHUTDOWN, or 0 */
    struct loopc_metrics *metrics;
    struct loopc_progress *progress;
    struct loopc_profile *profile;
    struct loopc_checkpointer *checkpointer;
    struct loopc_control *control;
    uint64_t item;   /* of a loop that can be restarted: which one is in hand (loopc_item); or 0 */
    uint64_t waits;  /* polls of processes that were still running */
    uint64_t waited; /* loopc_between_steps: waits as they were before the last step, */
    uint32_t idle;   /* and how many steps in a row did nothing but wait */
    struct loopc_failures failures;
};

/* For loops that can be restarted (loopc.lightning): the identity of an item, of which loop and of
 * which of its runs it is, within the item `outside` that was in hand when that run began. */
static inline uint64_t loopc_item(uint64_t outside, const char *loop, int64_t run, int64_t item)
{
    uint64_t hash = loopc_fnv1a_number(LOOPC_FNV1A_START, outside, sizeof outside);
    hash = loopc_fnv1a(hash, loop, strlen(loop));
    hash = loopc_fnv1a_number(hash, (uint64_t)run, sizeof run);
    return loopc_fnv1a_number(hash, (uint64_t)item, sizeof item);
}

void loopc_report_now(struct loopc_run *run, const char *loop);

/* Called at the end of an iteration of a loop that reports fields, after its counters were
 * incremented. */
static inline void loopc_report(struct loopc_run *run, const char *loop)
{
    if (run->metrics) loopc_report_now(run, loop);
}

void loopc_report_end_now(struct loopc_run *run, const char *loop);

/* Where a loop has ended whose end sets fields that it reports, or which reports some of them in
 * every n-th iteration only. */
static inline void loopc_report_end(struct loopc_run *run, const char *loop)
{
    if (run->metrics) loopc_report_end_now(run, loop);
}

int loopc_save_end(struct loopc_run *run, int at);

/* Called at the end of an outermost loop: a run that was saved here continues when it is
 * resumed, if the loop has iterations left then. */
static inline int loopc_ended(struct loopc_run *run, int at)
{
    return run->checkpointer ? loopc_save_end(run, at) : LOOPC_OK;
}

/* For bodies, as loopc_note($loopc, "%d left", n): a line for people on standard error, behind
 * the program's name. It appears above the progress line, and after all earlier standard output. */
void loopc_note(struct loopc_run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

bool loopc_wait_for_target(struct loopc_run *run);

/* Called when the loop of the batches has reached its target: whether the loop continues. With a
 * control channel it sleeps until a later target is set; without one the loop is done. Of several
 * ranks one may have the channel. */
static inline bool loopc_wait(struct loopc_run *run)
{
    return (run->control || run->ranks > 1) && loopc_wait_for_target(run);
}

#endif
