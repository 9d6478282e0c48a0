/* The control channel: from its name on the command line to descriptors. */
#include "control/channel_ends.h"

#include "run/failures.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int refuse(const char *what, int why, char *message, size_t size)
{
    snprintf(message, size, "%s: %s", what, strerror(why));
    return LOOPC_FAILED;
}

static bool is_socket(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

static int open_number(struct loopc_ends *ends, const char *text, char *message, size_t size)
{
    char *end;
    errno = 0;
    const long fd = strtol(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || fd > 1 << 20) {
        snprintf(message, size, "'%.80s' is not a descriptor", text);
        return LOOPC_FAILED;
    }
    if (fcntl((int)fd, F_SETFD, FD_CLOEXEC)) return refuse("the descriptor", errno, message, size);
    ends->in = ends->out = (int)fd;
    ends->socket = is_socket((int)fd);
    return LOOPC_OK;
}

/* Takes standard input and output for the channel: bodies then read nothing, and their output
 * goes to standard error. */
static int open_stdio(struct loopc_ends *ends, char *message, size_t size)
{
    fflush(stdout);
    ends->in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    ends->out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (ends->in < 0 || ends->out < 0) return refuse("standard streams", errno, message, size);
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing >= 0) {
        dup2(nothing, STDIN_FILENO);
        close(nothing);
    }
    dup2(STDERR_FILENO, STDOUT_FILENO);
    return LOOPC_OK;
}

/* Remove a stale socket file; bind() would fail on it. */
static void remove_stale(const struct sockaddr_un *address)
{
    struct stat status;
    if (lstat(address->sun_path, &status) || !S_ISSOCK(status.st_mode)) return;
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    const bool dead = connect(fd, (const void *)address, sizeof *address) && errno == ECONNREFUSED;
    if (dead) unlink(address->sun_path);
    close(fd);
}

/* Only the user of the trainer's process may control it. */
static int listen_at(int fd, const struct sockaddr_un *address)
{
    const mode_t before = umask(0177);
    const int failed = bind(fd, (const void *)address, sizeof *address);
    const int why = errno;
    umask(before);
    errno = why;
    return failed ? failed : listen(fd, 8);
}

/* Takes ",owner" off the end of a path; returns the length that is left. */
static size_t take_owner(struct loopc_ends *ends, const char *path)
{
    static const char owner[] = ",owner";
    const size_t length = strlen(path), size = sizeof owner - 1;
    ends->owner = length > size && !strcmp(path + length - size, owner);
    return ends->owner ? length - size : length;
}

static int open_unix(struct loopc_ends *ends, const char *path, char *message, size_t size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const size_t length = take_owner(ends, path);
    if (length == 0 || length >= sizeof address.sun_path) {
        snprintf(message, size, "a socket's path has from 1 to %zu bytes",
                 sizeof address.sun_path - 1);
        return LOOPC_FAILED;
    }
    memcpy(address.sun_path, path, length);
    remove_stale(&address);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return refuse("a socket", errno, message, size);
    if (listen_at(fd, &address)) {
        const int why = errno;
        close(fd);
        return refuse(address.sun_path, why, message, size);
    }
    ends->listener = fd;
    ends->socket = true;
    ends->path = strdup(address.sun_path);
    return LOOPC_OK;
}

int loopc_ends_open(struct loopc_ends *ends, const char *where, char *message, size_t size)
{
    *ends = (struct loopc_ends){.in = -1, .out = -1, .listener = -1};
    const char *colon = strchr(where, ':');
    const size_t length = colon ? (size_t)(colon - where) : 0;
    ends->lines = length == 5 && !strncmp(where, "lines", 5);
    if (!ends->lines && !(length == 4 && !strncmp(where, "conn", 4))) {
        snprintf(message, size, "'%.80s' is not a channel: conn:FD, lines:stdio or lines:unix:PATH",
                 where);
        return LOOPC_FAILED;
    }
    if (!strcmp(colon + 1, "stdio")) return open_stdio(ends, message, size);
    if (!strncmp(colon + 1, "unix:", 5)) return open_unix(ends, colon + 6, message, size);
    return open_number(ends, colon + 1, message, size);
}

void loopc_ends_hang_up(struct loopc_ends *ends)
{
    if (ends->in >= 0) close(ends->in);
    if (ends->out >= 0 && ends->out != ends->in) close(ends->out);
    ends->in = ends->out = -1;
}

void loopc_ends_close(struct loopc_ends *ends)
{
    loopc_ends_hang_up(ends);
    if (ends->listener >= 0) close(ends->listener);
    if (ends->path) unlink(ends->path);
    free(ends->path);
    ends->path = NULL;
    ends->listener = -1;
}
