/* Signal handlers: they set bits in the word of pending events. */
#include "run/signals.h"

#include "base/clock.h"
#include "run/events.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* `saver`: caught only where checkpoints are saved. */
static const struct {
    int number;
    bool saver;
    const char *name;
} signals[] = {
    {SIGINT, false, "SIGINT"},   {SIGTERM, false, "SIGTERM"}, {SIGHUP, false, "SIGHUP"},
    {SIGXCPU, false, "SIGXCPU"}, {SIGUSR2, false, "SIGUSR2"}, {SIGXFSZ, false, "SIGXFSZ"},
    {SIGPIPE, false, "SIGPIPE"}, {SIGUSR1, true, "SIGUSR1"},
};
enum { SIGNAL_COUNT = sizeof signals / sizeof *signals };

/* The state of the handlers, which have no other argument. */
static struct {
    volatile sig_atomic_t caught; /* the first signal, or 0 */
    volatile sig_atomic_t terms;  /* how often it was SIGTERM */
    volatile int64_t
        when; /* it arrived, in ns; written by handlers only, which exclude each other */
    const char *notice;
    bool saves;
    struct sigaction before[SIGNAL_COUNT];
    bool installed[SIGNAL_COUNT];
} state;

/* The signal is blocked while its handler runs, so it ends the program on return. */
static void end_by(int number)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
    raise(number);
}

static void write_notice(void)
{
    if (!state.notice) return;
    const ssize_t ignored = write(STDERR_FILENO, state.notice, strlen(state.notice));
    (void)ignored; /* standard error is gone: nowhere to say so */
}

/* Batch schedulers escalate: SIGINT followed by SIGTERM is still a request for an orderly end. A
 * second SIGINT, or a second SIGTERM, is a request to end at once. */
static bool is_impatient(int number)
{
    state.terms += number == SIGTERM;
    if (number != SIGINT && (number != SIGTERM || state.terms < 2)) return false;
    return loopc_clock() - state.when > LOOPC_TWIN_MS * INT64_C(1000000);
}

static void end_run(int number)
{
    if (state.caught) {
        if (is_impatient(number)) end_by(number);
        return;
    }
    state.caught = number;
    state.terms = number == SIGTERM;
    state.when = loopc_clock();
    loopc_raise_event(LOOPC_EVENT_SIGNAL);
    if (number != SIGPIPE) write_notice();
}

/* Whether the reader of standard output is gone. */
static bool is_output_broken(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP));
}

/* Linux sends SIGPIPE as if the process had sent it to itself by kill. A broken pipe of --metrics,
 * --log or the like does not end the run: that write fails, and is reported. If standard
 * output is broken, a run that saves checkpoints ends in good order, any other by the signal. */
static void on_broken_pipe(const siginfo_t *info)
{
    const bool own = info->si_code == SI_USER && info->si_pid == getpid();
    if (own && !is_output_broken()) return;
    if (state.saves)
        end_run(SIGPIPE);
    else
        end_by(SIGPIPE);
}

static void on_signal(int number, siginfo_t *info, void *context)
{
    (void)context;
    const int kept = errno;
    if (number == SIGUSR1)
        loopc_raise_event(LOOPC_EVENT_NOW);
    else if (number == SIGPIPE)
        on_broken_pipe(info);
    else if (number != SIGXFSZ)
        end_run(number);
    errno = kept;
}

/* A signal that was ignored when the program started (nohup, a background job of a script) stays
 * ignored. */
static int catch_one(int i, const struct sigaction *action)
{
    if (sigaction(signals[i].number, NULL, &state.before[i])) return LOOPC_FAILED;
    if (state.before[i].sa_handler == SIG_IGN) return LOOPC_OK;
    if (sigaction(signals[i].number, action, NULL)) return LOOPC_FAILED;
    state.installed[i] = true;
    return LOOPC_OK;
}

void loopc_signals_set(sigset_t *set)
{
    sigemptyset(set);
    for (int i = 0; i < SIGNAL_COUNT; i++)
        sigaddset(set, signals[i].number);
}

int loopc_signals_catch(const char *notice, bool save)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_RESTART | SA_SIGINFO};
    loopc_signals_set(&action.sa_mask);
    state.notice = notice;
    state.saves = save;
    for (int i = 0; i < SIGNAL_COUNT; i++) {
        if (signals[i].saver && !save) continue;
        if (catch_one(i, &action)) return LOOPC_FAILED;
    }
    return LOOPC_OK;
}

const char *loopc_signal_name(int number)
{
    for (int i = 0; i < SIGNAL_COUNT; i++) {
        if (signals[i].number == number) return signals[i].name;
    }
    return "a signal";
}

void loopc_signals_default(void)
{
    for (int i = 0; i < SIGNAL_COUNT; i++) {
        if (state.installed[i]) signal(signals[i].number, SIG_DFL);
    }
}

int loopc_signal_caught(void)
{
    return state.caught;
}

void loopc_signal_adopt(int number)
{
    if (state.caught) return;
    state.when = loopc_clock();
    state.caught = number;
}

void loopc_signals_release(void)
{
    for (int i = 0; i < SIGNAL_COUNT; i++) {
        if (state.installed[i]) sigaction(signals[i].number, &state.before[i], NULL);
        state.installed[i] = false;
    }
    state.caught = 0;
    state.notice = NULL;
    atomic_store(&loopc_pending_events, 0);
}
