/* What a control channel keeps, and its two ways. Part of channel. */
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

    /* The thread's own. */
    char *input; /* what was read and is no whole message yet */
    size_t input_length, input_room;
    uint64_t skip; /* bytes of a frame that was refused */
    bool skip_line;
    size_t sent; /* bytes of the first outgoing message */

    pthread_mutex_t lock; /* over what follows */
    struct loopc_queue inbox, outbox;
    size_t outbox_answers; /* bytes of out that cannot be dropped */
    uint64_t dropped;
    bool asleep, ending, peer;
    bool writing; /* the first outgoing message is in the hands of the thread */
    int64_t last_sent, last_heartbeat, deadline; /* ns */
    char *heartbeat;
    size_t heartbeat_length;
    struct loopc_current_place *where; /* followed, or NULL */
    int last_reported;                 /* the place last reported */
    int64_t looked;                    /* ns; when the thread looked where the run is */
};

/* Leaves mail for the run. */
void loopc_channel_deliver(struct loopc_channel *channel, enum loopc_channel_message_kind kind,
                           const char *text, size_t length);

/* The peer is gone, `how`: what waits for it is for nobody. */
void loopc_channel_disconnect(struct loopc_channel *channel, const char *how);

/* Called by the thread when the peer's descriptor can be read: whole messages become mail. */
void loopc_channel_read(struct loopc_channel *channel);

/* The same when it can be written: sends what goes without waiting. */
void loopc_channel_write(struct loopc_channel *channel);

/* Under the lock: a message for the peer and for the log; for the peer alone, where length 0 is the
 * end marker. */
void loopc_channel_post(struct loopc_channel *channel, const char *text, size_t length,
                        bool report);
void loopc_channel_put(struct loopc_channel *channel, const char *text, size_t length, bool report);

#endif
