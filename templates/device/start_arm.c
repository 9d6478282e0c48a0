/* Start of a program on an Arm Cortex-M: vectors, floating point, the timer of QEMU's boards. */
#include "board_parts.h"

extern uint32_t board_stack[];

uintptr_t board_call(uintptr_t number, const void *argument)
{
    register uintptr_t r0 __asm__("r0") = number;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

/* A timer of 25 or 20 MHz: a tick is BOARD_STEP instructions. */
static volatile uint32_t *const timer = (volatile uint32_t *)BOARD_TIMER;

void board_start_count(void)
{
    timer[0] = 0xffffffff;
    timer[2] = 0x82; /* enabled, free-running, 32 bits */
}

uint64_t board_instructions(void)
{
    return (uint64_t)(0xffffffff - timer[1]) * BOARD_STEP;
}

__attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = {
    (void (*)(void))board_stack,
    board_reset,
    board_stop,
    board_stop,
    board_stop,
    board_stop,
    board_stop,
    board_stop,
    board_stop,
    board_stop,
    board_stop,
    board_stop,
    board_stop,
    board_stop,
    board_stop,
    board_stop,
};

void board_reset(void)
{
#if defined __ARM_FP && __ARM_FP
    *(volatile uint32_t *)0xe000ed88 |= 0xf << 20; /* CPACR: the coprocessors of floats */
    __asm__ volatile("dsb\n\tisb");
#endif
    board_begin();
}
