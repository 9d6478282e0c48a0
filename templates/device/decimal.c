#include "board_decimal.h"

#include <string.h>

static const uint32_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

static void twice(struct board_decimal *d, int bits)
{
    uint64_t carry = 0;
    for (int i = d->end - 1; i >= d->first; i--) {
        carry += (uint64_t)d->words[i] << bits;
        d->words[i] = (uint32_t)(carry % BOARD_BASE);
        carry /= BOARD_BASE;
    }
    for (; carry; carry /= BOARD_BASE)
        d->words[--d->first] = (uint32_t)(carry % BOARD_BASE);
}

static void half(struct board_decimal *d, int bits)
{
    uint32_t carry = 0;
    for (int i = d->first; i < d->end; i++) {
        const uint32_t rest = d->words[i] & ((1u << bits) - 1);
        d->words[i] = (d->words[i] >> bits) + carry;
        carry = ((uint32_t)BOARD_BASE >> bits) * rest;
    }
    if (carry) d->words[d->end++] = carry;
    while (d->first < d->end && d->first < BOARD_WHOLE && !d->words[d->first])
        d->first++;
}

void board_decimal_of(struct board_decimal *d, uint64_t significand, int exponent)
{
    memset(d, 0, sizeof *d);
    d->words[BOARD_WHOLE - 1] = (uint32_t)(significand % BOARD_BASE);
    d->words[BOARD_WHOLE - 2] = (uint32_t)(significand / BOARD_BASE);
    d->first = BOARD_WHOLE - 2;
    d->end = BOARD_WHOLE;
    for (int more = exponent; more > 0; more -= 29)
        twice(d, more < 29 ? more : 29);
    for (int less = -exponent; less > 0; less -= 9)
        half(d, less < 9 ? less : 9);
}

/* The word of a place, and its weight in it; places lie within the words. */
static int word_of(int place, uint32_t *weight)
{
    const int back = place < 0 ? (place - 8) / 9 : place / 9;
    *weight = powers[place - 9 * back];
    return BOARD_WHOLE - 1 - back;
}

int board_decimal_digit(const struct board_decimal *d, int place)
{
    uint32_t weight;
    const int i = word_of(place, &weight);
    return i < d->first || i >= d->end ? 0 : (int)(d->words[i] / weight % 10);
}

int board_decimal_top(const struct board_decimal *d)
{
    int i = d->first, digits = 8;
    while (i < d->end && !d->words[i])
        i++;
    if (i == d->end) return 0;
    while (d->words[i] < powers[digits])
        digits--;
    return 9 * (BOARD_WHOLE - 1 - i) + digits;
}

/* Whether a digit is to be raised: the digits below are more than half of it, or half and it is
 * odd. */
static bool raised(const struct board_decimal *d, int i, uint32_t weight)
{
    const bool odd = d->words[i] / weight % 2;
    const int next = i + 1 < d->end ? i + 1 : i;
    const uint32_t below = weight > 1 ? d->words[i] % weight : next > i ? d->words[next] : 0;
    const uint32_t middle = (weight > 1 ? weight : (uint32_t)BOARD_BASE) / 2;
    if (below != middle) return below > middle;
    for (int rest = weight > 1 ? i + 1 : i + 2; rest < d->end; rest++)
        if (d->words[rest]) return true;
    return odd;
}

void board_decimal_round(struct board_decimal *d, int place)
{
    uint32_t weight;
    int i = word_of(place, &weight);
    if (i >= d->end) return;
    while (d->first > i)
        d->words[--d->first] = 0;
    const bool up = raised(d, i, weight);
    d->words[i] -= d->words[i] % weight;
    d->end = i + 1;
    if (up) d->words[i] += weight;
    for (; d->words[i] >= BOARD_BASE; i--) {
        d->words[i] -= BOARD_BASE;
        if (i == d->first) d->words[--d->first] = 0;
        d->words[i - 1]++;
    }
}
