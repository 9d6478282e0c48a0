/* Messages: formatted into the caller's buffer. */
#include "base/message.h"

#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

int loopc_error_set(const struct loopc_message *message, const char *hint, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int wrote = vsnprintf(message->text, message->size, format, arguments);
    va_end(arguments);
    const size_t length = wrote < 0 ? 0 : (size_t)wrote;
    if (hint && length < message->size) {
        snprintf(message->text + length, message->size - length, "\nhint: %s", hint);
    }
    return LOOPC_FAILED;
}
