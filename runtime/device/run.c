/* The host of a run on a device. */
#include "device/run.h"

static int poll_nosave(struct loopc_run *run)
{
    if (!(loopc_events_take(LOOPC_EVENTS_ALL) & LOOPC_EVENT_SIGNAL)) return LOOPC_OK;
    run->interrupted = 1;
    return LOOPC_INTERRUPTED;
}

static int poll(struct loopc_run *run, int at)
{
    (void)at;
    return poll_nosave(run);
}

static void poll_masked(struct loopc_run *run)
{
    (void)run;
    loopc_events_take(LOOPC_EVENTS_ALL & ~LOOPC_EVENT_SIGNAL);
}

static void report(struct loopc_run *run, const char *loop)
{
    (void)run, (void)loop;
}

static int loop_ended(struct loopc_run *run, int at)
{
    (void)run, (void)at;
    return LOOPC_OK;
}

static bool wait_for_target(struct loopc_run *run)
{
    (void)run;
    return false;
}

static void before_message(struct loopc_run *run)
{
    (void)run;
}

const struct loopc_host loopc_plain_host = {
    .poll = poll,
    .poll_nosave = poll_nosave,
    .poll_steps = poll,
    .poll_masked = poll_masked,
    .report = report,
    .report_end = report,
    .loop_ended = loop_ended,
    .wait_for_target = wait_for_target,
    .before_message = before_message,
};

static const struct loopc_host *host_of(const struct loopc_run *run)
{
    return run->host ? run->host : &loopc_plain_host;
}

int loopc_handle_events(struct loopc_run *run, int at)
{
    return host_of(run)->poll(run, at);
}

int loopc_handle_events_nosave(struct loopc_run *run)
{
    return host_of(run)->poll_nosave(run);
}

int loopc_handle_events_steps(struct loopc_run *run, int at)
{
    return host_of(run)->poll_steps(run, at);
}

void loopc_handle_events_masked(struct loopc_run *run)
{
    host_of(run)->poll_masked(run);
}
