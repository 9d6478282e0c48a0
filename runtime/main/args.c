/* Command lines: one flag after the other, from left to right. The rules are those of
 * getopt_long without abbreviations: a new option of a spec must not change the meaning of a
 * command line in a script. */
#include "main/args_reader.h"

#include "base/nearest.h"

#include <stdlib.h>
#include <string.h>

static const struct loopc_field *find_option(const struct loopc_args_reader *reader,
                                             const char *name, size_t length)
{
    for (int i = 0; i < reader->program->field_count; i++) {
        const struct loopc_field *field = &reader->program->fields[i];
        if (field->flag && loopc_flag_is(field->flag, name, length)) return field;
    }
    return NULL;
}

static const struct loopc_common_flag *find_common(const struct loopc_args_reader *reader)
{
    const enum loopc_subcommand subcommand = reader->args->model.subcommand;
    for (const struct loopc_common_flag *flag = loopc_common_flags; flag->name; flag++) {
        if (loopc_flag_is(flag->name, reader->name, reader->name_length) &&
            loopc_flag_is_of(flag, subcommand, reader->program))
            return flag;
    }
    return NULL;
}

int loopc_args_take(struct loopc_args_reader *reader, const char *kind)
{
    if (reader->value) return LOOPC_OK;
    if (*reader->next && strncmp(*reader->next, "--", 2) != 0) {
        reader->value = *reader->next++;
        return LOOPC_OK;
    }
    struct loopc_args *args = reader->args;
    snprintf(args->message, sizeof args->message, "--%.80s needs a value", reader->name);
    snprintf(args->hint, sizeof args->hint, "--%.80s %s", reader->name, kind);
    return LOOPC_FAILED;
}

int loopc_args_refuse_value(struct loopc_args_reader *reader)
{
    if (!reader->value) return LOOPC_OK;
    struct loopc_args *args = reader->args;
    snprintf(args->message, sizeof args->message, "--%.*s takes no value",
             (int)(reader->name_length % 100), reader->name);
    return LOOPC_FAILED;
}

int loopc_args_wrong_value(struct loopc_args_reader *reader, const char *flag, const char *why,
                           const char *hint)
{
    struct loopc_args *args = reader->args;
    snprintf(args->message, sizeof args->message, "--%s: %s", flag, why);
    snprintf(args->hint, sizeof args->hint, "%s", hint ? hint : "");
    return LOOPC_FAILED;
}

int loopc_args_take_file(struct loopc_args_reader *reader, const char *flag)
{
    if (loopc_args_take(reader, "<file>")) return LOOPC_FAILED;
    return *reader->value ? LOOPC_OK
                          : loopc_args_wrong_value(reader, flag, "a file has a name", NULL);
}

static int read_dataset(struct loopc_args_reader *reader, const struct loopc_field *field)
{
    if (loopc_args_take_file(reader, field->flag)) return LOOPC_FAILED;
    reader->args->given[field - reader->program->fields] = reader->value;
    return LOOPC_OK;
}

/* The data set field and the key that a flag NAME-KEY means; NULL when there is none. */
static const struct loopc_field *find_dataset_key(const struct loopc_args_reader *reader,
                                                  const char **key)
{
    for (int i = 0; i < reader->program->field_count; i++) {
        const struct loopc_field *const field = &reader->program->fields[i];
        const size_t length = field->flag ? strlen(field->flag) : 0;
        if (field->type != LOOPC_DATASET || !length || reader->name_length < length + 2) continue;
        if (!loopc_flag_is(field->flag, reader->name, length)) continue;
        const char *const rest = reader->name + length;
        if (*rest != '-' && *rest != '_') continue;
        for (const struct loopc_dataset_key *k = loopc_dataset_keys; k->key; k++) {
            *key = k->key;
            if (loopc_flag_is(k->key, rest + 1, reader->name_length - length - 1)) return field;
        }
    }
    return NULL;
}

static int read_dataset_key(struct loopc_args_reader *reader, const struct loopc_field *field,
                            const char *key)
{
    char why[256], flag[120];
    const ptrdiff_t i = field - reader->program->fields;
    struct loopc_dataset_options *const options = &reader->args->data[i];
    snprintf(flag, sizeof flag, "%.*s", (int)(reader->name_length % sizeof flag), reader->name);
    if (loopc_args_take(reader, "<value>")) return LOOPC_FAILED;
    if (loopc_dataset_option(options, key, reader->value, why, sizeof why))
        return loopc_args_wrong_value(reader, flag, why, NULL);
    reader->args->keys[i] |= UINT32_C(1) << loopc_dataset_key_place(key);
    return LOOPC_OK;
}

/* A flag of an option field. A bool needs no value. */
static int read_option(struct loopc_args_reader *reader, const struct loopc_field *field)
{
    char why[256], kind[32];
    if (field->type == LOOPC_DATASET) return read_dataset(reader, field);
    reader->args->given[field - reader->program->fields] = "";
    snprintf(kind, sizeof kind, "<%s>", loopc_type_name(field->type));
    if (field->type == LOOPC_BOOL && field->count == 1) {
        if (!reader->value) reader->value = "true";
    } else if (loopc_args_take(reader, kind)) {
        return LOOPC_FAILED;
    }
    if (loopc_field_parse(field, reader->state, reader->value, reader->texts, why, sizeof why)) {
        return loopc_args_wrong_value(reader, field->flag, why, NULL);
    }
    return LOOPC_OK;
}

static int read_no(struct loopc_args_reader *reader, const struct loopc_field *field)
{
    char why[64];
    if (loopc_args_refuse_value(reader)) return LOOPC_FAILED;
    return loopc_field_parse(field, reader->state, "false", reader->texts, why, sizeof why);
}

static bool takes_options(const struct loopc_args_reader *reader)
{
    const enum loopc_subcommand subcommand = reader->args->model.subcommand;
    return subcommand == LOOPC_SUBCOMMAND_RUN || subcommand == LOOPC_SUBCOMMAND_DATA;
}

/* Lists all flags of the program, or only counts them. Returns the number. */
static int list_flags(const struct loopc_args_reader *reader, const char **flags)
{
    const struct loopc_program *const program = reader->program;
    int count = 0;
    for (int i = 0; takes_options(reader) && i < program->field_count; i++) {
        if (!program->fields[i].flag) continue;
        if (flags) flags[count] = program->fields[i].flag;
        count++;
    }
    for (const struct loopc_common_flag *flag = loopc_common_flags; flag->name; flag++) {
        if (!loopc_flag_is_of(flag, reader->args->model.subcommand, program)) continue;
        if (flags) flags[count] = flag->name;
        count++;
    }
    return count;
}

static int unknown(struct loopc_args_reader *reader)
{
    struct loopc_args *args = reader->args;
    char name[80];
    snprintf(name, sizeof name, "%.*s", (int)(reader->name_length % 1000), reader->name);
    snprintf(args->message, sizeof args->message, "unknown flag '--%s'", name);
    snprintf(args->hint, sizeof args->hint, "--help lists the flags there are");
    const char **flags = calloc((size_t)list_flags(reader, NULL) + 1, sizeof *flags);
    if (!flags) return LOOPC_FAILED;
    const int nearest = loopc_nearest(name, flags, list_flags(reader, flags));
    if (nearest >= 0) {
        snprintf(args->hint, sizeof args->hint, "did you mean '--%s'?", flags[nearest]);
    }
    free(flags);
    return LOOPC_FAILED;
}

/* The key that --data-KEY of predict means, or NULL. */
static const char *find_written_key(const struct loopc_args_reader *reader)
{
    static const char data[] = "data-";
    const size_t length = sizeof data - 1;
    if (reader->args->model.subcommand != LOOPC_SUBCOMMAND_PREDICT) return NULL;
    if (reader->name_length <= length || !loopc_flag_is(data, reader->name, length)) return NULL;
    const char *const rest = reader->name + length;
    for (const struct loopc_dataset_key *k = loopc_dataset_keys; k->key; k++) {
        if (loopc_dataset_is_dialect(k->key) &&
            loopc_flag_is(k->key, rest, reader->name_length - length))
            return k->key;
    }
    return NULL;
}

/* Of a key given twice the later value counts. */
static int read_written(struct loopc_args_reader *reader, const char *key)
{
    struct loopc_dataset_options options = {0};
    const char **place = reader->args->model.written;
    char why[256], flag[32];
    snprintf(flag, sizeof flag, "data-%s", key);
    if (loopc_args_take(reader, "<value>")) return LOOPC_FAILED;
    if (loopc_dataset_option(&options, key, reader->value, why, sizeof why))
        return loopc_args_wrong_value(reader, flag, why, NULL);
    while (*place && strcmp(*place, key) != 0)
        place += 2;
    place[0] = key;
    place[1] = reader->value;
    return LOOPC_OK;
}

static int read_dataset_or_no(struct loopc_args_reader *reader)
{
    const char *key;
    const struct loopc_field *field = find_dataset_key(reader, &key);
    if (field) return read_dataset_key(reader, field, key);
    if (reader->name_length > 3 && loopc_flag_is("no-", reader->name, 3)) {
        field = find_option(reader, reader->name + 3, reader->name_length - 3);
        if (field && field->type == LOOPC_BOOL && field->count == 1) return read_no(reader, field);
    }
    return unknown(reader);
}

static int read_flag(struct loopc_args_reader *reader)
{
    const bool options = takes_options(reader);
    const struct loopc_field *field =
        options ? find_option(reader, reader->name, reader->name_length) : NULL;
    if (field) return read_option(reader, field);
    const struct loopc_common_flag *common = find_common(reader);
    if (common) return loopc_args_read_common(reader, common);
    if (options) return read_dataset_or_no(reader);
    const char *const key = find_written_key(reader);
    return key ? read_written(reader, key) : unknown(reader);
}

static int read_argument(struct loopc_args_reader *reader)
{
    const char *argument = *reader->next++;
    struct loopc_args *args = reader->args;
    if (!strcmp(argument, "-h")) argument = "--help";
    if (!strcmp(argument, "--") && !*reader->next) return LOOPC_OK;
    if (strncmp(argument, "--", 2) != 0 || !argument[2]) {
        snprintf(args->message, sizeof args->message, "unexpected argument '%.80s'",
                 argument[0] == '-' && argument[1] == '-' ? *reader->next : argument);
        snprintf(args->hint, sizeof args->hint, "flags begin with --; --help lists them");
        return LOOPC_FAILED;
    }
    reader->name = argument + 2;
    reader->name_length = strcspn(reader->name, "=");
    reader->value =
        reader->name[reader->name_length] ? reader->name + reader->name_length + 1 : NULL;
    return read_flag(reader);
}

static bool has_dataset(const struct loopc_program *program)
{
    for (int i = 0; i < program->field_count; i++) {
        if (program->fields[i].type == LOOPC_DATASET && program->fields[i].flag) return true;
    }
    return false;
}

/* The first argument may be a subcommand, in programs that have a net, or data. */
static void read_subcommand(struct loopc_args_reader *reader)
{
    enum loopc_subcommand *subcommand = &reader->args->model.subcommand;
    const char *const word = *reader->next;
    if (!word) return;
    if (reader->program->model && !strcmp(word, "export")) *subcommand = LOOPC_SUBCOMMAND_EXPORT;
    if (reader->program->model && !strcmp(word, "predict")) *subcommand = LOOPC_SUBCOMMAND_PREDICT;
    if (has_dataset(reader->program) && !strcmp(word, "data")) *subcommand = LOOPC_SUBCOMMAND_DATA;
    if (*subcommand != LOOPC_SUBCOMMAND_RUN) reader->next++;
}

/* Copies the data set options of the spec, which flags may change. */
static bool copy_options(struct loopc_args *args, const struct loopc_program *program)
{
    args->given = calloc((size_t)program->field_count + 1, sizeof *args->given);
    args->data = calloc((size_t)program->field_count + 1, sizeof *args->data);
    args->keys = calloc((size_t)program->field_count + 1, sizeof *args->keys);
    for (int i = 0; args->data && i < program->field_count; i++) {
        const struct loopc_field *const field = &program->fields[i];
        if (field->type != LOOPC_DATASET || !field->dataset) continue;
        args->data[i] = *field->dataset;
        if (args->given) args->given[i] = field->dataset->file;
    }
    return args->given && args->data && args->keys;
}

/* A spec's own whole number `seed` is the runtime's as well. */
static void own_seed(struct loopc_args_reader *reader)
{
    const struct loopc_field *field = find_option(reader, "seed", 4);
    if (!field || field->type < LOOPC_I32 || field->type > LOOPC_U64) return;
    reader->args->seed = (uint64_t)loopc_field_integer(field, reader->state, 0);
    reader->args->seed_given = reader->args->given[field - reader->program->fields] != NULL;
}

int loopc_args_read(struct loopc_args *args, const struct loopc_program *program, void *state,
                    struct loopc_texts *texts, int argc, char **argv)
{
    *args = (struct loopc_args){.seed = 1, .threads = 1, .steps = -1};
    if (!copy_options(args, program)) {
        snprintf(args->message, sizeof args->message, "out of memory");
        return LOOPC_FAILED;
    }
    struct loopc_args_reader reader = {.args = args,
                                       .program = program,
                                       .state = state,
                                       .texts = texts,
                                       .next = argv + (argc > 0)};
    read_subcommand(&reader);
    while (*reader.next && args->action == LOOPC_ACTION_RUN) {
        if (read_argument(&reader)) return LOOPC_FAILED;
    }
    own_seed(&reader);
    return args->action == LOOPC_ACTION_RUN ? loopc_args_check_keys(&reader) : LOOPC_OK;
}

void loopc_args_free(struct loopc_args *args)
{
    free(args->given);
    free(args->data);
    free(args->keys);
    args->given = NULL;
    args->data = NULL;
    args->keys = NULL;
}
