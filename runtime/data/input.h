/* Input: the bytes of a file from first to last, decompressed if need be. Not for emitted code.
 *
 * A file that begins with gzip's magic number is gzip, whatever its name is; several members one
 * after the other count as one. Anything readable will do, a pipe as well; "-" is standard input.
 * Memory is a fixed buffer, however much there is to read.
 */
#ifndef LOOPC_INPUT_H
#define LOOPC_INPUT_H

#include "base/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOOPC_INPUT_END = -1, LOOPC_INPUT_ERROR = -2 };
enum { LOOPC_INPUT_BUFFER = 1 << 19 };

struct loopc_input {
    const char *path;
    const struct loopc_message *message;
    const unsigned char *next, *end; /* bytes that are there; *end is 0 */
    int64_t before;                  /* bytes of the file before the buffer */
    bool ended;                      /* nothing follows them */
    struct loopc_inflate *inflate;   /* NULL: not compressed */
    struct loopc_member *member;     /* of an archive, in the place of fd; or NULL */
    int fd;
    unsigned char buffer[LOOPC_INPUT_BUFFER + 1];
};

/* Opens path, which has to stay, as messages name it; they go to message, which has to stay too.
 * NULL on failure. */
struct loopc_input *loopc_input_open(const char *path, const struct loopc_message *message);
void loopc_input_close(struct loopc_input *in);

/* One without a file, whose bytes come from elsewhere. NULL on failure. */
struct loopc_input *loopc_input_new(const char *path, const struct loopc_message *message);

/* Makes at least the next `bytes` bytes available at in->next, or all there are if that is less.
 * Returns their number, or LOOPC_INPUT_ERROR. bytes must not exceed the buffer. */
int64_t loopc_input_peek(struct loopc_input *in, size_t bytes);

/* The next `bytes` bytes to `to`. Returns how many there were, or LOOPC_INPUT_ERROR. */
int64_t loopc_input_read(struct loopc_input *in, void *to, size_t bytes);

/* Of loopc_input_byte when the buffer is empty. */
int loopc_input_next(struct loopc_input *in);

/* The next byte, LOOPC_INPUT_END or LOOPC_INPUT_ERROR. */
static inline int loopc_input_byte(struct loopc_input *in)
{
    return in->next < in->end ? *in->next++ : loopc_input_next(in);
}

#endif
