/* Reports of a run through its control channel. */
#include "control/control_state.h"

#include "base/hash.h"
#include "base/json_text.h"
#include "base/clock.h"
#include "telemetry/profile.h"
#include "run/field_json.h"

#include <inttypes.h>
#include <string.h>

enum { MS = 1000000 };

int64_t loopc_control_batch(const struct loopc_control *control, const struct loopc_run *run)
{
    return control->total ? loopc_field_integer(control->total, run, 0) : 0;
}

/* The message. */

void loopc_control_open_member(struct loopc_control *c, const char *name, int64_t batch)
{
    fputs(c->members++ ? ", " : "{", c->file);
    loopc_json_string(c->file, name);
    fprintf(c->file, ": [%" PRId64 ", ", batch);
}

static void element(struct loopc_control *c, const struct loopc_field *field, const void *state,
                    size_t i)
{
    if (!loopc_field_json_write(c->file, field, state, i)) c->diverged = true;
}

static void field_member(struct loopc_control *c, const char *name, int64_t batch,
                         const struct loopc_field *field, const void *state)
{
    loopc_control_open_member(c, name, batch);
    if (field->count != 1) fputc('[', c->file);
    for (size_t i = 0; i < field->count; i++) {
        if (i) fputs(", ", c->file);
        element(c, field, state, i);
    }
    fputs(field->count != 1 ? "]]" : "]", c->file);
}

static void text_member(struct loopc_control *c, const char *name, int64_t batch, const char *text)
{
    loopc_control_open_member(c, name, batch);
    loopc_json_string(c->file, text);
    fputc(']', c->file);
}

/* Weights and biases are rows of the table that end in .layers.N.weight and .layers.N.bias. */
bool loopc_control_is_weight(const struct loopc_field *field)
{
    const char *layers = strstr(field->name, ".layers.");
    if (!layers || field->type != LOOPC_F32) return false;
    const char *part = layers + strlen(".layers.");
    part += strspn(part, "0123456789");
    return !strcmp(part, ".weight") || !strcmp(part, ".bias");
}

/* How many elements a row of the table holds for it, and how many of these are in use. */
size_t loopc_control_columns(const struct loopc_field *field)
{
    return field->rank < 2 ? field->count : (size_t)field->dims[1];
}

size_t loopc_control_width(const struct loopc_field *field, const void *state)
{
    if (!field->width_at) return loopc_control_columns(field);
    int32_t width;
    memcpy(&width, (const char *)state + field->width_at, sizeof width);
    return (size_t)width;
}

static void weights_member(struct loopc_control *c, int64_t batch, const void *state)
{
    bool any = false;
    for (int i = 0; i < c->program->field_count; i++) {
        const struct loopc_field *field = &c->program->fields[i];
        if (!loopc_control_is_weight(field)) continue;
        const size_t columns = loopc_control_columns(field),
                     width = loopc_control_width(field, state);
        if (!any) {
            loopc_control_open_member(c, "sv", batch);
            fputc('[', c->file);
        }
        for (size_t k = 0; k < field->count; k++) {
            if (k % columns >= width) continue;
            fputs(any ? ", " : "", c->file);
            element(c, field, state, k);
            any = true;
        }
    }
    if (any) fputs("]]", c->file);
}

static void loss_member(struct loopc_control *c, int64_t batch, const void *state)
{
    if (!c->loss) return;
    if (batch == 0) {
        loopc_control_open_member(c, "loss", 0);
        fputs("-1]", c->file);
    } else {
        field_member(c, "loss", batch, c->loss, state);
    }
}

bool loopc_control_is_reported(const struct loopc_control *c, const struct loopc_field *field)
{
    return (field->flags & LOOPC_REPORT) && field != c->loss && loopc_field_is_value(field);
}

bool loopc_control_is_measured(const struct loopc_control *c, const struct loopc_field *field,
                               const void *state)
{
    char name[256];
    if (!field->report_in) return true;
    snprintf(name, sizeof name, "%s.total", field->report_in);
    const struct loopc_field *total =
        loopc_field_find(c->program->fields, c->program->field_count, name);
    return !total || loopc_field_integer(total, state, 0) > 0;
}

const char *loopc_control_short_name(const struct loopc_control *c, const char *name)
{
    const size_t length = c->batch_loop ? strlen(c->batch_loop) : 0;
    return length && !strncmp(name, c->batch_loop, length) && name[length] == '.'
               ? name + length + 1
               : name;
}

/* A run that reports nothing still says that it lives, and how far it is. */
static void batch_member(struct loopc_control *c, int64_t batch)
{
    if (!c->total) return;
    loopc_control_open_member(c, "batch", batch);
    fprintf(c->file, "%" PRId64 "]", batch);
}

static void reported_members(struct loopc_control *c, int64_t batch, const void *state)
{
    const int before = c->members;
    loss_member(c, batch, state);
    for (int i = 0; i < c->program->field_count; i++) {
        const struct loopc_field *field = &c->program->fields[i];
        if (loopc_control_is_reported(c, field) &&
            (batch == 0 || loopc_control_is_measured(c, field, state))) {
            field_member(c, loopc_control_short_name(c, field->name), batch, field, state);
        }
    }
    if (c->members == before) batch_member(c, batch);
}

/* false without a profile. */
static void timings_member(struct loopc_control *c, int64_t batch, const struct loopc_run *run)
{
    loopc_control_open_member(c, "timings", batch);
    if (run->profile) {
        fprintf(c->file, "{\"seconds\": %.6g, \"places\": ", loopc_profile_seconds(run->profile));
        loopc_profile_write(run->profile, c->file);
        fputs("}]", c->file);
    } else {
        fputs("false]", c->file);
    }
}

/* When. */

static uint64_t loss_hash(const struct loopc_control *c, const void *state)
{
    const struct loopc_field *loss = c->loss;
    if (!loss) return 0;
    return loopc_fnv1a(LOOPC_FNV1A_START, (const char *)state + loss->offset,
                       loopc_field_size(loss));
}

static bool state_is_due(const struct loopc_control *c, int64_t batch)
{
    return c->tell_state || (c->every > 0 && batch % c->every == 0 && c->state_at != batch);
}

static bool loss_is_due(struct loopc_control *c, int64_t batch, const void *state)
{
    const bool at_goal = batch >= c->goal;
    if (!at_goal) c->reached = false;
    if (!c->started || (at_goal && !c->reached)) return true;
    const int64_t last_heartbeat = loopc_channel_last_heartbeat(c->channel);
    const int64_t since =
        loopc_clock() - (last_heartbeat > c->loss_when ? last_heartbeat : c->loss_when);
    if (since < (int64_t)LOOPC_TICK_MS * MS) return false;
    return since >= (int64_t)LOOPC_HEARTBEAT_MS * MS || loss_hash(c, state) != c->loss_hash;
}

static void note_loss(struct loopc_control *c, int64_t batch, const void *state)
{
    c->loss_when = loopc_clock();
    c->loss_at = batch;
    c->loss_hash = loss_hash(c, state);
    if (batch >= c->goal) c->reached = true;
}

static void start_message(struct loopc_control *c)
{
    rewind(c->file);
    c->members = 0;
    c->diverged = false;
}

static void send_message(struct loopc_control *c, bool report)
{
    if (c->members == 0) return;
    if (c->diverged) fputs(", \"diverged\": true", c->file);
    fputc('}', c->file);
    if (fflush(c->file) == 0) loopc_channel_send(c->channel, c->text, c->size, report);
}

static void answers(struct loopc_control *c, int64_t batch, struct loopc_run *run)
{
    if (c->tell_views) loopc_control_prepare_views(c, run);
    if (c->errors[0]) text_member(c, "error", batch, c->errors);
    if (c->answer[0]) text_member(c, "answer", batch, c->answer);
    if (c->answer[0] && c->ignored[0]) text_member(c, "ignored", batch, c->ignored);
    if (c->tell_paused) {
        loopc_control_open_member(c, "paused", batch);
        fputs(c->paused ? "true]" : "false]", c->file);
    }
    if (c->tell_checkpoint) {
        loopc_control_open_member(c, "checkpoint", batch);
        fprintf(c->file, "%" PRId64 "]", c->tell_checkpoint);
    }
    if (c->tell_status) loopc_control_status_member(c, batch, run);
    if (c->tell_timings) timings_member(c, batch, run);
    if (c->tell_views) loopc_control_views_member(c, batch, run);
    if (c->tell_history) loopc_control_history_member(c, batch);
    c->errors[0] = c->answer[0] = c->ignored[0] = 0;
    c->tell_paused = c->tell_status = c->tell_timings = c->tell_views = false;
    c->tell_history = false;
    c->tell_checkpoint = 0;
}

static void count_dropped(struct loopc_control *c, int64_t batch)
{
    const uint64_t dropped = loopc_channel_dropped(c->channel);
    if (dropped == c->dropped || c->members == 0) return;
    loopc_control_open_member(c, "dropped", batch);
    fprintf(c->file, "%" PRIu64 "]", dropped);
    c->dropped = dropped;
}

/* The heartbeat that the thread repeats is the last report with a loss, and the loss alone. */
static void keep_beat(struct loopc_control *c, int64_t batch, const void *state)
{
    start_message(c);
    reported_members(c, batch, state);
    if (c->members == 0) return;
    if (c->diverged) fputs(", \"diverged\": true", c->file);
    fputc('}', c->file);
    if (fflush(c->file) == 0) loopc_channel_set_heartbeat(c->channel, c->text, c->size);
}

void loopc_control_report(struct loopc_control *c, struct loopc_run *run)
{
    const int64_t batch = loopc_control_batch(c, run);
    if (!loopc_channel_has_listener(c->channel)) return;
    atomic_store_explicit(&c->where.batch, batch, memory_order_relaxed);
    start_message(c);
    answers(c, batch, run);
    const bool is_answer = c->members > 0;
    const bool with_state = state_is_due(c, batch), with_loss = loss_is_due(c, batch, run);
    if (with_state) {
        if (c->eta) field_member(c, "eta", batch, c->eta, run);
        weights_member(c, batch, run);
        c->state_at = batch;
        c->tell_state = false;
    }
    if (with_loss) {
        reported_members(c, batch, run);
        note_loss(c, batch, run);
        c->started = true;
    }
    count_dropped(c, batch);
    send_message(c, !is_answer);
    if (with_loss) keep_beat(c, batch, run);
}

void loopc_control_report_end(struct loopc_control *c, struct loopc_run *run, bool failed)
{
    const int64_t batch = loopc_control_batch(c, run);
    start_message(c);
    c->tell_views = c->has_viewer && !failed;
    c->tell_history = c->has_viewer;
    loopc_control_note_history(c, run);
    answers(c, batch, run);
    if (batch != c->loss_at) reported_members(c, batch, run);
    count_dropped(c, batch);
    if (failed) {
        char text[512] = "failed";
        if (run->failures.count) {
            loopc_failure_text(&run->failures.kept[0], text, sizeof text);
        }
        text_member(c, "failed", batch, text);
    }
    send_message(c, false);
}
