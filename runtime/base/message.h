/* Messages: the caller's buffer for the text of an error. */
#ifndef LOOPC_MESSAGE_H
#define LOOPC_MESSAGE_H

#include <stddef.h>

struct loopc_message {
    char *text;
    size_t size;
};

/* Writes a printf-style message, and if hint is not NULL a second line "hint: HINT". Returns
 * LOOPC_FAILED. */
int loopc_error_set(const struct loopc_message *message, const char *hint, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold));

#endif
