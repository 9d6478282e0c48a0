/* Fuzzing of safetensors and checkpoints, for libFuzzer. The input is a file. What opens has to
 * hold what safetensors.h promises; then, its checksum put right so that more gets through, it is
 * loaded as a checkpoint, which must succeed or leave the state as it was. */
#include "kept.h"
#include "checkpoint/safetensors.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
    if (condition) return;
    fprintf(stderr, "fuzz_safetensors: %s\n", what);
    abort();
}

static char text[256];
static const struct loopc_message message = {text, sizeof text};

static void require_message(const char *path)
{
    require(strnlen(text, sizeof text) < sizeof text, "a message that ends");
    require(!strncmp(text, path, strlen(path)), "a message that names the file");
}

static void use(const struct loopc_safetensors *file)
{
    for (int i = 0; i < file->tensor_count; i++) {
        const struct loopc_stored *stored = &file->tensors[i];
        char *const bytes = malloc((size_t)stored->bytes + 1);
        char dims[32];
        require(stored->at + stored->bytes <= file->size, "data in the file");
        require(!loopc_safetensors_get(file, stored, bytes, &message), "data to be read");
        require(loopc_safetensors_find(file, stored->name) == stored, "tensors by name");
        loopc_dims_format(stored->dims, stored->rank, dims, sizeof dims);
        free(bytes);
    }
    for (int i = 0; i < file->meta_count; i++) {
        const char *value = loopc_safetensors_text(file, file->metas[i].key);
        require(value && !strcmp(value, file->metas[i].value), "texts by key");
    }
}

/* Writes the checksum that these bytes have into the file. */
static void put_right(int fd, const uint8_t *data, size_t size, size_t at)
{
    uint8_t *const copy = malloc(size);
    char digits[16];
    memcpy(copy, data, size);
    memcpy(copy + at, "00000000", 8);
    snprintf(digits, sizeof digits, "%08lx", crc32_z(0, copy, size));
    require(pwrite(fd, digits, 8, (off_t)at) == 8, "pwrite");
    free(copy);
}

static void load(const char *path, bool values_only)
{
    static struct kept state, before;
    struct loopc_texts texts = {0};
    struct loopc_load_request loading = {.program = &kept_program,
                                         .state = &state,
                                         .texts = &texts,
                                         .values_only = values_only,
                                         .message = message};
    kept_fill(&state, 7);
    before = state;
    const int result = loopc_checkpoint_load(&loading, path);
    if (result) require_message(path);
    if (result) require(!memcmp(&state, &before, sizeof state), "an untouched state");
    unsigned char on;
    memcpy(&on, &state.on, 1);
    require(on <= 1, "a bool");
    require(!state.word || strlen(state.word) < 1 << 20, "a text");
    loopc_texts_free(&texts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct loopc_safetensors file;
    char path[32];
    const int fd = memfd_create("fuzz", 0);
    require(fd >= 0 && write(fd, data, size) == (ssize_t)size, "memfd");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    memset(text, 'x', sizeof text);
    if (loopc_safetensors_open(&file, path, &message)) {
        require_message(path);
    } else {
        use(&file);
        if (loopc_safetensors_check(&file, &message)) require_message(path);
        if (file.has_checksum && file.checksum_at + 8 <= size) {
            put_right(fd, data, size, (size_t)file.checksum_at);
        }
        loopc_safetensors_close(&file);
        load(path, false);
    }
    load(path, true);
    close(fd);
    return 0;
}
