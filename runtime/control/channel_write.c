/* The control channel, outgoing: two queues, and what is dropped of them. */
#include "control/channel_state.h"

#include "base/timing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CHUNK = 4096, /* what a pipe that poll calls writable takes without waiting: PIPE_BUF */
    ROOM_LEFT = LOOPC_CHANNEL_ROOM / 4 * 3
};

void loopc_queue_add(struct loopc_queue *queue, struct loopc_mail *mail)
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

struct loopc_mail *loopc_queue_take(struct loopc_queue *queue)
{
    struct loopc_mail *mail = queue->first;
    if (!mail) return NULL;
    queue->first = mail->next;
    if (!queue->first) queue->last = NULL;
    queue->count--;
    queue->bytes -= mail->length;
    return mail;
}

void loopc_queue_empty(struct loopc_queue *queue)
{
    for (struct loopc_mail *mail; (mail = loopc_queue_take(queue));)
        free(mail);
}

void loopc_wake(int fd)
{
    const uint64_t one = 1;
    const ssize_t ignored = write(fd, &one, sizeof one);
    (void)ignored; /* full: it is awake */
}

void loopc_calm(int fd)
{
    uint64_t count;
    const ssize_t ignored = read(fd, &count, sizeof count);
    (void)ignored;
}

/* Under the lock. Reports that wait make room, the oldest first; not the one that is half sent. A
 * quarter at a time, so that a message costs the same whether the peer reads or not. */
static void drop_reports(struct loopc_channel *ch)
{
    struct loopc_queue kept = {0};
    bool first = true;
    for (struct loopc_mail *mail; (mail = loopc_queue_take(&ch->out)); first = false) {
        const size_t all = kept.bytes + mail->length + ch->out.bytes;
        if (mail->report && !(first && ch->writing) && all > ROOM_LEFT && ch->out.first) {
            ch->dropped++;
            free(mail);
        } else {
            loopc_queue_add(&kept, mail);
        }
    }
    ch->out = kept;
}

/* Under the lock. The frame is put around it here, so that sending is plain bytes. */
void loopc_channel_put(struct loopc_channel *ch, const char *text, size_t length, bool report)
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
    loopc_queue_add(&ch->out, mail);
    if (ch->out.bytes > LOOPC_CHANNEL_ROOM) drop_reports(ch);
}

/* Under the lock. */
void loopc_channel_post(struct loopc_channel *ch, const char *text, size_t length, bool report)
{
    ch->last_sent = loopc_clock();
    if (ch->peer) loopc_channel_put(ch, text, length, report);
    if (!ch->log || ch->log_lost) return;
    fwrite(text, 1, length, ch->log);
    fputc('\n', ch->log);
    if (ferror(ch->log)) ch->log_lost = true;
}

void loopc_channel_write(struct loopc_channel *ch)
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
        loopc_channel_lose(ch, "the peer is gone");
        return;
    }
    pthread_mutex_lock(&ch->lock);
    ch->sent += (size_t)wrote;
    if (ch->sent == mail->length) {
        ch->sent = 0;
        ch->writing = false;
        struct loopc_mail *done = loopc_queue_take(&ch->out);
        if (!done->report) ch->out_answers -= done->length;
        free(done);
    }
    pthread_mutex_unlock(&ch->lock);
}
