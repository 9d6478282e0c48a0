/* The flags that programs have beside those of their options, as tables. */
#include "main/args.h"

#include <string.h>

const struct loopc_common_flag loopc_common_flags[] = {
    {"seed", "<u64>", "where all random numbers start (default 1)"},
    {"threads", "<n>", "share the work of the nets among n threads: the same results (default 1)"},
    {"metrics", "<file>", "write what is reported there, as JSON lines"},
    {"checkpoint", "<folder>", "save the run there, to be resumed; also on SIGUSR1"},
    {"save-every", "<n>[unit]", "steps, epochs or seconds between checkpoints (default 1epoch)"},
    {"keep", "<n>", "keep the latest n checkpoints, and the best (default all)"},
    {"best", "<field>", "keep the checkpoint with the lowest field, max:<field> the highest"},
    {"resume", "[which]", "go on from latest, best or a file (default latest)"},
    {"not-saved", "<what>", "go-on or stop when a checkpoint cannot be written (default go-on)"},
    {"control", "<channel>", "be steered: conn:FD, lines:stdio, lines:unix:PATH[,owner]"},
    {"log", "<file>", "write what is sent there to a file, too"},
    {"journal", "<file>", "write down by which messages it was steered, and when"},
    {"replay", "<file>", "be steered by a journal"},
    {"timings", "", "print the time of each step, phase and loop at the end"},
    {"timings-log", "<file>", "write these times there while it runs, as JSON lines"},
    {"trace", "", "print each step, and each field that it changes"},
    {"progress", "<when>", "auto, never or always: show progress (default auto)"},
    {"steps", "<n>", "end after so many steps"},
    {"help", "", "print this page"},
    {"version", "", "print the version"},
    {NULL, NULL, NULL},
};

const struct loopc_common_flag loopc_model_flags[] = {
    {"npy", "<folder>", "export: write the weights as NumPy arrays"},
    {"c-header", "<file>", "export: write constant arrays and a predict function in C11"},
    {"onnx", "<file>", "export: write the net as ONNX"},
    {"data", "<file>", "predict: what the net makes of each row, as CSV"},
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
