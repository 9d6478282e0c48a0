/* Huge pages: large arrays that are read all over are faster from them, because the processor
 * has to translate the address of each page.
 */
#ifndef LOOPC_PAGES_H
#define LOOPC_PAGES_H

#include <stddef.h>

enum { LOOPC_HUGE_PAGE = 2 << 20 }; /* bytes; where it begins is a multiple of that */

/* Asks for huge pages wherever memory of `size` bytes, not yet used, has room for them; the system
 * may refuse (Linux gives them on demand, others do not). */
void loopc_huge_pages(void *memory, size_t size);

#endif
