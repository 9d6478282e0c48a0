/* Lines of standard input, read by a wait that signals end. */
#include "run/read_line.h"

#include "run/events.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MOST = 1 << 16, TICK_MS = 100 };

/* A process has one standard input. */
static struct {
    char bytes[LINE_MOST];
    size_t at, length; /* bytes[at .. length-1] are read and not yet returned */
    bool dropping;     /* up to the next line break: the rest of a line that was too long */
} input;

/* Reads the available bytes, and waits for them. Progress is shown in the meantime. */
static enum loopc_line fill(struct loopc_run *run)
{
    memmove(input.bytes, input.bytes + input.at, input.length -= input.at);
    input.at = 0;
    for (;;) {
        struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};
        if (loopc_events_pending() & LOOPC_EVENT_SIGNAL) return LOOPC_LINE_INTERRUPTED;
        if (poll(&ready, 1, TICK_MS) <= 0) {
            loopc_poll_masked(run);
            continue;
        }
        const ssize_t got =
            read(STDIN_FILENO, input.bytes + input.length, LINE_MOST - input.length);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got > 0) input.length += (size_t)got;
        return got > 0 ? LOOPC_LINE : got == 0 ? LOOPC_LINE_END : LOOPC_LINE_FAILED;
    }
}

static enum loopc_line refuse_long(void)
{
    errno = EMSGSIZE;
    return LOOPC_LINE_FAILED;
}

/* Takes `length` bytes of a line, and `more` of its line break. */
static enum loopc_line take(char *text, size_t size, size_t length, size_t more)
{
    const char *line = input.bytes + input.at;
    input.at += length + more;
    if (length && line[length - 1] == '\r') length--;
    if (length >= size) return refuse_long();
    memcpy(text, line, length);
    text[length] = 0;
    return LOOPC_LINE;
}

/* Whether a line break was found, which ends a line that was too long, too. */
static bool drop_rest(const char *end)
{
    if (!input.dropping) return false;
    input.at = end ? (size_t)(end - input.bytes) + 1 : input.length;
    input.dropping = !end;
    return true;
}

enum loopc_line loopc_read_line(struct loopc_run *run, char *text, size_t size)
{
    text[0] = 0;
    for (;;) {
        const size_t left = input.length - input.at;
        const char *start = input.bytes + input.at, *end = left ? memchr(start, '\n', left) : NULL;
        if (left && drop_rest(end)) continue;
        if (end) return take(text, size, (size_t)(end - start), 1);
        if (left == LINE_MOST) {
            input.dropping = true;
            return refuse_long();
        }
        const enum loopc_line st = fill(run);
        if (st == LOOPC_LINE_END && left) return take(text, size, left, 0);
        if (st != LOOPC_LINE) return st;
    }
}
