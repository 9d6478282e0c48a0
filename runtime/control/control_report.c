/* Reports of a run through its control channel. */
#include "control/control_state.h"

#include "base/hash.h"
#include "base/json_text.h"
#include "base/clock.h"
#include "telemetry/profile.h"
#include "run/field_json.h"

#include <inttypes.h>
#include <stdlib.h>
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
static bool is_weight(const struct loopc_field *field)
{
    const char *layers = strstr(field->name, ".layers.");
    if (!layers || field->type != LOOPC_F32) return false;
    const char *part = layers + strlen(".layers.");
    part += strspn(part, "0123456789");
    return !strcmp(part, ".weight") || !strcmp(part, ".bias");
}

/* How many elements a row of the table holds for it, and how many of these are in use. */
static size_t columns_of(const struct loopc_field *field)
{
    return field->rank < 2 ? field->count : (size_t)field->dims[1];
}

static size_t width_of(const struct loopc_field *field, const void *state)
{
    if (!field->width_at) return columns_of(field);
    int32_t width;
    memcpy(&width, (const char *)state + field->width_at, sizeof width);
    return (size_t)width;
}

static void weights_member(struct loopc_control *c, int64_t batch, const void *state)
{
    bool any = false;
    for (int i = 0; i < c->program->field_count; i++) {
        const struct loopc_field *field = &c->program->fields[i];
        if (!is_weight(field)) continue;
        const size_t columns = columns_of(field), width = width_of(field, state);
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

static bool is_reported(const struct loopc_control *c, const struct loopc_field *field)
{
    return (field->flags & LOOPC_REPORT) && field != c->loss && loopc_field_is_value(field);
}

static const char *short_name(const struct loopc_control *c, const char *name)
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
        if (is_reported(c, field)) {
            field_member(c, short_name(c, field->name), batch, field, state);
        }
    }
    if (c->members == before) batch_member(c, batch);
}

/* The status: everything that a page needs to show a trainer. */

static void write_layers(struct loopc_control *c, const void *state)
{
    bool any = false;
    for (int i = 0; i < c->program->field_count; i++) {
        const struct loopc_field *field = &c->program->fields[i];
        if (!is_weight(field)) continue;
        fputs(any ? ", {\"name\": " : "{\"name\": ", c->file);
        loopc_json_string(c->file, field->name);
        fprintf(c->file, ", \"rows\": %zu, \"columns\": %zu}", field->count / columns_of(field),
                width_of(field, state));
        any = true;
    }
}

/* The single values of the fields with that flag. */
static void write_values(struct loopc_control *c, const void *state, unsigned flag)
{
    bool any = false;
    for (int i = 0; i < c->program->field_count; i++) {
        const struct loopc_field *field = &c->program->fields[i];
        if (!(field->flags & flag) || field->count != 1 || !loopc_field_is_value(field)) continue;
        if (flag == LOOPC_OPTION && field == c->target) continue; /* the status has it */
        fputs(any ? ", " : "", c->file);
        loopc_json_string(c->file, flag == LOOPC_OPTION && field->flag ? field->flag : field->name);
        fputs(": ", c->file);
        element(c, field, state, 0);
        any = true;
    }
}

static void write_places(struct loopc_control *c)
{
    for (int i = 0; i < c->program->trace_point_count; i++) {
        const struct loopc_trace_point *place = &c->program->trace_points[i];
        fprintf(c->file, "%s{\"name\": ", i ? ", " : "");
        loopc_json_string(c->file, place->name);
        fprintf(c->file, ", \"kind\": \"%c\", \"parent\": %d", place->kind, place->parent);
        if (place->on) {
            fputs(", \"on\": ", c->file);
            loopc_json_string(c->file, place->on);
        }
        fputc('}', c->file);
    }
}

static void write_command(struct loopc_control *c, const char *name, bool *any)
{
    fputs(*any ? ", " : "", c->file);
    loopc_json_string(c->file, name);
    *any = true;
}

/* The commands that this run accepts, beside settable fields and those that all accept. While a
 * journal is replayed, none from the peer. */
static void write_commands(struct loopc_control *c, const struct loopc_run *run)
{
    static const char *const batches[] = {"batch to", "pause", "resume", "step"};
    const bool steered = !c->replay;
    bool any = false;
    for (size_t i = 0; steered && c->total && i < sizeof batches / sizeof *batches; i++)
        write_command(c, batches[i], &any);
    if (steered && c->eta && (c->eta->flags & LOOPC_SETTABLE)) write_command(c, "eta", &any);
    if (steered && run->checkpointer) write_command(c, "checkpoint", &any);
    if (c->program->run_instrumented || c->program->step_instrumented)
        write_command(c, "watch", &any);
}

/* Samples of a batch; 0 when unknown. */
static int64_t samples_of(const struct loopc_control *c, const void *state)
{
    if (c->samples) return loopc_field_integer(c->samples, state, 0);
    return c->program->steering ? c->program->steering->samples : 0;
}

static void status_member(struct loopc_control *c, int64_t batch, const struct loopc_run *run)
{
    const void *state = run;
    loopc_control_open_member(c, "status", batch);
    fputs("{\"program\": ", c->file);
    loopc_json_string(c->file, c->program->name);
    fprintf(c->file,
            ", \"paused\": %s, \"watched\": %s, \"target\": ", c->paused ? "true" : "false",
            c->watch ? "true" : "false");
    if (c->goal == INT64_MAX) {
        fputs("null", c->file);
    } else {
        fprintf(c->file, "%" PRId64, c->goal);
    }
    fprintf(c->file, ", \"every\": %" PRId64 ", \"batch\": ", c->every);
    loopc_json_string(c->file, c->batch_loop ? c->batch_loop : "");
    fputs(", \"eta\": ", c->file);
    loopc_json_string(c->file, c->eta ? c->eta->name : "");
    fprintf(c->file, ", \"samples\": %" PRId64, samples_of(c, state));
    fputs(", \"commands\": [", c->file);
    write_commands(c, run);
    fprintf(c->file, "], \"seed\": \"%" PRIu64 "\", \"options\": {", run->seed);
    write_values(c, state, LOOPC_OPTION);
    fputs("}, \"settable\": {", c->file);
    if (!c->replay) write_values(c, state, LOOPC_SETTABLE);
    fputs("}, \"layers\": [", c->file);
    write_layers(c, state);
    fputs("], \"views\": [", c->file);
    loopc_control_write_views(c);
    fputs("], \"places\": [", c->file);
    write_places(c);
    fputs("]}]", c->file);
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
    if (c->tell_status) status_member(c, batch, run);
    if (c->tell_timings) timings_member(c, batch, run);
    if (c->tell_views) loopc_control_views_member(c, batch, run);
    c->errors[0] = c->answer[0] = c->ignored[0] = 0;
    c->tell_paused = c->tell_status = c->tell_timings = c->tell_views = false;
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
