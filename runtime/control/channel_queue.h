/* Queues of messages, and the eventfds that wake their readers. Part of channel. */
#ifndef LOOPC_CHANNEL_QUEUE_H
#define LOOPC_CHANNEL_QUEUE_H

#include "control/channel.h"

/* First in, first out. Starts as zeros; not locked. */
struct loopc_queue {
    struct loopc_channel_message *first, *last;
    size_t count, bytes;
};

void loopc_queue_add(struct loopc_queue *queue, struct loopc_channel_message *item);

/* The first one, now the caller's, or NULL. */
struct loopc_channel_message *loopc_queue_take(struct loopc_queue *queue);

/* Frees all of them. */
void loopc_queue_empty(struct loopc_queue *queue);

/* Wakes the thread that polls the eventfd. */
void loopc_eventfd_notify(int fd);

/* Resets the eventfd. */
void loopc_eventfd_drain(int fd);

#endif
