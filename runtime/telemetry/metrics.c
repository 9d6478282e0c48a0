/* Metrics: JSON lines of reported fields, as RFC 8259 has them. */
#include "telemetry/metrics.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/message.h"
#include "run/field_json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A field and the name it has in its loop's lines. */
struct column {
    const struct loopc_field *field;
    const char *key;
    bool qualify; /* "PROGRAM.key": nothing shorter is free */
};

/* The lines of one loop: a slice of the columns. */
struct table {
    const char *loop;                            /* NULL: of the run */
    const struct loopc_field *iteration, *total; /* NULL without */
    int first, count;
};

struct loopc_metrics {
    const struct loopc_program *program;
    FILE *file;
    bool lost;                      /* a line could not be written */
    struct loopc_metrics_mark mark; /* of the part that was read so far */
    struct table *tables;
    int table_count;
    struct column *columns;
    int column_count;
};

static bool is_reported(const struct loopc_field *field)
{
    return (field->flags & LOOPC_REPORT) && loopc_field_is_value(field);
}

static bool same_loop(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static struct table *find_table(const struct loopc_metrics *metrics, const char *loop)
{
    for (int i = 0; i < metrics->table_count; i++) {
        if (same_loop(metrics->tables[i].loop, loop)) return &metrics->tables[i];
    }
    return NULL;
}

static const struct loopc_field *counter(const struct loopc_program *program, const char *loop,
                                         const char *name)
{
    char full[256];
    if (!loop) return NULL;
    snprintf(full, sizeof full, "%s.%s", loop, name);
    return loopc_field_find(program->fields, program->field_count, full);
}

/* "loss" for Train.loss in the lines of Train; "norm" of a callback stays clip.norm. */
static const char *short_name(const char *name, const char *loop)
{
    const size_t length = loop ? strlen(loop) : 0;
    if (loop && !strncmp(name, loop, length) && name[length] == '.') return name + length + 1;
    return name;
}

static bool key_is_taken(const struct loopc_metrics *metrics, const struct table *table,
                         const char *key)
{
    static const char *const own[] = {"loop", "ended", "iteration", "total", "run", "status"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (!strcmp(own[i], key)) return true;
    }
    for (int i = 0; i < table->count; i++) {
        if (!strcmp(metrics->columns[table->first + i].key, key)) return true;
    }
    return false;
}

static void add_column(struct loopc_metrics *metrics, struct table *table,
                       const struct loopc_field *field)
{
    struct column column = {.field = field, .key = short_name(field->name, table->loop)};
    if (key_is_taken(metrics, table, column.key)) {
        column.qualify = !strchr(field->name, '.');
        column.key = field->name;
    }
    metrics->columns[table->first + table->count++] = column;
}

static void add_table(struct loopc_metrics *metrics, const char *loop)
{
    const struct loopc_program *program = metrics->program;
    struct table *table = &metrics->tables[metrics->table_count++];
    *table = (struct table){.loop = loop,
                            .iteration = counter(program, loop, "iteration"),
                            .total = counter(program, loop, "total"),
                            .first = metrics->column_count};
    for (int i = 0; i < program->field_count; i++) {
        const struct loopc_field *field = &program->fields[i];
        if (is_reported(field) && same_loop(field->report_in, loop)) {
            add_column(metrics, table, field);
        }
    }
    metrics->column_count += table->count;
}

static int lay_out(struct loopc_metrics *metrics)
{
    const struct loopc_program *program = metrics->program;
    const size_t most = (size_t)program->field_count + 1;
    metrics->tables = calloc(most, sizeof *metrics->tables);
    metrics->columns = calloc(most, sizeof *metrics->columns);
    if (!metrics->tables || !metrics->columns) return LOOPC_FAILED;
    for (int i = 0; i < program->field_count; i++) {
        const struct loopc_field *field = &program->fields[i];
        if (is_reported(field) && !find_table(metrics, field->report_in)) {
            add_table(metrics, field->report_in);
        }
    }
    return LOOPC_OK;
}

static void free_all(struct loopc_metrics *metrics)
{
    free(metrics->tables);
    free(metrics->columns);
    free(metrics);
}

/* The file of a run that was resumed. */

static bool is_file(int fd)
{
    struct stat about;
    return !fstat(fd, &about) && S_ISREG(about.st_mode);
}

/* Takes bytes of the file into the mark, up to `size`. Returns false when it ends before that. */
static bool look_at(int fd, int64_t size, struct loopc_metrics_mark *mark)
{
    char bytes[LOOPC_METRICS_HEAD];
    while (mark->size < size) {
        const int64_t left = size - mark->size,
                      room = LOOPC_METRICS_HEAD - mark->size % LOOPC_METRICS_HEAD;
        const ssize_t got = pread(fd, bytes, (size_t)(left < room ? left : room), mark->size);
        if (got <= 0) return false;
        mark->all = loopc_fnv1a(mark->all, bytes, (size_t)got);
        if (mark->size < LOOPC_METRICS_HEAD) mark->head = mark->all;
        mark->size += got;
    }
    return true;
}

static struct loopc_metrics_mark nothing(void)
{
    return (struct loopc_metrics_mark){.head = LOOPC_FNV1A_START, .all = LOOPC_FNV1A_START};
}

/* Where the last whole line of the first `most` bytes ends. */
static off_t whole_lines(int fd, off_t most)
{
    off_t end = most;
    char last;
    while (end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n')
        end--;
    return end;
}

/* Whether a file that has lost its end began as the run's did. */
static bool begins_like(int fd, off_t size, const struct loopc_metrics_mark *mark)
{
    struct loopc_metrics_mark here = nothing();
    const int64_t head = mark->size < LOOPC_METRICS_HEAD ? mark->size : LOOPC_METRICS_HEAD;
    return size == 0 || (size >= head && look_at(fd, head, &here) && here.head == mark->head);
}

/* How much of the file is the run's, -1 when it is not that of the run. A checkpoint of an older
 * version has no digests. */
static off_t own_part(int fd, const struct loopc_metrics_mark *mark)
{
    struct loopc_metrics_mark here = nothing();
    const off_t size = lseek(fd, 0, SEEK_END);
    if (mark->size < 0) return size == 0 ? 0 : -1;
    if (!mark->all) return whole_lines(fd, size < mark->size ? size : mark->size);
    if (size < mark->size) return begins_like(fd, size, mark) ? whole_lines(fd, size) : -1;
    return look_at(fd, mark->size, &here) && here.all == mark->all ? mark->size : -1;
}

/* A terminal or /dev/null, not a file, keeps nothing. */
static int go_on(FILE *file, const struct loopc_metrics_mark *mark,
                 const struct loopc_message *message, const char *path)
{
    const int fd = fileno(file);
    const off_t own = is_file(fd) ? own_part(fd, mark) : 0;
    if (own < 0)
        return loopc_error_set(message, "give the file that it wrote, or a new one",
                               "%.200s is not the metrics file of this run", path);
    if (!is_file(fd) || (!ftruncate(fd, own) && !fseek(file, 0, SEEK_END))) return LOOPC_OK;
    return loopc_error_set(message, NULL, "cannot write %.200s: %s", path, strerror(errno));
}

/* A pipe is opened for writing alone: a writer that holds its reading end as well would never
 * learn that the reader has left. */
static bool may_read(const char *path)
{
    struct stat here;
    return stat(path, &here) != 0 || S_ISREG(here.st_mode);
}

/* The lines after a checkpoint are written anew by the run that continues from it. */
static FILE *open_file(const char *path, const struct loopc_metrics_mark *mark,
                       const struct loopc_message *message)
{
    const bool read = may_read(path);
    FILE *file = mark && read ? fopen(path, "r+e") : NULL;
    const bool old = file != NULL;
    if (!file && read && (!mark || errno == ENOENT)) file = fopen(path, "w+e");
    if (!file) file = fopen(path, "we"); /* writable but not readable */
    if (!file) loopc_error_set(message, NULL, "cannot write %.200s: %s", path, strerror(errno));
    if (!old || !go_on(file, mark, message, path)) return file;
    fclose(file);
    return NULL;
}

struct loopc_metrics_mark loopc_metrics_where(struct loopc_metrics *metrics)
{
    const int64_t size = ftell(metrics->file);
    if (!is_file(fileno(metrics->file)) || !look_at(fileno(metrics->file), size, &metrics->mark))
        return (struct loopc_metrics_mark){.size = size};
    return metrics->mark;
}

void loopc_metrics_sync(struct loopc_metrics *metrics)
{
    if (is_file(fileno(metrics->file)) && fdatasync(fileno(metrics->file)) && errno == EIO)
        metrics->lost = true;
}

struct loopc_metrics *loopc_metrics_open(const struct loopc_program *program, const char *path,
                                         const struct loopc_metrics_mark *mark, char *message,
                                         size_t size)
{
    const struct loopc_message to = {message, size};
    struct loopc_metrics *metrics = calloc(1, sizeof *metrics);
    if (!metrics) {
        loopc_error_set(&to, NULL, "out of memory");
        return NULL;
    }
    metrics->program = program;
    metrics->mark = nothing();
    if (lay_out(metrics))
        loopc_error_set(&to, NULL, "out of memory");
    else if ((metrics->file = open_file(path, mark, &to)))
        return metrics;
    free_all(metrics);
    return NULL;
}

static void write_column(const struct loopc_metrics *metrics, const struct column *column,
                         const void *state)
{
    FILE *file = metrics->file;
    fprintf(file, ",\"%s%s%s\":", column->qualify ? metrics->program->name : "",
            column->qualify ? "." : "", column->key);
    const size_t count = column->field->count;
    if (count != 1) fputc('[', file);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) fputc(',', file);
        loopc_field_json_write(file, column->field, state, i);
    }
    if (count != 1) fputc(']', file);
}

static bool is_every_nth(const struct table *table, const struct loopc_field *field,
                         const void *state)
{
    if (!table->iteration || field->report_every <= 1) return true;
    return loopc_field_integer(table->iteration, state, 0) % field->report_every == 0;
}

/* Whether a column is in a line of an iteration, or in that of the end. The last iteration of a
 * pass is due there if it was no n-th one: a pass may be shorter than n. */
static bool is_due(const struct table *table, const struct loopc_field *field, const void *state,
                   bool ended)
{
    if (ended) return (field->flags & LOOPC_SET_AT_END) || !is_every_nth(table, field, state);
    return !(field->flags & LOOPC_ONLY_AT_END) && is_every_nth(table, field, state);
}

static void write_columns(const struct loopc_metrics *metrics, const struct table *table,
                          const void *state, bool ended)
{
    for (int i = 0; i < table->count; i++) {
        const struct column *column = &metrics->columns[table->first + i];
        if (is_due(table, column->field, state, ended)) write_column(metrics, column, state);
    }
}

static bool any_due(const struct loopc_metrics *metrics, const struct table *table,
                    const void *state, bool ended)
{
    for (int i = 0; i < table->count; i++) {
        if (is_due(table, metrics->columns[table->first + i].field, state, ended)) return true;
    }
    return false;
}

static int end_line(struct loopc_metrics *metrics)
{
    fputs("}\n", metrics->file);
    if (fflush(metrics->file) == 0 && !ferror(metrics->file)) return LOOPC_OK;
    metrics->lost = true;
    return LOOPC_FAILED;
}

static void write_counter(FILE *file, const char *key, const struct loopc_field *field,
                          const void *state)
{
    if (field) fprintf(file, ",\"%s\":%" PRId64, key, loopc_field_integer(field, state, 0));
}

static int write_line(struct loopc_metrics *metrics, const void *state, const char *loop,
                      bool ended)
{
    const struct table *table = find_table(metrics, loop);
    if (!table || metrics->lost || !any_due(metrics, table, state, ended)) return LOOPC_OK;
    fprintf(metrics->file, "{\"loop\":\"%s\"%s", loop, ended ? ",\"ended\":true" : "");
    write_counter(metrics->file, "iteration", table->iteration, state);
    write_counter(metrics->file, "total", table->total, state);
    write_columns(metrics, table, state, ended);
    return end_line(metrics);
}

int loopc_metrics_write(struct loopc_metrics *metrics, const void *state, const char *loop)
{
    return write_line(metrics, state, loop, false);
}

int loopc_metrics_end(struct loopc_metrics *metrics, const void *state, const char *loop)
{
    return write_line(metrics, state, loop, true);
}

/* All that the run reports, whatever sets it. */
static void write_run(struct loopc_metrics *metrics, const void *state, const char *status)
{
    const struct table *table = find_table(metrics, NULL);
    if (!table || metrics->lost) return;
    fprintf(metrics->file, "{\"run\":\"%s\",\"status\":\"%s\"", metrics->program->name, status);
    write_columns(metrics, table, state, false);
    end_line(metrics);
}

int loopc_metrics_close(struct loopc_metrics *metrics, const void *state, const char *status)
{
    if (!metrics) return LOOPC_OK;
    write_run(metrics, state, status);
    const bool failed = fclose(metrics->file) != 0 || metrics->lost;
    free_all(metrics);
    return failed ? LOOPC_FAILED : LOOPC_OK;
}
