/* Host: the plain one, and the calls of a run to the one it has. */
#include "run/host.h"

#include "run/events.h"
#include "run/program.h"
#include "run/signals.h"

const struct loopc_host *loopc_host_of(const struct loopc_run *run)
{
    return run->host ? run->host : &loopc_plain_host;
}

int loopc_handle_events(struct loopc_run *run, int at)
{
    return loopc_host_of(run)->poll(run, at);
}

int loopc_handle_events_nosave(struct loopc_run *run)
{
    return loopc_host_of(run)->poll_nosave(run);
}

int loopc_handle_events_steps(struct loopc_run *run, int at)
{
    return loopc_host_of(run)->poll_steps(run, at);
}

void loopc_handle_events_masked(struct loopc_run *run)
{
    loopc_host_of(run)->poll_masked(run);
}

void loopc_report_now(struct loopc_run *run, const char *loop)
{
    loopc_host_of(run)->report(run, loop);
}

void loopc_report_end_now(struct loopc_run *run, const char *loop)
{
    loopc_host_of(run)->report_end(run, loop);
}

int loopc_save_end(struct loopc_run *run, int at)
{
    return loopc_host_of(run)->loop_ended(run, at);
}

bool loopc_wait_for_target(struct loopc_run *run)
{
    return loopc_host_of(run)->wait_for_target(run);
}

/* The plain host. */

static int interrupt(struct loopc_run *run, int events)
{
    if (!(events & LOOPC_EVENT_SIGNAL)) return LOOPC_OK;
    run->interrupted = loopc_signal_caught();
    return LOOPC_INTERRUPTED;
}

static int poll_nosave(struct loopc_run *run)
{
    return interrupt(run, loopc_events_take(LOOPC_EVENTS_ALL));
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
    (void)run;
    (void)loop;
}

static int loop_ended(struct loopc_run *run, int at)
{
    (void)run;
    (void)at;
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
