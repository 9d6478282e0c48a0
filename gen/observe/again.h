/* Starting a program again with other values of its flags. */
#ifndef LOOPC_OBSERVE_AGAIN_H
#define LOOPC_OBSERVE_AGAIN_H

#include "base/json.h"

enum { FLAGS_MOST = 64 };

struct again_flag {
    char *name, *value;
    bool is_switch; /* of type bool: --name or --no-name */
};

struct again {
    int count; /* 0: nothing is to be started */
    struct again_flag flags[FLAGS_MOST];
};

/* Reads {"seed": "8", "eta": "0.5"}: values are texts. Allowed are "seed", a whole number, and the
 * flags that the program lists in its status: no others, so that a page reaches no file by a flag
 * such as --metrics. Returns false, with nothing to free, otherwise. */
bool again_read(struct again *again, struct loopc_json text, const char *status);

/* The arguments of the program with these values instead of those it had: to be freed; NULL without
 * memory. */
char **again_arguments(const struct again *again, char **argv);
void again_free_arguments(char **argv);

void again_free(struct again *again);

#endif
