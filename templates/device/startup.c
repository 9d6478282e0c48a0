/* Start of a program on an Arm Cortex-M: vectors, memory, floating point; text and exit code by
 * semihosting, which QEMU and debuggers answer. A product has its maker's own in the place of this
 * file.
 */
#include <stdint.h>
#include <string.h>

extern uint32_t board_data[], board_data_end[], board_data_from[], board_bss[], board_bss_end[];
extern uint32_t board_stack_end[], board_stack[]; /* the lowest word, behind the highest one */

int main(void);
void board_reset(void);
void board_exit(int code) __attribute__((noreturn));
void board_write(int to, const char *text, uint32_t size);
uint32_t board_stack_used(void);
uint64_t board_instructions(void);

enum { PAINT = 0x5aa5c33c };

/* A call of the debugger: its number and argument; arguments of most are a block of words. */
static uint32_t semihosting(uint32_t number, const void *argument)
{
    register uint32_t r0 __asm__("r0") = number;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void board_exit(int code)
{
    enum { EXIT_EXTENDED = 0x20, APPLICATION_EXIT = 0x20026 };
    const uint32_t block[] = {APPLICATION_EXIT, (uint32_t)code};
    semihosting(EXIT_EXTENDED, block);
    for (;;) {
    }
}

/* `to`: 1 is standard output, 2 standard error. */
void board_write(int to, const char *text, uint32_t size)
{
    enum { OPEN = 1, WRITE = 5, TO_WRITE = 4, TO_APPEND = 8 };
    static uint32_t handles[2]; /* plus 1 */
    uint32_t *const handle = &handles[to == 2];
    if (!*handle) {
        const uint32_t block[] = {(uint32_t)(uintptr_t) ":tt", to == 2 ? TO_APPEND : TO_WRITE, 3};
        *handle = semihosting(OPEN, block) + 1;
    }
    const uint32_t block[] = {*handle - 1, (uint32_t)(uintptr_t)text, size};
    semihosting(WRITE, block);
}

/* Bytes of the stack that were ever in use. */
uint32_t board_stack_used(void)
{
    const uint32_t *at = board_stack_end;
    while (at < board_stack && *at == PAINT)
        at++;
    return (uint32_t)((uintptr_t)board_stack - (uintptr_t)at);
}

#ifdef BOARD_TIMER
/* Instructions since the start, in steps of BOARD_STEP: a timer of 25 or 20 MHz, where QEMU takes
 * an instruction for a nanosecond (-icount shift=0). */
static volatile uint32_t *const timer = (volatile uint32_t *)BOARD_TIMER;

static void start_timer(void)
{
    timer[0] = 0xffffffff;
    timer[2] = 0x82; /* enabled, free-running, 32 bits */
}

uint64_t board_instructions(void)
{
    return (uint64_t)(0xffffffff - timer[1]) * BOARD_STEP;
}
#else
static void start_timer(void)
{
}
#endif

static void stop(void)
{
    static const char text[] = "the processor has stopped at a fault\n";
    board_write(2, text, sizeof text - 1);
    board_exit(1);
}

__attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = {
    (void (*)(void))board_stack,
    board_reset,
    stop,
    stop,
    stop,
    stop,
    stop,
    stop,
    stop,
    stop,
    stop,
    stop,
    stop,
    stop,
    stop,
    stop,
};

void board_reset(void)
{
#if defined __ARM_FP && __ARM_FP
    *(volatile uint32_t *)0xe000ed88 |= 0xf << 20; /* CPACR: the coprocessors of floats */
    __asm__ volatile("dsb\n\tisb");
#endif
    uint32_t *const here = __builtin_frame_address(0);
    for (uint32_t *at = board_stack_end; at < here - 16; at++)
        *at = PAINT;
    memcpy(board_data, board_data_from, (uintptr_t)board_data_end - (uintptr_t)board_data);
    memset(board_bss, 0, (uintptr_t)board_bss_end - (uintptr_t)board_bss);
    start_timer();
    board_exit(main());
}
