/* Input: reading, and decompressing by zlib. */
#include "data/input.h"

#include "data/npz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* The compressed side of a file: its bytes, and the position of zlib. */
struct loopc_inflate {
    z_stream z;
    bool between; /* a member has ended, no other has begun */
    unsigned char raw[1 << 16];
};

static int64_t input_error(const struct loopc_input *in, const char *what)
{
    loopc_error_set(in->message, NULL, "%s: %s", in->path, what);
    return LOOPC_INPUT_ERROR;
}

static int64_t read_raw(struct loopc_input *in, unsigned char *to, size_t bytes)
{
    ssize_t got;
    do {
        got = read(in->fd, to, bytes);
    } while (got < 0 && errno == EINTR);
    return got < 0 ? input_error(in, strerror(errno)) : got;
}

/* Only another member may follow a member. */
static int64_t next_member(struct loopc_input *in, z_stream *z)
{
    if (z->next_in[0] != 0x1f) return input_error(in, "other bytes follow the compressed data");
    in->inflate->between = false;
    return inflateReset(z) == Z_OK ? 0 : input_error(in, "cannot decompress");
}

/* Sees to it that zlib has something to work on. 0: the file has ended, and may. */
static int64_t feed(struct loopc_input *in, struct loopc_inflate *f)
{
    if (f->z.avail_in == 0) {
        const int64_t got = read_raw(in, f->raw, sizeof f->raw);
        if (got < 0) return got;
        if (got == 0 && f->between) return 0;
        if (got == 0) return input_error(in, "the file ends in the middle of compressed data");
        f->z.next_in = f->raw;
        f->z.avail_in = (uInt)got;
    }
    if (f->between && next_member(in, &f->z) < 0) return LOOPC_INPUT_ERROR;
    return 1;
}

static int64_t read_inflated(struct loopc_input *in, unsigned char *to, size_t bytes)
{
    struct loopc_inflate *const f = in->inflate;
    f->z.next_out = to;
    f->z.avail_out = (uInt)bytes;
    while (f->z.next_out == to) {
        const int64_t fed = feed(in, f);
        if (fed <= 0) return fed;
        const int st = inflate(&f->z, Z_NO_FLUSH);
        if (st == Z_MEM_ERROR) return input_error(in, "out of memory");
        if (st != Z_OK && st != Z_STREAM_END && st != Z_BUF_ERROR) {
            return input_error(in, f->z.msg ? f->z.msg : "the compressed data is damaged");
        }
        f->between = st == Z_STREAM_END;
    }
    return f->z.next_out - to;
}

static int64_t read_some(struct loopc_input *in, unsigned char *to, size_t bytes)
{
    if (in->member) return loopc_member_read(in, to, bytes);
    return in->inflate ? read_inflated(in, to, bytes) : read_raw(in, to, bytes);
}

/* Moves the unread bytes to the beginning of the buffer. Returns their number. */
static size_t move_down(struct loopc_input *in)
{
    const size_t there = (size_t)(in->end - in->next);
    in->before += in->next - in->buffer;
    memmove(in->buffer, in->next, there);
    in->next = in->buffer;
    return there;
}

int64_t loopc_input_peek(struct loopc_input *in, size_t bytes)
{
    if ((size_t)(in->end - in->next) >= bytes || in->ended) return in->end - in->next;
    size_t there = move_down(in);
    while (there < bytes && !in->ended) {
        const int64_t got = read_some(in, in->buffer + there, LOOPC_INPUT_BUFFER - there);
        if (got > 0) there += (size_t)got;
        in->end = in->buffer + there;
        in->buffer[there] = 0;
        if (got < 0) return got;
        in->ended = got == 0;
    }
    return (int64_t)there;
}

int64_t loopc_input_read(struct loopc_input *in, void *to, size_t bytes)
{
    size_t done = 0;
    while (done < bytes) {
        const int64_t there = loopc_input_peek(in, 1);
        if (there < 0) return there;
        if (there == 0) break;
        const size_t want = bytes - done, take = (size_t)there < want ? (size_t)there : want;
        memcpy((char *)to + done, in->next, take);
        in->next += take;
        done += take;
    }
    return (int64_t)done;
}

int loopc_input_next(struct loopc_input *in)
{
    const int64_t there = loopc_input_peek(in, 1);
    if (there < 0) return LOOPC_INPUT_ERROR;
    return there > 0 ? *in->next++ : LOOPC_INPUT_END;
}

/* The bytes that were looked at move over to the compressed side. */
static int begin_inflate(struct loopc_input *in)
{
    struct loopc_inflate *const f = calloc(1, sizeof *f);
    enum { GZIP_ONLY = 16, WINDOW = 15 };
    if (!f || inflateInit2(&f->z, GZIP_ONLY + WINDOW) != Z_OK) {
        free(f);
        return (int)input_error(in, "out of memory");
    }
    const size_t there = (size_t)(in->end - in->next);
    memcpy(f->raw, in->next, there);
    f->z.next_in = f->raw;
    f->z.avail_in = (uInt)there;
    in->next = in->end = in->buffer;
    in->before = 0;
    in->ended = false;
    in->inflate = f;
    return 0;
}

struct loopc_input *loopc_input_new(const char *path, const struct loopc_message *message)
{
    struct loopc_input *const in = malloc(sizeof *in);
    if (!in) {
        loopc_error_set(message, NULL, "%s: out of memory", path);
        return NULL;
    }
    in->path = path;
    in->message = message;
    in->inflate = NULL;
    in->member = NULL;
    in->before = 0;
    in->ended = false;
    in->next = in->end = in->buffer;
    in->buffer[0] = 0;
    in->fd = -1;
    return in;
}

/* A read from a pipe returns as much as is there: the bytes that were examined fit the compressed
 * side as well. */
static int64_t look_at_start(struct loopc_input *in)
{
    const int64_t got = read_raw(in, in->buffer, sizeof((struct loopc_inflate *)0)->raw);
    if (got < 0) return got;
    in->end = in->buffer + got;
    in->buffer[got] = 0;
    in->ended = got == 0;
    return got == 1 ? loopc_input_peek(in, 2) : got;
}

struct loopc_input *loopc_input_open(const char *path, const struct loopc_message *message)
{
    struct loopc_input *const in = loopc_input_new(path, message);
    if (!in) return NULL;
    const bool standard = !strcmp(path, "-");
    in->fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC);
    int64_t there = in->fd < 0 ? input_error(in, strerror(errno)) : look_at_start(in);
    if (there >= 2 && in->next[0] == 0x1f && in->next[1] == 0x8b) there = begin_inflate(in);
    if (there >= 0) return in;
    loopc_input_close(in);
    return NULL;
}

void loopc_input_close(struct loopc_input *in)
{
    if (!in) return;
    if (in->inflate) inflateEnd(&in->inflate->z);
    free(in->inflate);
    loopc_member_close(in->member);
    if (in->fd >= 0) close(in->fd);
    free(in);
}
