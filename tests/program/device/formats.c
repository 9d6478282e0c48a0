/* The formats of boards beside those of this machine's C library: random flags, widths, precisions
 * and values; every conversion. formats [COUNT]: prints the first differences. */
#include "format.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
    char letters[3000];
    size_t size;
};

static void put(void *to, const char *letters, size_t size)
{
    struct text *const text = to;
    memcpy(text->letters + text->size, letters, size);
    text->size += size;
}

static int differences;

static __attribute__((format(printf, 1, 2))) void compare(const char *format, ...)
{
    static struct text text;
    static char wanted[sizeof text.letters];
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    text.size = 0;
    const int count = board_format(put, &text, format, arguments);
    const int wanted_count = vsnprintf(wanted, sizeof wanted, format, again);
    va_end(arguments);
    va_end(again);
    text.letters[text.size] = 0;
    if (count == wanted_count && strcmp(text.letters, wanted) == 0) return;
    if (differences++ < 9) printf("%s: '%s', not '%s'\n", format, text.letters, wanted);
}

static uint64_t state = 1;

static uint64_t below(uint64_t n)
{
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (state * 0x2545f4914f6cdd1d >> 11) % n;
}

static double value(void)
{
    static const double some[] = {0,
                                  -0.0,
                                  INFINITY,
                                  -INFINITY,
                                  NAN,
                                  5e-324,
                                  1.7976931348623157e308,
                                  0.5,
                                  1.5,
                                  2.5,
                                  9.5,
                                  0.99999,
                                  9.9999995,
                                  1e22,
                                  1e23,
                                  123456789012345678.0,
                                  2.2250738585072014e-308,
                                  1e-5,
                                  9.9995e-5,
                                  0.0001,
                                  0.0045,
                                  999999.5};
    const uint64_t bits = below(UINT64_MAX) << 32 ^ below(UINT64_MAX);
    double x;
    switch (below(5)) {
    case 0:
        memcpy(&x, &bits, sizeof x);
        return x;
    case 1:
        return (double)below(1u << 24) / 8;
    case 2:
        return (double)((float)below(1u << 24) / (1 << 24));
    case 3:
        return some[below(sizeof some / sizeof some[0])];
    default:
        return (double)below(100000) / 2000 + 0.0005;
    }
}

static void write_format(char *to, const char *length, const char *kinds, uint64_t most)
{
    static const char *const flags[] = {"", "-", "+", " ", "#", "0", "-0", "+0", "-#+"};
    char width[8] = "", precision[8] = "";
    if (below(3) == 0) snprintf(width, sizeof width, "%d", (int)below(40));
    if (below(3)) snprintf(precision, sizeof precision, ".%d", (int)below(below(40) ? 25 : most));
    const char kind = kinds[below(strlen(kinds))];
    /* glibc forgets a zero of %#.2g of 99.5 */
    const char *const flag =
        flags[below(kind == 'g' || kind == 'G' ? 4 : sizeof flags / sizeof flags[0])];
    sprintf(to, "<%%%s%s%s%s%c>", flag, width, precision, length, kind);
}

static void compare_numbers(void)
{
    static const char *const lengths[] = {"hh", "h", "", "l", "ll", "z", "j", "t"};
    char format[64];
    write_format(format, "", "fFeEgGaA", 1100);
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    compare(format, value());
    const int length = (int)below(8);
    const int64_t whole = (int64_t)(below(UINT64_MAX) << 20 >> below(64)) * (below(2) ? 1 : -1);
    write_format(format, lengths[length], "dixXuo", 30);
    if (length < 3)
        compare(format, (int)whole);
    else
        compare(format, whole);
}

int main(int count, char **given)
{
    const char *const none = NULL;
    for (long i = count > 1 ? atol(given[1]) : 20000; i > 0; i--)
        compare_numbers();
    compare("%5s|%-7.2s|%.0s|%c|%3c|%-3c|", "abc", "defg", "none", 'x', 'y', 'z');
    compare("%p|%p|%20p|%-10p|%s", (void *)given, (const void *)none, (void *)given, (void *)0,
            none);
    compare("%%|%*d|%-*d|%*d|%.*f|%.*f|%i", 5, 7, 5, 7, -5, 7, 2, 3.14159, -1, 2.5, 4);
    compare("%Lf %.3Le", (long double)1.5, (long double)0.1L);
    compare("%s", "");
    compare("100%%");
    return differences != 0;
}
