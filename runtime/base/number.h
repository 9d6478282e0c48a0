/* Numbers in text. Not for emitted code. */
#ifndef LOOPC_NUMBER_H
#define LOOPC_NUMBER_H

#include <stdbool.h>

/* Whether text, but for blanks around it, is one decimal number: sign, digits, a point, digits, an
 * exponent; at least one digit before the exponent. If so *value is the nearest f64, infinite when
 * it is too large. No locale has a say. */
bool loopc_number_read(const char *text, double *value);

#endif
