/* printf's formats for boards, without an allocator: all conversions of C11 but %n, %lc and %ls;
 * the digits of numbers are exact. What is printed is what glibc prints.
 */
#ifndef BOARD_FORMAT_H
#define BOARD_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Takes text, piece by piece. */
typedef void (*board_put)(void *to, const char *text, size_t size);

/* Returns the number of characters. */
int board_format(board_put put, void *to, const char *format, va_list arguments);

#endif
