/* Queues of messages, and the eventfds that wake their readers. */
#include "control/channel_queue.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

void loopc_queue_add(struct loopc_queue *queue, struct loopc_channel_message *item)
{
    item->next = NULL;
    if (queue->last) {
        queue->last->next = item;
    } else {
        queue->first = item;
    }
    queue->last = item;
    queue->count++;
    queue->bytes += item->length;
}

struct loopc_channel_message *loopc_queue_take(struct loopc_queue *queue)
{
    struct loopc_channel_message *item = queue->first;
    if (!item) return NULL;
    queue->first = item->next;
    if (!queue->first) queue->last = NULL;
    queue->count--;
    queue->bytes -= item->length;
    return item;
}

void loopc_queue_empty(struct loopc_queue *queue)
{
    for (struct loopc_channel_message *item; (item = loopc_queue_take(queue));)
        free(item);
}

void loopc_eventfd_notify(int fd)
{
    const uint64_t one = 1;
    const ssize_t ignored = write(fd, &one, sizeof one);
    (void)ignored; /* full: it is awake */
}

void loopc_eventfd_drain(int fd)
{
    uint64_t count;
    const ssize_t ignored = read(fd, &count, sizeof count);
    (void)ignored;
}
