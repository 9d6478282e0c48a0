/* The flags that programs have in addition to those of their options, as tables. */
#include "main/args.h"

#include <string.h>

const struct loopc_common_flag loopc_common_flags[] = {
#define FLAG(name, value, doc) {name, value, doc},
#include "main/flags.def"
#undef FLAG
    {NULL, NULL, NULL},
};

const struct loopc_common_flag loopc_model_flags[] = {
    {"npy", "<folder>", "export: write the weights as NumPy arrays"},
    {"c-header", "<file>", "export: write constant arrays and a predict function in C11"},
    {"onnx", "<file>", "export: write the net as ONNX"},
    {"data", "<file>",
     "predict: what the net makes of each row, as CSV; --data-separator, -decimal, -comment, "
     "-header and -skip-lines say how it is written"},
    {"metrics", "<file>", "predict: how right it is, where the file has the answers, as JSON"},
    {"net", "<name>", "which net, where there are several"},
    {NULL, NULL, NULL},
};

bool loopc_flag_is_of(const struct loopc_common_flag *flag, const struct loopc_program *program)
{
    if (!strcmp(flag->name, "steps")) return program->step != NULL;
    return program->threads || strcmp(flag->name, "threads") != 0;
}

static char spelled(char c)
{
    return c == '_' ? '-' : c;
}

bool loopc_flag_is(const char *flag, const char *text, size_t length)
{
    size_t i = 0;
    while (i < length && flag[i] && spelled(flag[i]) == spelled(text[i]))
        i++;
    return i == length && !flag[i];
}
