/* The control channel: two queues under one lock, and the thread between them and the peer. */
#include "channel.h"

#include "channel_ends.h"
#include "interrupt.h"
#include "signals.h"
#include "status.h"
#include "timing.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MS = 1000000,
    STACK_BYTES = 256 * 1024,
    CHUNK = 4096, /* what a pipe that poll calls writable takes without waiting: PIPE_BUF */
    END_MS = 1000,
    GRACE_MS = 100 /* the run's own heartbeat goes first */
};

struct queue {
    struct loopc_mail *first, *last;
    size_t count, bytes;
};

struct loopc_channel {
    struct loopc_ends ends;
    pid_t owner;
    FILE *log;
    bool log_lost;
    bool threaded;
    pthread_t thread;
    int thread_wake, run_wake; /* eventfds */

    /* The thread's own. */
    char *input; /* what was read and is no whole message yet */
    size_t input_length, input_room;
    uint64_t skip; /* bytes of a frame that was refused */
    bool skip_line;
    size_t sent; /* bytes of the first outgoing message */

    pthread_mutex_t lock; /* over what follows */
    struct queue mail, out;
    size_t out_answers; /* bytes of out that cannot be dropped */
    uint64_t dropped;
    bool stay, asleep, ending, peer;
    bool writing; /* the first outgoing message is in the hands of the thread */
    int64_t last_sent, beaten, deadline; /* ns */
    char *beat;
    size_t beat_length;
};

static void add(struct queue *queue, struct loopc_mail *mail)
{
    mail->next = NULL;
    if (queue->last) {
        queue->last->next = mail;
    } else {
        queue->first = mail;
    }
    queue->last = mail;
    queue->count++;
    queue->bytes += mail->length;
}

static struct loopc_mail *take_first(struct queue *queue)
{
    struct loopc_mail *mail = queue->first;
    if (!mail) return NULL;
    queue->first = mail->next;
    if (!queue->first) queue->last = NULL;
    queue->count--;
    queue->bytes -= mail->length;
    return mail;
}

static void empty(struct queue *queue)
{
    for (struct loopc_mail *mail; (mail = take_first(queue));)
        free(mail);
}

static struct loopc_mail *new_mail(enum loopc_mail_kind kind, const char *text, size_t length)
{
    struct loopc_mail *mail = malloc(sizeof *mail + length + 1);
    if (!mail) return NULL;
    *mail = (struct loopc_mail){.kind = kind, .length = length};
    memcpy(mail->text, text, length);
    mail->text[length] = 0;
    return mail;
}

static void wake(int fd)
{
    const uint64_t one = 1;
    const ssize_t ignored = write(fd, &one, sizeof one);
    (void)ignored; /* full: it is awake */
}

static void calm(int fd)
{
    uint64_t count;
    const ssize_t ignored = read(fd, &count, sizeof count);
    (void)ignored;
}

/* Incoming: from bytes to mail. */

static void deliver(struct loopc_channel *ch, enum loopc_mail_kind kind, const char *text,
                    size_t length)
{
    struct loopc_mail *mail = new_mail(kind, text, length);
    if (!mail) return;
    pthread_mutex_lock(&ch->lock);
    add(&ch->mail, mail);
    pthread_mutex_unlock(&ch->lock);
    loopc_call_attention(LOOPC_CAUSE_CONTROL);
    wake(ch->run_wake);
}

static void refuse(struct loopc_channel *ch, const char *why)
{
    deliver(ch, LOOPC_MAIL_REFUSED, why, strlen(why));
}

/* The peer is gone: what waits for it is for nobody. */
static void lose_peer(struct loopc_channel *ch, const char *how)
{
    loopc_ends_hang_up(&ch->ends);
    ch->input_length = 0;
    ch->skip = 0;
    ch->skip_line = false;
    ch->sent = 0;
    pthread_mutex_lock(&ch->lock);
    const bool stay = ch->stay && ch->ends.listener >= 0;
    ch->stay = ch->peer = ch->writing = false;
    empty(&ch->out);
    ch->out_answers = 0;
    pthread_mutex_unlock(&ch->lock);
    if (!stay) deliver(ch, LOOPC_MAIL_END, how, strlen(how));
}

/* Takes frames off the input; returns how many bytes they were. */
static size_t take_frames(struct loopc_channel *ch)
{
    size_t at = 0;
    while (ch->input_length - at >= 4) {
        const unsigned char *head = (const unsigned char *)ch->input + at;
        const uint32_t length =
            (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];
        if (length > LOOPC_MESSAGE_MOST) {
            refuse(ch, "no message: a frame that is too long");
            ch->skip = length;
            return at + 4;
        }
        if (ch->input_length - at - 4 < length) break;
        if (length == 0) {
            deliver(ch, LOOPC_MAIL_END, "end marker", strlen("end marker"));
        } else {
            deliver(ch, LOOPC_MAIL_MESSAGE, (const char *)head + 4, length);
        }
        at += 4 + length;
    }
    return at;
}

static size_t take_lines(struct loopc_channel *ch)
{
    size_t at = 0;
    const char *end;
    while ((end = memchr(ch->input + at, '\n', ch->input_length - at))) {
        const char *line = ch->input + at;
        size_t length = (size_t)(end - line);
        at += length + 1;
        if (length && line[length - 1] == '\r') length--;
        if (ch->skip_line) {
            ch->skip_line = false;
        } else if (length) {
            deliver(ch, LOOPC_MAIL_MESSAGE, line, length);
        }
    }
    if (ch->input_length - at > LOOPC_MESSAGE_MOST) {
        if (!ch->skip_line) refuse(ch, "no message: a line that is too long");
        ch->skip_line = true;
        at = ch->input_length;
    }
    return at;
}

static void take_input(struct loopc_channel *ch)
{
    size_t used = ch->skip < ch->input_length ? (size_t)ch->skip : ch->input_length;
    do {
        if (ch->skip) ch->skip -= used;
        ch->input_length -= used;
        memmove(ch->input, ch->input + used, ch->input_length);
        used = ch->ends.lines ? take_lines(ch) : take_frames(ch);
        ch->input_length -= used;
        memmove(ch->input, ch->input + used, ch->input_length);
        used = ch->skip < ch->input_length ? (size_t)ch->skip : ch->input_length;
    } while (ch->skip && used);
}

static void read_some(struct loopc_channel *ch)
{
    enum { MORE = 64 * 1024 };
    if (ch->input_room - ch->input_length < MORE) {
        char *grown = realloc(ch->input, ch->input_room + MORE);
        if (!grown) {
            lose_peer(ch, "no memory for what came");
            return;
        }
        ch->input = grown;
        ch->input_room += MORE;
    }
    const ssize_t got = read(ch->ends.in, ch->input + ch->input_length, MORE);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got < 0) {
        lose_peer(ch, "the peer is gone");
        return;
    }
    if (got == 0) {
        const char newline = '\n';
        const bool rest = ch->ends.lines && ch->input_length;
        if (rest) {
            ch->input[ch->input_length++] = newline;
            take_input(ch);
        }
        lose_peer(ch, "end of file");
        return;
    }
    ch->input_length += (size_t)got;
    take_input(ch);
}

/* Outgoing. */

/* Under the lock. Reports that wait make room, the oldest first; not the one that is half sent. */
static void drop_reports(struct loopc_channel *ch)
{
    struct queue kept = {0};
    bool first = true;
    for (struct loopc_mail *mail; (mail = take_first(&ch->out)); first = false) {
        const size_t all = kept.bytes + mail->length + ch->out.bytes;
        if (mail->report && !(first && ch->writing) && all > LOOPC_CHANNEL_ROOM && ch->out.first) {
            ch->dropped++;
            free(mail);
        } else {
            add(&kept, mail);
        }
    }
    ch->out = kept;
}

/* Under the lock. The frame is put around it here, so that sending is plain bytes. */
static void post(struct loopc_channel *ch, const char *text, size_t length, bool report)
{
    struct loopc_mail *mail = malloc(sizeof *mail + length + 5);
    if (!mail) return;
    const size_t head = ch->ends.lines ? 0 : 4;
    for (size_t i = 0; i < head; i++)
        mail->text[i] = (char)(length >> (24 - 8 * i));
    memcpy(mail->text + head, text, length);
    if (ch->ends.lines) mail->text[length] = '\n';
    *mail = (struct loopc_mail){.report = report, .length = length + (ch->ends.lines ? 1 : 4)};
    if (!report) ch->out_answers += mail->length;
    add(&ch->out, mail);
    if (ch->out.bytes > LOOPC_CHANNEL_ROOM) drop_reports(ch);
}

/* Under the lock. */
static void post_and_log(struct loopc_channel *ch, const char *text, size_t length, bool report)
{
    ch->last_sent = loopc_clock();
    if (ch->peer) post(ch, text, length, report);
    if (!ch->log || ch->log_lost) return;
    fwrite(text, 1, length, ch->log);
    fputc('\n', ch->log);
    if (ferror(ch->log)) ch->log_lost = true;
}

static void write_some(struct loopc_channel *ch)
{
    pthread_mutex_lock(&ch->lock);
    const struct loopc_mail *mail = ch->out.first;
    ch->writing = mail != NULL;
    pthread_mutex_unlock(&ch->lock);
    if (!mail) return;
    const char *text = mail->text + ch->sent;
    const size_t left = mail->length - ch->sent;
    const ssize_t wrote = ch->ends.socket
                              ? send(ch->ends.out, text, left, MSG_DONTWAIT | MSG_NOSIGNAL)
                              : write(ch->ends.out, text, left < CHUNK ? left : CHUNK);
    if (wrote < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (wrote < 0) {
        lose_peer(ch, "the peer is gone");
        return;
    }
    pthread_mutex_lock(&ch->lock);
    ch->sent += (size_t)wrote;
    if (ch->sent == mail->length) {
        ch->sent = 0;
        ch->writing = false;
        struct loopc_mail *done = take_first(&ch->out);
        if (!done->report) ch->out_answers -= done->length;
        free(done);
    }
    pthread_mutex_unlock(&ch->lock);
}

/* The thread. */

static void welcome(struct loopc_channel *ch)
{
    const int fd = accept4(ch->ends.listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) return;
    ch->ends.in = ch->ends.out = fd;
    pthread_mutex_lock(&ch->lock);
    ch->peer = true;
    pthread_mutex_unlock(&ch->lock);
    deliver(ch, LOOPC_MAIL_PEER, "", 0);
}

/* Under the lock: ms until the next thing to do without being asked, -1 for never. */
static int patience(const struct loopc_channel *ch)
{
    if (ch->ending) {
        const int64_t left = (ch->deadline - loopc_clock()) / MS;
        return left > 0 ? (int)left : 0;
    }
    if (!ch->asleep) return LOOPC_TICK_MS;
    if (!ch->beat || !(ch->peer || ch->log)) return -1;
    const int64_t left = (ch->last_sent - loopc_clock()) / MS + LOOPC_HEARTBEAT_MS;
    return left > 0 ? (int)left + 1 : 0;
}

/* Under the lock: a run that sleeps, or is long in one iteration, has its last report repeated. */
static void heartbeat(struct loopc_channel *ch)
{
    const int64_t wait = LOOPC_HEARTBEAT_MS + (ch->asleep ? 0 : GRACE_MS);
    if (!ch->beat || ch->ending || loopc_clock() - ch->last_sent < wait * MS) return;
    if (ch->log && ch->asleep) fflush(ch->log);
    post_and_log(ch, ch->beat, ch->beat_length, true);
    ch->beaten = ch->last_sent;
}

/* What is waited for now; returns how long. */
static int prepare(struct loopc_channel *ch, struct pollfd *fds)
{
    pthread_mutex_lock(&ch->lock);
    heartbeat(ch);
    const bool reads =
        !ch->ending && ch->mail.count < LOOPC_MAIL_MOST && ch->out_answers < LOOPC_CHANNEL_ROOM;
    const bool writes = ch->out.first != NULL;
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
        ch->ending && (!ch->out.first || ch->ends.out < 0 || loopc_clock() >= ch->deadline);
    const bool tick = !ch->asleep && !ch->ending;
    pthread_mutex_unlock(&ch->lock);
    if (tick) loopc_call_attention(LOOPC_CAUSE_CONTROL);
    return over;
}

static void *carry(void *argument)
{
    struct loopc_channel *ch = argument;
    struct pollfd fds[4];
    while (!is_over(ch)) {
        const int timeout = prepare(ch, fds);
        if (poll(fds, 4, timeout) < 0) continue;
        if (fds[0].revents) calm(ch->thread_wake);
        if (fds[2].revents && ch->ends.out >= 0) write_some(ch);
        if (fds[1].revents && ch->ends.in >= 0) read_some(ch);
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
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the run's */
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
    if (ch->peer) deliver(ch, LOOPC_MAIL_PEER, "", 0);
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

struct loopc_mail *loopc_channel_take(struct loopc_channel *ch)
{
    if (!ch->threaded) return NULL;
    pthread_mutex_lock(&ch->lock);
    const bool was_full = ch->mail.count >= LOOPC_MAIL_MOST;
    struct loopc_mail *mail = take_first(&ch->mail);
    pthread_mutex_unlock(&ch->lock);
    if (was_full) wake(ch->thread_wake);
    return mail;
}

bool loopc_channel_heard(struct loopc_channel *ch)
{
    pthread_mutex_lock(&ch->lock);
    const bool heard = ch->peer || ch->log;
    pthread_mutex_unlock(&ch->lock);
    return heard;
}

void loopc_channel_send(struct loopc_channel *ch, const char *text, size_t length, bool report)
{
    pthread_mutex_lock(&ch->lock);
    const bool waits = ch->out.first != NULL;
    post_and_log(ch, text, length, report);
    pthread_mutex_unlock(&ch->lock);
    if (!waits && ch->threaded) wake(ch->thread_wake);
}

void loopc_channel_repeat(struct loopc_channel *ch, const char *text, size_t length)
{
    pthread_mutex_lock(&ch->lock);
    char *beat = realloc(ch->beat, length + 1);
    if (beat) {
        memcpy(beat, text, length);
        ch->beat = beat;
        ch->beat_length = length;
    }
    pthread_mutex_unlock(&ch->lock);
}

int64_t loopc_channel_beaten(struct loopc_channel *ch)
{
    pthread_mutex_lock(&ch->lock);
    const int64_t beaten = ch->beaten;
    pthread_mutex_unlock(&ch->lock);
    return beaten;
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
    wake(ch->thread_wake);
}

/* Signals are let in only while it sleeps, so that none comes between the look and the sleep. */
void loopc_channel_sleep(struct loopc_channel *ch, int causes)
{
    sigset_t handled, before;
    struct pollfd fd = {.fd = ch->run_wake, .events = POLLIN};
    loopc_signals_set(&handled);
    pthread_sigmask(SIG_BLOCK, &handled, &before);
    if (!(loopc_attention_raised() & causes)) {
        set_asleep(ch, true);
        ppoll(&fd, 1, NULL, &before);
        calm(ch->run_wake);
        set_asleep(ch, false);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void loopc_channel_stay(struct loopc_channel *ch)
{
    pthread_mutex_lock(&ch->lock);
    ch->stay = true;
    pthread_mutex_unlock(&ch->lock);
}

static void end_thread(struct loopc_channel *ch)
{
    pthread_mutex_lock(&ch->lock);
    if (ch->peer && !ch->ends.lines) post(ch, "", 0, false); /* the end marker */
    ch->deadline = loopc_clock() + (int64_t)END_MS * MS;
    ch->ending = true;
    pthread_mutex_unlock(&ch->lock);
    wake(ch->thread_wake);
    pthread_join(ch->thread, NULL);
}

int loopc_channel_close(struct loopc_channel *ch)
{
    if (!ch || ch->owner != getpid()) return LOOPC_OK;
    if (ch->threaded) end_thread(ch);
    loopc_ends_close(&ch->ends);
    if (ch->thread_wake >= 0) close(ch->thread_wake);
    if (ch->run_wake >= 0) close(ch->run_wake);
    empty(&ch->mail);
    empty(&ch->out);
    free(ch->input);
    free(ch->beat);
    const bool lost = ch->log && (fclose(ch->log) != 0 || ch->log_lost);
    pthread_mutex_destroy(&ch->lock);
    free(ch);
    return lost ? LOOPC_FAILED : LOOPC_OK;
}
