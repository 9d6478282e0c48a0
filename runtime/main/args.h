/* Command lines: the flags of a program's option fields, and those that every trainer has.
 *
 *     --name value   --name=value   --name=1,2,3 (arrays)   --name, --no-name (bool)
 *     --name-KEY value   the option KEY of data set `name` (loopc_dataset_keys)
 *     --data-KEY value   of predict: an option that says how --data is written
 *
 * '_' and '-' are the same in a flag's name. Of a flag given twice the later one counts. A
 * trainer's own options go before those of the runtime; its `seed`, if a whole number, is the
 * runtime's too.
 */
#ifndef LOOPC_ARGS_H
#define LOOPC_ARGS_H

#include "run/fields.h"
#include "run/program.h"
#include "checkpoint/checkpointer.h"
#include "control/control.h"
#include "data/table.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum loopc_action { LOOPC_ACTION_RUN, LOOPC_ACTION_HELP, LOOPC_ACTION_VERSION };

/* The subcommands of a trainer: a run, or an output of a trained model or of its data (model.h). */
enum loopc_subcommand {
    LOOPC_SUBCOMMAND_RUN,
    LOOPC_SUBCOMMAND_EXPORT,
    LOOPC_SUBCOMMAND_PREDICT,
    LOOPC_SUBCOMMAND_DATA /* prints the data sets in the place of a run: datasets.h */
};

struct loopc_model_args {
    enum loopc_subcommand subcommand;
    const char *npy, *header, *onnx;                 /* of export, or NULL */
    const char *input_names, *output_names;          /* of export, or NULL: see model.h */
    const char *data, *metrics;                      /* of predict, or NULL */
    const char *written[2 * LOOPC_DIALECT_KEYS + 1]; /* key, value, ...: how that file is written */
    const char *net;                                 /* or NULL */
    bool average;                                    /* the averages of the weights */
};

struct loopc_args {
    enum loopc_action action;
    uint64_t seed;         /* of the runtime; default 1 */
    bool seed_given;       /* by a flag */
    int32_t threads;       /* of the thread team; default 1 */
    const char *metrics;   /* a path, or NULL */
    const char *done_file; /* a path, or NULL */
    bool timings, trace;
    const char *timings_log; /* a path, or NULL */
    int64_t steps;           /* of the step form: how many at most; default -1, all */
    enum loopc_when progress;
    struct loopc_saving saving;
    struct loopc_model_args model;
    struct loopc_control_options control;
    const char **given; /* the argument of each option by its field's index, NULL without one */
    struct loopc_dataset_options *data; /* by the field's index: of a data set, with its flags */
    uint32_t *keys; /* by the field's index: a bit for each of loopc_dataset_keys that is a flag */
    char message[512]; /* of an error */
    char hint[256];    /* for it, or "" */
};

/* Reads the command line into args and, by the table of fields, into state, which holds the
 * defaults. Returns LOOPC_OK, or LOOPC_FAILED with args->message set. Either way free it
 * afterwards. */
int loopc_args_read(struct loopc_args *args, const struct loopc_program *program, void *state,
                    struct loopc_texts *texts, int argc, char **argv);
void loopc_args_free(struct loopc_args *args);

struct loopc_args_reader;

/* A flag of trainers or of their subcommands: a row of flags.def. */
struct loopc_common_flag {
    const char *name, *value, *doc; /* value: "" for a flag without one */
    int commands;                   /* see loopc_flag_is_of */
    int (*read)(struct loopc_args_reader *reader, const struct loopc_common_flag *flag, void *into);
    size_t offset; /* of the member of struct loopc_args that it sets */
};
extern const struct loopc_common_flag loopc_common_flags[]; /* ends with a NULL name */

/* Whether a subcommand of the program has the flag: --steps is of programs in the step form,
 * --threads of those with nets. */
bool loopc_flag_is_of(const struct loopc_common_flag *flag, enum loopc_subcommand subcommand,
                      const struct loopc_program *program);

/* Whether a flag that a spec calls `flag` is meant by the first `length` bytes of `text`. */
bool loopc_flag_is(const char *flag, const char *text, size_t length);

/* The page of --help; state holds the defaults. */
void loopc_help_print(const struct loopc_program *program, const void *state, FILE *out);

#endif
