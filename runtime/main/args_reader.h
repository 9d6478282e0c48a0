/* The parts of the reader of command lines. Part of args: its readers return LOOPC_OK, or
 * LOOPC_FAILED with the message and the hint of struct loopc_args set. */
#ifndef LOOPC_ARGS_READER_H
#define LOOPC_ARGS_READER_H

#include "main/args.h"

struct loopc_args_reader {
    struct loopc_args *args;
    const struct loopc_program *program;
    void *state;
    struct loopc_texts *texts;
    char **next;        /* the arguments that are not read yet */
    const char *name;   /* of the current flag, without its dashes */
    size_t name_length; /* up to '=' */
    const char *value;  /* the text after '=', or NULL */
};

/* Sets reader->value: the text after '=', or else the next argument. A flag is not a value, a
 * negative number is. `kind` is the value's name in the hint: "<file>". */
int loopc_args_take(struct loopc_args_reader *reader, const char *kind);

/* For a flag without a value. */
int loopc_args_refuse_value(struct loopc_args_reader *reader);

/* Refuses the value of a flag; hint may be NULL. */
int loopc_args_wrong_value(struct loopc_args_reader *reader, const char *flag, const char *why,
                           const char *hint);

/* Takes a value that is the name of a file: not empty. */
int loopc_args_take_file(struct loopc_args_reader *reader, const char *flag);

/* Refuses flags of data sets of which one would make another one change nothing. */
int loopc_args_check_keys(const struct loopc_args_reader *reader);

/* Reads the value of a flag of flags.def into the member that its row names. */
int loopc_args_read_common(struct loopc_args_reader *reader, const struct loopc_common_flag *flag);

#endif
