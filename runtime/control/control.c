/* Control: applying commands, waiting. */
#include "control/control.h"

#include "control/control_state.h"
#include "run/events.h"
#include "checkpoint/checkpointer.h"
#include "telemetry/log.h"
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Orders. */

static void set_integer(const struct loopc_field *field, void *state, int64_t value)
{
    char *at = (char *)state + field->offset;
    if (field->type == LOOPC_I64 || field->type == LOOPC_U64) {
        memcpy(at, &value, sizeof value);
    } else {
        const uint32_t small = (uint32_t)value; /* the target's own type bounds it */
        memcpy(at, &small, sizeof small);
    }
}

/* The loop's own bound counts from its entry. */
void loopc_control_set_goal(struct loopc_control *c, struct loopc_run *run, int64_t goal)
{
    c->goal = goal;
    c->reached = false;
    if (!c->target) return;
    const int64_t left = goal - loopc_control_batch(c, run);
    set_integer(c->target, run, goal);
    set_integer(c->times, run, loopc_field_integer(c->iteration, run, 0) + left);
}

static void add_text(char *all, size_t size, const char *text)
{
    const size_t length = strlen(all);
    snprintf(all + length, size - length, "%s%s", length ? "; " : "", text);
}

void loopc_control_add_error(struct loopc_control *c, const char *text)
{
    add_text(c->errors, sizeof c->errors, text);
}

static void save(struct loopc_control *c, struct loopc_run *run, int at)
{
    const int64_t before = run->checkpointer ? loopc_checkpointer_number(run->checkpointer) : 0;
    if (!run->checkpointer || at <= 0) {
        loopc_control_add_error(c, run->checkpointer
                                       ? "checkpoint: not at the target"
                                       : "checkpoint: it was started without --checkpoint");
        return;
    }
    loopc_checkpointer_poll(run->checkpointer, run, at, true);
    const int64_t number = loopc_checkpointer_number(run->checkpointer);
    if (number > before) {
        c->tell_checkpoint = number;
    } else {
        loopc_control_add_error(c, "checkpoint: it could not be written");
    }
}

static void set_pause(struct loopc_control *c, bool paused)
{
    c->paused = paused;
    c->tell_paused = true;
    c->steps = -1;
    c->to_epoch = false;
}

static void step(struct loopc_control *c, const struct loopc_run *run, int64_t count)
{
    c->paused = false;
    c->steps = count;
    c->to_epoch = false;
    c->step_from = loopc_control_batch(c, run);
}

static void step_epoch(struct loopc_control *c, const struct loopc_run *run)
{
    if (!loopc_control_has_epochs(c)) {
        loopc_control_add_error(c, "step epoch: no loop is around that of the batches");
        return;
    }
    step(c, run, 0);
    c->to_epoch = true;
}

static bool can_be_watched(const struct loopc_program *program)
{
    return program->run_instrumented || program->step_instrumented;
}

static void watch(struct loopc_control *c, bool wanted)
{
    if (can_be_watched(c->program)) {
        c->watch = wanted;
    } else {
        loopc_control_add_error(c, "watch: it was built without");
    }
}

/* A lower target than the batches learned changes nothing. */
static void learn_to(struct loopc_control *c, struct loopc_run *run, int64_t goal)
{
    if (goal >= loopc_control_batch(c, run)) loopc_control_set_goal(c, run, goal);
}

/* The target by the name of its field means the same as "batch to". */
static void set(struct loopc_control *c, struct loopc_run *run, const struct loopc_field *field,
                const void *value)
{
    struct loopc_field apart = *field;
    apart.offset = 0;
    if (field == c->target) {
        learn_to(c, run, loopc_field_integer(&apart, value, 0));
    } else {
        memcpy((char *)run + field->offset, value, loopc_field_size(field));
    }
}

static void apply(struct loopc_control *c, struct loopc_run *run, int at,
                  const struct loopc_command *command)
{
    const struct loopc_field *field = command->field;
    switch (command->kind) {
    case LOOPC_COMMAND_SET:
        set(c, run, field, command->value);
        break;
    case LOOPC_COMMAND_BATCH_TO:
        learn_to(c, run, command->number);
        break;
    case LOOPC_COMMAND_TELL_STATE:
        c->tell_state = true;
        break;
    case LOOPC_COMMAND_REPORT_EVERY:
        c->every = command->number;
        break;
    case LOOPC_COMMAND_SHUTDOWN:
        c->ended = true;
        break;
    case LOOPC_COMMAND_PAUSE:
    case LOOPC_COMMAND_RESUME:
        set_pause(c, command->kind == LOOPC_COMMAND_PAUSE);
        break;
    case LOOPC_COMMAND_STEP:
        step(c, run, command->number);
        break;
    case LOOPC_COMMAND_STEP_EPOCH:
        step_epoch(c, run);
        break;
    case LOOPC_COMMAND_PACE:
        loopc_control_set_pace(c, command->number);
        break;
    case LOOPC_COMMAND_CHECKPOINT:
        save(c, run, at);
        break;
    case LOOPC_COMMAND_TELL_STATUS:
        c->tell_status = true;
        break;
    case LOOPC_COMMAND_STAY:
        c->stay = loopc_channel_is_open_to_others(c->channel);
        break;
    case LOOPC_COMMAND_WATCH:
        watch(c, command->number != 0);
        break;
    case LOOPC_COMMAND_TELL_TIMINGS:
        c->tell_timings = true;
        break;
    case LOOPC_COMMAND_TELL_VIEWS:
        c->tell_views = c->has_viewer = true;
        break;
    case LOOPC_COMMAND_TELL_HISTORY:
        c->tell_history = true;
        break;
    case LOOPC_COMMAND_ANSWER:
        add_text(c->answer, sizeof c->answer, command->value);
        break;
    }
}

/* The reason why a name is ignored: a field that is not settable, or an unknown name. */
static const char *why_ignored(const struct loopc_control *c, const char *name)
{
    return loopc_field_find(c->program->fields, c->program->field_count, name) ? "not settable"
                                                                               : "unknown";
}

/* One warning for each name, up to the size of the table. */
static void warn_unknown(struct loopc_control *c, struct loopc_json name)
{
    enum { MOST = sizeof c->unknown / sizeof *c->unknown };
    char text[sizeof *c->unknown], ignored[sizeof *c->unknown + 32];
    loopc_json_characters(name, text, sizeof text);
    const char *why = why_ignored(c, text);
    snprintf(ignored, sizeof ignored, "%s is %s", text, why);
    add_text(c->ignored, sizeof c->ignored, ignored);
    for (int i = 0; i < c->unknown_count; i++) {
        if (!strcmp(c->unknown[i], text)) return;
    }
    if (c->unknown_count == MOST) return;
    strcpy(c->unknown[c->unknown_count++], text);
    for (char *p = text; *p; p++) {
        if ((unsigned char)*p < ' ' || *p == 0x7f) *p = '?';
    }
    loopc_log(c->program, "warning", "--control: '%s' is %s: ignored", text, why);
}

/* Whether commands change nothing in the run: they are executed while a journal is replayed,
 * too. */
static bool is_read_only(const struct loopc_commands *commands)
{
    for (int i = 0; i < commands->count; i++) {
        const enum loopc_command_kind kind = commands->list[i].kind;
        if (kind != LOOPC_COMMAND_TELL_STATE && kind != LOOPC_COMMAND_TELL_STATUS &&
            kind != LOOPC_COMMAND_SHUTDOWN && kind != LOOPC_COMMAND_STAY &&
            kind != LOOPC_COMMAND_REPORT_EVERY && kind != LOOPC_COMMAND_WATCH &&
            kind != LOOPC_COMMAND_TELL_TIMINGS && kind != LOOPC_COMMAND_TELL_VIEWS &&
            kind != LOOPC_COMMAND_TELL_HISTORY && kind != LOOPC_COMMAND_PACE &&
            kind != LOOPC_COMMAND_ANSWER) {
            return false;
        }
    }
    return true;
}

static void apply_message(struct loopc_control *c, struct loopc_run *run, int at,
                          struct loopc_json text, bool replayed)
{
    struct loopc_commands commands = {0};
    char why[512];
    const struct loopc_commanded commanded = {c->eta, c->target};
    if (loopc_commands_read(&commands, c->program, commanded, c->texts, text, why, sizeof why)) {
        loopc_control_add_error(c, why);
    } else if (!replayed && c->replay && !is_read_only(&commands)) {
        loopc_control_add_error(c, "a journal is being replayed");
    } else {
        if (c->journal) loopc_journal_add(c->journal, loopc_control_batch(c, run), text);
        for (int i = 0; i < commands.unknown_count; i++)
            warn_unknown(c, commands.unknown[i]);
        for (int i = 0; i < commands.count && !c->ended; i++) {
            if (!replayed || commands.list[i].kind != LOOPC_COMMAND_PACE)
                apply(c, run, at, &commands.list[i]);
        }
    }
    loopc_commands_free(&commands);
}

/* The end of the channel is a shutdown, and is recorded as one in the journal. */
static void hang_up(struct loopc_control *c, const struct loopc_run *run, const char *how)
{
    char text[128];
    if (c->ended) return;
    c->ended = true;
    const int length = snprintf(text, sizeof text, "{\"shutdown\":\"%s\"}", how);
    if (!c->journal) return;
    loopc_journal_add(c->journal, loopc_control_batch(c, run),
                      (struct loopc_json){text, (size_t)length});
}

static void handle_message(struct loopc_control *c, struct loopc_run *run, int at,
                           const struct loopc_channel_message *item)
{
    switch (item->kind) {
    case LOOPC_CHANNEL_TEXT:
        apply_message(c, run, at, (struct loopc_json){item->text, item->length}, false);
        break;
    case LOOPC_CHANNEL_REFUSED:
        loopc_control_add_error(c, item->text);
        break;
    case LOOPC_CHANNEL_CONNECTED:
        c->tell_state = true;
        c->started = false;
        c->stay = !loopc_channel_is_owned(c->channel);
        break;
    case LOOPC_CHANNEL_ENDED:
        if (!c->stay) hang_up(c, run, item->text);
        break;
    case LOOPC_CHANNEL_END_MARKER:
        hang_up(c, run, item->text);
        break;
    }
}

static void handle_all_messages(struct loopc_control *c, struct loopc_run *run, int at)
{
    for (struct loopc_channel_message *item;
         !c->ended && (item = loopc_channel_take(c->channel));) {
        handle_message(c, run, at, item);
        free(item);
    }
}

static void read_replay(struct loopc_control *c, struct loopc_run *run, int at)
{
    struct loopc_json text;
    bool over = false;
    const int64_t batch = loopc_control_batch(c, run);
    while (!c->ended && loopc_replay_next(c->replay, batch, &text, &over))
        apply_message(c, run, at, text, true);
    c->replay_when = loopc_replay_when(c->replay);
    c->stood = loopc_clock();
    const bool waits = c->paused || batch >= c->goal;
    if (over && waits) c->ended = true; /* no further message will arrive */
}

/* Boundaries. */

static void finish_steps(struct loopc_control *c, const struct loopc_run *run)
{
    if (loopc_control_steps_are_done(c, run)) set_pause(c, true);
}

/* Whether control must be polled at every safepoint, not only when an event is raised. */
static bool looks_always(const struct loopc_control *c)
{
    return c->every > 0 || c->steps >= 0 || c->replay || c->pace > 0 ||
           loopc_history_is_dense(&c->history) || (c->goal != INT64_MAX && !c->target);
}

/* Applies commands and sends reports until the run may continue, must end, or is interrupted. */
static void hold(struct loopc_control *c, struct loopc_run *run, int at)
{
    enum { CAUSES = LOOPC_EVENT_SIGNAL | LOOPC_EVENT_NOW | LOOPC_EVENT_CONTROL };
    for (;;) {
        int64_t wait = -1;
        loopc_events_take(LOOPC_EVENT_CONTROL);
        loopc_control_note_history(c, run);
        if (c->replay) read_replay(c, run, at);
        handle_all_messages(c, run, at);
        const int64_t batch = loopc_control_batch(c, run);
        finish_steps(c, run);
        loopc_control_report(c, run);
        if (c->ended) return;
        if (!c->paused && batch < c->goal && !(wait = loopc_control_pace_wait(c, batch))) return;
        if (loopc_events_pending() & LOOPC_EVENT_SIGNAL) return;
        if (loopc_events_take(LOOPC_EVENT_NOW) && run->checkpointer && at > 0)
            loopc_checkpointer_poll(run->checkpointer, run, at, true);
        loopc_channel_sleep(c->channel, CAUSES, wait);
    }
}

/* Messages are applied between two batches, and not at the boundaries of loops around or within
 * them: so a batch number says when. */
static bool is_between_batches(const struct loopc_control *c, int at)
{
    if (!c->batch_loop || at <= 0 || at >= c->program->resume_point_count) return true;
    const char *path = c->program->resume_points[at];
    const size_t length = strlen(c->batch_loop);
    return !strncmp(path, c->batch_loop, length) && (!path[length] || path[length] == ' ');
}

/* A replay is polled at every safepoint: between its messages that has to be cheap, and other
 * events can wait for a few ms. */
static bool is_idle_replay(struct loopc_control *c, const struct loopc_run *run)
{
    enum { REST = 5000000 };
    if (!c->replay || c->paused || c->pace > 0 || c->every > 0 || c->steps >= 0 || c->ended)
        return false;
    const int64_t batch = loopc_control_batch(c, run);
    if (batch >= c->replay_when || batch >= c->goal) return false;
    return loopc_clock() - c->stood < REST;
}

bool loopc_control_poll(struct loopc_control *c, struct loopc_run *run, int at)
{
    if (is_idle_replay(c, run)) {
        loopc_raise_event(LOOPC_EVENT_CONTROL);
        return false;
    }
    if (c->owner != getpid()) return false;
    if (!is_between_batches(c, at)) {
        loopc_raise_event(LOOPC_EVENT_CONTROL);
        return c->ended;
    }
    hold(c, run, at);
    if (!c->ended && looks_always(c)) loopc_raise_event(LOOPC_EVENT_CONTROL);
    return c->ended;
}

/* The loop continues to its next safepoint, where the run is ended if requested. */
bool loopc_control_wait(struct loopc_control *c, struct loopc_run *run)
{
    if (!c->target || c->owner != getpid()) return false;
    hold(c, run, -1);
    loopc_raise_event(LOOPC_EVENT_CONTROL);
    return true;
}
