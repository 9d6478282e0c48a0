/* Texts that are kept. */
#include "run/texts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct loopc_text {
    struct loopc_text *next;
    size_t length;
    char text[];
};

const char *loopc_text_keep(struct loopc_texts *texts, const char *text, size_t length)
{
    for (struct loopc_text *t = texts->first; t; t = t->next) {
        if (t->length == length && !memcmp(t->text, text, length)) return t->text;
    }
    struct loopc_text *t = malloc(sizeof *t + length + 1);
    if (!t) return NULL;
    t->next = texts->first;
    t->length = length;
    memcpy(t->text, text, length);
    t->text[length] = 0;
    texts->first = t;
    return t->text;
}

void loopc_texts_free(struct loopc_texts *texts)
{
    while (texts->first) {
        struct loopc_text *t = texts->first;
        texts->first = t->next;
        free(t);
    }
}

const char *loopc_text_intern(const char *text, size_t length)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct loopc_texts texts;
    pthread_mutex_lock(&lock);
    const char *kept = loopc_text_keep(&texts, text, length);
    pthread_mutex_unlock(&lock);
    return kept;
}
