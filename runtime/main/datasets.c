/* The data sets of a program: loading, parts, messages. */
#include "main/datasets.h"

#include "main/feeds.h"

#include "base/rng.h"
#include "data/table.h"
#include "parallel/ranks.h"
#include "telemetry/log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BAD_USAGE = 2 };

static struct loopc_dataset *dataset_at(const struct loopc_context *context, int i)
{
    return (void *)((char *)context->state + context->program->fields[i].offset);
}

/* Where the location that opens a message of loopc_dataset_load ends: "path", "path:line",
 * "path:line:column", with path a file of the argument. 0 when there is none. */
static size_t location_length(const char *message, const char *argument)
{
    for (const char *file = argument; *file;) {
        size_t length = strcspn(file, ",");
        if (!strncmp(message, file, length) && message[length] == ':') {
            size_t digits;
            while ((digits = strspn(message + length + 1, "0123456789")))
                length += 1 + digits;
            return message[length] == ':' ? length : 0;
        }
        file += length + (file[length] == ',');
    }
    return 0;
}

void loopc_name_flag(const char *text, const char *flag, char *to, size_t size)
{
    static const char placeholder[] = "--DATA";
    size_t used = 0;
    while (*text && used + 1 < size) {
        if (strncmp(text, placeholder, sizeof placeholder - 1) != 0) {
            to[used++] = *text++;
            continue;
        }
        const int wrote = snprintf(to + used, size - used, "--%s", flag);
        used += wrote < 0 || (size_t)wrote >= size - used ? size - used - 1 : (size_t)wrote;
        text += sizeof placeholder - 1;
    }
    to[used] = 0;
}

/* A message has its hint in a second line. */
static int bad_data(const struct loopc_context *context, int i, const char *argument,
                    const char *message)
{
    const struct loopc_field *const field = &context->program->fields[i];
    char text[LOOPC_DATASET_MESSAGE * 2];
    loopc_name_flag(message, field->flag ? field->flag : field->name, text, sizeof text);
    char *second = strchr(text, '\n');
    if (second) *second++ = 0;
    const size_t place = location_length(text, argument);
    if (place) {
        fprintf(stderr, "%.*s: error:%s\n", (int)place, text, text + place + 1);
    } else {
        loopc_log(context->program, "error", "%s", text);
    }
    if (second)
        loopc_log(context->program, "hint", "%s",
                  strncmp(second, "hint: ", 6) ? second : second + 6);
    else if (loopc_ranks > 1)
        loopc_log(context->program, "hint",
                  "each process reads the data: are they on all machines?");
    return BAD_USAGE;
}

static int missing(const struct loopc_context *context, const struct loopc_field *field)
{
    loopc_log(context->program, "error", "--%s is needed%s%s",
              field->flag ? field->flag : field->name, field->doc ? ": " : "",
              field->doc ? field->doc : "");
    loopc_log(context->program, "hint",
              "a data set is one CSV, .npy or .npz file, or SAMPLES,LABELS as IDX has them");
    return BAD_USAGE;
}

/* The number of the data set field of that name, or -1. */
static int find_field(const struct loopc_context *context, const char *name)
{
    const struct loopc_program *const program = context->program;
    const struct loopc_field *field =
        name ? loopc_field_find(program->fields, program->field_count, name) : NULL;
    return field && field->type == LOOPC_DATASET ? (int)(field - program->fields) : -1;
}

/* The data set that field i is like: as the spec says, or the one that it would be a part of. */
static const char *like_of(const struct loopc_context *context, int i)
{
    const struct loopc_dataset_options *const options = &context->args.data[i];
    return options->like ? options->like : context->args.given[i] ? options->from : NULL;
}

static int load_dataset(struct loopc_context *context, int i, int depth);

/* Loads the data set that field i is like. */
static int load_like(struct loopc_context *context, int i, const struct loopc_dataset **like,
                     int depth)
{
    const struct loopc_program *program = context->program;
    const char *const name = like_of(context, i);
    const int other = find_field(context, name);
    *like = NULL;
    if (!name) return LOOPC_CONTINUE;
    if (other >= 0 && depth < program->field_count) {
        const int code = load_dataset(context, other, depth + 1);
        if (code != LOOPC_CONTINUE) return code;
        *like = dataset_at(context, other);
        if ((*like)->source) return LOOPC_CONTINUE;
    }
    loopc_log(program, "error", "--%s needs --%s, whose columns, classes and scale it shares",
              program->fields[i].flag,
              other >= 0 && program->fields[other].flag ? program->fields[other].flag : name);
    return BAD_USAGE;
}

static void warn(void *context, const char *text)
{
    loopc_log(((const struct loopc_context *)context)->program, "warning", "%s", text);
}

/* Whether field k is to be a part of field i. */
static bool is_part(const struct loopc_context *context, int k, int i)
{
    const struct loopc_field *const field = &context->program->fields[k];
    return field->type == LOOPC_DATASET && field->count == 1 && !context->args.given[k] &&
           find_field(context, context->args.data[k].from) == i;
}

static bool has_parts(const struct loopc_context *context, int i)
{
    for (int k = 0; k < context->program->field_count; k++) {
        if (is_part(context, k, i)) return true;
    }
    return false;
}

static int bad_share(const struct loopc_context *context, int k, const char *why)
{
    const struct loopc_field *const field = &context->program->fields[k];
    loopc_log(context->program, "error", "--%s: %s", field->flag ? field->flag : field->name, why);
    loopc_log(context->program, "hint", "--%s-share <share>, or --%s <file>", field->flag,
              field->flag);
    return BAD_USAGE;
}

/* Draws the parts of field i. Shares are of all of its rows. */
static int draw_parts(const struct loopc_context *context, int i)
{
    struct loopc_dataset *const whole = dataset_at(context, i);
    const double all = (double)whole->rows;
    for (int k = 0, part = 1; k < context->program->field_count; k++) {
        if (!is_part(context, k, i)) continue;
        const uint64_t key = loopc_shuffle_key(context->args.seed, (uint64_t)part++ << 32);
        const double rows = context->args.data[k].share * all;
        struct loopc_dataset *const to = dataset_at(context, k);
        if (rows + 0.5 < 1) return bad_share(context, k, "its share is less than a row");
        if (rows + 0.5 >= (double)whole->rows)
            return bad_share(context, k, "its share leaves nothing for training");
        const bool stratify =
            !context->args.data[k].unstratified && !context->args.data[i].unstratified;
        if (loopc_dataset_draw(whole, key, rows / (double)whole->rows, stratify, whole, to))
            return bad_share(context, k, "it cannot be drawn");
        loopc_dataset_note_share(to, context->args.data[k].share);
    }
    return LOOPC_CONTINUE;
}

/* The options of field i for this run. */
static struct loopc_dataset_options options_of(const struct loopc_context *context, int i)
{
    struct loopc_dataset_options options = context->args.data[i];
    options.like = like_of(context, i);
    options.splits |= has_parts(context, i);
    options.keep_refused = context->args.model.subcommand == LOOPC_SUBCOMMAND_DATA;
    options.keep_values = context->args.model.subcommand == LOOPC_SUBCOMMAND_DATA ||
                          context->args.saving.other_data; /* to be scaled as the run was begun */
    return options;
}

/* The contents of a file that was refused, for PROG data. */
static void print_refused(struct loopc_dataset *d, const struct loopc_field *field)
{
    if (!d->source) return;
    loopc_dataset_print(d, field->flag ? field->flag : field->name, stdout);
    fflush(stdout);
    loopc_dataset_free(d);
}

/* `depth` is how many data sets wait for this one: a circle ends at load_like. */
static int load_dataset(struct loopc_context *context, int i, int depth)
{
    const struct loopc_field *field = &context->program->fields[i];
    const struct loopc_dataset_options options = options_of(context, i);
    const char *argument = context->args.given[i];
    struct loopc_run *const run = context->state;
    struct loopc_dataset *d = dataset_at(context, i);
    const struct loopc_dataset *like;
    char message[LOOPC_DATASET_MESSAGE];
    if (d->source) return LOOPC_CONTINUE;
    if (!argument && options.required && !options.from) return missing(context, field);
    if (!argument) return LOOPC_CONTINUE;
    const int code = load_like(context, i, &like, depth);
    if (code != LOOPC_CONTINUE) return code;
    if (loopc_dataset_load(d, argument, &options, like, message, sizeof message)) {
        print_refused(d, field);
        return bad_data(context, i, argument, message);
    }
    if (d->weights && !options.weighs && context->args.model.subcommand == LOOPC_SUBCOMMAND_RUN) {
        loopc_log(context->program, "error", "--%s-weight: no body of this trainer takes weights",
                  field->flag ? field->flag : field->name);
        loopc_log(context->program, "hint", "NET_train_from does, and loopc_dataset_take_weights");
        return BAD_USAGE;
    }
    const struct loopc_dataset_host host = {&run->seed, warn, context};
    loopc_dataset_set_host(d, &host);
    return draw_parts(context, i);
}

/* A line about each data set. */
static void say_what_was_read(const struct loopc_context *context)
{
    for (int i = 0; i < context->program->field_count; i++) {
        const struct loopc_field *const field = &context->program->fields[i];
        char text[700];
        if (field->type != LOOPC_DATASET || field->count != 1 || !dataset_at(context, i)->source)
            continue;
        loopc_dataset_line(dataset_at(context, i), field->flag ? field->flag : field->name, text,
                           sizeof text);
        loopc_log(context->program, "data", "%s", text);
    }
}

int loopc_datasets_load(struct loopc_context *context)
{
    struct loopc_run *const run = context->state;
    run->seed = context->args.seed;
    for (int i = 0; i < context->program->field_count; i++) {
        if (context->program->fields[i].type != LOOPC_DATASET) continue;
        const int code = load_dataset(context, i, 0);
        if (code != LOOPC_CONTINUE) return code;
    }
    if (context->args.model.subcommand != LOOPC_SUBCOMMAND_RUN) return LOOPC_CONTINUE;
    say_what_was_read(context);
    return loopc_feeds_check(context);
}

/* Classes that one data set has and another that is like it has not. */
static void warn_of_classes(const struct loopc_context *context, int i, int k)
{
    const struct loopc_dataset *const a = dataset_at(context, i), *const b = dataset_at(context, k);
    bool *const there = calloc(2 * (size_t)a->classes + 1, sizeof *there);
    for (int64_t r = 0; there && r < a->rows; r++)
        there[a->labels[loopc_dataset_row(a, r)]] = true;
    for (int64_t r = 0; there && r < b->rows; r++)
        there[a->classes + b->labels[loopc_dataset_row(b, r)]] = true;
    for (int32_t c = 0; there && c < a->classes; c++) {
        if (there[c] == there[a->classes + c]) continue;
        const char *const name = loopc_dataset_class(a, c);
        printf("warning: class '%s' is in %s only\n", name ? name : "?",
               context->program->fields[there[c] ? i : k].name);
    }
    free(there);
}

/* A net whose outputs are from 0 to 1 cannot learn other targets. */
static void warn_of_targets(const struct loopc_context *context, int i)
{
    const struct loopc_program *const program = context->program;
    const struct loopc_table *const table = loopc_dataset_table(dataset_at(context, i));
    for (int n = 0; n < program->net_count; n++) {
        const struct loopc_net *const net = &program->nets[n];
        if (!net->data || strcmp(net->output, "sigmoid") != 0) continue;
        if (find_field(context, net->data) != i || table->y.count > 0) continue;
        for (int32_t c = 0; c < table->count; c++) {
            const struct loopc_column *const column = &table->columns[c];
            if (column->role == LOOPC_ROLE_TARGET && (column->min < 0 || column->max > 1))
                printf(
                    "warning: '%s' is %g to %g, but the outputs of %s are from 0 to 1 (sigmoid)\n",
                    column->name, column->min, column->max, net->name);
        }
    }
}

int loopc_datasets_print(const struct loopc_context *context)
{
    const struct loopc_program *const program = context->program;
    bool any = false;
    for (int i = 0; i < program->field_count; i++) {
        const struct loopc_field *const field = &program->fields[i];
        if (field->type != LOOPC_DATASET || field->count != 1) continue;
        const struct loopc_dataset *const d = dataset_at(context, i);
        if (!d->source) continue;
        any = true;
        loopc_dataset_print(d, field->flag ? field->flag : field->name, stdout);
        warn_of_targets(context, i);
        const int other =
            find_field(context, context->args.data[i].like ? context->args.data[i].like
                                                           : context->args.data[i].from);
        if (other >= 0 && d->labels && dataset_at(context, other)->labels)
            warn_of_classes(context, other, i);
    }
    if (any) return loopc_flush_stdout(program);
    loopc_log(program, "error", "which data? It needs a data set to tell of");
    loopc_log(program, "hint", "%s data --DATA <file>; --help lists the data sets there are",
              program->name);
    return BAD_USAGE;
}

/* Bodies may have copied one data set to another: each memory is freed once. */
void loopc_datasets_free(const struct loopc_context *context)
{
    for (int i = 0; i < context->program->field_count; i++) {
        if (context->program->fields[i].type != LOOPC_DATASET) continue;
        struct loopc_dataset *d = dataset_at(context, i);
        for (int j = i + 1; j < context->program->field_count; j++) {
            if (context->program->fields[j].type != LOOPC_DATASET) continue;
            struct loopc_dataset *other = dataset_at(context, j);
            if (other->source == d->source) other->owner = false;
        }
        loopc_dataset_free(d);
    }
}
