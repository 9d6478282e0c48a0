/* A double in decimal, all of its digits: 9 of them a word, most significant first. Halving and
 * doubling are exact, as 2^9 divides 10^9 (the method of musl's vfprintf.c).
 */
#ifndef BOARD_DECIMAL_H
#define BOARD_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

/* 2^1024 has 309 digits, 2^-1074 has 1074 behind the point. */
enum { BOARD_WHOLE = 35, BOARD_WORDS = BOARD_WHOLE + 120, BOARD_BASE = 1000000000 };

/* Words from first to before end are not 0 or lie between such; BOARD_WHOLE is the first one behind
 * the point. */
struct board_decimal {
    int first, end;
    uint32_t words[BOARD_WORDS];
};

/* significand * 2^exponent. */
void board_decimal_of(struct board_decimal *d, uint64_t significand, int exponent);

/* The digit of weight 10^place. */
int board_decimal_digit(const struct board_decimal *d, int place);

/* The place of the first digit that is not 0; of the value 0, 0. */
int board_decimal_top(const struct board_decimal *d);

/* Rounds to digits of weight 10^place and above: to nearest, ties to even. */
void board_decimal_round(struct board_decimal *d, int place);

#endif
