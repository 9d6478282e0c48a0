/* Instances for other languages. */
#include "library/foreign.h"

#include "base/json_text.h"
#include "data/dataset.h"
#include "nn/panel.h"
#include "run/failures.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void write_flag(FILE *file, const struct loopc_field *field, unsigned flag, const char *name)
{
    if (field->flags & flag) fprintf(file, ", \"%s\": true", name);
}

static void write_bound(FILE *file, const char *name, double bound)
{
    if (isfinite(bound)) fprintf(file, ", \"%s\": %.17g", name, bound);
}

static void write_field(FILE *file, const struct loopc_field *field)
{
    fputs("{\"name\": ", file);
    loopc_json_string(file, field->name);
    fprintf(file, ", \"type\": \"%s\", \"offset\": %zu, \"count\": %zu, \"size\": %zu, \"dims\": [",
            loopc_type_name(field->type), field->offset, field->count, loopc_field_size(field));
    for (int i = 0; i < field->rank; i++)
        fprintf(file, i ? ", %" PRId64 : "%" PRId64, field->dims[i]);
    fputc(']', file);
    if (field->panels) fprintf(file, ", \"panels\": %d", (int)LOOPC_STRIDE(field->dims[0]));
    if (field->width_at) fprintf(file, ", \"width_at\": %zu", field->width_at);
    write_flag(file, field, LOOPC_OPTION, "option");
    write_flag(file, field, LOOPC_SETTABLE, "settable");
    write_flag(file, field, LOOPC_REPORT, "report");
    if (field->range) {
        write_bound(file, "min", field->range->min);
        write_bound(file, "max", field->range->max);
    }
    if (field->doc) {
        fputs(", \"doc\": ", file);
        loopc_json_string(file, field->doc);
    }
    fputc('}', file);
}

size_t loopc_instance_describe(const struct loopc_program *program, char *text, size_t size)
{
    char *whole = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&whole, &length);
    if (!file) return 0;
    fputs("{\"program\": ", file);
    loopc_json_string(file, program->name);
    fputs(", \"fields\": [", file);
    for (int i = 0; i < program->field_count; i++) {
        fputs(i ? ", " : "", file);
        write_field(file, &program->fields[i]);
    }
    fputs("]}", file);
    (void)fclose(file);
    (void)snprintf(text, size, "%s", whole);
    free(whole);
    return length;
}

static const struct loopc_field *named(const struct loopc_program *program, const char *name)
{
    return loopc_field_find(program->fields, program->field_count, name);
}

int loopc_instance_set(const struct loopc_program *program, void *state, const char *name,
                       const char *text, char *message, size_t size)
{
    const struct loopc_field *field = named(program, name);
    if (field && field->type < LOOPC_STR)
        return loopc_field_parse(field, state, text, NULL, message, size);
    snprintf(message, size, field ? "it is no number" : "there is no such field");
    return LOOPC_FAILED;
}

int loopc_instance_read(const struct loopc_program *program, void *state, const char *name,
                        const char *path, char *message, size_t size)
{
    static const struct loopc_dataset_options defaults;
    const struct loopc_field *field = named(program, name), *like;
    if (!field || field->type != LOOPC_DATASET) {
        snprintf(message, size, "it is no data set");
        return LOOPC_FAILED;
    }
    const struct loopc_dataset_options *options = field->dataset ? field->dataset : &defaults;
    like = options->like ? named(program, options->like) : NULL;
    struct loopc_dataset read;
    const void *leader = like ? (const char *)state + like->offset : NULL;
    if (loopc_dataset_load(&read, path, options, leader, message, size)) return LOOPC_FAILED;
    memcpy((char *)state + field->offset, &read, sizeof read);
    return LOOPC_OK;
}

void loopc_instance_forget(void *dataset)
{
    loopc_dataset_free(dataset);
}
