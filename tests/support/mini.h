/* For tests: a small program written as the generator would emit it. One loop, Fit, with a phase
 * epoch that has all parts; options choose the actions of its steps. */
#ifndef MINI_H
#define MINI_H

#include "loopc.h"

#include <time.h>
#include <unistd.h>

struct mini {
    struct loopc_run loopc;
    int64_t pause;     /* ms that on_epoch takes */
    int64_t fail_at;   /* on_epoch fails in that iteration, from 1 */
    bool fail_finally; /* finally_epoch fails */
    bool recover;      /* failed_epoch recovers */
    bool silent, notes;
    bool bad_prepare;
    const char *word;
    struct loopc_rng rng;
    struct loopc_dataset data;
    struct {
        int64_t iteration, total, times;
        double loss;
    } Fit;
    float final;
};

static void mini_say(const struct mini *s, const char *text)
{
    if (!s->silent) printf("%s\n", text);
    if (s->pause && !isatty(STDOUT_FILENO)) fflush(stdout); /* tests wait for it */
}

static int Fit_on_epoch(struct mini *s)
{
    mini_say(s, "on_epoch");
    if (s->notes) loopc_note(&s->loopc, "%s", "a note");
    s->Fit.loss = 1 / (1.0 + (double)s->Fit.iteration);
    nanosleep(&(struct timespec){s->pause / 1000, s->pause % 1000 * 1000000}, NULL);
    if (s->Fit.iteration + 1 == s->fail_at) {
        return loopc_fail(&s->loopc, "Fit.on_epoch", "failed at %d", (int)s->fail_at);
    }
    return LOOPC_OK;
}

static int Fit_failed_epoch(struct mini *s)
{
    mini_say(s, "failed_epoch");
    return s->recover ? LOOPC_RECOVERED : LOOPC_OK;
}

static int Fit_finally_epoch(struct mini *s)
{
    mini_say(s, "finally_epoch");
    if (s->fail_finally) return loopc_fail(&s->loopc, "Fit.finally_epoch", "late");
    return LOOPC_OK;
}

enum { MINI_FIT, MINI_EPOCH, MINI_ON, MINI_FAILED, MINI_FINALLY };

static int mini_run(void *state)
{
    struct mini *const s = state;
    int st = LOOPC_OK;
    for (s->Fit.iteration = 0; s->Fit.iteration < s->Fit.times;
         s->Fit.iteration++, s->Fit.total++, loopc_report(&s->loopc, "Fit")) {
        if ((st = loopc_poll(&s->loopc, 1))) break;
        if ((st = Fit_on_epoch(s))) goto Fit_epoch_end;
    Fit_epoch_end: /* failed, then finally */
        if (st == LOOPC_FAILED) {
            int handled = LOOPC_OK;
            handled |= Fit_failed_epoch(s);
            if (handled == LOOPC_RECOVERED) st = loopc_recover(&s->loopc, "Fit");
        }
        st = loopc_merge_status(st, Fit_finally_epoch(s));
        if (st) break;
    }
    if (!st) mini_say(s, "after_run");
    s->final = 0.5f;
    return st;
}

static int mini_watched(void *state)
{
    struct mini *const s = state;
    int st = LOOPC_OK;
    loopc_enter(&s->loopc, MINI_FIT);
    for (s->Fit.iteration = 0; s->Fit.iteration < s->Fit.times;
         s->Fit.iteration++, s->Fit.total++, loopc_report(&s->loopc, "Fit")) {
        if ((st = loopc_poll(&s->loopc, 1))) break;
        loopc_enter(&s->loopc, MINI_EPOCH);
        loopc_at(&s->loopc, MINI_ON);
        if ((st = Fit_on_epoch(s))) goto Fit_epoch_end;
    Fit_epoch_end: /* failed, then finally */
        if (st == LOOPC_FAILED) {
            int handled = LOOPC_OK;
            loopc_at(&s->loopc, MINI_FAILED);
            handled |= Fit_failed_epoch(s);
            if (handled == LOOPC_RECOVERED) st = loopc_recover(&s->loopc, "Fit");
        }
        loopc_at(&s->loopc, MINI_FINALLY);
        st = loopc_merge_status(st, Fit_finally_epoch(s));
        loopc_leave(&s->loopc, MINI_EPOCH);
        if (st) break;
    }
    loopc_leave(&s->loopc, MINI_FIT);
    return st;
}

static void mini_defaults(void *state)
{
    struct mini *const s = state;
    s->Fit.times = 2;
    s->word = "";
}

static int mini_prepare(void *state)
{
    struct mini *const s = state;
    if (s->bad_prepare) return loopc_fail(&s->loopc, "mini", "cannot prepare");
    if (*s->word) printf("%s %016llx\n", s->word, (unsigned long long)loopc_rng_u64(&s->rng));
    return LOOPC_OK;
}

#define MINI_OPTION(member, of_type)                                                               \
    {                                                                                              \
        .name = #member, .flag = #member, .type = (of_type),                                       \
        .offset = offsetof(struct mini, member), .count = 1, .flags = LOOPC_OPTION                 \
    }

static const struct loopc_dataset_options mini_data = {.columns = 2};

static const struct loopc_field mini_fields[] = {
    MINI_OPTION(pause, LOOPC_I64),
    MINI_OPTION(fail_at, LOOPC_I64),
    MINI_OPTION(fail_finally, LOOPC_BOOL),
    MINI_OPTION(recover, LOOPC_BOOL),
    MINI_OPTION(silent, LOOPC_BOOL),
    MINI_OPTION(notes, LOOPC_BOOL),
    MINI_OPTION(bad_prepare, LOOPC_BOOL),
    MINI_OPTION(word, LOOPC_STR),
    {.name = "rng", .type = LOOPC_RNG, .offset = offsetof(struct mini, rng), .count = 1},
    {.name = "data",
     .flag = "data",
     .type = LOOPC_DATASET,
     .offset = offsetof(struct mini, data),
     .count = 1,
     .flags = LOOPC_OPTION,
     .dataset = &mini_data},
    {.name = "Fit.iteration",
     .type = LOOPC_I64,
     .offset = offsetof(struct mini, Fit.iteration),
     .count = 1,
     .flags = LOOPC_COUNTER},
    {.name = "Fit.total",
     .type = LOOPC_I64,
     .offset = offsetof(struct mini, Fit.total),
     .count = 1,
     .flags = LOOPC_COUNTER},
    {.name = "Fit.times",
     .flag = "epochs",
     .type = LOOPC_I64,
     .offset = offsetof(struct mini, Fit.times),
     .count = 1,
     .flags = LOOPC_OPTION | LOOPC_COUNTER},
    {.name = "Fit.loss",
     .type = LOOPC_F64,
     .offset = offsetof(struct mini, Fit.loss),
     .count = 1,
     .flags = LOOPC_REPORT,
     .report_in = "Fit"},
    {.name = "final",
     .type = LOOPC_F32,
     .offset = offsetof(struct mini, final),
     .count = 1,
     .flags = LOOPC_REPORT},
};

static const struct loopc_trace_point mini_places[] = {
    {"Fit", NULL, -1, 'l'},
    {"Fit.epoch", NULL, MINI_FIT, 'p'},
    {"Fit.on_epoch", NULL, MINI_EPOCH, 's'},
    {"Fit.failed_epoch", NULL, MINI_EPOCH, 's'},
    {"Fit.finally_epoch", NULL, MINI_EPOCH, 's'},
};

static const struct loopc_program mini_program = {
    .name = "mini",
    .doc = "A program for tests.",
    .size = sizeof(struct mini),
    .fields = mini_fields,
    .field_count = sizeof mini_fields / sizeof *mini_fields,
    .trace_points = mini_places,
    .trace_point_count = sizeof mini_places / sizeof *mini_places,
    .defaults = mini_defaults,
    .prepare = mini_prepare,
    .run = mini_run,
    .run_instrumented = mini_watched,
};

/* Main, for child.h: `argv` is a list that ends with NULL. */
static int mini_main(void *argv)
{
    int argc = 0;
    while (((char **)argv)[argc])
        argc++;
    return loopc_main(&mini_program, argc, argv);
}

#endif
