/* Numbers in text. Not for emitted code. */
#ifndef LOOPC_NUMBER_H
#define LOOPC_NUMBER_H

#include <stdbool.h>

/* Whether text, but for blanks around it, is one decimal number: sign, digits, a point, digits, an
 * exponent; at least one digit before the exponent. If so *value is the nearest f64, infinite when
 * it is too large. No locale has a say. */
bool loopc_number_read(const char *text, double *value);

/* The same at the beginning of the bytes from text to end, with `point` for the point; byte `end`
 * can be read and is no part of a number. Returns where the number ends, or NULL when there is
 * none. */
const char *loopc_number_scan(const char *text, const char *end, char point, double *value);

#endif
