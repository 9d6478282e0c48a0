/* Texts that are kept: the values of str fields that came from outside. */
#ifndef LOOPC_TEXTS_H
#define LOOPC_TEXTS_H

#include <stddef.h>

/* A store of texts. Starts as zeros. */
struct loopc_texts {
    struct loopc_text *first;
};

/* The one copy of these `length` bytes and a 0, or NULL when there is no memory. Owned by texts. */
const char *loopc_text_keep(struct loopc_texts *texts, const char *text, size_t length);
void loopc_texts_free(struct loopc_texts *texts);

/* The one copy of a text that is never freed, or NULL without memory. From any thread. */
const char *loopc_text_intern(const char *text, size_t length);

#endif
