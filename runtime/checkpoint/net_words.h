/* The activation and the output of nets in checkpoints: weights that were learned with others mean
 * something else. */
#ifndef LOOPC_NET_WORDS_H
#define LOOPC_NET_WORDS_H

#include "checkpoint/safetensors.h"
#include "run/program.h"

/* "relu, softmax", to be freed, or NULL without memory. */
char *loopc_net_words(const struct loopc_net *net);

/* Whether the file was written by a program in which the net has other words; then with a text that
 * says so. A file without any says nothing. */
bool loopc_net_is_other(const struct loopc_safetensors *file, const struct loopc_net *net,
                        char *text, size_t size);

#endif
