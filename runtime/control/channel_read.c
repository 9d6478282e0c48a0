/* The control channel, incoming: from bytes to messages. */
#include "control/channel_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void refuse(struct loopc_channel *ch, const char *why)
{
    loopc_channel_deliver(ch, LOOPC_CHANNEL_REFUSED, why, strlen(why));
}

/* Takes frames off the input; returns how many bytes they were. */
static size_t take_frames(struct loopc_channel *ch)
{
    size_t at = 0;
    while (ch->input_length - at >= 4) {
        const unsigned char *head = (const unsigned char *)ch->input + at;
        const uint32_t length =
            (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];
        if (length > LOOPC_MESSAGE_MOST) {
            refuse(ch, "no message: a frame that is too long");
            ch->skip = length;
            return at + 4;
        }
        if (ch->input_length - at - 4 < length) break;
        if (loopc_is_end_marker((const char *)head + 4, length)) {
            loopc_channel_deliver(ch, LOOPC_CHANNEL_END_MARKER, "end marker", strlen("end marker"));
        } else {
            loopc_channel_deliver(ch, LOOPC_CHANNEL_TEXT, (const char *)head + 4, length);
        }
        at += 4 + length;
    }
    return at;
}

static size_t take_lines(struct loopc_channel *ch)
{
    size_t at = 0;
    const char *end;
    while ((end = memchr(ch->input + at, '\n', ch->input_length - at))) {
        const char *line = ch->input + at;
        size_t length = (size_t)(end - line);
        at += length + 1;
        if (length && line[length - 1] == '\r') length--;
        if (ch->skip_line) {
            ch->skip_line = false;
        } else if (length > LOOPC_MESSAGE_MOST) {
            refuse(ch, "no message: a line that is too long");
        } else if (length) {
            loopc_channel_deliver(ch, LOOPC_CHANNEL_TEXT, line, length);
        }
    }
    if (ch->input_length - at > LOOPC_MESSAGE_MOST) {
        if (!ch->skip_line) refuse(ch, "no message: a line that is too long");
        ch->skip_line = true;
        at = ch->input_length;
    }
    return at;
}

static void take_input(struct loopc_channel *ch)
{
    size_t used = ch->skip < ch->input_length ? (size_t)ch->skip : ch->input_length;
    do {
        if (ch->skip) ch->skip -= used;
        ch->input_length -= used;
        memmove(ch->input, ch->input + used, ch->input_length);
        used = ch->ends.lines ? take_lines(ch) : take_frames(ch);
        ch->input_length -= used;
        memmove(ch->input, ch->input + used, ch->input_length);
        used = ch->skip < ch->input_length ? (size_t)ch->skip : ch->input_length;
    } while (ch->skip && used);
}

void loopc_channel_read(struct loopc_channel *ch)
{
    enum { MORE = 64 * 1024 };
    if (ch->input_room - ch->input_length < MORE) {
        char *grown = realloc(ch->input, ch->input_room + MORE);
        if (!grown) {
            loopc_channel_disconnect(ch, "no memory for a message");
            return;
        }
        ch->input = grown;
        ch->input_room += MORE;
    }
    const ssize_t got = read(ch->ends.in, ch->input + ch->input_length, MORE);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got < 0) {
        loopc_channel_disconnect(ch, "the peer is gone");
        return;
    }
    if (got == 0) {
        const char newline = '\n';
        const bool rest = ch->ends.lines && ch->input_length;
        if (rest) {
            ch->input[ch->input_length++] = newline;
            take_input(ch);
        }
        loopc_channel_disconnect(ch, "end of file");
        return;
    }
    ch->input_length += (size_t)got;
    take_input(ch);
}
