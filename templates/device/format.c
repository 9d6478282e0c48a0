#include "board_format_parts.h"

#include <string.h>

void board_put_text(struct board_output *o, const char *text, int size)
{
    if (size > 0) o->put(o->to, text, (size_t)size);
    o->count += size > 0 ? size : 0;
}

void board_put_letter(struct board_output *o, int letter)
{
    const char text[] = {(char)letter};
    board_put_text(o, text, 1);
}

void board_repeat(struct board_output *o, int letter, int count)
{
    while (count-- > 0)
        board_put_letter(o, letter);
}

int board_begin_item(struct board_output *o, const struct board_conversion *c, const char *prefix,
                     int size)
{
    const int length = (int)strlen(prefix), free = c->width - length - size;
    const bool zeros = (c->flags & (BOARD_ZEROS | BOARD_LEFT)) == BOARD_ZEROS;
    if (!(c->flags & (BOARD_LEFT | BOARD_ZEROS))) board_repeat(o, ' ', free);
    board_put_text(o, prefix, length);
    if (zeros) board_repeat(o, '0', free);
    return c->flags & BOARD_LEFT ? free : 0;
}

void board_put_word(struct board_output *o, const struct board_conversion *given, const char *text,
                    int size)
{
    struct board_conversion c = *given;
    c.flags &= ~BOARD_ZEROS;
    const int after = board_begin_item(o, &c, "", size);
    board_put_text(o, text, size);
    board_repeat(o, ' ', after);
}

static int length_of(const char *text, int most)
{
    int size = 0;
    while (size != most && text[size])
        size++;
    return size;
}

/* ---- Whole numbers */

const char *board_sign_of(const struct board_conversion *c, bool negative)
{
    return negative ? "-" : c->flags & BOARD_PLUS ? "+" : c->flags & BOARD_BLANK ? " " : "";
}

static void put_whole(struct board_output *o, struct board_conversion c, const char *prefix,
                      uint64_t value)
{
    const unsigned base = c.kind == 'o'                                     ? 8
                          : c.kind == 'x' || c.kind == 'X' || c.kind == 'p' ? 16
                                                                            : 10;
    const char *const letters = c.kind == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    char digits[24], *at = digits + sizeof digits;
    for (uint64_t rest = value; rest; rest /= base)
        *--at = letters[rest % base];
    const int size = (int)(digits + sizeof digits - at);
    int least = c.precision < 0 ? 1 : c.precision;
    if (c.kind == 'o' && c.flags & BOARD_ALTERNATE && least <= size) least = size + 1;
    if (c.precision >= 0) c.flags &= ~BOARD_ZEROS;
    const int zeros = least > size ? least - size : 0;
    const int after = board_begin_item(o, &c, prefix, zeros + size);
    board_repeat(o, '0', zeros);
    board_put_text(o, at, size);
    board_repeat(o, ' ', after);
}

static int64_t signed_argument(char length, va_list *arguments)
{
    switch (length) {
    case 'H':
        return (signed char)va_arg(*arguments, int);
    case 'h':
        return (short)va_arg(*arguments, int);
    case 'l':
        return va_arg(*arguments, long);
    case 'z':
    case 't':
        return va_arg(*arguments, ptrdiff_t);
    case 'q':
        return va_arg(*arguments, long long);
    default:
        return va_arg(*arguments, int);
    }
}

static uint64_t unsigned_argument(char length, va_list *arguments)
{
    switch (length) {
    case 'H':
        return (unsigned char)va_arg(*arguments, unsigned);
    case 'h':
        return (unsigned short)va_arg(*arguments, unsigned);
    case 'l':
        return va_arg(*arguments, unsigned long);
    case 'z':
    case 't':
        return va_arg(*arguments, size_t);
    case 'q':
        return va_arg(*arguments, unsigned long long);
    default:
        return va_arg(*arguments, unsigned);
    }
}

static void put_signed(struct board_output *o, const struct board_conversion *c, va_list *arguments)
{
    const int64_t value = signed_argument(c->length, arguments);
    put_whole(o, *c, board_sign_of(c, value < 0),
              value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

static void put_unsigned(struct board_output *o, const struct board_conversion *c,
                         va_list *arguments)
{
    const uint64_t value = unsigned_argument(c->length, arguments);
    const bool hex = (c->kind == 'x' || c->kind == 'X') && c->flags & BOARD_ALTERNATE && value;
    put_whole(o, *c, !hex ? "" : c->kind == 'x' ? "0x" : "0X", value);
}

static void put_pointer(struct board_output *o, const struct board_conversion *c,
                        const void *pointer)
{
    if (pointer)
        put_whole(o, *c, "0x", (uintptr_t)pointer);
    else
        board_put_word(o, c, "(nil)", 5);
}

/* ---- Formats */

static int number_of(const char **at, va_list *arguments)
{
    int number = 0;
    if (**at == '*') {
        ++*at;
        return va_arg(*arguments, int);
    }
    while (**at >= '0' && **at <= '9')
        number = 10 * number + *(*at)++ - '0';
    return number;
}

static const char *read_flags(struct board_conversion *c, const char *at)
{
    static const char letters[] = "-+ #0";
    const char *found;
    for (; *at && (found = strchr(letters, *at)); at++)
        c->flags |= 1 << (found - letters);
    return at;
}

static const char *read_length(struct board_conversion *c, const char *at)
{
    if (!strncmp(at, "hh", 2) || !strncmp(at, "ll", 2)) {
        c->length = *at == 'h' ? 'H' : 'q';
        return at + 2;
    }
    if (!*at || !strchr("hlzjtqL", *at)) return at;
    c->length = *at == 'j' ? 'q' : *at;
    return at + 1;
}

/* What is behind a percent sign; returns its end. */
static const char *read(struct board_conversion *c, const char *at, va_list *arguments)
{
    *c = (struct board_conversion){.precision = -1};
    at = read_flags(c, at);
    c->width = number_of(&at, arguments);
    if (c->width < 0) {
        c->flags |= BOARD_LEFT;
        c->width = -c->width;
    }
    if (*at == '.') {
        at++;
        c->precision = number_of(&at, arguments);
        if (c->precision < 0) c->precision = -1;
    }
    at = read_length(c, at);
    c->kind = *at;
    if (c->kind >= 'A' && c->kind <= 'Z') c->flags |= BOARD_UPPER;
    return c->kind ? at + 1 : at;
}

static void convert(struct board_output *o, const struct board_conversion *c, va_list *arguments)
{
    const char *text;
    char letter;
    switch (c->kind) {
    case 'd':
    case 'i':
        put_signed(o, c, arguments);
        break;
    case 'u':
    case 'x':
    case 'X':
    case 'o':
        put_unsigned(o, c, arguments);
        break;
    case 'c':
        letter = (char)va_arg(*arguments, int);
        board_put_word(o, c, &letter, 1);
        break;
    case 's':
        text = va_arg(*arguments, const char *);
        if (!text) text = "(null)";
        board_put_word(o, c, text, length_of(text, c->precision));
        break;
    case 'p':
        put_pointer(o, c, va_arg(*arguments, void *));
        break;
    case '%':
        board_put_letter(o, '%');
        break;
    default:
        board_put_float(o, c,
                        c->length == 'L' ? (double)va_arg(*arguments, long double)
                                         : va_arg(*arguments, double));
    }
}

int board_format(board_put to_put, void *to, const char *format, va_list given)
{
    struct board_output o = {to_put, to, 0};
    struct board_conversion c;
    va_list arguments;
    va_copy(arguments, given);
    while (*format) {
        const int plain = (int)strcspn(format, "%");
        board_put_text(&o, format, plain);
        format += plain;
        if (!*format) break;
        const char *const end = read(&c, format + 1, &arguments);
        if (c.kind && strchr("diuxXocsp%fFeEgGaA", c.kind))
            convert(&o, &c, &arguments);
        else
            board_put_text(&o, format, (int)(end - format));
        format = end;
    }
    va_end(arguments);
    return o.count;
}
