/* Text as JSON has it (RFC 8259). Not for emitted code. */
#ifndef LOOPC_JSON_TEXT_H
#define LOOPC_JSON_TEXT_H

#include <stdbool.h>
#include <stdio.h>

/* Bytes of the UTF-8 character at text, 0 if there is none (RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF). The text must end with a 0. */
int loopc_utf8_length(const unsigned char *text);

/* Whether all of the text is UTF-8. */
bool loopc_utf8_is(const char *text);

/* Writes a string with its quotes. Bytes that are no UTF-8 become U+FFFD, one each. */
void loopc_json_string(FILE *file, const char *string);

/* Makes '?' of control characters, so that a text out of a file does nothing to a terminal. */
void loopc_text_clean(char *text);

#endif
