/* For tests: a loading with its message, and the notes that it was given. */
#ifndef LOADING_H
#define LOADING_H

#include "kept.h"

struct notes {
    char missing[512], extra[512], warnings[1024]; /* each in ";" */
};

struct test_loading {
    struct loopc_load_request loading;
    struct loopc_texts texts;
    struct notes notes;
    char text[1024];
};

static inline void notes_take(void *listener, enum loopc_load_note note, const char *text)
{
    struct notes *notes = listener;
    char *to = note == LOOPC_NOTE_MISSING ? notes->missing
               : note == LOOPC_NOTE_EXTRA ? notes->extra
                                          : notes->warnings;
    const size_t size = note == LOOPC_NOTE_WARNING ? sizeof notes->warnings : sizeof notes->extra;
    const size_t length = strlen(to);
    snprintf(to + length, size - length, "%s;", text);
}

/* Ready to load into s. Texts that it keeps stay until loading_end. */
static inline void loading_begin(struct test_loading *t, const struct loopc_program *program,
                                 void *state)
{
    memset(t, 0, sizeof *t);
    t->loading = (struct loopc_load_request){.program = program,
                                             .state = state,
                                             .texts = &t->texts,
                                             .note = notes_take,
                                             .listener = &t->notes,
                                             .message = {t->text, sizeof t->text}};
}

static inline void loading_end(struct test_loading *t)
{
    loopc_texts_free(&t->texts);
}

#endif
