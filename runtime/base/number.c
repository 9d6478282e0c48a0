/* Numbers in text: a fast way for those that are short, the C library's for the others. */
#include "base/number.h"

#include <locale.h>
#include <stdint.h>
#include <stdlib.h>

/* A number taken apart: the digits without their point, and 10 to the power that puts it back. */
struct decimal {
    uint64_t digits;
    int count; /* of digits from the first that is not 0; `digits` holds them up to 19 */
    int power;
    bool negative, any;
};

static const char *skip_blanks(const char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

static const char *read_digits(const char *p, struct decimal *d, int power_each)
{
    for (; *p >= '0' && *p <= '9'; p++) {
        d->any = true;
        if (d->count > 0 || *p != '0') d->count++;
        if (d->count <= 19) d->digits = d->digits * 10 + (uint64_t)(*p - '0');
        d->power += power_each;
    }
    return p;
}

/* What follows an e. A power beyond all bounds stays beyond them. */
static const char *read_power(const char *p, struct decimal *d)
{
    int power = 0;
    const bool negative = *p == '-';
    if (*p == '-' || *p == '+') p++;
    if (*p < '0' || *p > '9') return NULL;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (power < 100000) power = power * 10 + (*p - '0');
    }
    d->power += negative ? -power : power;
    return p;
}

/* Takes text apart; false when it is no number. */
static bool read_decimal(const char *p, struct decimal *d)
{
    p = skip_blanks(p);
    d->negative = *p == '-';
    if (*p == '-' || *p == '+') p++;
    p = read_digits(p, d, 0);
    if (*p == '.') p = read_digits(p + 1, d, -1);
    if (!d->any) return false;
    if (*p == 'e' || *p == 'E') p = read_power(p + 1, d);
    return p && *skip_blanks(p) == 0;
}

/* Where digits and power of ten are both exact in f64, their one product or quotient is correctly
 * rounded (Clinger, "How to read floating point numbers accurately", 1990). */
bool loopc_number_read(const char *text, double *value)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    struct decimal d = {0};
    if (!read_decimal(text, &d)) return false;
    if (d.count <= 15 && d.power >= -22 && d.power <= 22) {
        const double digits = (double)d.digits;
        const double size = d.power < 0 ? digits / tens[-d.power] : digits * tens[d.power];
        *value = d.negative ? -size : size;
    } else {
        *value = strtod_l(text, NULL, newlocale(LC_ALL_MASK, "C", (locale_t)0));
    }
    return true;
}
