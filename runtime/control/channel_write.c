/* The control channel, outgoing: frames, and reports that a slow peer does not receive. */
#include "control/channel_state.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CHUNK = 4096, /* bytes that a writable pipe takes without waiting: PIPE_BUF */
    ROOM_LEFT = LOOPC_CHANNEL_ROOM / 4 * 3
};

/* Under the lock. Reports that wait make room, the oldest first; not the one that is half sent. A
 * quarter at a time, so that a message costs the same whether the peer reads or not. */
static void drop_reports(struct loopc_channel *ch)
{
    struct loopc_queue kept = {0};
    bool first = true;
    for (struct loopc_channel_message *item; (item = loopc_queue_take(&ch->outbox));
         first = false) {
        const size_t all = kept.bytes + item->length + ch->outbox.bytes;
        if (item->report && !(first && ch->writing) && all > ROOM_LEFT && ch->outbox.first) {
            ch->dropped++;
            free(item);
        } else {
            loopc_queue_add(&kept, item);
        }
    }
    ch->outbox = kept;
}

/* Under the lock. The frame is put around it here, so that sending is plain bytes. */
void loopc_channel_put(struct loopc_channel *ch, const char *text, size_t length, bool report)
{
    struct loopc_channel_message *item = malloc(sizeof *item + length + 5);
    if (!item) return;
    const size_t head = ch->ends.lines ? 0 : 4;
    for (size_t i = 0; i < head; i++)
        item->text[i] = (char)(length >> (24 - 8 * i));
    memcpy(item->text + head, text, length);
    if (ch->ends.lines) item->text[length] = '\n';
    *item = (struct loopc_channel_message){.report = report,
                                           .length = length + (ch->ends.lines ? 1 : 4)};
    if (!report) ch->outbox_answers += item->length;
    loopc_queue_add(&ch->outbox, item);
    if (ch->outbox.bytes > LOOPC_CHANNEL_ROOM) drop_reports(ch);
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
    const struct loopc_channel_message *item = ch->outbox.first;
    ch->writing = item != NULL;
    pthread_mutex_unlock(&ch->lock);
    if (!item) return;
    const char *text = item->text + ch->sent;
    const size_t left = item->length - ch->sent;
    const ssize_t wrote = ch->ends.socket
                              ? send(ch->ends.out, text, left, MSG_DONTWAIT | MSG_NOSIGNAL)
                              : write(ch->ends.out, text, left < CHUNK ? left : CHUNK);
    if (wrote < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (wrote < 0) {
        loopc_channel_disconnect(ch, "the peer is gone");
        return;
    }
    pthread_mutex_lock(&ch->lock);
    ch->sent += (size_t)wrote;
    if (ch->sent == item->length) {
        ch->sent = 0;
        ch->writing = false;
        struct loopc_channel_message *done = loopc_queue_take(&ch->outbox);
        if (!done->report) ch->outbox_answers -= done->length;
        free(done);
    }
    pthread_mutex_unlock(&ch->lock);
}
