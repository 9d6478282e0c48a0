/* Start of a program on a RISC-V of 32 bits: stack, traps, floating point. */
#include "board_parts.h"

/* Registers of control are an extension that compilers take for granted, and assemblers do not. */
#define CSR(text) ".option push\n\t.option arch, +zicsr\n\t" text "\n\t.option pop"

/* The debugger knows its calls by the three instructions, none of them compressed. */
__attribute__((noinline, aligned(16))) uintptr_t board_call(uintptr_t number, const void *argument)
{
    register uintptr_t a0 __asm__("a0") = number;
    register const void *a1 __asm__("a1") = argument;
    __asm__ volatile(".option push\n\t.option norvc\n\t"
                     "slli x0, x0, 0x1f\n\tebreak\n\tsrai x0, x0, 7\n\t"
                     ".option pop"
                     : "+r"(a0)
                     : "r"(a1)
                     : "memory");
    return a0;
}

void board_start_count(void)
{
}

/* minstret, whose halves are read apart: again if the upper one has changed. */
uint64_t board_instructions(void)
{
    uint32_t high, low, again;
    do {
        __asm__ volatile(CSR("csrr %0, minstreth\n\tcsrr %1, minstret\n\tcsrr %2, minstreth")
                         : "=r"(high), "=r"(low), "=r"(again));
    } while (high != again);
    return (uint64_t)high << 32 | low;
}

void board_start(void);

__attribute__((aligned(4))) static void trap(void)
{
    board_stop();
}

__attribute__((noreturn, used)) void board_start(void)
{
    void (*const handler)(void) = trap;
    __asm__ volatile(CSR("csrw mtvec, %0") : : "r"(handler));
#ifdef __riscv_flen
    __asm__ volatile(CSR("csrs mstatus, %0\n\tcsrw fcsr, zero")
                     :
                     : "r"(0x6000)); /* FS: floats are on */
#endif
    board_begin();
}

__attribute__((section(".vectors"), naked, used)) void board_reset(void)
{
    __asm__ volatile(".option push\n\t.option norelax\n\t"
                     "la gp, __global_pointer$\n\t.option pop\n\t"
                     "la sp, board_stack\n\t"
                     "j board_start");
}
