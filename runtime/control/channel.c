/* The control channel: the thread between the queues and the peer, and the interface for the
 * run. */
#include "control/channel.h"

#include "control/channel_state.h"
#include "run/events.h"
#include "run/signals.h"
#include "run/failures.h"
#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MS = 1000000,
    STACK_BYTES = 256 * 1024,
    END_MS = 1000,
    GRACE_MS = 100 /* the run sends its own heartbeat first */
};

/* The thread. */

static void welcome(struct loopc_channel *ch)
{
    const int fd = accept4(ch->ends.listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) return;
    ch->ends.in = ch->ends.out = fd;
    pthread_mutex_lock(&ch->lock);
    ch->peer = true;
    pthread_mutex_unlock(&ch->lock);
    loopc_channel_deliver(ch, LOOPC_CHANNEL_CONNECTED, "", 0);
}

/* Under the lock: the timeout of poll in ms, -1 for none. */
static int patience(const struct loopc_channel *ch)
{
    if (ch->ending) {
        const int64_t left = (ch->deadline - loopc_clock()) / MS;
        return left > 0 ? (int)left : 0;
    }
    if (!ch->asleep) return LOOPC_TICK_MS;
    if (!ch->heartbeat || !(ch->peer || ch->log)) return -1;
    const int64_t left = (ch->last_sent - loopc_clock()) / MS + LOOPC_HEARTBEAT_MS;
    return left > 0 ? (int)left + 1 : 0;
}

/* Under the lock: repeats the last report of a run that sleeps or is long in one iteration. */
static void heartbeat(struct loopc_channel *ch)
{
    const int64_t wait = LOOPC_HEARTBEAT_MS + (ch->asleep ? 0 : GRACE_MS);
    if (!ch->heartbeat || ch->ending || loopc_clock() - ch->last_sent < wait * MS) return;
    if (ch->log && ch->asleep) fflush(ch->log);
    loopc_channel_post(ch, ch->heartbeat, ch->heartbeat_length, true);
    ch->last_heartbeat = ch->last_sent;
}

/* Under the lock: reports the current place, in long iterations, too. It does not count as a
 * report of the run. */
static void follow(struct loopc_channel *ch)
{
    const int64_t now = loopc_clock(), sent = ch->last_sent;
    if (!ch->where || ch->ending || now - ch->looked < (int64_t)LOOPC_FOLLOW_MS * MS) return;
    char text[96];
    const int place = atomic_load_explicit(&ch->where->place, memory_order_relaxed);
    const long long batch = atomic_load_explicit(&ch->where->batch, memory_order_relaxed);
    ch->looked = now;
    if (place == ch->last_reported) return;
    ch->last_reported = place;
    const int length = snprintf(text, sizeof text, "{\"running\": [%lld, %d]}", batch, place);
    loopc_channel_post(ch, text, (size_t)length, true);
    ch->last_sent = sent;
}

/* Sets the descriptors to poll; returns the timeout. */
static int prepare(struct loopc_channel *ch, struct pollfd *fds)
{
    pthread_mutex_lock(&ch->lock);
    heartbeat(ch);
    follow(ch);
    const bool reads = !ch->ending && ch->inbox.count < LOOPC_CHANNEL_INBOX_MOST &&
                       ch->outbox_answers < LOOPC_CHANNEL_ROOM;
    const bool writes = ch->outbox.first != NULL;
    const int timeout = patience(ch);
    pthread_mutex_unlock(&ch->lock);
    fds[0] = (struct pollfd){.fd = ch->thread_wake, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = reads ? ch->ends.in : -1, .events = POLLIN};
    fds[2] = (struct pollfd){.fd = writes ? ch->ends.out : -1, .events = POLLOUT};
    fds[3] = (struct pollfd){.fd = ch->ends.in < 0 ? ch->ends.listener : -1, .events = POLLIN};
    return timeout;
}

static bool is_over(struct loopc_channel *ch)
{
    pthread_mutex_lock(&ch->lock);
    const bool over =
        ch->ending && (!ch->outbox.first || ch->ends.out < 0 || loopc_clock() >= ch->deadline);
    const bool tick = !ch->asleep && !ch->ending;
    pthread_mutex_unlock(&ch->lock);
    if (tick) loopc_raise_event(LOOPC_EVENT_CONTROL);
    return over;
}

static void *carry(void *argument)
{
    struct loopc_channel *ch = argument;
    struct pollfd fds[4];
    while (!is_over(ch)) {
        const int timeout = prepare(ch, fds);
        if (poll(fds, 4, timeout) < 0) continue;
        if (fds[0].revents) loopc_eventfd_drain(ch->thread_wake);
        if (fds[2].revents && ch->ends.out >= 0) loopc_channel_write(ch);
        if (fds[1].revents && ch->ends.in >= 0) loopc_channel_read(ch);
        if (fds[3].revents && ch->ends.in < 0) welcome(ch);
    }
    return NULL;
}

static int start_thread(struct loopc_channel *ch)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are delivered to the run */
    const int failed = pthread_create(&ch->thread, &attributes, carry, ch);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    ch->threaded = !failed;
    return failed ? LOOPC_FAILED : LOOPC_OK;
}

/* The run's side. */

static int start(struct loopc_channel *ch, const char *where, char *message, size_t size)
{
    if (!where) return LOOPC_OK;
    if (loopc_ends_open(&ch->ends, where, message, size)) return LOOPC_FAILED;
    ch->thread_wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    ch->run_wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    ch->peer = ch->ends.in >= 0;
    if (ch->peer) loopc_channel_deliver(ch, LOOPC_CHANNEL_CONNECTED, "", 0);
    if (ch->thread_wake >= 0 && ch->run_wake >= 0 && !start_thread(ch)) return LOOPC_OK;
    snprintf(message, size, "no thread to be had: %s", strerror(errno));
    return LOOPC_FAILED;
}

struct loopc_channel *loopc_channel_open(const char *where, const char *log, char *message,
                                         size_t size)
{
    struct loopc_channel *ch = calloc(1, sizeof *ch);
    if (!ch) {
        snprintf(message, size, "out of memory");
        return NULL;
    }
    ch->ends = (struct loopc_ends){.in = -1, .out = -1, .listener = -1};
    ch->thread_wake = ch->run_wake = -1;
    ch->owner = getpid();
    pthread_mutex_init(&ch->lock, NULL);
    if (log && !(ch->log = fopen(log, "we"))) {
        snprintf(message, size, "cannot write %.200s: %s", log, strerror(errno));
    } else if (!start(ch, where, message, size)) {
        return ch;
    }
    loopc_channel_close(ch);
    return NULL;
}

struct loopc_channel_message *loopc_channel_take(struct loopc_channel *ch)
{
    if (!ch->threaded) return NULL;
    pthread_mutex_lock(&ch->lock);
    const bool was_full = ch->inbox.count >= LOOPC_CHANNEL_INBOX_MOST;
    struct loopc_channel_message *item = loopc_queue_take(&ch->inbox);
    pthread_mutex_unlock(&ch->lock);
    if (was_full) loopc_eventfd_notify(ch->thread_wake);
    return item;
}

bool loopc_channel_has_listener(struct loopc_channel *ch)
{
    pthread_mutex_lock(&ch->lock);
    const bool heard = ch->peer || ch->log;
    pthread_mutex_unlock(&ch->lock);
    return heard;
}

void loopc_channel_send(struct loopc_channel *ch, const char *text, size_t length, bool report)
{
    pthread_mutex_lock(&ch->lock);
    const bool waits = ch->outbox.first != NULL;
    loopc_channel_post(ch, text, length, report);
    pthread_mutex_unlock(&ch->lock);
    if (!waits && ch->threaded) loopc_eventfd_notify(ch->thread_wake);
}

void loopc_channel_set_heartbeat(struct loopc_channel *ch, const char *text, size_t length)
{
    pthread_mutex_lock(&ch->lock);
    char *beat = realloc(ch->heartbeat, length + 1);
    if (beat) {
        memcpy(beat, text, length);
        ch->heartbeat = beat;
        ch->heartbeat_length = length;
    }
    pthread_mutex_unlock(&ch->lock);
}

void loopc_channel_follow(struct loopc_channel *ch, struct loopc_current_place *where)
{
    pthread_mutex_lock(&ch->lock);
    ch->where = where;
    ch->last_reported = -1;
    pthread_mutex_unlock(&ch->lock);
}

int64_t loopc_channel_last_heartbeat(struct loopc_channel *ch)
{
    pthread_mutex_lock(&ch->lock);
    const int64_t last_heartbeat = ch->last_heartbeat;
    pthread_mutex_unlock(&ch->lock);
    return last_heartbeat;
}

uint64_t loopc_channel_dropped(struct loopc_channel *ch)
{
    pthread_mutex_lock(&ch->lock);
    const uint64_t dropped = ch->dropped;
    pthread_mutex_unlock(&ch->lock);
    return dropped;
}

static void set_asleep(struct loopc_channel *ch, bool asleep)
{
    pthread_mutex_lock(&ch->lock);
    ch->asleep = asleep;
    if (asleep && ch->log) fflush(ch->log);
    pthread_mutex_unlock(&ch->lock);
    loopc_eventfd_notify(ch->thread_wake);
}

/* Signals are blocked except during the sleep, so that none arrives between the test and the
 * sleep. */
void loopc_channel_sleep(struct loopc_channel *ch, int causes, int64_t most)
{
    enum { SECOND = 1000 * MS };
    const struct timespec time = {.tv_sec = most / SECOND, .tv_nsec = most % SECOND};
    sigset_t handled, before;
    struct pollfd fd = {.fd = ch->run_wake, .events = POLLIN};
    loopc_signals_set(&handled);
    pthread_sigmask(SIG_BLOCK, &handled, &before);
    if (!(loopc_events_pending() & causes)) {
        set_asleep(ch, true);
        ppoll(&fd, 1, most < 0 ? NULL : &time, &before);
        loopc_eventfd_drain(ch->run_wake);
        set_asleep(ch, false);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

bool loopc_channel_is_open_to_others(const struct loopc_channel *ch)
{
    return ch->ends.listener >= 0;
}

bool loopc_channel_is_owned(const struct loopc_channel *ch)
{
    return ch->ends.listener < 0 || ch->ends.owner;
}

static void end_thread(struct loopc_channel *ch)
{
    pthread_mutex_lock(&ch->lock);
    if (ch->peer && !ch->ends.lines)
        loopc_channel_put(ch, (const char[LOOPC_END_MARKER_BYTES]){0}, LOOPC_END_MARKER_BYTES,
                          false);
    ch->deadline = loopc_clock() + (int64_t)END_MS * MS;
    ch->ending = true;
    pthread_mutex_unlock(&ch->lock);
    loopc_eventfd_notify(ch->thread_wake);
    pthread_join(ch->thread, NULL);
}

int loopc_channel_close(struct loopc_channel *ch)
{
    if (!ch || ch->owner != getpid()) return LOOPC_OK;
    if (ch->threaded) end_thread(ch);
    loopc_ends_close(&ch->ends);
    if (ch->thread_wake >= 0) close(ch->thread_wake);
    if (ch->run_wake >= 0) close(ch->run_wake);
    loopc_queue_empty(&ch->inbox);
    loopc_queue_empty(&ch->outbox);
    free(ch->input);
    free(ch->heartbeat);
    const bool lost = ch->log && (fclose(ch->log) != 0 || ch->log_lost);
    pthread_mutex_destroy(&ch->lock);
    free(ch);
    return lost ? LOOPC_FAILED : LOOPC_OK;
}
