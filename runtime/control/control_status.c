/* The status of a run, as it is reported through its control channel: everything that a page needs
 * to show a trainer. */
#include "control/control_state.h"

#include "base/json_text.h"
#include "run/field_json.h"

#include <inttypes.h>
#include <math.h>

static void write_layers(struct loopc_control *c, const void *state)
{
    bool any = false;
    for (int i = 0; i < c->program->field_count; i++) {
        const struct loopc_field *field = &c->program->fields[i];
        if (!loopc_control_is_weight(field)) continue;
        fputs(any ? ", {\"name\": " : "{\"name\": ", c->file);
        loopc_json_string(c->file, field->name);
        fprintf(c->file, ", \"rows\": %zu, \"columns\": %zu}",
                field->count / loopc_control_columns(field), loopc_control_width(field, state));
        any = true;
    }
}

/* The functions of the nets of dense layers: with the weights, what their outputs are made of. */
static void write_nets(struct loopc_control *c)
{
    bool any = false;
    for (int i = 0; i < c->program->net_count; i++) {
        const struct loopc_net *net = &c->program->nets[i];
        if (net->ops) continue;
        fputs(any ? ", {\"name\": " : "{\"name\": ", c->file);
        loopc_json_string(c->file, net->name);
        fputs(", \"activation\": ", c->file);
        loopc_json_string(c->file, net->activation);
        fputs(", \"output\": ", c->file);
        loopc_json_string(c->file, net->output);
        fputc('}', c->file);
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
        (void)loopc_field_json_write(c->file, field, state, 0);
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
    const bool epochs = steered && c->total && loopc_control_has_epochs(c);
    bool any = false;
    for (size_t i = 0; steered && c->total && i < sizeof batches / sizeof *batches; i++)
        write_command(c, batches[i], &any);
    if (steered && c->eta && (c->eta->flags & LOOPC_SETTABLE)) write_command(c, "eta", &any);
    if (epochs) write_command(c, "step epoch", &any);
    if (c->total) write_command(c, "batches a second", &any);
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

/* The latest target that a command may give, by the type and range of its field. */
static double limit_of(const struct loopc_field *target)
{
    double limit = INFINITY;
    if (!target) return limit;
    if (target->type == LOOPC_I32) limit = INT32_MAX;
    if (target->type == LOOPC_U32) limit = UINT32_MAX;
    return target->range ? fmin(limit, target->range->max) : limit;
}

static void write_limit(struct loopc_control *c)
{
    static const double ENDLESS = 1e15;
    const double limit = limit_of(c->target);
    if (limit < ENDLESS) {
        fprintf(c->file, ", \"limit\": %" PRId64, (int64_t)limit);
    } else {
        fputs(", \"limit\": null", c->file);
    }
}

void loopc_control_status_member(struct loopc_control *c, int64_t batch,
                                 const struct loopc_run *run)
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
    write_limit(c);
    fprintf(c->file, ", \"every\": %" PRId64 ", \"batch\": ", c->every);
    loopc_json_string(c->file, c->batch_loop ? c->batch_loop : "");
    fputs(", \"eta\": ", c->file);
    loopc_json_string(c->file, c->eta ? c->eta->name : "");
    fprintf(c->file, ", \"samples\": %" PRId64, samples_of(c, state));
    fputs(", \"commands\": [", c->file);
    write_commands(c, run);
    fprintf(c->file, "], \"seed\": \"%" PRIu64 "\", \"options\": {", run->seed);
    write_values(c, state, LOOPC_OPTION);
    fputs("}, \"flags\": [", c->file);
    loopc_control_write_flags(c, state);
    fprintf(c->file, "], \"pace\": %" PRId64 ", \"settable\": {", c->pace);
    if (!c->replay) write_values(c, state, LOOPC_SETTABLE);
    fputs("}, \"layers\": [", c->file);
    write_layers(c, state);
    fputs("], \"nets\": [", c->file);
    write_nets(c);
    fputs("], \"views\": [", c->file);
    loopc_control_write_views(c);
    fputs("], \"places\": [", c->file);
    write_places(c);
    fputs("]}]", c->file);
}
