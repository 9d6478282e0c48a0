#include "main/main_ranks.h"

#include "base/clock.h"
#include "base/timing.h"
#include "checkpoint/checkpointer.h"
#include "data/mapped.h"
#include "data/table.h"
#include "parallel/ranks.h"
#include "run/events.h"
#include "telemetry/log.h"

#include <stdlib.h>
#include <string.h>

enum { BAD_USAGE = 2 };

void loopc_ranks_silence(struct loopc_args *args)
{
    if (loopc_rank == 0 || args->action != LOOPC_ACTION_RUN) return;
    args->metrics = args->timings_log = args->done_file = NULL;
    args->timings = args->trace = false;
    args->progress = LOOPC_NEVER;
    args->control = (struct loopc_control_options){0};
    if (!args->saving.resume) args->saving.folder = NULL;
    args->saving.reads = true;
    args->saving.every = args->saving.best = NULL;
    args->saving.keep = 0;
}

/* "1, 2, 4 or 8" */
static void list_divisors(int32_t shards, char *text, size_t size)
{
    size_t used = 0;
    for (int32_t ranks = 1; ranks <= shards; ranks *= 2) {
        const char *const before = ranks == 1 ? "" : ranks == shards ? " or " : ", ";
        used += (size_t)snprintf(text + used, used < size ? size - used : 0, "%s%d", before, ranks);
    }
}

static int refuse(const struct loopc_context *context, const char *hint, const char *what)
{
    if (loopc_rank > 0) return BAD_USAGE;
    loopc_log(context->program, "error", "%s", what);
    loopc_log(context->program, "hint", "%s", hint);
    return BAD_USAGE;
}

static int check_shards(const struct loopc_context *context)
{
    char what[128], hint[128] = "mpirun -n ";
    const int32_t shards = context->program->shards;
    if (shards > 0 && shards % loopc_ranks == 0) return LOOPC_CONTINUE;
    if (shards == 0)
        return refuse(
            context, "shards = 8 of a net, or loopc build --mpi --shards 8",
            "several processes share the training of nets that have shards: here is none");
    snprintf(what, sizeof what, "%d processes do not divide the %d shards of a net",
             (int)loopc_ranks, (int)shards);
    list_divisors(shards, hint + strlen(hint), sizeof hint - strlen(hint));
    return refuse(context, hint, what);
}

/* The lowest rank whose data set has other content than that of rank 0; 0: none has. */
static int32_t find_other(uint64_t digest)
{
    int64_t *const all = malloc((size_t)loopc_ranks * sizeof *all);
    int32_t other = 0;
    if (!all) return 0;
    for (int32_t r = 0; r < loopc_ranks; r++)
        all[r] = INT64_MIN;
    all[loopc_rank] = (int64_t)(digest >> 1);
    loopc_ranks_most(all, loopc_ranks);
    for (int32_t r = loopc_ranks - 1; r > 0; r--)
        if (all[r] != all[0]) other = r;
    free(all);
    return other;
}

/* Whether all ranks have mapped the same file, which none of them has read as a whole. */
static bool has_joined(const struct loopc_dataset *data)
{
    const uint64_t identity = loopc_ranks_mapping->identity(data);
    if (find_other(identity) || !identity) return false;
    loopc_ranks_mapping->join(data);
    return true;
}

static int check_data(const struct loopc_context *context)
{
    int code = LOOPC_CONTINUE;
    char what[256];
    for (int i = 0; i < context->program->field_count; i++) {
        const struct loopc_field *const field = &context->program->fields[i];
        if (field->type != LOOPC_DATASET) continue;
        const struct loopc_dataset *const data =
            (const void *)((const char *)context->state + field->offset);
        if (!has_joined(data) && loopc_ranks_mapping->identity(data))
            loopc_ranks_mapping->finish(data);
        const int32_t other = find_other(loopc_dataset_digest(data));
        if (!other || code != LOOPC_CONTINUE) continue;
        snprintf(what, sizeof what, "--%s: process %d reads other content than process 0",
                 field->name, (int)other);
        code = refuse(context, "all processes read the same files; is one of them old?", what);
    }
    return code;
}

static int check_program(const struct loopc_context *context)
{
    if (context->program->child_count > 0)
        return refuse(context, "mpirun -n 1", "a program that starts others runs in one process");
    return check_shards(context);
}

int loopc_ranks_check(const struct loopc_context *context)
{
    if (loopc_ranks == 1) return LOOPC_CONTINUE;
    const int code = loopc_ranks_agree(check_program(context));
    return code == LOOPC_CONTINUE ? check_data(context) : code;
}

int loopc_ranks_agree(int code)
{
    int64_t words[2] = {code, code > 0 ? loopc_ranks - loopc_rank : 0};
    if (loopc_ranks == 1) return code;
    loopc_ranks_most(words, 2);
    loopc_ranks_speak(words[1] == loopc_ranks - loopc_rank);
    return (int)words[0];
}

void loopc_ranks_close_checkpointer(struct loopc_run *run)
{
    if (loopc_rank == 0 || !run->checkpointer) return;
    if (loopc_checkpointer_metrics(run->checkpointer))
        run->resume_at = loopc_checkpointer_position(run->checkpointer);
    loopc_checkpointer_close(run->checkpointer, run, false);
    run->checkpointer = NULL;
}

bool loopc_ranks_is_own_failure(int st)
{
    return st == LOOPC_FAILED && !loopc_ranks_parted;
}

static int64_t began; /* the run, by the clock */

void loopc_ranks_start_run(void)
{
    began = loopc_clock();
    loopc_ranks_waited = 0;
    loopc_raise_event(LOOPC_EVENT_RANKS);
}

static void print_times(const int64_t *times)
{
    char whole[32], waited[32];
    (void)fprintf(stderr, "%-7s  %8s  %8s  %7s\n", "process", "time", "waited", "share");
    for (int32_t r = 0; r < loopc_ranks; r++) {
        const double time = (double)times[2 * r], wait = (double)times[2 * r + 1];
        loopc_time_format(time, whole, sizeof whole);
        loopc_time_format(wait, waited, sizeof waited);
        (void)fprintf(stderr, "%-7d  %8s  %8s  %5.1f %%\n", (int)r, whole, waited,
                      100 * wait / time);
    }
}

/* The times of all ranks, and how long each has waited for the others: part of --timings, which
 * only rank 0 prints. */
static void tell_times(const struct loopc_context *context)
{
    int64_t *const times = calloc(2 * (size_t)loopc_ranks, sizeof *times);
    if (!times) return;
    times[2 * loopc_rank] = loopc_clock() - began;
    times[2 * loopc_rank + 1] = loopc_ranks_waited;
    loopc_ranks_most(times, 2 * loopc_ranks);
    if (context->args.timings) print_times(times);
    free(times);
}

int loopc_ranks_conclude(const struct loopc_context *context, int code, bool failed)
{
    struct loopc_news news;
    if (loopc_ranks == 1) return code;
    const bool parted = loopc_ranks_parted;
    do
        news = (struct loopc_news){.failed = failed ? loopc_ranks - loopc_rank : 0, .value = code};
    while (!loopc_ranks_meet(LOOPC_MEETING_END, &news));
    tell_times(context);
    loopc_ranks_speak(news.failed == loopc_ranks - loopc_rank);
    if (parted && news.failed == 0 && loopc_rank == 0)
        loopc_log(
            context->program, "failed",
            "the processes did not do the same: a body goes by more than the state of the run");
    return (int)news.value;
}
