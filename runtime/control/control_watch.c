/* Control: profiling that a peer has asked for. */
#include "control/control.h"

#include "control/control_state.h"
#include "telemetry/profile.h"

#include <unistd.h>

static bool start_watch(struct loopc_control *c, struct loopc_run *run)
{
    c->own_watch = run->profile = loopc_profile_start(c->program, run, true, false, stderr);
    if (!run->profile) {
        c->watch = false;
        loopc_control_add_error(c, "watch: no memory");
        return false;
    }
    loopc_profile_follow(run->profile, &c->where.place);
    return true;
}

static bool end_watch(struct loopc_control *c, struct loopc_run *run)
{
    loopc_profile_follow(run->profile, NULL);
    loopc_profile_free(run->profile);
    c->own_watch = run->profile = NULL;
    return true;
}

bool loopc_control_switch_variant(struct loopc_control *c, struct loopc_run *run)
{
    const bool start = c->watch && !run->profile;
    const bool end = !c->watch && run->profile && run->profile == c->own_watch;
    if (!start && !end) return false; /* what every safepoint of a replay asks: no system call */
    if (c->owner != getpid() || c->ended) return false;
    return start ? start_watch(c, run) : end_watch(c, run);
}
