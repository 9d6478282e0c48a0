/* JSON, as much of it as a trainer speaks: reading checked texts piece by piece, and writing.
 *
 * A text is checked as a whole first (RFC 8259: UTF-8, no duplicate names in an object's top
 * level, at most LOOPC_JSON_DEPTH levels); checked text is then read without further tests.
 * Values are slices of the text; nothing is copied or allocated.
 */
#ifndef LOOPC_JSON_H
#define LOOPC_JSON_H

#include <stdbool.h>
#include <stddef.h>

enum { LOOPC_JSON_DEPTH = 64, LOOPC_JSON_MEMBERS = 64 };

/* A value within a text. Its kind is its first character: { [ " t f n, a digit or a minus. */
struct loopc_json {
    const char *text;
    size_t length;
};

/* Whether the text is one JSON object with at most LOOPC_JSON_MEMBERS members, no two of one
 * name. Returns LOOPC_OK, or LOOPC_FAILED with a sentence in message. */
int loopc_json_check(struct loopc_json text, char *message, size_t size);

/* The members of a checked object, one after the other: start with *rest = the object. Returns
 * false behind the last one. */
bool loopc_json_next(struct loopc_json *rest, struct loopc_json *name, struct loopc_json *value);

/* The member of that name of a checked object; { NULL, 0 } when there is none. */
struct loopc_json loopc_json_find(struct loopc_json object, const char *wanted);

/* The characters of a string, with escapes resolved; a longer one is cut. Characters U+0000
 * become U+FFFD. Returns the length. */
size_t loopc_json_characters(struct loopc_json string, char *text, size_t size);

/* Whether a string has these characters. */
bool loopc_json_is(struct loopc_json string, const char *text);

#endif
