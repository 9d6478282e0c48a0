/* The flags that programs have in addition to those of their options: their table and the readers
 * of their values. */
#include "main/args_reader.h"

#include "parallel/team.h"

#include <stddef.h>
#include <string.h>

/* A reader of flags.def: stores the value of `flag` into the member at `into`. */
#define READER(name)                                                                               \
    static int read_##name(struct loopc_args_reader *reader, const struct loopc_common_flag *flag, \
                           void *into)

READER(text)
{
    if (loopc_args_take(reader, flag->value)) return LOOPC_FAILED;
    *(const char **)into = reader->value;
    return LOOPC_OK;
}

READER(file)
{
    if (loopc_args_take_file(reader, flag->name)) return LOOPC_FAILED;
    *(const char **)into = reader->value;
    return LOOPC_OK;
}

READER(on)
{
    (void)flag;
    *(bool *)into = true;
    return loopc_args_refuse_value(reader);
}

READER(help)
{
    (void)flag;
    *(enum loopc_action *)into = LOOPC_ACTION_HELP;
    return loopc_args_refuse_value(reader);
}

READER(version)
{
    (void)flag;
    *(enum loopc_action *)into = LOOPC_ACTION_VERSION;
    return loopc_args_refuse_value(reader);
}

static int read_number(struct loopc_args_reader *reader, const struct loopc_common_flag *flag,
                       enum loopc_type type, void *into)
{
    char why[256];
    const struct loopc_field number = {.name = flag->name, .type = type, .count = 1};
    if (loopc_args_take(reader, flag->value)) return LOOPC_FAILED;
    if (!loopc_field_parse(&number, into, reader->value, NULL, why, sizeof why)) return LOOPC_OK;
    return loopc_args_wrong_value(reader, flag->name, why, NULL);
}

READER(seed)
{
    reader->args->seed_given = true;
    return read_number(reader, flag, LOOPC_U64, into);
}

READER(steps)
{
    if (read_number(reader, flag, LOOPC_I64, into)) return LOOPC_FAILED;
    if (*(const int64_t *)into >= 0) return LOOPC_OK;
    return loopc_args_wrong_value(reader, flag->name, "a number of steps is 0 or more", NULL);
}

READER(keep)
{
    if (read_number(reader, flag, LOOPC_I64, into)) return LOOPC_FAILED;
    if (*(const int64_t *)into > 0) return LOOPC_OK;
    return loopc_args_wrong_value(reader, flag->name, "at least one checkpoint is kept",
                                  "--keep 3");
}

READER(threads)
{
    const int32_t *const threads = into;
    if (read_number(reader, flag, LOOPC_I32, into)) return LOOPC_FAILED;
    if (*threads >= 1 && *threads <= LOOPC_TEAM_MOST) return LOOPC_OK;
    char why[64];
    snprintf(why, sizeof why, "a run has 1 to %d threads", LOOPC_TEAM_MOST);
    return loopc_args_wrong_value(reader, flag->name, why,
                                  "as many as there are processors, or fewer");
}

/* The index of the value in a list of `count` words; -1 after a message. */
static int read_choice(struct loopc_args_reader *reader, const struct loopc_common_flag *flag,
                       const char *const *words, int count, const char *hint)
{
    char why[128];
    if (loopc_args_take(reader, flag->value)) return -1;
    for (int i = 0; i < count; i++) {
        if (!strcmp(reader->value, words[i])) return i;
    }
    snprintf(why, sizeof why, "'%.80s' is not a choice", reader->value);
    loopc_args_wrong_value(reader, flag->name, why, hint);
    return -1;
}

READER(progress)
{
    static const char *const words[] = {
        [LOOPC_AUTO] = "auto", [LOOPC_NEVER] = "never", [LOOPC_ALWAYS] = "always"};
    const int choice = read_choice(reader, flag, words, 3, "it is auto, never or always");
    if (choice < 0) return LOOPC_FAILED;
    *(enum loopc_when *)into = (enum loopc_when)choice;
    return LOOPC_OK;
}

READER(not_saved)
{
    static const char *const words[] = {"go-on", "stop"};
    const int choice = read_choice(reader, flag, words, 2, "it is go-on or stop");
    *(bool *)into = choice == 1;
    return choice < 0 ? LOOPC_FAILED : LOOPC_OK;
}

/* Its value may be left out. */
READER(resume)
{
    const bool alone = !*reader->next || !strncmp(*reader->next, "--", 2);
    *(const char **)into = "latest";
    return reader->value || !alone ? read_text(reader, flag, into) : LOOPC_OK;
}

enum {
    RUN = 1 << LOOPC_SUBCOMMAND_RUN | 1 << LOOPC_SUBCOMMAND_DATA,
    EXPORT = 1 << LOOPC_SUBCOMMAND_EXPORT,
    PREDICT = 1 << LOOPC_SUBCOMMAND_PREDICT,
    EVERY = RUN | EXPORT | PREDICT,
    ONLY_STEP_FORM = 1 << 8,
    STEP_FORM = RUN | ONLY_STEP_FORM,
    ONLY_THREADS = 1 << 9,
    THREADS = RUN | ONLY_THREADS
};

#define FLAG(name, value, doc, commands, reader, member)                                           \
    {name, value, doc, commands, read_##reader, offsetof(struct loopc_args, member)},
#define SUBCOMMAND_FLAG FLAG
const struct loopc_common_flag loopc_common_flags[] = {
#include "main/flags.def"
    {0},
};

int loopc_args_read_common(struct loopc_args_reader *reader, const struct loopc_common_flag *flag)
{
    return flag->read(reader, flag, (char *)reader->args + flag->offset);
}

bool loopc_flag_is_of(const struct loopc_common_flag *flag, enum loopc_subcommand subcommand,
                      const struct loopc_program *program)
{
    if ((flag->commands & ONLY_STEP_FORM) && !program->step) return false;
    if ((flag->commands & ONLY_THREADS) && !program->threads) return false;
    return flag->commands & 1 << subcommand;
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
