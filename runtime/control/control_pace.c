/* How fast a run goes on while it is controlled: its pace, steps of batches and of epochs. */
#include "control/control_state.h"

#include "base/clock.h"

#include <string.h>

static const int64_t SECOND = 1000000000;

void loopc_control_set_pace(struct loopc_control *c, int64_t pace)
{
    c->pace = pace > SECOND ? 0 : pace;
    c->next_at = 0;
}

/* A batch that comes late moves the next one by as much, up to a tick: short delays are caught up
 * with, long ones are not. */
int64_t loopc_control_pace_wait(struct loopc_control *c, int64_t batch)
{
    if (c->pace == 0 || (batch == c->paced_at && c->next_at)) return 0;
    const int64_t now = loopc_clock(), late = now - c->next_at;
    if (late < 0) return -late;
    const int64_t debt = late < (int64_t)LOOPC_TICK_MS * 1000000 ? late : 0;
    c->paced_at = batch;
    c->next_at = now - debt + SECOND / c->pace;
    return 0;
}

static bool is_loop(const struct loopc_trace_point *place, const char *name)
{
    return place->kind == 'l' && !strcmp(place->name, name);
}

static bool has_counters(const struct loopc_program *program, const char *loop)
{
    char name[256];
    snprintf(name, sizeof name, "%s.total", loop);
    return loopc_field_find(program->fields, program->field_count, name) != NULL;
}

bool loopc_control_has_epochs(const struct loopc_control *c)
{
    const struct loopc_trace_point *places = c->program->trace_points;
    for (int i = 0; c->batch_loop && c->iteration && i < c->program->trace_point_count; i++) {
        if (!is_loop(&places[i], c->batch_loop)) continue;
        for (int up = places[i].parent; up >= 0; up = places[up].parent) {
            if (places[up].kind == 'l' && has_counters(c->program, places[up].name)) return true;
        }
    }
    return false;
}

bool loopc_control_steps_are_done(const struct loopc_control *c, const struct loopc_run *run)
{
    const int64_t done = loopc_control_batch(c, run) - c->step_from;
    if (c->steps < 0) return false;
    if (!c->to_epoch) return done >= c->steps;
    return done > 0 && loopc_field_integer(c->iteration, run, 0) == 0;
}
