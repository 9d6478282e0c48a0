/* The page of --help, made from the table of fields. */
#include "main/args.h"

#include <stdarg.h>
#include <string.h>

enum {
    PAGE = 80,        /* columns */
    LABEL_MOST = 28,  /* a longer label has a line of its own */
    TEXT_BYTES = 1024 /* of a doc with its default */
};

/* The value of a flag: "<f32>", "<u32,u32>", "<f32 x 10>". */
static void value_text(const struct loopc_field *field, char *text, size_t size)
{
    const char *type = field->type == LOOPC_DATASET ? "file"
                       : field->type == LOOPC_STR   ? "text"
                                                    : loopc_type_name(field->type);
    if (field->count == 1) {
        snprintf(text, size, "<%s>", type);
    } else if (field->count == 2) {
        snprintf(text, size, "<%s,%s>", type, type);
    } else {
        snprintf(text, size, "<%s x %zu>", type, field->count);
    }
}

static void label_of(const struct loopc_field *field, char *text, size_t size)
{
    char value[64];
    if (field->type == LOOPC_BOOL && field->count == 1) {
        snprintf(text, size, "--[no-]%s", field->flag);
    } else {
        value_text(field, value, sizeof value);
        snprintf(text, size, "--%s %s", field->flag, value);
    }
}

/* All elements as they would be given; as many as fit. */
static void default_text(const struct loopc_field *field, const void *state, char *text,
                         size_t size)
{
    size_t length = 0;
    for (size_t i = 0; i < field->count && length + 48 < size; i++) {
        if (i > 0) text[length++] = ',';
        length += loopc_field_format(field, state, i, text + length, size - length - 8);
        if (length + 48 >= size && i + 1 < field->count) strcpy(text + length, ",...");
    }
}

static void describe(const struct loopc_field *field, const void *state, char *text, size_t size)
{
    char value[256] = "";
    const char *doc = field->doc ? field->doc : "";
    if (loopc_field_is_value(field)) default_text(field, state, value, sizeof value);
    if (!strcmp(value, "none") || !strcmp(value, "\"\"")) value[0] = 0; /* an empty text */
    char range[64];
    const bool bounded = loopc_range_format(field, range, sizeof range) > 0;
    const char *const first = *doc ? " " : "", *const between = bounded ? "; " : "";
    if (value[0]) {
        snprintf(text, size, "%s%s(%s%sdefault %s)", doc, first, range, between, value);
    } else {
        snprintf(text, size, "%s%s%s", doc, bounded ? first : "", range);
    }
}

/* Writes words, wrapped at the width of the page, and indented from the second line on. */
static void print_wrapped(const char *text, int column, FILE *out)
{
    int at = column;
    while (*(text += strspn(text, " \n"))) {
        const int length = (int)strcspn(text, " \n");
        if (at > column && at + 1 + length > PAGE) {
            fprintf(out, "\n%*s", column, "");
            at = column;
        } else if (at > column) {
            fputc(' ', out);
            at++;
        }
        fprintf(out, "%.*s", length, text);
        at += length;
        text += length;
    }
    fputc('\n', out);
}

static void print_entry(const char *label, const char *text, int width, FILE *out)
{
    fprintf(out, "  %s", label);
    int at = (int)strlen(label);
    if (!*text) {
        fputc('\n', out);
        return;
    }
    if (at > width) {
        fputc('\n', out);
        at = -2;
    }
    fprintf(out, "%*s", width + 2 - at, "");
    print_wrapped(text, width + 4, out);
}

__attribute__((format(printf, 2, 3))) static void print_title(FILE *out, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    fputc('\n', out);
    print_wrapped(text, 0, out);
}

static int widest(const struct loopc_program *program)
{
    char label[128];
    int width = (int)strlen("--progress <when>");
    for (int i = 0; i < program->field_count; i++) {
        if (!program->fields[i].flag) continue;
        label_of(&program->fields[i], label, sizeof label);
        const int length = (int)strlen(label);
        if (length > width && length <= LABEL_MOST) width = length;
    }
    return width;
}

static void print_options(const struct loopc_program *program, const void *state, int width,
                          FILE *out)
{
    bool any = false;
    for (int i = 0; i < program->field_count; i++) {
        const struct loopc_field *field = &program->fields[i];
        char label[128], text[TEXT_BYTES];
        if (!field->flag) continue;
        if (!any) fprintf(out, "\noptions of %s:\n", program->name);
        any = true;
        label_of(field, label, sizeof label);
        describe(field, state, text, sizeof text);
        print_entry(label, text, width, out);
    }
}

/* Whether the program has an option of the name of a common flag: it is then listed with the
 * options. */
static bool is_own(const struct loopc_program *program, const char *flag)
{
    for (int i = 0; i < program->field_count; i++) {
        const char *own = program->fields[i].flag;
        if (own && loopc_flag_is(own, flag, strlen(flag))) return true;
    }
    return false;
}

static void print_common(const struct loopc_program *program, int width, FILE *out)
{
    fprintf(out, "\noptions of every trainer:\n");
    for (const struct loopc_common_flag *flag = loopc_common_flags; flag->name; flag++) {
        if (!loopc_flag_is_of(flag, LOOPC_SUBCOMMAND_RUN, program)) continue;
        char label[64];
        if (is_own(program, flag->name)) continue;
        snprintf(label, sizeof label, "--%s%s%s", flag->name, *flag->value ? " " : "", flag->value);
        print_entry(label, flag->doc, width, out);
    }
}

static void print_model(const struct loopc_program *program, int width, FILE *out)
{
    print_title(out, "%s export, %s predict, with --resume: a trained model:", program->name,
                program->name);
    for (const struct loopc_common_flag *flag = loopc_common_flags; flag->name; flag++) {
        if (loopc_flag_is_of(flag, LOOPC_SUBCOMMAND_RUN, program)) continue;
        if (!loopc_flag_is_of(flag, LOOPC_SUBCOMMAND_EXPORT, program) &&
            !loopc_flag_is_of(flag, LOOPC_SUBCOMMAND_PREDICT, program))
            continue;
        char label[64];
        snprintf(label, sizeof label, "--%s %s", flag->name, flag->value);
        print_entry(label, flag->doc, width, out);
    }
}

/* Flags of data sets are as many as data sets and keys: a line for each key. */
static void print_keys(const struct loopc_program *program, int width, FILE *out)
{
    const char *first = NULL;
    for (int i = 0; i < program->field_count && !first; i++) {
        if (program->fields[i].type == LOOPC_DATASET) first = program->fields[i].flag;
    }
    if (!first) return;
    print_title(out,
                "%s data --%s <file>: shows a table as read. Options of each data set, as "
                "--%s-label:",
                program->name, first, first);
    for (const struct loopc_dataset_key *key = loopc_dataset_keys; key->key; key++) {
        char label[64];
        snprintf(label, sizeof label, "-%s %s", key->key, key->value);
        for (char *c = label; *c && *c != ' '; c++)
            *c = *c == '_' ? '-' : *c;
        print_entry(label, key->doc, width, out);
    }
}

void loopc_help_print(const struct loopc_program *program, const void *state, FILE *out)
{
    const int width = widest(program);
    fprintf(out, "usage: %s [options]\n", program->name);
    if (program->doc && *program->doc) {
        fputc('\n', out);
        print_wrapped(program->doc, 0, out);
    }
    print_options(program, state, width, out);
    print_common(program, width, out);
    print_keys(program, width, out);
    if (program->model) print_model(program, width, out);
}
