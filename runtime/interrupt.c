/* The word of attention, and the handlers that raise it for SIGINT and SIGTERM. */
#include "interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

atomic_int loopc_attention;

/* The last one only for those who save. */
static const int signals[] = {SIGINT, SIGTERM, SIGUSR1};
enum { SIGNAL_COUNT = sizeof signals / sizeof *signals };

/* What handlers see; signals have no other argument. */
static struct {
    volatile sig_atomic_t caught; /* the first signal, or 0 */
    volatile int64_t when; /* it came, in ms; written by handlers only, which exclude each other */
    const char *notice;
    struct sigaction before[SIGNAL_COUNT];
    bool installed[SIGNAL_COUNT];
} state;

void loopc_call_attention(int cause)
{
    atomic_fetch_or_explicit(&loopc_attention, cause, memory_order_relaxed);
}

int loopc_attention_take(int causes)
{
    return atomic_fetch_and_explicit(&loopc_attention, ~causes, memory_order_relaxed) & causes;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

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

static void on_signal(int number)
{
    const int kept = errno;
    if (number == SIGUSR1) {
        loopc_call_attention(LOOPC_CAUSE_NOW);
    } else if (!state.caught) {
        state.caught = number;
        state.when = now_ms();
        loopc_call_attention(LOOPC_CAUSE_SIGNAL);
        write_notice();
    } else if (now_ms() - state.when > LOOPC_TWIN_MS) {
        end_by(number);
    }
    errno = kept;
}

/* A program started with a signal ignored (nohup, a background job of a script) leaves it so. */
static int catch_one(int i, const struct sigaction *action)
{
    if (sigaction(signals[i], NULL, &state.before[i])) return LOOPC_FAILED;
    if (state.before[i].sa_handler == SIG_IGN) return LOOPC_OK;
    if (sigaction(signals[i], action, NULL)) return LOOPC_FAILED;
    state.installed[i] = true;
    return LOOPC_OK;
}

int loopc_signals_catch(const char *notice, bool save)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < SIGNAL_COUNT; i++)
        sigaddset(&action.sa_mask, signals[i]);
    state.notice = notice;
    for (int i = 0; i < SIGNAL_COUNT - !save; i++) {
        if (catch_one(i, &action)) return LOOPC_FAILED;
    }
    return LOOPC_OK;
}

int loopc_signal_caught(void)
{
    return state.caught;
}

void loopc_signals_release(void)
{
    for (int i = 0; i < SIGNAL_COUNT; i++) {
        if (state.installed[i]) sigaction(signals[i], &state.before[i], NULL);
        state.installed[i] = false;
    }
    state.caught = 0;
    state.notice = NULL;
    atomic_store(&loopc_attention, 0);
}
