/* The history of a run, and the table of its options, through its control channel. */
#include "control/control_state.h"

#include "base/clock.h"
#include "base/json_text.h"
#include "run/field_json.h"

#include <inttypes.h>
#include <math.h>

/* The loss first, where there is one: it decides which rows remain. */
static bool is_kept(const struct loopc_control *c, const struct loopc_field *field)
{
    return loopc_control_is_reported(c, field) && field->count == 1 && field->type != LOOPC_STR;
}

static size_t count_kept(const struct loopc_control *c)
{
    size_t count = c->loss ? 1 : 0;
    for (int i = 0; i < c->program->field_count; i++)
        count += is_kept(c, &c->program->fields[i]);
    return count;
}

void loopc_control_note_history(struct loopc_control *c, const struct loopc_run *run)
{
    const int64_t batch = loopc_control_batch(c, run);
    if (!c->history.width) loopc_history_open(&c->history, count_kept(c));
    if (batch == 0) return; /* nothing is measured yet */
    double *value = loopc_history_add(&c->history, batch, loopc_clock());
    if (!value) return;
    if (c->loss) *value++ = loopc_field_real(c->loss, run, 0);
    for (int i = 0; i < c->program->field_count; i++) {
        const struct loopc_field *field = &c->program->fields[i];
        if (!is_kept(c, field)) continue;
        const bool known = loopc_control_is_measured(c, field, run);
        *value++ = known ? loopc_field_real(field, run, 0) : (double)NAN;
    }
}

void loopc_control_history_member(struct loopc_control *c, int64_t batch)
{
    bool any = c->loss != NULL;
    loopc_control_open_member(c, "history", batch);
    fprintf(c->file, "{\"names\": [%s", any ? "\"loss\"" : "");
    for (int i = 0; i < c->program->field_count; i++) {
        const struct loopc_field *field = &c->program->fields[i];
        if (!is_kept(c, field)) continue;
        fputs(any ? ", " : "", c->file);
        loopc_json_string(c->file, loopc_control_short_name(c, field->name));
        any = true;
    }
    fputs("], \"rows\": ", c->file);
    loopc_history_write(&c->history, c->file);
    fputs("}]", c->file);
}

/* The options of the run, for the form of another one. */

/* The target of a run is that of its control, and none of its options. */
static bool has_flag(const struct loopc_control *c, const struct loopc_field *field)
{
    return field != c->target && (field->flags & LOOPC_OPTION) && field->flag &&
           field->count == 1 && loopc_field_is_value(field);
}

static void write_bound(struct loopc_control *c, const char *name, double bound)
{
    if (isfinite(bound)) fprintf(c->file, ", \"%s\": %.17g", name, bound);
}

static void write_flag(struct loopc_control *c, const struct loopc_field *field, const void *state)
{
    fputs("{\"flag\": ", c->file);
    loopc_json_string(c->file, field->flag);
    fprintf(c->file, ", \"type\": \"%s\", \"value\": ", loopc_type_name(field->type));
    (void)loopc_field_json_write(c->file, field, state, 0);
    if (field->range) {
        write_bound(c, "min", field->range->min);
        write_bound(c, "max", field->range->max);
    }
    if (field->doc) {
        fputs(", \"doc\": ", c->file);
        loopc_json_string(c->file, field->doc);
    }
    fputc('}', c->file);
}

void loopc_control_write_flags(struct loopc_control *c, const void *state)
{
    bool any = false;
    for (int i = 0; i < c->program->field_count; i++) {
        const struct loopc_field *field = &c->program->fields[i];
        if (!has_flag(c, field)) continue;
        fputs(any ? ", " : "", c->file);
        write_flag(c, field, state);
        any = true;
    }
}
