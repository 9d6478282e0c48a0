/* Complaints of trainers. */
#include "complaints.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int complaints_open(struct complaints *complaints)
{
    int ends[2];
    *complaints = (struct complaints){.fd = -1};
    if (pipe2(ends, O_CLOEXEC)) return -1;
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    complaints->fd = ends[0];
    return ends[1];
}

static void end_line(struct complaints *c)
{
    static const char mark[] = "error: ";
    c->line[c->length] = 0;
    c->length = 0;
    const char *found = strstr(c->line, mark);
    if (!found) return;
    (void)snprintf(c->error, sizeof c->error, "%.*s%s", (int)(found - c->line), c->line,
                   found + strlen(mark));
}

/* Of a long line the beginning is kept. */
static void take(struct complaints *c, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n' || text[i] == '\r')
            end_line(c);
        else if (c->length < sizeof c->line - 1)
            c->line[c->length++] = text[i];
    }
}

/* Returns whether there may be more. */
static bool read_some(struct complaints *c)
{
    char text[4096];
    const ssize_t got = read(c->fd, text, sizeof text);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return errno == EINTR;
    if (got <= 0) {
        (void)close(c->fd);
        c->fd = -1;
        return false;
    }
    (void)fwrite(text, 1, (size_t)got, stderr);
    take(c, text, (size_t)got);
    return true;
}

void complaints_read(struct complaints *complaints)
{
    while (complaints->fd >= 0 && read_some(complaints)) {
    }
}

void complaints_close(struct complaints *complaints)
{
    complaints_read(complaints);
    if (complaints->fd >= 0) (void)close(complaints->fd);
    complaints->fd = -1;
}
