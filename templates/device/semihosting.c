/* Memory of a program for a board; text and exit code by semihosting, which QEMU and debuggers
 * answer. A product has its maker's own in the place of this file.
 */
#include "board_parts.h"

#include <string.h>

extern uint32_t board_data[], board_data_end[], board_data_from[], board_bss[], board_bss_end[];
extern uint32_t board_stack_end[], board_stack[]; /* the lowest word, behind the highest one */

enum { PAINT = 0x5aa5c33c };

void board_exit(int code)
{
    enum { EXIT_EXTENDED = 0x20, APPLICATION_EXIT = 0x20026 };
    const uintptr_t block[] = {APPLICATION_EXIT, (uintptr_t)code};
    board_call(EXIT_EXTENDED, block);
    for (;;) {
    }
}

void board_write(int to, const char *text, size_t size)
{
    enum { OPEN = 1, WRITE = 5, TO_WRITE = 4, TO_APPEND = 8 };
    static uintptr_t handles[2]; /* plus 1 */
    uintptr_t *const handle = &handles[to == 2];
    if (!*handle) {
        const uintptr_t block[] = {(uintptr_t) ":tt", to == 2 ? TO_APPEND : TO_WRITE, 3};
        *handle = board_call(OPEN, block) + 1;
    }
    const uintptr_t block[] = {*handle - 1, (uintptr_t)text, size};
    board_call(WRITE, block);
}

uint32_t board_stack_used(void)
{
    const uint32_t *at = board_stack_end;
    while (at < board_stack && *at == PAINT)
        at++;
    return (uint32_t)((uintptr_t)board_stack - (uintptr_t)at);
}

void board_stop(void)
{
    static const char text[] = "the processor has stopped at a fault\n";
    board_write(2, text, sizeof text - 1);
    board_exit(1);
}

void board_begin(void)
{
    uint32_t *const here = __builtin_frame_address(0);
    for (uint32_t *at = board_stack_end; at < here - 16; at++)
        *at = PAINT;
    memcpy(board_data, board_data_from, (uintptr_t)board_data_end - (uintptr_t)board_data);
    memset(board_bss, 0, (uintptr_t)board_bss_end - (uintptr_t)board_bss);
    board_start_count();
    board_exit(main());
}
