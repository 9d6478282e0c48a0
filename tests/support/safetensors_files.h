/* A file of safetensors in a folder of its own, for tests that write it and read it again. */
#ifndef SAFETENSORS_FILES_H
#define SAFETENSORS_FILES_H

#include "files.h"
#include "checkpoint/safetensors.h"
#include "run/failures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static char folder[64], path[128], text[1024];
static const struct loopc_message message = {text, sizeof text};

static inline int set_up(void **state)
{
    (void)state;
    files_folder(folder);
    snprintf(path, sizeof path, "%s/x.safetensors", folder);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    files_remove(folder);
    return 0;
}

static inline void write_file(const struct loopc_contents *contents)
{
    FILE *file = fopen(path, "wb");
    assert_int_equal(loopc_safetensors_write(file, contents), LOOPC_OK);
    assert_int_equal(fclose(file), 0);
}

/* Writes a file of this header and `data` zero bytes. */
static inline void write_header(const char *header, size_t data)
{
    const uint64_t length = strlen(header);
    FILE *file = fopen(path, "wb");
    fwrite(&length, sizeof length, 1, file);
    fputs(header, file);
    for (size_t i = 0; i < data; i++)
        fputc(0, file);
    assert_int_equal(fclose(file), 0);
}

#endif
