/* Links of `loopc observe` to its trainers: a child with a channel of its own, a socket, or a
 * log. */
#ifndef LOOPC_OBSERVE_LINK_H
#define LOOPC_OBSERVE_LINK_H

#include "complaints.h"
#include "hub.h"

#include <sys/types.h>

struct link {
    int fd; /* -1 when it is over */
    bool lines;
    pid_t child;                  /* 0 without one */
    bool marked;                  /* the end marker has come */
    int code;                     /* exit code of the child, 128 + n when signal n has killed it */
    int killed_by;                /* that signal, or 0 */
    FILE *output[2];              /* its standard output and error, where they are kept; or NULL */
    struct complaints complaints; /* its standard error, where that is not kept */
    char *input;
    size_t length, room;
};

/* One that is not in use. */
extern const struct link link_none;

/* Starts a program, a NULL-terminated list, with its channel on a descriptor. With `keep` what it
 * prints goes to files without a name, to be shown later. Returns 0, or -1 with errno where there
 * is no such program. */
int link_start(struct link *link, char **argv, bool keep);

/* Copies the kept output to the standard streams. */
void link_print_output(struct link *link);

/* Joins the trainer that listens at the path of a Unix socket. Returns 0, or -1 with errno. */
int link_join(struct link *link, const char *path);

/* Reads messages and passes them to the hub. Returns false when the trainer has ended. */
bool link_read(struct link *link, struct hub *hub, int trainer);

/* Sends a message, whole or not at all; a trainer that takes none for a second gets none. */
void link_send(struct link *link, const char *text, size_t length);

/* Whether the child has ended, which is then known: code, killed_by, child 0. Does not wait. */
bool link_has_ended(struct link *link);

/* Ends the link; a child that does not end with its channel within two seconds is terminated, and
 * after two more killed. */
void link_close(struct link *link);

/* Reads a log as a whole. Returns how many messages are in it, or -1 with errno. */
int64_t link_replay(const char *path, struct hub *hub, int trainer);

#endif
