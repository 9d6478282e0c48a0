/* Command lines: one flag after the other, from left to right. The rules are those of
 * getopt_long without abbreviations: a new option of a spec must not change the meaning of a
 * command line in a script. */
#include "main/args.h"

#include "parallel/team.h"
#include "base/nearest.h"

#include <stdlib.h>
#include <string.h>

/* The reader of a command line. */
struct reader {
    struct loopc_args *args;
    const struct loopc_program *program;
    void *state;
    struct loopc_texts *texts;
    char **next;        /* what is still to be read */
    const char *name;   /* of the flag at hand, without its dashes */
    size_t name_length; /* up to '=' */
    const char *value;  /* the text after '=', or NULL */
};

static const struct loopc_field *find_option(const struct reader *reader, const char *name,
                                             size_t length)
{
    for (int i = 0; i < reader->program->field_count; i++) {
        const struct loopc_field *field = &reader->program->fields[i];
        if (field->flag && loopc_flag_is(field->flag, name, length)) return field;
    }
    return NULL;
}

static const struct loopc_common_flag *find_common(const struct reader *reader)
{
    const struct loopc_common_flag *flag = loopc_common_flags;
    while (flag->name && !loopc_flag_is(flag->name, reader->name, reader->name_length))
        flag++;
    return flag->name && loopc_flag_is_of(flag, reader->program) ? flag : NULL;
}

/* Takes the value of the current flag: the text after '=', or else the next argument. A flag is
 * not a value, a negative number is. */
static int take_value(struct reader *reader, const char *kind)
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

static int refuse_value(struct reader *reader)
{
    if (!reader->value) return LOOPC_OK;
    struct loopc_args *args = reader->args;
    snprintf(args->message, sizeof args->message, "--%.*s takes no value",
             (int)(reader->name_length % 100), reader->name);
    return LOOPC_FAILED;
}

static int wrong_value(struct reader *reader, const char *flag, const char *why, const char *hint)
{
    struct loopc_args *args = reader->args;
    snprintf(args->message, sizeof args->message, "--%s: %s", flag, why);
    snprintf(args->hint, sizeof args->hint, "%s", hint ? hint : "");
    return LOOPC_FAILED;
}

static int take_file(struct reader *reader, const char *flag)
{
    if (take_value(reader, "<file>")) return LOOPC_FAILED;
    return *reader->value ? LOOPC_OK : wrong_value(reader, flag, "a file has a name", NULL);
}

static int read_dataset(struct reader *reader, const struct loopc_field *field)
{
    if (take_file(reader, field->flag)) return LOOPC_FAILED;
    reader->args->given[field - reader->program->fields] = reader->value;
    return LOOPC_OK;
}

/* The data set field and the key that a flag NAME-KEY means; NULL when there is none. */
static const struct loopc_field *find_dataset_key(const struct reader *reader, const char **key)
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

static int read_dataset_key(struct reader *reader, const struct loopc_field *field, const char *key)
{
    char why[256], flag[120];
    struct loopc_dataset_options *const options =
        &reader->args->data[field - reader->program->fields];
    snprintf(flag, sizeof flag, "%.*s", (int)(reader->name_length % sizeof flag), reader->name);
    if (take_value(reader, "<value>")) return LOOPC_FAILED;
    if (!loopc_dataset_option(options, key, reader->value, why, sizeof why)) return LOOPC_OK;
    return wrong_value(reader, flag, why, NULL);
}

/* A flag of an option field. A bool needs no value. */
static int read_option(struct reader *reader, const struct loopc_field *field)
{
    char why[256], kind[32];
    if (field->type == LOOPC_DATASET) return read_dataset(reader, field);
    reader->args->given[field - reader->program->fields] = "";
    snprintf(kind, sizeof kind, "<%s>", loopc_type_name(field->type));
    if (field->type == LOOPC_BOOL && field->count == 1) {
        if (!reader->value) reader->value = "true";
    } else if (take_value(reader, kind)) {
        return LOOPC_FAILED;
    }
    if (loopc_field_parse(field, reader->state, reader->value, reader->texts, why, sizeof why)) {
        return wrong_value(reader, field->flag, why, NULL);
    }
    return LOOPC_OK;
}

static int read_no(struct reader *reader, const struct loopc_field *field)
{
    char why[64];
    if (refuse_value(reader)) return LOOPC_FAILED;
    return loopc_field_parse(field, reader->state, "false", reader->texts, why, sizeof why);
}

/* A whole number, of the type that `into` has. */
static int read_number(struct reader *reader, const char *name, enum loopc_type type, void *into)
{
    char why[256];
    const struct loopc_field number = {.name = name, .type = type, .count = 1};
    if (take_value(reader, type == LOOPC_U64 ? "<u64>" : "<n>")) return LOOPC_FAILED;
    if (loopc_field_parse(&number, into, reader->value, NULL, why, sizeof why)) {
        return wrong_value(reader, name, why, NULL);
    }
    return LOOPC_OK;
}

static int read_steps(struct reader *reader)
{
    if (read_number(reader, "steps", LOOPC_I64, &reader->args->steps)) return LOOPC_FAILED;
    if (reader->args->steps >= 0) return LOOPC_OK;
    return wrong_value(reader, "steps", "a number of steps is 0 or more", NULL);
}

static int read_threads(struct reader *reader)
{
    const int32_t *threads = &reader->args->threads;
    if (read_number(reader, "threads", LOOPC_I32, &reader->args->threads)) return LOOPC_FAILED;
    if (*threads >= 1 && *threads <= LOOPC_TEAM_MOST) return LOOPC_OK;
    char why[64];
    snprintf(why, sizeof why, "a run has 1 to %d threads", LOOPC_TEAM_MOST);
    return wrong_value(reader, "threads", why, "as many as there are processors, or fewer");
}

static int read_progress(struct reader *reader)
{
    static const char *const words[] = {
        [LOOPC_AUTO] = "auto", [LOOPC_NEVER] = "never", [LOOPC_ALWAYS] = "always"};
    if (take_value(reader, "<when>")) return LOOPC_FAILED;
    for (int i = LOOPC_AUTO; i <= LOOPC_ALWAYS; i++) {
        if (strcmp(reader->value, words[i]) != 0) continue;
        reader->args->progress = (enum loopc_when)i;
        return LOOPC_OK;
    }
    char why[128];
    snprintf(why, sizeof why, "'%.80s' is not a choice", reader->value);
    return wrong_value(reader, "progress", why, "it is auto, never or always");
}

static int read_metrics(struct reader *reader)
{
    if (take_file(reader, "metrics")) return LOOPC_FAILED;
    reader->args->metrics = reader->value;
    return LOOPC_OK;
}

static int take_text(struct reader *reader, const char *kind, const char **into)
{
    if (take_value(reader, kind)) return LOOPC_FAILED;
    *into = reader->value;
    return LOOPC_OK;
}

static int read_keep(struct reader *reader)
{
    int64_t *keep = &reader->args->saving.keep;
    if (read_number(reader, "keep", LOOPC_I64, keep)) return LOOPC_FAILED;
    if (*keep > 0) return LOOPC_OK;
    return wrong_value(reader, "keep", "at least one checkpoint is kept", "--keep 3");
}

/* Its value may be left out. */
static int read_resume(struct reader *reader)
{
    const char **resume = &reader->args->saving.resume;
    *resume = "latest";
    const bool alone = !*reader->next || !strncmp(*reader->next, "--", 2);
    return reader->value || !alone ? take_text(reader, "[which]", resume) : LOOPC_OK;
}

static int read_not_saved(struct reader *reader)
{
    if (take_value(reader, "<what>")) return LOOPC_FAILED;
    reader->args->saving.stop = !strcmp(reader->value, "stop");
    if (reader->args->saving.stop || !strcmp(reader->value, "go-on")) return LOOPC_OK;
    char why[128];
    snprintf(why, sizeof why, "'%.80s' is not a choice", reader->value);
    return wrong_value(reader, "not-saved", why, "it is go-on or stop");
}

/* The flags of checkpoints; -1 for any other. */
static int read_saving(struct reader *reader, const char *name)
{
    struct loopc_saving *saving = &reader->args->saving;
    if (!strcmp(name, "checkpoint")) return take_text(reader, "<folder>", &saving->folder);
    if (!strcmp(name, "save-every")) return take_text(reader, "<n>[unit]", &saving->every);
    if (!strcmp(name, "best")) return take_text(reader, "<field>", &saving->best);
    if (!strcmp(name, "init")) return take_text(reader, "<file>", &saving->init);
    if (!strcmp(name, "keep")) return read_keep(reader);
    if (!strcmp(name, "resume")) return read_resume(reader);
    if (!strcmp(name, "not-saved")) return read_not_saved(reader);
    return -1;
}

/* The flags of the control channel; -1 for any other. */
static int read_control(struct reader *reader, const char *name)
{
    struct loopc_control_options *options = &reader->args->control;
    if (!strcmp(name, "control")) return take_text(reader, "<channel>", &options->channel);
    if (!strcmp(name, "log")) return take_text(reader, "<file>", &options->log);
    if (!strcmp(name, "journal")) return take_text(reader, "<file>", &options->journal);
    if (!strcmp(name, "replay")) return take_text(reader, "<file>", &options->replay);
    return -1;
}

static int read_common(struct reader *reader, const char *name)
{
    const int saving = read_saving(reader, name);
    if (saving >= 0) return saving;
    const int control = read_control(reader, name);
    if (control >= 0) return control;
    if (!strcmp(name, "seed")) {
        reader->args->seed_given = true;
        return read_number(reader, name, LOOPC_U64, &reader->args->seed);
    }
    if (!strcmp(name, "threads")) return read_threads(reader);
    if (!strcmp(name, "steps")) return read_steps(reader);
    if (!strcmp(name, "metrics")) return read_metrics(reader);
    if (!strcmp(name, "timings-log"))
        return take_text(reader, "<file>", &reader->args->timings_log);
    if (!strcmp(name, "progress")) return read_progress(reader);
    if (refuse_value(reader)) return LOOPC_FAILED;
    if (!strcmp(name, "timings")) reader->args->timings = true;
    if (!strcmp(name, "trace")) reader->args->trace = true;
    if (!strcmp(name, "other-data")) reader->args->saving.other_data = true;
    if (!strcmp(name, "help")) reader->args->action = LOOPC_ACTION_HELP;
    if (!strcmp(name, "version")) reader->args->action = LOOPC_ACTION_VERSION;
    return LOOPC_OK;
}

/* Where the value of a flag of a subcommand goes, or NULL. */
static const char **model_value(struct loopc_model_args *args, const char *name)
{
    const bool export = args->subcommand == LOOPC_SUBCOMMAND_EXPORT;
    if (!strcmp(name, "net")) return &args->net;
    if (!strcmp(name, "data")) return export ? NULL : &args->data;
    if (!strcmp(name, "metrics")) return export ? NULL : &args->metrics;
    if (!export) return NULL;
    return !strcmp(name, "npy") ? &args->npy : !strcmp(name, "onnx") ? &args->onnx : &args->header;
}

/* What export and predict take of the flags of a run. */
static const char *const subcommand_common[] = {"checkpoint", "resume", "help", "version", NULL};

static int list_subcommand_flags(struct reader *reader, const char **flags)
{
    int count = 0;
    for (const struct loopc_common_flag *flag = loopc_model_flags; flag->name; flag++) {
        if (model_value(&reader->args->model, flag->name)) flags[count++] = flag->name;
    }
    for (const char *const *name = subcommand_common; *name; name++)
        flags[count++] = *name;
    return count;
}

/* All flags there are, for the nearest one. Returns how many. */
static int list_flags(struct reader *reader, const char **flags)
{
    const struct loopc_program *const program = reader->program;
    int count = 0;
    if (reader->args->model.subcommand != LOOPC_SUBCOMMAND_RUN)
        return list_subcommand_flags(reader, flags);
    for (int i = 0; i < program->field_count; i++) {
        if (program->fields[i].flag) flags[count++] = program->fields[i].flag;
    }
    for (const struct loopc_common_flag *flag = loopc_common_flags; flag->name; flag++) {
        if (loopc_flag_is_of(flag, program)) flags[count++] = flag->name;
    }
    return count;
}

static int unknown(struct reader *reader)
{
    struct loopc_args *args = reader->args;
    char name[80];
    snprintf(name, sizeof name, "%.*s", (int)(reader->name_length % 1000), reader->name);
    snprintf(args->message, sizeof args->message, "unknown flag '--%s'", name);
    snprintf(args->hint, sizeof args->hint, "--help lists the flags there are");
    const size_t most = (size_t)reader->program->field_count + 32;
    const char **flags = calloc(most, sizeof *flags);
    if (!flags) return LOOPC_FAILED;
    const int nearest = loopc_nearest(name, flags, list_flags(reader, flags));
    if (nearest >= 0) {
        snprintf(args->hint, sizeof args->hint, "did you mean '--%s'?", flags[nearest]);
    }
    free(flags);
    return LOOPC_FAILED;
}

/* The key that --data-KEY of predict means, or NULL. */
static const char *find_written_key(const struct reader *reader)
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
static int read_written(struct reader *reader, const char *key)
{
    struct loopc_dataset_options options = {0};
    const char **place = reader->args->model.written;
    char why[256], flag[32];
    snprintf(flag, sizeof flag, "data-%s", key);
    if (take_value(reader, "<value>")) return LOOPC_FAILED;
    if (loopc_dataset_option(&options, key, reader->value, why, sizeof why))
        return wrong_value(reader, flag, why, NULL);
    while (*place && strcmp(*place, key) != 0)
        place += 2;
    place[0] = key;
    place[1] = reader->value;
    return LOOPC_OK;
}

/* What a subcommand takes: the options of a run have no meaning there. */
static int read_model_flag(struct reader *reader)
{
    const char *const key = find_written_key(reader);
    if (key) return read_written(reader, key);
    for (const struct loopc_common_flag *flag = loopc_model_flags; flag->name; flag++) {
        if (!loopc_flag_is(flag->name, reader->name, reader->name_length)) continue;
        const char **value = model_value(&reader->args->model, flag->name);
        return value ? take_text(reader, flag->value, value) : unknown(reader);
    }
    for (const char *const *name = subcommand_common; *name; name++) {
        if (loopc_flag_is(*name, reader->name, reader->name_length))
            return read_common(reader, *name);
    }
    return unknown(reader);
}

static int read_flag(struct reader *reader)
{
    const enum loopc_subcommand subcommand = reader->args->model.subcommand;
    if (subcommand == LOOPC_SUBCOMMAND_EXPORT || subcommand == LOOPC_SUBCOMMAND_PREDICT)
        return read_model_flag(reader);
    const struct loopc_field *field = find_option(reader, reader->name, reader->name_length);
    if (field) return read_option(reader, field);
    const struct loopc_common_flag *common = find_common(reader);
    if (common) return read_common(reader, common->name);
    const char *key;
    field = find_dataset_key(reader, &key);
    if (field) return read_dataset_key(reader, field, key);
    if (reader->name_length > 3 && loopc_flag_is("no-", reader->name, 3)) {
        field = find_option(reader, reader->name + 3, reader->name_length - 3);
        if (field && field->type == LOOPC_BOOL && field->count == 1) return read_no(reader, field);
    }
    return unknown(reader);
}

static int read_argument(struct reader *reader)
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
static void read_subcommand(struct reader *reader)
{
    enum loopc_subcommand *subcommand = &reader->args->model.subcommand;
    const char *const word = *reader->next;
    if (!word) return;
    if (reader->program->model && !strcmp(word, "export")) *subcommand = LOOPC_SUBCOMMAND_EXPORT;
    if (reader->program->model && !strcmp(word, "predict")) *subcommand = LOOPC_SUBCOMMAND_PREDICT;
    if (has_dataset(reader->program) && !strcmp(word, "data")) *subcommand = LOOPC_SUBCOMMAND_DATA;
    if (*subcommand != LOOPC_SUBCOMMAND_RUN) reader->next++;
}

/* What the spec says of data sets, which flags may change. */
static bool copy_options(struct loopc_args *args, const struct loopc_program *program)
{
    args->given = calloc((size_t)program->field_count + 1, sizeof *args->given);
    args->data = calloc((size_t)program->field_count + 1, sizeof *args->data);
    for (int i = 0; args->data && i < program->field_count; i++) {
        const struct loopc_field *const field = &program->fields[i];
        if (field->type != LOOPC_DATASET || !field->dataset) continue;
        args->data[i] = *field->dataset;
        if (args->given) args->given[i] = field->dataset->file;
    }
    return args->given && args->data;
}

/* A spec's own whole number `seed` is the runtime's as well. */
static void own_seed(struct reader *reader)
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
    struct reader reader = {.args = args,
                            .program = program,
                            .state = state,
                            .texts = texts,
                            .next = argv + (argc > 0)};
    read_subcommand(&reader);
    while (*reader.next && args->action == LOOPC_ACTION_RUN) {
        if (read_argument(&reader)) return LOOPC_FAILED;
    }
    own_seed(&reader);
    return LOOPC_OK;
}

void loopc_args_free(struct loopc_args *args)
{
    free(args->given);
    free(args->data);
    args->given = NULL;
    args->data = NULL;
}
