/* The words of nets in checkpoints. */
#include "checkpoint/net_words.h"

#include "checkpoint/entries.h"

#include <stdlib.h>
#include <string.h>

static const char *word(const char *text)
{
    return text ? text : "-";
}

char *loopc_net_words(const struct loopc_net *net)
{
    char *text;
    if (asprintf(&text, "%s, %s", word(net->activation), word(net->output)) < 0) return NULL;
    return text;
}

bool loopc_net_is_other(const struct loopc_safetensors *file, const struct loopc_net *net,
                        char *text, size_t size)
{
    char *const key = loopc_key_make("loopc.net", net->name), *const now = loopc_net_words(net);
    const char *const before = key ? loopc_safetensors_text(file, key) : NULL;
    const bool other = now && before && strcmp(now, before) != 0;
    if (other)
        snprintf(text, size,
                 "the weights of %s were learned with activation and output %.60s, and the "
                 "program has %s",
                 net->name, before, now);
    free(key);
    free(now);
    return other;
}
