/* What the files of printf's formats share. */
#ifndef BOARD_FORMAT_PARTS_H
#define BOARD_FORMAT_PARTS_H

#include "board_format.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    BOARD_LEFT = 1,
    BOARD_PLUS = 2,
    BOARD_BLANK = 4,
    BOARD_ALTERNATE = 8,
    BOARD_ZEROS = 16,
    BOARD_UPPER = 32
};

struct board_output {
    board_put put;
    void *to;
    int count;
};

/* A conversion as it is written; precision is -1 where there is none. */
struct board_conversion {
    int flags, width, precision;
    char length, kind;
};

void board_put_text(struct board_output *o, const char *text, int size);
void board_put_letter(struct board_output *o, int letter);
void board_repeat(struct board_output *o, int letter, int count);

/* Puts blanks, the prefix and zeros before `size` letters; returns how many blanks come behind. */
int board_begin_item(struct board_output *o, const struct board_conversion *c, const char *prefix,
                     int size);

/* Puts text without zeros before it. */
void board_put_word(struct board_output *o, const struct board_conversion *c, const char *text,
                    int size);

/* "-", "+", " " or "". */
const char *board_sign_of(const struct board_conversion *c, bool negative);

/* %f, %e, %g, %a and those in capitals. */
void board_put_float(struct board_output *o, const struct board_conversion *c, double value);

#endif
