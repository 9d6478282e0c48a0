/* The standard error of a trainer: passed on, and its newest error kept for whoever only sees the
 * page. */
#ifndef LOOPC_OBSERVE_COMPLAINTS_H
#define LOOPC_OBSERVE_COMPLAINTS_H

#include <stdbool.h>
#include <stddef.h>

struct complaints {
    int fd; /* the end of a pipe that is read, without blocking; -1 without one */
    char line[512];
    size_t length;   /* of the line so far */
    char error[200]; /* the newest line with "error: ", without these; or "" */
};

/* Makes the pipe. Returns the end for the child, or -1 with fd -1. */
int complaints_open(struct complaints *complaints);

/* Passes on what has come to standard error. At its end the pipe is closed. */
void complaints_read(struct complaints *complaints);

/* Reads the rest that is there, and closes. */
void complaints_close(struct complaints *complaints);

#endif
