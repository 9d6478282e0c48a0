/* What the parts of a board's program know of each other: the processor (start_arm.c,
 * start_riscv.c), the debugger's calls (semihosting.c), printing (stdio.c), the trainer (main.c).
 */
#ifndef BOARD_PARTS_H
#define BOARD_PARTS_H

#include <stddef.h>
#include <stdint.h>

int main(void);

/* The first function, whose frame begins at the highest address of the stack. */
void board_reset(void);

/* What it ends with: paints the stack below its own frame, fills variables, runs main. */
void board_begin(void) __attribute__((noreturn));

/* A call of the debugger: its number and argument; arguments of most are a block of words. */
uintptr_t board_call(uintptr_t number, const void *argument);

void board_exit(int code) __attribute__((noreturn));

/* `to`: 1 is standard output, 2 standard error. */
void board_write(int to, const char *text, size_t size);

/* Where bodies print: before the first of them. */
void board_open_streams(void);

/* For processor faults. */
void board_stop(void) __attribute__((noreturn));

/* Bytes of the stack that were ever in use. */
uint32_t board_stack_used(void);

/* Instructions since the start, where QEMU takes one for a nanosecond (-icount shift=0). */
void board_start_count(void);
uint64_t board_instructions(void);

#endif
