/* The inbox of a control channel: messages for the run. */
#include "control/channel_state.h"

#include "run/events.h"

#include <stdlib.h>
#include <string.h>

static struct loopc_channel_message *new_message(enum loopc_channel_message_kind kind,
                                                 const char *text, size_t length)
{
    struct loopc_channel_message *item = malloc(sizeof *item + length + 1);
    if (!item) return NULL;
    *item = (struct loopc_channel_message){.kind = kind, .length = length};
    memcpy(item->text, text, length);
    item->text[length] = 0;
    return item;
}

void loopc_channel_deliver(struct loopc_channel *ch, enum loopc_channel_message_kind kind,
                           const char *text, size_t length)
{
    struct loopc_channel_message *item = new_message(kind, text, length);
    if (!item) return;
    pthread_mutex_lock(&ch->lock);
    loopc_queue_add(&ch->inbox, item);
    pthread_mutex_unlock(&ch->lock);
    loopc_raise_event(LOOPC_EVENT_CONTROL);
    loopc_eventfd_notify(ch->run_wake);
}

/* The peer has disconnected: discard its outgoing queue. */
void loopc_channel_disconnect(struct loopc_channel *ch, const char *how)
{
    loopc_ends_hang_up(&ch->ends);
    ch->input_length = 0;
    ch->skip = 0;
    ch->skip_line = false;
    ch->sent = 0;
    pthread_mutex_lock(&ch->lock);
    ch->peer = ch->writing = false;
    loopc_queue_empty(&ch->outbox);
    ch->outbox_answers = 0;
    pthread_mutex_unlock(&ch->lock);
    loopc_channel_deliver(ch, LOOPC_CHANNEL_ENDED, how, strlen(how));
}
