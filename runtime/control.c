/* Control: opening, applying orders, waiting. */
#include "control.h"

#include "control_state.h"
#include "interrupt.h"
#include "saver.h"
#include "startup.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BAD_USAGE = 2 };

/* Orders. */

static void set_integer(const struct loopc_field *field, void *state, int64_t value)
{
    char *at = (char *)state + field->offset;
    if (field->type == LOOPC_I64 || field->type == LOOPC_U64) {
        memcpy(at, &value, sizeof value);
    } else {
        const int32_t small = value > INT32_MAX ? INT32_MAX : (int32_t)value;
        memcpy(at, &small, sizeof small);
    }
}

/* The loop's own bound counts from its entry. */
static void set_goal(struct loopc_control *c, struct loopc_run *run, int64_t goal)
{
    c->goal = goal;
    c->reached = false;
    if (!c->target) return;
    const int64_t left = goal - loopc_control_batch(c, run);
    set_integer(c->target, run, goal);
    set_integer(c->times, run, loopc_field_integer(c->iteration, run, 0) + left);
}

static void add_error(struct loopc_control *c, const char *text)
{
    const size_t length = strlen(c->errors);
    snprintf(c->errors + length, sizeof c->errors - length, "%s%s", length ? "; " : "", text);
}

static void save(struct loopc_control *c, struct loopc_run *run, int at)
{
    const int64_t before = run->saver ? loopc_saver_number(run->saver) : 0;
    if (!run->saver || at <= 0) {
        add_error(c, run->saver ? "checkpoint: not at the target"
                                : "checkpoint: it was started without --checkpoint");
        return;
    }
    loopc_saver_attend(run->saver, run, at, true);
    const int64_t number = loopc_saver_number(run->saver);
    if (number > before) {
        c->tell_checkpoint = number;
    } else {
        add_error(c, "checkpoint: it could not be written");
    }
}

static void set_pause(struct loopc_control *c, bool paused)
{
    c->paused = paused;
    c->tell_paused = true;
    c->steps = -1;
}

static void step(struct loopc_control *c, const struct loopc_run *run, int64_t count)
{
    c->paused = false;
    c->steps = count;
    c->step_from = loopc_control_batch(c, run);
}

static void apply(struct loopc_control *c, struct loopc_run *run, int at,
                  const struct loopc_order *order)
{
    const struct loopc_field *field = order->field;
    switch (order->kind) {
    case LOOPC_ORDER_SET:
        memcpy((char *)run + field->offset, order->value, loopc_field_size(field));
        break;
    case LOOPC_ORDER_BATCH_TO:
        if (order->number >= loopc_control_batch(c, run)) set_goal(c, run, order->number);
        break;
    case LOOPC_ORDER_TELL_STATE:
        c->tell_state = true;
        break;
    case LOOPC_ORDER_REPORT_EVERY:
        c->every = order->number;
        break;
    case LOOPC_ORDER_SHUTDOWN:
        c->ended = true;
        break;
    case LOOPC_ORDER_PAUSE:
    case LOOPC_ORDER_RESUME:
        set_pause(c, order->kind == LOOPC_ORDER_PAUSE);
        break;
    case LOOPC_ORDER_STEP:
        step(c, run, order->number);
        break;
    case LOOPC_ORDER_CHECKPOINT:
        save(c, run, at);
        break;
    case LOOPC_ORDER_TELL_STATUS:
        c->tell_status = true;
        break;
    case LOOPC_ORDER_STAY:
        loopc_channel_stay(c->channel);
        break;
    }
}

/* One warning for each name, of as many names as are kept. */
static void warn_unknown(struct loopc_control *c, struct loopc_json name)
{
    enum { MOST = sizeof c->unknown / sizeof *c->unknown };
    char text[sizeof *c->unknown];
    loopc_json_characters(name, text, sizeof text);
    for (int i = 0; i < c->unknown_count; i++) {
        if (!strcmp(c->unknown[i], text)) return;
    }
    if (c->unknown_count == MOST) return;
    strcpy(c->unknown[c->unknown_count++], text);
    for (char *p = text; *p; p++) {
        if ((unsigned char)*p < ' ' || *p == 0x7f) *p = '?';
    }
    loopc_say(c->program, "warning", "--control: '%s' is unknown: ignored", text);
}

/* Orders that change nothing of the run are obeyed while a journal is replayed, too. */
static bool only_asks(const struct loopc_orders *orders)
{
    for (int i = 0; i < orders->count; i++) {
        const enum loopc_order_kind kind = orders->list[i].kind;
        if (kind != LOOPC_ORDER_TELL_STATE && kind != LOOPC_ORDER_TELL_STATUS &&
            kind != LOOPC_ORDER_SHUTDOWN && kind != LOOPC_ORDER_STAY &&
            kind != LOOPC_ORDER_REPORT_EVERY) {
            return false;
        }
    }
    return true;
}

static void obey(struct loopc_control *c, struct loopc_run *run, int at, struct loopc_json text,
                 bool replayed)
{
    struct loopc_orders orders = {0};
    char why[512];
    if (loopc_orders_read(&orders, c->program, c->eta, c->texts, text, why, sizeof why)) {
        add_error(c, why);
    } else if (!replayed && c->replay && !only_asks(&orders)) {
        add_error(c, "a journal is being replayed");
    } else {
        if (c->journal) loopc_journal_add(c->journal, loopc_control_batch(c, run), text);
        for (int i = 0; i < orders.unknown_count; i++)
            warn_unknown(c, orders.unknown[i]);
        for (int i = 0; i < orders.count && !c->ended; i++)
            apply(c, run, at, &orders.list[i]);
    }
    loopc_orders_free(&orders);
}

/* The end of the channel is as good as a shutdown, and the journal has it as one. */
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

static void read_mail(struct loopc_control *c, struct loopc_run *run, int at,
                      const struct loopc_mail *mail)
{
    switch (mail->kind) {
    case LOOPC_MAIL_MESSAGE:
        obey(c, run, at, (struct loopc_json){mail->text, mail->length}, false);
        break;
    case LOOPC_MAIL_REFUSED:
        add_error(c, mail->text);
        break;
    case LOOPC_MAIL_PEER:
        c->tell_state = true;
        c->started = false;
        break;
    case LOOPC_MAIL_END:
        hang_up(c, run, mail->text);
        break;
    }
}

static void read_all_mail(struct loopc_control *c, struct loopc_run *run, int at)
{
    for (struct loopc_mail *mail; !c->ended && (mail = loopc_channel_take(c->channel));) {
        read_mail(c, run, at, mail);
        free(mail);
    }
}

static void read_replay(struct loopc_control *c, struct loopc_run *run, int at)
{
    struct loopc_json text;
    bool over = false;
    const int64_t batch = loopc_control_batch(c, run);
    while (!c->ended && loopc_replay_next(c->replay, batch, &text, &over))
        obey(c, run, at, text, true);
    const bool waits = c->paused || batch >= c->goal;
    if (over && waits) c->ended = true; /* nothing more will come */
}

/* Boundaries. */

static void finish_steps(struct loopc_control *c, int64_t batch)
{
    if (c->steps < 0 || batch - c->step_from < c->steps) return;
    set_pause(c, true);
}

/* Whether it must look up at every boundary, not only when called. */
static bool looks_always(const struct loopc_control *c)
{
    return c->every > 0 || c->steps >= 0 || c->replay || (c->goal != INT64_MAX && !c->target);
}

/* Orders and reports until it may go on, or is to end, or is interrupted. */
static void stand(struct loopc_control *c, struct loopc_run *run, int at)
{
    enum { CAUSES = LOOPC_CAUSE_SIGNAL | LOOPC_CAUSE_NOW | LOOPC_CAUSE_CONTROL };
    for (;;) {
        loopc_attention_take(LOOPC_CAUSE_CONTROL);
        if (c->replay) read_replay(c, run, at);
        read_all_mail(c, run, at);
        const int64_t batch = loopc_control_batch(c, run);
        finish_steps(c, batch);
        loopc_control_report(c, run);
        if (c->ended || (!c->paused && batch < c->goal)) return;
        if (loopc_attention_raised() & LOOPC_CAUSE_SIGNAL) return;
        if (loopc_attention_take(LOOPC_CAUSE_NOW) && run->saver && at > 0)
            loopc_saver_attend(run->saver, run, at, true);
        loopc_channel_sleep(c->channel, CAUSES);
    }
}

/* Messages are applied between two batches, and not at the boundaries of loops around or within
 * them: so a batch number says when. */
static bool is_between_batches(const struct loopc_control *c, int at)
{
    if (!c->batch_loop || at <= 0 || at >= c->program->position_count) return true;
    const char *path = c->program->positions[at];
    const size_t length = strlen(c->batch_loop);
    return !strncmp(path, c->batch_loop, length) && (!path[length] || path[length] == ' ');
}

bool loopc_control_attend(struct loopc_control *c, struct loopc_run *run, int at)
{
    if (c->owner != getpid()) return false;
    if (!is_between_batches(c, at)) {
        loopc_call_attention(LOOPC_CAUSE_CONTROL);
        return c->ended;
    }
    stand(c, run, at);
    if (!c->ended && looks_always(c)) loopc_call_attention(LOOPC_CAUSE_CONTROL);
    return c->ended;
}

/* The loop goes on to its boundary to be ended there, as everywhere. */
bool loopc_control_wait(struct loopc_control *c, struct loopc_run *run)
{
    if (!c->target || c->owner != getpid()) return false;
    stand(c, run, -1);
    loopc_call_attention(LOOPC_CAUSE_CONTROL);
    return true;
}

/* Opening and closing. */

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

static bool repeats(const struct loopc_program *program, int place)
{
    return program->places[place].kind == 'l' &&
           of_loop(program, program->places[place].name, "total");
}

/* The first repeating loop, and the first in that, and so on; places stand in their order, parents
 * first. */
static const char *innermost(const struct loopc_program *program)
{
    int found = -1;
    for (int i = 0; i < program->place_count; i++) {
        int up = program->places[i].parent;
        while (up >= 0 && up != found)
            up = program->places[up].parent;
        if (up == found && repeats(program, i)) found = i;
    }
    return found < 0 ? NULL : program->places[found].name;
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
}

static int refuse(struct loopc_control *c, struct loopc_run *run, const char *flag,
                  const char *message)
{
    loopc_say(c->program, "error", "%s: %s", flag, message);
    run->control = NULL;
    loopc_control_close(c, run, LOOPC_OK);
    return BAD_USAGE;
}

/* Where it begins to wait: at once, unless the command line says otherwise. */
static void start_goal(struct loopc_control *c, const struct loopc_job *job)
{
    c->goal = INT64_MAX;
    if (!c->target) return;
    const bool given = job->args.given[c->target - c->program->fields] != NULL;
    const int64_t batch = loopc_control_batch(c, job->state);
    const int64_t goal = given ? loopc_field_integer(c->target, job->state, 0) : batch;
    set_goal(c, job->state, goal > batch ? goal : batch);
}

static int open_all(struct loopc_control *c, const struct loopc_job *job)
{
    const struct loopc_args *args = &job->args;
    struct loopc_run *run = job->state;
    char why[512];
    c->file = open_memstream(&c->text, &c->size);
    if (!c->file) return refuse(c, run, "--control", "out of memory");
    if (args->replay && !(c->replay = loopc_replay_open(run, args->replay, why, sizeof why)))
        return refuse(c, run, "--replay", why);
    if (args->journal && !(c->journal = loopc_journal_open(run, args->journal, why, sizeof why)))
        return refuse(c, run, "--journal", why);
    c->channel = loopc_channel_open(args->control, args->log, why, sizeof why);
    if (!c->channel) return refuse(c, run, args->control ? "--control" : "--log", why);
    start_goal(c, job);
    run->control = c;
    loopc_call_attention(LOOPC_CAUSE_CONTROL);
    return LOOPC_GO_ON;
}

int loopc_control_open(struct loopc_job *job)
{
    const struct loopc_args *args = &job->args;
    if (!args->control && !args->replay) {
        if (!args->log && !args->journal) return LOOPC_GO_ON;
        loopc_say(job->program, "error", "--%s belongs to --control or --replay",
                  args->log ? "log" : "journal");
        return BAD_USAGE;
    }
    struct loopc_control *c = calloc(1, sizeof *c);
    if (!c) return BAD_USAGE;
    c->program = job->program;
    c->texts = &job->texts;
    c->owner = getpid();
    c->steps = -1;
    c->state_at = -1;
    c->tell_state = true;
    loopc_control_find(c);
    return open_all(c, job);
}

int loopc_control_close(struct loopc_control *c, struct loopc_run *run, int st)
{
    if (!c) return LOOPC_OK;
    if (run->control && c->owner == getpid()) loopc_control_report_end(c, run, st == LOOPC_FAILED);
    int lost = loopc_channel_close(c->channel);
    lost |= loopc_journal_close(c->journal);
    loopc_replay_free(c->replay);
    if (c->file) fclose(c->file);
    free(c->text);
    free(c);
    run->control = NULL;
    return lost;
}
