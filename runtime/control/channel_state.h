/* The state of a control channel, and its two directions. Part of channel. */
#ifndef LOOPC_CHANNEL_STATE_H
#define LOOPC_CHANNEL_STATE_H

#include "control/channel.h"
#include "control/channel_ends.h"
#include "control/channel_queue.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/types.h>

struct loopc_channel {
    struct loopc_ends ends;
    pid_t owner;
    FILE *log;
    bool log_lost;
    bool threaded;
    pthread_t thread;
    int thread_wake, run_wake; /* eventfds */

    /* Used by the thread alone. */
    char *input; /* bytes read that are not yet a complete message */
    size_t input_length, input_room;
    uint64_t skip; /* bytes of a frame that was refused */
    bool skip_line;
    size_t sent; /* bytes of the first outgoing message */

    pthread_mutex_t lock; /* of the members below */
    struct loopc_queue inbox, outbox;
    size_t outbox_answers; /* bytes of out that cannot be dropped */
    uint64_t dropped;
    bool asleep, ending, peer;
    bool writing; /* the thread is sending the first outgoing message */
    int64_t last_sent, last_heartbeat, deadline; /* ns */
    char *heartbeat;
    size_t heartbeat_length;
    struct loopc_current_place *where; /* followed, or NULL */
    int last_reported;                 /* the place last reported */
    int64_t looked;                    /* ns; when the thread looked where the run is */
};

/* The payload of the end marker; whether a frame is one: length 0 is the other form of it. */
enum { LOOPC_END_MARKER_BYTES = 4 };
static inline bool loopc_is_end_marker(const char *payload, size_t length)
{
    if (length == 0) return true;
    return length == LOOPC_END_MARKER_BYTES && !payload[0] && !payload[1] && !payload[2] &&
           !payload[3];
}

/* Puts a message into the inbox of the run. */
void loopc_channel_deliver(struct loopc_channel *channel, enum loopc_channel_message_kind kind,
                           const char *text, size_t length);

/* The peer has disconnected, `how`: discards its outgoing queue. */
void loopc_channel_disconnect(struct loopc_channel *channel, const char *how);

/* Called by the thread when the peer's descriptor can be read: complete messages go to the
 * inbox. */
void loopc_channel_read(struct loopc_channel *channel);

/* The same when it can be written: sends as much as it can without waiting. */
void loopc_channel_write(struct loopc_channel *channel);

/* Under the lock: a message for the peer and for the log; for the peer alone. */
void loopc_channel_post(struct loopc_channel *channel, const char *text, size_t length,
                        bool report);
void loopc_channel_put(struct loopc_channel *channel, const char *text, size_t length, bool report);

#endif
