/* Links to trainers. */
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

const struct link link_none = {.fd = -1, .complaints.fd = -1};

enum { CHUNK = 65536, ARGUMENTS_MOST = 1000, MESSAGE_MOST = 1 << 30 };

/* In the child. Writes errno to `failed` when there is no such program. */
static void become(char **argv, int fd, int failed)
{
    char name[32];
    char *arguments[ARGUMENTS_MOST + 3];
    int count = 0;
    snprintf(name, sizeof name, "conn:%d", fd);
    for (; count < ARGUMENTS_MOST && argv[count]; count++)
        arguments[count] = argv[count];
    arguments[count++] = "--control";
    arguments[count++] = name;
    arguments[count] = NULL;
    (void)execvp(arguments[0], arguments);
    const int why = errno;
    _exit(write(failed, &why, sizeof why) == sizeof why ? 2 : 1);
}

/* In the child. */
static void place_output(const struct link *link, int complaints)
{
    for (int i = 0; i < 2; i++) {
        if (link->output[i]) (void)dup2(fileno(link->output[i]), STDOUT_FILENO + i);
    }
    if (complaints >= 0) (void)dup2(complaints, STDERR_FILENO);
}

/* Waits until the child has become its program, which closes `failed`, or has written why not.
 * Then it has ended: returns -1 with errno. */
static int has_started(struct link *link, int failed)
{
    int why;
    ssize_t got;
    do {
        got = read(failed, &why, sizeof why);
    } while (got < 0 && errno == EINTR);
    (void)close(failed);
    if (got != sizeof why) return 0;
    (void)waitpid(link->child, NULL, 0);
    (void)close(link->fd);
    complaints_close(&link->complaints);
    *link = link_none;
    errno = why;
    return -1;
}

int link_start(struct link *link, char **argv, bool keep)
{
    int ends[2], failed[2];
    if (pipe2(failed, O_CLOEXEC) || socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) return -1;
    *link = (struct link){.fd = ends[0], .complaints.fd = -1};
    const int complaints = keep ? -1 : complaints_open(&link->complaints);
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    for (int i = 0; keep && i < 2; i++)
        link->output[i] = tmpfile();
    link->child = fork();
    if (link->child == 0) {
        place_output(link, complaints);
        become(argv, ends[1], failed[1]);
    }
    (void)close(ends[1]);
    (void)close(failed[1]);
    if (complaints >= 0) (void)close(complaints);
    return link->child < 0 ? -1 : has_started(link, failed[0]);
}

void link_print_output(struct link *link)
{
    FILE *const to[] = {stdout, stderr};
    for (int i = 0; i < 2; i++) {
        if (!link->output[i]) continue;
        rewind(link->output[i]);
        for (int c; (c = getc(link->output[i])) != EOF;)
            (void)putc(c, to[i]);
        (void)fclose(link->output[i]);
        (void)fflush(to[i]);
    }
}

int link_join(struct link *link, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    *link = link_none;
    link->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    link->lines = true;
    if (link->fd < 0 || connect(link->fd, (const void *)&address, sizeof address)) return -1;
    link_send(link, "{\"stay\":1}", 10);
    return 0;
}

static size_t take_lines(struct link *link, struct hub *hub, int trainer)
{
    size_t at = 0;
    char *end;
    while ((end = memchr(link->input + at, '\n', link->length - at))) {
        *end = 0;
        hub_take(hub, trainer, link->input + at, (size_t)(end - link->input) - at);
        at = (size_t)(end - link->input) + 1;
    }
    return at;
}

/* Four zero bytes, or none: see control/channel.h. */
static bool is_end_marker(const unsigned char *payload, size_t length)
{
    return length == 0 || (length == 4 && !payload[0] && !payload[1] && !payload[2] && !payload[3]);
}

/* Returns how many bytes were used; -1 at the end marker. */
static long take_frames(struct link *link, struct hub *hub, int trainer)
{
    size_t at = 0;
    while (link->length - at >= 4) {
        const unsigned char *head = (const unsigned char *)link->input + at;
        const size_t length =
            (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
        if (length > MESSAGE_MOST) return -1;
        if (link->length - at - 4 < length) break;
        if (is_end_marker(head + 4, length)) {
            link->marked = true;
            return -1;
        }
        hub_take(hub, trainer, link->input + at + 4, length);
        at += 4 + length;
    }
    return (long)at;
}

static bool is_over(struct link *link)
{
    (void)close(link->fd);
    link->fd = -1;
    return false;
}

bool link_read(struct link *link, struct hub *hub, int trainer)
{
    if (link->room - link->length < CHUNK) {
        char *grown =
            link->length > MESSAGE_MOST ? NULL : realloc(link->input, link->room * 2 + CHUNK);
        if (!grown) return is_over(link);
        link->input = grown;
        link->room = link->room * 2 + CHUNK;
    }
    const ssize_t got = read(link->fd, link->input + link->length, link->room - link->length - 1);
    if (got < 0 && errno == EINTR) return true;
    if (got <= 0) return is_over(link);
    link->length += (size_t)got;
    const long used =
        link->lines ? (long)take_lines(link, hub, trainer) : take_frames(link, hub, trainer);
    if (used < 0) return is_over(link);
    link->length -= (size_t)used;
    memmove(link->input, link->input + used, link->length);
    return true;
}

static bool send_all(int fd, const char *text, size_t length)
{
    while (length) {
        struct pollfd ready = {.fd = fd, .events = POLLOUT};
        if (poll(&ready, 1, 1000) <= 0) return false;
        const ssize_t sent = send(fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
        if (sent > 0) text += sent, length -= (size_t)sent;
    }
    return true;
}

void link_send(struct link *link, const char *text, size_t length)
{
    char *framed = link->fd < 0 ? NULL : malloc(length + 5);
    if (!framed) return;
    const size_t head = link->lines ? 0 : 4;
    for (size_t i = 0; i < head; i++)
        framed[i] = (char)(length >> (24 - 8 * i));
    for (size_t i = 0; i < length; i++)
        framed[head + i] = text[i] == '\n' || text[i] == '\r' ? ' ' : text[i];
    if (link->lines) framed[length] = '\n';
    (void)send_all(link->fd, framed, length + (link->lines ? 1 : 4));
    free(framed);
}

bool link_has_ended(struct link *link)
{
    int status;
    if (link->child <= 0 || waitpid(link->child, &status, WNOHANG) != link->child) return false;
    link->killed_by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    link->code = link->killed_by ? 128 + link->killed_by : WEXITSTATUS(status);
    link->child = 0;
    return true;
}

static bool has_ended(struct link *link, int tenths)
{
    for (int i = 0; i < tenths; i++) {
        if (link_has_ended(link)) return true;
        complaints_read(&link->complaints);
        (void)nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
    return false;
}

/* What it complains of while it ends is read. */
static void end_child(struct link *link)
{
    if (has_ended(link, 20)) return;
    (void)kill(link->child, SIGTERM);
    if (has_ended(link, 20)) return;
    (void)kill(link->child, SIGKILL);
    (void)has_ended(link, 1000);
}

void link_close(struct link *link)
{
    if (link->fd >= 0) (void)is_over(link);
    free(link->input);
    link->input = NULL;
    if (link->child > 0) end_child(link);
    complaints_close(&link->complaints);
}

int64_t link_replay(const char *path, struct hub *hub, int trainer)
{
    char *line = NULL;
    size_t room = 0;
    int64_t messages = 0;
    FILE *file = fopen(path, "re");
    if (!file) return -1;
    for (ssize_t length; (length = getline(&line, &room, file)) > 0;)
        messages += hub_take(hub, trainer, line, (size_t)length);
    free(line);
    (void)fclose(file);
    return messages;
}
