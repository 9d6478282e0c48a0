/* The state of a profile. Part of profile. */
#ifndef LOOPC_PROFILE_STATE_H
#define LOOPC_PROFILE_STATE_H

#include "base/clock.h"
#include "base/timing.h"
#include "telemetry/trace.h"
#include "telemetry/profile.h"

struct loopc_open_trace_point {
    int place;
    int64_t since; /* ns */
};

struct loopc_profile {
    const struct loopc_program *program;
    const void *state;
    int64_t started, ended;       /* ns */
    struct loopc_timing *timings; /* one a place, or NULL: not asked for */
    struct loopc_trace *trace;    /* or NULL */
    atomic_int *follower;         /* is kept at the open place, or NULL */
    FILE *log;                    /* of the times, or NULL */
    int64_t next_line;            /* of it; ns, INT64_MAX for never */
    int depth;                    /* of stack */
    struct loopc_open_trace_point
        stack[]; /* no trace point is open twice: trace_point_count are enough */
};

/* Writes a line of the log for each place. Called when its time has come. */
void loopc_profile_log_now(struct loopc_profile *profile, int64_t now);

/* Ends the log. Returns LOOPC_OK, or LOOPC_FAILED when it is not complete. */
int loopc_profile_log_end(struct loopc_profile *profile);

#endif
