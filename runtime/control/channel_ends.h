/* The descriptors of a control channel. Part of channel. */
#ifndef LOOPC_CHANNEL_ENDS_H
#define LOOPC_CHANNEL_ENDS_H

#include <stdbool.h>
#include <stddef.h>

struct loopc_ends {
    bool lines;   /* the framing: lines, else conn */
    bool socket;  /* in and out are a socket */
    int in, out;  /* -1 while there is no peer */
    int listener; /* where peers come, or -1 */
    char *path;   /* of the listener */
    bool owner;   /* the run ends when a client of the path disconnects */
};

/* Opens the channel that `where` names. Returns LOOPC_OK, or LOOPC_FAILED with message set. */
int loopc_ends_open(struct loopc_ends *ends, const char *where, char *message, size_t size);

void loopc_ends_hang_up(struct loopc_ends *ends);
void loopc_ends_close(struct loopc_ends *ends);

#endif
