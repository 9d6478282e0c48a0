/* The meaning of texts in tables: missing values, truth, names, lists of names. Not for emitted
 * code. */
#ifndef LOOPC_CELL_TEXT_H
#define LOOPC_CELL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a text without blanks around it says that there is no value: nothing, NA, N/A, NaN,
 * None, null, ?, - or <NA>, in any case, also with # before it. */
bool loopc_text_is_missing(const char *text, size_t length);

/* 1 for true, t, yes, y and on, 0 for false, f, no, n and off, in any case; -1 for other texts. */
int loopc_text_truth(const char *text, size_t length);

/* Whether it is inf or infinity, in any case, with a sign or not. */
bool loopc_text_is_infinite(const char *text);

/* Makes `text` of `length` bytes UTF-8, if it is not, by taking it for Latin-1: to `to`, which has
 * room for twice as many and a 0. Returns the length. */
size_t loopc_text_to_utf8(const char *text, size_t length, char *to);

/* A short piece of text from a file for a message: at most LOOPC_EXCERPT - 1 bytes,
 * nothing that a terminal would obey. Returns `to`. */
enum { LOOPC_EXCERPT = 48 };
const char *loopc_excerpt(char to[LOOPC_EXCERPT], const char *text);

/* A list of columns as options have them (dataset.h), item by item. */
struct loopc_column_list {
    const char *rest;
};

/* The next item: its text, of which at most size - 1 bytes are kept, without quotes, and whether
 * it is a number from 1 (*number; else 0). False at the end. */
bool loopc_column_list_next(struct loopc_column_list *list, char *name, size_t size,
                            int64_t *number);

/* Whether a list is well formed: no empty item, no open quote. */
bool loopc_column_list_is_good(const char *list);

#endif
