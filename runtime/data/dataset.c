/* Data sets: from an argument to samples in memory. */
#include "data/dataset.h"

#include "data/mapped.h"
#include "data/npz.h"
#include "data/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads the open input by the format its first bytes show. */
static int read_format(struct loopc_loading *l)
{
    const int64_t count = loopc_input_peek(l->in, 4096);
    const char *const text = (const char *)l->in->next;
    if (count < 0) return LOOPC_FAILED;
    if (l->options->skip_lines == 0 && loopc_refuse_others(l, count)) return LOOPC_FAILED;
    if (loopc_is_npy(l->in->next, count)) return loopc_read_npy(l);
    if (loopc_is_idx(l->in->next, count)) return loopc_read_idx(l);
    if (loopc_refuse_returns(l, count)) return LOOPC_FAILED;
    if (l->options->skip_lines == 0 && loopc_is_libsvm(text, text + count))
        return loopc_read_libsvm(l);
    return loopc_read_csv(l);
}

static int read_input(struct loopc_loading *l, struct loopc_input *in)
{
    l->in = in;
    if (!in) return LOOPC_FAILED;
    const int st = read_format(l);
    loopc_input_close(in);
    l->in = NULL;
    return st;
}

/* One array of an archive: "FILE.npz:NAME". */
static int read_member(struct loopc_loading *l, const char *file, const char *name)
{
    char called[600];
    snprintf(called, sizeof called, "%.400s:%.150s", file, name);
    l->path = called;
    const int st = read_input(l, loopc_npz_open(file, name, called, l->message));
    l->path = file;
    return st;
}

/* The files of an argument, on their way in. */
struct files {
    struct loopc_loading parts[2];
    int count;
};

static struct loopc_loading *add_file(struct files *files, enum loopc_file_content content,
                                      const char *path)
{
    struct loopc_loading *const l = &files->parts[files->count++];
    l->content = content;
    l->path = path;
    return l;
}

/* Whether an array has the answers, by its name. */
static bool is_answers(const char *name)
{
    static const char *const names[] = {"y",       "Y",       "label",   "labels", "target",
                                        "targets", "classes", "answers", "arr_1",  NULL};
    for (const char *const *known = names; *known; known++) {
        if (!strcmp(name, *known)) return true;
    }
    return false;
}

static int which_array(const struct loopc_loading *l, char *const *names, int count)
{
    char text[400] = "";
    size_t used = 0;
    for (int i = 0; i < count && used + 80 < sizeof text; i++)
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%s%.60s", i ? ", " : "", names[i]);
    return loopc_error_set(l->message,
                           "FILE.npz:NAME means one of them; FILE.npz:X,FILE.npz:Y "
                           "samples and answers",
                           "%s: which of its arrays? It has %s", l->path, count ? text : "none");
}

/* An archive of one array, or of samples and answers. */
static int read_archive(struct files *files, const char *path)
{
    char *names[LOOPC_NPZ_ARRAYS];
    struct loopc_loading *const l = add_file(files, LOOPC_FILE_WHOLE, path);
    const int count = loopc_npz_list(path, names, l->message);
    int st = count < 0 ? LOOPC_FAILED : LOOPC_OK;
    const bool pair = count == 2 && is_answers(names[0]) != is_answers(names[1]);
    const int answers = pair && is_answers(names[0]) ? 0 : 1;
    if (pair) {
        l->content = LOOPC_FILE_SAMPLES;
        st = read_member(l, path, names[1 - answers]);
        if (!st) st = read_member(add_file(files, LOOPC_FILE_LABELS, path), path, names[answers]);
    } else if (count >= 0) {
        st = count == 1 ? read_member(l, path, names[0]) : which_array(l, names, count);
    }
    for (int i = 0; i < count; i++)
        free(names[i]);
    return st;
}

/* The colon in "FILE.npz:NAME"; NULL when there is none. */
static char *find_member(char *path)
{
    char *const found = strstr(path, ".npz:");
    return found && access(path, F_OK) ? found + 4 : NULL;
}

static bool is_archive(const char *path)
{
    unsigned char first[4];
    const size_t length = strlen(path);
    const bool called_so = length > 4 && !strcmp(path + length - 4, ".npz");
    FILE *const file = called_so ? fopen(path, "rbe") : NULL;
    const size_t count = file ? fread(first, 1, sizeof first, file) : 0;
    if (file) fclose(file);
    return loopc_is_npz(first, (int64_t)count);
}

static int read_file(struct files *files, char *path, enum loopc_file_content content)
{
    char *const colon = find_member(path);
    if (colon) {
        *colon = 0;
        return read_member(add_file(files, content, path), path, colon + 1);
    }
    if (content == LOOPC_FILE_WHOLE && is_archive(path)) return read_archive(files, path);
    struct loopc_loading *const l = add_file(files, content, path);
    return read_input(l, loopc_input_open(path, l->message));
}

/* The comma in FILE,FILE; NULL for one file. A file may have a comma in its name. */
static char *find_comma(char *argument)
{
    char *const comma = strchr(argument, ',');
    return comma && access(argument, F_OK) ? comma : NULL;
}

static int read_files(struct files *files, char *names)
{
    char *const comma = find_comma(names);
    if (!comma) return read_file(files, names, LOOPC_FILE_WHOLE);
    *comma = 0;
    if (read_file(files, names, LOOPC_FILE_SAMPLES)) return LOOPC_FAILED;
    return read_file(files, comma + 1, LOOPC_FILE_LABELS);
}

static int check_rows(const struct files *files)
{
    const struct loopc_loading *const a = &files->parts[0], *const b = &files->parts[1];
    if (files->count < 2 || a->values.rows == b->values.rows) return LOOPC_OK;
    return loopc_error_set(a->message, "row by row, the second file answers the first",
                           "%s: it has %" PRId64 " rows of samples, but %s has %" PRId64 " labels",
                           a->path, a->values.rows, b->path, b->values.rows);
}

/* Options left at default are those of the data set that this one is like; options of columns
 * is that one's anyway. */
static struct loopc_dataset_options resolve(const struct loopc_dataset_options *options,
                                            const struct loopc_dataset *like)
{
    struct loopc_dataset_options resolved = *options;
    if (like) {
        const struct loopc_dataset_options *const from = &like->source->whole->options;
        if (!resolved.missing) {
            resolved.missing = from->missing;
            resolved.missing_value = from->missing_value;
        }
        if (resolved.header == LOOPC_HEADER_FIND) resolved.header = from->header;
        resolved.text = from->text;
        resolved.classes = from->classes;
        resolved.columns = 0;
    }
    return resolved;
}

static int make(struct loopc_source *s, struct files *files, const struct loopc_dataset *like,
                const struct loopc_message *message)
{
    if (check_rows(files) || loopc_loading_finish(s, files->parts, files->count))
        return LOOPC_FAILED;
    return loopc_source_fit(s, NULL, 0, like ? loopc_dataset_table(like) : NULL, message);
}

static int load(struct loopc_source *s, const struct loopc_dataset *like,
                const struct loopc_message *message)
{
    struct files files = {.count = 0};
    char *const names = strdup(s->name);
    if (!names) return loopc_error_set(message, NULL, "%s: out of memory", s->name);
    for (int i = 0; i < 2; i++)
        files.parts[i] = (struct loopc_loading){
            .options = &s->options, .like = like, .message = message, .path = names};
    int st = read_files(&files, names);
    if (st)
        loopc_loading_keep_cut(s, files.parts, files.count);
    else
        st = make(s, &files, like, message);
    for (int i = 0; i < files.count; i++)
        loopc_loading_free(&files.parts[i]);
    free(names);
    return st;
}

static void free_table(struct loopc_table *table)
{
    for (int32_t i = 0; i < table->count; i++) {
        struct loopc_column *const column = &table->columns[i];
        for (int32_t k = 0; k < column->value_count; k++)
            free(column->values[k]);
        free(column->values);
        free(column->name);
    }
    free(table->columns);
    free(table->x.mean);
    free(table->x.divisor);
    free(table->y.mean);
    free(table->y.divisor);
}

/* Takes a source out of the lists of those that are like another. */
static void unlink_source(struct loopc_source *s)
{
    for (struct loopc_source *f = s->followers; f; f = f->next)
        f->leader = NULL;
    if (!s->leader) return;
    struct loopc_source **at = &s->leader->followers;
    while (*at && *at != s)
        at = &(*at)->next;
    if (*at) *at = s->next;
}

static void free_features(struct loopc_source *s)
{
    for (int32_t i = 0; i < s->feature_count; i++)
        free(s->features[i].rank);
    free(s->features);
}

static void free_whole(struct loopc_source *s)
{
    unlink_source(s);
    loopc_source_settle(s);
    free_table(&s->table);
    free_features(s);
    for (size_t i = 0; i < s->reading.notes.count; i++)
        free(((char **)s->reading.notes.items)[i]);
    free(s->reading.notes.items);
    free(s->name);
    if (!s->mapped || s->mapped->made) free(s->x);
    loopc_mapped_free(s->mapped);
    free(s->y);
    free(s->weights);
    free(s->labels);
    free(s->ids);
    free(s->id_starts);
}

void loopc_source_free(struct loopc_source *s)
{
    if (!s) return;
    free(s->index);
    if (s->whole == s) free_whole(s);
    free(s);
}

struct loopc_source *loopc_source_new(const char *name)
{
    struct loopc_source *const s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->whole = s;
    s->table.label = s->leak_of = -1;
    s->name = strdup(name);
    if (s->name) return s;
    free(s);
    return NULL;
}

void loopc_source_show(struct loopc_dataset *d, struct loopc_source *s)
{
    *d = (struct loopc_dataset){.x = s->x,
                                .labels = s->labels,
                                .y = s->y,
                                .weights = s->weights,
                                .rows = s->rows,
                                .columns = s->table.inputs,
                                .classes = s->labels || s->rows == 0 ? s->table.classes : 0,
                                .targets = s->y || s->rows == 0 ? s->table.targets : 0,
                                .owner = true,
                                .name = s->name,
                                .source = s};
}

static void follow(struct loopc_source *s, const struct loopc_dataset *like)
{
    s->leader = like->source->whole;
    s->next = s->leader->followers;
    s->leader->followers = s;
}

int loopc_dataset_load(struct loopc_dataset *d, const char *argument,
                       const struct loopc_dataset_options *options,
                       const struct loopc_dataset *like, char *message, size_t size)
{
    const struct loopc_message to = {message, size};
    struct loopc_source *const s = loopc_source_new(argument);
    int st = LOOPC_FAILED;
    *d = (struct loopc_dataset){0};
    if (like ? !like->source : options->like != NULL) {
        loopc_error_set(&to, NULL, "%s: the data set that it is to be like is not loaded",
                        argument);
    } else if (!s) {
        loopc_error_set(&to, NULL, "%s: out of memory", argument);
    } else {
        s->options = resolve(options, like);
        if (like) follow(s, like);
        st = load(s, like, &to);
    }
    if (st && !(s && s->options.keep_refused && s->table.columns))
        loopc_source_free(s);
    else
        loopc_source_show(d, s);
    return st;
}

void loopc_dataset_free(struct loopc_dataset *d)
{
    if (d->owner) loopc_source_free(d->source);
    *d = (struct loopc_dataset){0};
}
