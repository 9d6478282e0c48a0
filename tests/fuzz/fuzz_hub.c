/* Fuzzing of what `loopc observe` hears of its trainers, for libFuzzer: lines of any bytes.
 * Messages to viewers are JSON for any input. */
#include "../../gen/observe/hub.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_update(struct hub *hub, struct viewer *viewer)
{
    char *text = NULL, message[256];
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (!out) abort();
    fputs("{\"trainers\":", out);
    hub_update(hub, viewer, out);
    fputc('}', out);
    fclose(out);
    if (loopc_json_check((struct loopc_json){text, length}, message, sizeof message)) {
        fprintf(stderr, "fuzz_hub: %s: %s\n", message, text);
        abort();
    }
    free(text);
}

static void free_topics(struct trainer *trainer)
{
    for (int i = 0; i < trainer->topic_count; i++) {
        free(trainer->topics[i].text);
        free(trainer->topics[i].recent);
        free(trainer->topics[i].all);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hub *hub = calloc(1, sizeof *hub);
    struct viewer *viewer = calloc(1, sizeof *viewer);
    if (!hub || !viewer) abort();
    hub_open(hub);
    hub->trainer_count = 1;
    strcpy(hub->trainers[0].name, "a\x1b\"b");
    while (size) {
        const uint8_t *end = memchr(data, '\n', size);
        const size_t length = end ? (size_t)(end - data) : size;
        char *line = calloc(1, length + 1);
        if (!line) abort();
        memcpy(line, data, length);
        hub_take(hub, 0, line, length);
        check_update(hub, viewer);
        free(line);
        data += length + (end != NULL);
        size -= length + (end != NULL);
    }
    memset(viewer, 0, sizeof *viewer);
    check_update(hub, viewer);
    free_topics(&hub->trainers[0]);
    free(hub);
    free(viewer);
    return 0;
}
