/* Control: opening and closing; finding the fields with a meaning for it. */
#include "control/control.h"

#include "control/control_state.h"
#include "run/events.h"
#include "telemetry/log.h"
#include "telemetry/profile.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_named(const struct loopc_field *field, const char *loop, const char *name)
{
    char full[256];
    snprintf(full, sizeof full, "%s.%s", loop, name);
    return !strcmp(field->name, full);
}

static const struct loopc_field *of_loop(const struct loopc_program *program, const char *loop,
                                         const char *name)
{
    for (int i = 0; loop && i < program->field_count; i++) {
        if (is_named(&program->fields[i], loop, name)) return &program->fields[i];
    }
    return NULL;
}

static const struct loopc_field *named(const struct loopc_program *program, const char *name)
{
    return name ? loopc_field_find(program->fields, program->field_count, name) : NULL;
}

/* A loop with counters. */
static bool repeats(const struct loopc_program *program, int place)
{
    return program->trace_points[place].kind == 'l' &&
           of_loop(program, program->trace_points[place].name, "total");
}

/* The first repeating loop, and the first in that, and so on; places are in order, parents
 * first. */
static const char *innermost(const struct loopc_program *program)
{
    int found = -1;
    for (int i = 0; i < program->trace_point_count; i++) {
        int up = program->trace_points[i].parent;
        while (up >= 0 && up != found)
            up = program->trace_points[up].parent;
        if (up == found && repeats(program, i)) found = i;
    }
    return found < 0 ? NULL : program->trace_points[found].name;
}

static const struct loopc_field *find_eta(const struct loopc_program *program)
{
    const struct loopc_field *field = named(program, "eta");
    return field && (field->flags & LOOPC_SETTABLE) ? field : NULL;
}

static const struct loopc_field *find_loss(const struct loopc_control *c)
{
    const struct loopc_field *field = of_loop(c->program, c->batch_loop, "loss");
    if (!field) field = named(c->program, "loss");
    return field && (field->flags & LOOPC_REPORT) ? field : NULL;
}

void loopc_control_find(struct loopc_control *c)
{
    static const struct loopc_steering nothing;
    const struct loopc_program *program = c->program;
    const struct loopc_steering *steering = program->steering ? program->steering : &nothing;
    c->batch_loop = steering->batch ? steering->batch : innermost(program);
    c->iteration = of_loop(program, c->batch_loop, "iteration");
    c->total = of_loop(program, c->batch_loop, "total");
    c->times = of_loop(program, c->batch_loop, "times");
    c->target =
        c->times && (c->times->flags & LOOPC_COUNTER) ? named(program, steering->target) : NULL;
    c->eta = steering->eta ? named(program, steering->eta) : find_eta(program);
    c->loss = steering->loss ? named(program, steering->loss) : find_loss(c);
    c->samples = named(program, steering->samples_field);
}

static int refuse(struct loopc_control *c, struct loopc_run *run, const char *flag,
                  const char *message)
{
    loopc_log(c->program, "error", "%s: %s", flag, message);
    run->control = NULL;
    loopc_control_close(c, run, LOOPC_OK);
    return LOOPC_FAILED;
}

/* Waits from the current batch on, unless the command line sets the target. */
static void start_goal(struct loopc_control *c, struct loopc_run *run, bool given)
{
    c->goal = INT64_MAX;
    if (!c->target) return;
    const int64_t batch = loopc_control_batch(c, run);
    const int64_t goal = given ? loopc_field_integer(c->target, run, 0) : batch;
    loopc_control_set_goal(c, run, goal > batch ? goal : batch);
}

static int open_all(struct loopc_control *c, const struct loopc_control_options *options,
                    struct loopc_run *run)
{
    const char *const replay = options->replay, *const journal = options->journal;
    char why[512];
    c->file = open_memstream(&c->text, &c->size);
    if (!c->file) return refuse(c, run, "--control", "out of memory");
    if (replay && !(c->replay = loopc_replay_open(run, replay, why, sizeof why)))
        return refuse(c, run, "--replay", why);
    if (journal && !(c->journal = loopc_journal_open(run, journal, why, sizeof why)))
        return refuse(c, run, "--journal", why);
    c->channel = loopc_channel_open(options->channel, options->log, why, sizeof why);
    if (!c->channel) return refuse(c, run, options->channel ? "--control" : "--log", why);
    loopc_channel_follow(c->channel, &c->where);
    start_goal(c, run, options->target_given);
    run->control = c;
    loopc_raise_event(LOOPC_EVENT_CONTROL);
    return LOOPC_OK;
}

int loopc_control_open(const struct loopc_control_options *options, struct loopc_run *run,
                       struct loopc_texts *texts)
{
    if (!options->channel && !options->replay) {
        if (!options->log && !options->journal) return LOOPC_OK;
        loopc_log(run->program, "error", "--%s requires --control or --replay",
                  options->log ? "log" : "journal");
        return LOOPC_FAILED;
    }
    struct loopc_control *c = calloc(1, sizeof *c);
    if (!c) return LOOPC_FAILED;
    c->program = run->program;
    c->texts = texts;
    c->owner = getpid();
    c->steps = -1;
    c->state_at = -1;
    c->paced_at = -1;
    c->tell_state = true;
    atomic_init(&c->where.place, -1);
    loopc_control_find(c);
    return open_all(c, options, run);
}

int loopc_control_close(struct loopc_control *c, struct loopc_run *run, int st)
{
    if (!c) return LOOPC_OK;
    if (run->control && c->owner == getpid()) loopc_control_report_end(c, run, st == LOOPC_FAILED);
    if (run->profile && run->profile == c->own_watch) loopc_profile_follow(run->profile, NULL);
    int lost = loopc_channel_close(c->channel);
    lost |= loopc_journal_close(c->journal);
    loopc_replay_free(c->replay);
    loopc_history_close(&c->history);
    if (c->file) fclose(c->file);
    free(c->text);
    free(c);
    run->control = NULL;
    return lost;
}
