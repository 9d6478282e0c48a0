/* The alarm: sleeps, raises the event, sleeps again. */
#include "checkpoint/alarm.h"

#include "base/clock.h"
#include "run/events.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct loopc_alarm {
    pid_t owner;
    int64_t ns; /* between two */
    pthread_t thread;
    pthread_mutex_t lock; /* over stop */
    pthread_cond_t stop_asked;
    bool stop;
};

static struct timespec after(int64_t ns)
{
    const int64_t then = loopc_clock() + ns;
    return (struct timespec){.tv_sec = then / 1000000000, .tv_nsec = then % 1000000000};
}

static void *ring(void *argument)
{
    struct loopc_alarm *alarm = argument;
    pthread_mutex_lock(&alarm->lock);
    struct timespec next = after(alarm->ns);
    while (!alarm->stop) {
        if (!pthread_cond_timedwait(&alarm->stop_asked, &alarm->lock, &next)) continue;
        loopc_raise_event(LOOPC_EVENT_SAVE);
        next = after(alarm->ns);
    }
    pthread_mutex_unlock(&alarm->lock);
    return NULL;
}

/* Signals are the run's: the thread blocks them all. */
static int start_thread(struct loopc_alarm *alarm)
{
    sigset_t all, before;
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&alarm->stop_asked, &clock);
    pthread_condattr_destroy(&clock);
    pthread_mutex_init(&alarm->lock, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int failed = pthread_create(&alarm->thread, NULL, ring, alarm);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

struct loopc_alarm *loopc_alarm_start(double seconds)
{
    struct loopc_alarm *alarm = calloc(1, sizeof *alarm);
    if (!alarm) return NULL;
    alarm->owner = getpid();
    alarm->ns = seconds < 1e9 ? (int64_t)(seconds * 1e9) + 1 : INT64_C(1000000000000000000);
    if (!start_thread(alarm)) return alarm;
    free(alarm);
    return NULL;
}

void loopc_alarm_stop(struct loopc_alarm *alarm)
{
    if (!alarm || alarm->owner != getpid()) return;
    pthread_mutex_lock(&alarm->lock);
    alarm->stop = true;
    pthread_cond_signal(&alarm->stop_asked);
    pthread_mutex_unlock(&alarm->lock);
    pthread_join(alarm->thread, NULL);
    pthread_cond_destroy(&alarm->stop_asked);
    pthread_mutex_destroy(&alarm->lock);
    free(alarm);
}
