/* The control channel: whole messages in both directions, and a thread that carries them.
 *
 *     conn:FD            a descriptor, framing `conn`
 *     lines:stdio        standard input and output, framing `lines`; output of bodies goes
 *                        to standard error instead
 *     lines:unix:PATH    a Unix socket at PATH to which peers connect, one at a time. The run
 *                        outlives a peer that disconnects; with ,owner after the path it ends
 *
 * and conn:stdio, conn:unix:PATH, lines:FD, which follow from these.
 *
 * Framing conn: four bytes, big-endian, the length of the payload; the format of Connection of
 * Python's multiprocessing speaks. The end marker is a frame of four zero bytes, there
 * send_bytes(bytes(4)); a frame of length 0 is understood as one, too. Framing lines: a message a
 * line; empty lines are skipped.
 *
 * The thread alone touches the descriptors. The run takes received messages and queues those to
 * send, and never waits for a peer: of the messages that a slow one has not taken, reports are
 * dropped, the oldest first, and counted, once they are more than LOOPC_CHANNEL_ROOM bytes; while
 * as much waits in answers, nothing more is read. Each message also goes to the log, dropped or
 * not.
 */
#ifndef LOOPC_CHANNEL_H
#define LOOPC_CHANNEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LOOPC_CHANNEL_ROOM = 1 << 20,    /* bytes that wait for the peer */
    LOOPC_MESSAGE_MOST = 1 << 20,    /* bytes of one message of the peer; longer ones are refused */
    LOOPC_CHANNEL_INBOX_MOST = 1000, /* messages that wait for the run */
    LOOPC_TICK_MS = 50,              /* the run is called so often, to report */
    LOOPC_HEARTBEAT_MS = 1000,       /* after so long without a report there is one */
    LOOPC_FOLLOW_MS = 100
};

enum loopc_channel_message_kind {
    LOOPC_CHANNEL_TEXT,
    LOOPC_CHANNEL_REFUSED,   /* a frame that is not a message; the text says why */
    LOOPC_CHANNEL_CONNECTED, /* a peer is there; always the first one of it */
    LOOPC_CHANNEL_ENDED,     /* the peer is gone; the text says how */
    LOOPC_CHANNEL_END_MARKER /* the peer has sent the end marker, which the text says */
};

struct loopc_channel_message {
    struct loopc_channel_message *next;
    enum loopc_channel_message_kind kind;
    bool report;   /* may be dropped */
    size_t length; /* of text, without the 0 behind it */
    char text[];
};

/* Opens it and starts the thread. With `where` NULL there is no peer and no thread, only the log;
 * with `log` NULL no log. Returns NULL with message set when it cannot. */
struct loopc_channel *loopc_channel_open(const char *where, const char *log, char *message,
                                         size_t size);

/* The next message, to be freed, or NULL. */
struct loopc_channel_message *loopc_channel_take(struct loopc_channel *channel);

/* Whether a message has a receiver: a peer, or the log. */
bool loopc_channel_has_listener(struct loopc_channel *channel);

/* Sends a message: JSON, one line, no newline at its end. */
void loopc_channel_send(struct loopc_channel *channel, const char *text, size_t length,
                        bool report);

/* Sets the heartbeat: the message that the thread sends when nothing has been sent for a second. */
void loopc_channel_set_heartbeat(struct loopc_channel *channel, const char *text, size_t length);

/* The current place of a run, for the thread to read. */
struct loopc_current_place {
    atomic_int place; /* the innermost open trace point; -1: none, or no profile */
    atomic_llong batch;
};

/* Has the thread report {"running": [batch, place]} when the place has changed, at most every
 * LOOPC_FOLLOW_MS. `where` must live as long as the channel. */
void loopc_channel_follow(struct loopc_channel *channel, struct loopc_current_place *where);

/* When the heartbeat was sent last; loopc_clock, 0 for never. */
int64_t loopc_channel_last_heartbeat(struct loopc_channel *channel);

/* How many reports were dropped so far. */
uint64_t loopc_channel_dropped(struct loopc_channel *channel);

/* Sleeps until one of these events is pending, for `most` ns unless that is negative; a message
 * raises LOOPC_EVENT_CONTROL. May return early. */
void loopc_channel_sleep(struct loopc_channel *channel, int causes, int64_t most);

/* Whether after this peer another may come: at the path of a socket. */
bool loopc_channel_is_open_to_others(const struct loopc_channel *channel);

/* Whether the run ends with its peer: everywhere but at a path without ,owner. */
bool loopc_channel_is_owned(const struct loopc_channel *channel);

/* Sends the rest of the queue and the end marker, for at most a second; closes and frees. Returns
 * LOOPC_OK, or LOOPC_FAILED when the log is not complete. NULL is allowed. */
int loopc_channel_close(struct loopc_channel *channel);

#endif
