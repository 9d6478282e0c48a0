/* Data sets: from an argument to samples in memory. */
#include "data/dataset.h"

#include "data/dataset_formats.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Files that are no table but could be taken for one at first sight. */
static const struct {
    const char *magic;
    size_t length;
    const char *what;
} others[] = {
    {"PK\x03\x04", 4, "an archive (.npz, .zip, .xlsx)"},
    {"\x89HDF", 4, "HDF5"},
    {"BZh91AY", 7, "compressed by bzip2"},
    {"\3757zXZ", 5, "compressed by xz"},
    {"\x28\xb5\x2f\xfd", 4, "compressed by zstd"},
    {"\xff\xfe", 2, "text in UTF-16"},
    {"\xfe\xff", 2, "text in UTF-16"},
};

static int refuse_others(const struct loopc_loading *l, int64_t count)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (count < (int64_t)others[i].length) continue;
        if (memcmp(l->in->next, others[i].magic, others[i].length) != 0) continue;
        return loopc_error_set(
            l->message, "a data set is CSV in UTF-8, .npy or IDX, as it is or compressed by gzip",
            "%s: the file is %s", l->in->path, others[i].what);
    }
    return LOOPC_OK;
}

/* Reads the open file by the format its first bytes show. */
static int read_format(struct loopc_loading *l)
{
    const int64_t count = loopc_input_peek(l->in, 8);
    if (count < 0 || refuse_others(l, count)) return LOOPC_FAILED;
    if (loopc_is_npy(l->in->next, count)) return loopc_read_npy(l);
    return loopc_is_idx(l->in->next, count) ? loopc_read_idx(l) : loopc_read_csv(l);
}

static int read_file(struct loopc_loading *l, const char *path, enum loopc_file_content part)
{
    l->part = part;
    l->in = loopc_input_open(path, l->message);
    if (!l->in) return LOOPC_FAILED;
    const int st = read_format(l);
    loopc_input_close(l->in);
    l->in = NULL;
    return st;
}

/* Both files of SAMPLES,LABELS. They are read with one another's columns out of the way: what the
 * second has goes to the arrays that the first left alone. */
static int read_pair(struct loopc_loading *l, const char *samples, const char *labels)
{
    if (read_file(l, samples, LOOPC_FILE_SAMPLES)) return LOOPC_FAILED;
    const int64_t rows = l->rows;
    if (read_file(l, labels, LOOPC_FILE_LABELS)) return LOOPC_FAILED;
    if (l->rows == rows) return LOOPC_OK;
    return loopc_error_set(l->message, NULL,
                           "%s: it has %" PRId64 " rows of samples, but %s has %" PRId64 " labels",
                           samples, rows, labels, l->rows);
}

/* The comma in FILE,FILE; NULL for one file. A file may have a comma in its name. */
static char *find_comma(char *argument)
{
    char *const comma = strchr(argument, ',');
    return comma && access(argument, F_OK) ? comma : NULL;
}

static int read_argument(struct loopc_loading *l, const char *argument)
{
    char *const names = strdup(argument);
    if (!names) return loopc_error_set(l->message, NULL, "%s: out of memory", argument);
    char *const comma = find_comma(names);
    int st;
    if (comma) {
        *comma = 0;
        st = read_pair(l, names, comma + 1);
    } else {
        st = read_file(l, names, LOOPC_FILE_WHOLE);
    }
    free(names);
    return st;
}

/* Options left at default are those of the data set that this one is like. */
static struct loopc_dataset_options resolve(const struct loopc_dataset_options *options,
                                            const struct loopc_dataset *like)
{
    struct loopc_dataset_options resolved = *options;
    if (like) {
        const struct loopc_dataset_options *const from = &like->source->options;
        if (resolved.label == LOOPC_LABEL_DEFAULT) {
            resolved.label = from->label;
            resolved.label_number = from->label_number;
            resolved.label_name = from->label_name;
        }
        if (resolved.targets == 0) resolved.targets = from->targets;
        if (resolved.header == LOOPC_HEADER_FIND) resolved.header = from->header;
    }
    return resolved;
}

/* Takes over an array, without what it has to spare. */
static void *take_items(struct loopc_array *array, size_t width)
{
    void *const items = array->items;
    void *const shrunk = array->count > 0 ? realloc(items, array->count * width) : NULL;
    array->items = NULL;
    if (array->count > 0) return shrunk ? shrunk : items;
    free(items);
    return NULL;
}

/* Makes the data set of what was loaded. */
static void fill_in(struct loopc_dataset *d, struct loopc_loading *l)
{
    struct loopc_source *const s = d->source;
    d->rows = s->rows = l->rows;
    d->columns = l->columns;
    d->targets = l->targets;
    d->x = s->x = take_items(&l->x, sizeof(float));
    d->y = s->y = take_items(&l->y, sizeof(float));
    d->labels = s->labels = take_items(&l->labels, sizeof(int32_t));
    d->owner = true;
    d->name = s->name;
    if (!d->labels) return;
    d->classes = l->options->classes ? l->options->classes : l->largest_label + 1;
    if (l->like && l->like->classes) d->classes = l->like->classes;
}

static int check_like(const struct loopc_dataset *d, const struct loopc_dataset *like,
                      const struct loopc_message *message)
{
    if (d->targets == like->targets) return LOOPC_OK;
    return loopc_error_set(
        message, NULL, "%s: it has %" PRId32 " targets, %s, which it is to be like, has %" PRId32,
        d->name, d->targets, like->name, like->targets);
}

static int load(struct loopc_dataset *d, const char *argument, const struct loopc_dataset *like,
                const struct loopc_message *message)
{
    struct loopc_loading l = {
        .options = &d->source->options, .like = like, .message = message, .largest_label = -1};
    int st = read_argument(&l, argument);
    if (st == LOOPC_OK) fill_in(d, &l);
    if (st == LOOPC_OK && like) st = check_like(d, like, message);
    if (st == LOOPC_OK) st = loopc_dataset_scale(d, like, message);
    loopc_loading_free(&l);
    return st;
}

static void source_free(struct loopc_source *s)
{
    if (!s) return;
    free(s->index);
    if (!s->is_part) {
        free(s->name);
        free(s->x);
        free(s->y);
        free(s->labels);
        free(s->mean);
        free(s->divisor);
    }
    free(s);
}

int loopc_dataset_load(struct loopc_dataset *d, const char *argument,
                       const struct loopc_dataset_options *options,
                       const struct loopc_dataset *like, char *message, size_t size)
{
    const struct loopc_message to = {message, size};
    *d = (struct loopc_dataset){.source = calloc(1, sizeof *d->source)};
    int st = LOOPC_FAILED;
    if (like ? !like->source : options->like != NULL) {
        loopc_error_set(&to, NULL, "%s: the data set that it is to be like is not loaded",
                        argument);
    } else if (!d->source || !(d->source->name = strdup(argument))) {
        loopc_error_set(&to, NULL, "%s: out of memory", argument);
    } else {
        d->source->options = resolve(options, like);
        st = load(d, argument, like, &to);
    }
    if (st == LOOPC_OK) return st;
    source_free(d->source);
    *d = (struct loopc_dataset){0};
    return st;
}

void loopc_dataset_free(struct loopc_dataset *d)
{
    if (d->owner) source_free(d->source);
    *d = (struct loopc_dataset){0};
}
