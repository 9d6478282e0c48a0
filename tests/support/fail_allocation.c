/* To be preloaded: of the allocations of a program, the one whose number is in FAIL_AT finds no
 * memory. A program that has made fewer of them ends with exit code 99. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static long made;

static long wanted(void)
{
    const char *text = getenv("FAIL_AT");
    return text ? atol(text) : 0;
}

static int fails(void)
{
    if (__atomic_add_fetch(&made, 1, __ATOMIC_RELAXED) != wanted()) return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

__attribute__((destructor)) static void say_that_there_were_fewer(void)
{
    if (made < wanted()) _exit(99);
}
