/* Huge pages, on demand. */
#include "base/pages.h"

#include <stdint.h>
#include <sys/mman.h>

void loopc_huge_pages(void *memory, size_t size)
{
#ifdef MADV_HUGEPAGE
    const size_t skipped = -(uintptr_t)memory % LOOPC_HUGE_PAGE;
    if (size < skipped + LOOPC_HUGE_PAGE) return;
    const size_t whole = (size - skipped) / LOOPC_HUGE_PAGE * LOOPC_HUGE_PAGE;
    madvise((char *)memory + skipped, whole, MADV_HUGEPAGE);
#else
    (void)memory, (void)size;
#endif
}
