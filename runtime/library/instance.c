/* Instances: start, copy, save, load.
 *
 * A file: the line "loopc position 1\n"; the program's hash and the size of its state; the run's
 * seed and interruption; the position; the failures; each field of the table in its order; and a
 * sum over all that. Integers are those of the machine: the file is not meant for exchange
 * between machines. Texts are a length and their characters, NULL is the length ~0.
 */
#include "library/instance.h"

#include "process/child.h"
#include "run/fields.h"
#include "run/streams.h"
#include "base/hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char title[] = "loopc position 1\n";

void loopc_instance_init(const struct loopc_program *program, void *state, uint64_t seed)
{
    memset(state, 0, program->size);
    ((struct loopc_run *)state)->program = program;
    if (program->defaults) program->defaults(state);
    loopc_streams_seed(program, state, seed);
}

static struct loopc_child *child_at(const struct loopc_program *program, void *state, int i)
{
    return (void *)((char *)state + program->children[i]);
}

void loopc_instance_copy(const struct loopc_program *program, void *to, const void *from)
{
    memcpy(to, from, program->size);
    for (int i = 0; i < program->child_count; i++) {
        *child_at(program, to, i) = (struct loopc_child){0};
    }
}

void loopc_instance_end(const struct loopc_program *program, void *state)
{
    for (int i = 0; i < program->child_count; i++)
        program->end_child(child_at(program, state, i));
}

void *loopc_instance_new(const struct loopc_program *program, uint64_t seed)
{
    enum { ALIGNMENT = 64 }; /* of LOOPC_ALIGNED; a size has to be a multiple of it */
    void *state = aligned_alloc(ALIGNMENT, (program->size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    if (state) loopc_instance_init(program, state, seed);
    return state;
}

void loopc_instance_free(const struct loopc_program *program, void *state)
{
    if (state) loopc_instance_end(program, state);
    free(state);
}

void *loopc_instance_field(const struct loopc_program *program, void *state, const char *name)
{
    const struct loopc_field *field = loopc_field_find(program->fields, program->field_count, name);
    return field ? (char *)state + field->offset : NULL;
}

size_t loopc_instance_failure(const void *state, char *text, size_t size)
{
    const struct loopc_run *run = state;
    if (size > 0) text[0] = 0;
    if (run->failures.count > 0) loopc_failure_text(&run->failures.kept[0], text, size);
    return size > 0 ? strlen(text) : 0;
}

/* A buffer that is written to a file, or was read from one. */
struct stream {
    unsigned char *bytes;
    size_t used, room; /* when reading: where it is, and how many there are */
    int wrong;         /* no memory, or too few bytes */
};

static void put(struct stream *stream, const void *bytes, size_t size)
{
    if (stream->wrong) return;
    if (stream->used + size > stream->room) {
        const size_t room = 2 * stream->room + size;
        unsigned char *more = realloc(stream->bytes, room);
        if (!more) {
            stream->wrong = 1;
            return;
        }
        stream->bytes = more;
        stream->room = room;
    }
    if (size > 0) memcpy(stream->bytes + stream->used, bytes, size);
    stream->used += size;
}

static void get(struct stream *stream, void *bytes, size_t size)
{
    if (stream->wrong || size > stream->room - stream->used) {
        stream->wrong = 1;
        memset(bytes, 0, size);
        return;
    }
    if (size > 0) memcpy(bytes, stream->bytes + stream->used, size);
    stream->used += size;
}

static void put_u64(struct stream *stream, uint64_t value)
{
    put(stream, &value, sizeof value);
}

static uint64_t get_u64(struct stream *stream)
{
    uint64_t value;
    get(stream, &value, sizeof value);
    return value;
}

static void put_text(struct stream *stream, const char *text)
{
    put_u64(stream, text ? strlen(text) : UINT64_MAX);
    if (text) put(stream, text, strlen(text));
}

static const char *get_text(struct stream *stream)
{
    const uint64_t length = get_u64(stream);
    if (length == UINT64_MAX || stream->wrong) return NULL;
    if (length > stream->room - stream->used) {
        stream->wrong = 1;
        return NULL;
    }
    const char *text = loopc_text_intern((const char *)stream->bytes + stream->used, length);
    stream->used += length;
    if (!text) stream->wrong = 1;
    return text;
}

static void put_failures(struct stream *stream, const struct loopc_failures *failures)
{
    put_u64(stream, (uint64_t)failures->count);
    for (int i = 0; i < failures->count; i++) {
        const struct loopc_failure *failure = &failures->kept[i];
        put_text(stream, failure->node);
        put_text(stream, failure->frame);
        put_u64(stream, (uint64_t)failure->depth);
        for (int k = 0; k < failure->depth && k < LOOPC_PATH_KEPT; k++) {
            put_text(stream, failure->path[k]);
        }
        put(stream, failure->message, sizeof failure->message);
    }
    put_u64(stream, (uint64_t)failures->counts);
    for (int i = 0; i < failures->counts; i++) {
        put_text(stream, failures->counted[i].frame);
        put_u64(stream, failures->counted[i].count);
    }
}

static void get_failures(struct stream *stream, struct loopc_failures *failures)
{
    const uint64_t count = get_u64(stream);
    if (count > LOOPC_FAILURES_KEPT) stream->wrong = 1;
    failures->count = stream->wrong ? 0 : (int)count;
    for (int i = 0; i < failures->count; i++) {
        struct loopc_failure *failure = &failures->kept[i];
        failure->node = get_text(stream);
        failure->frame = get_text(stream);
        failure->depth = (int)get_u64(stream);
        for (int k = 0; k < failure->depth && k < LOOPC_PATH_KEPT; k++) {
            failure->path[k] = get_text(stream);
        }
        get(stream, failure->message, sizeof failure->message);
        if (!failure->node || !failure->frame) stream->wrong = 1;
    }
    const uint64_t counts = get_u64(stream);
    if (counts > LOOPC_COUNTS_KEPT) stream->wrong = 1;
    failures->counts = stream->wrong ? 0 : (int)counts;
    for (int i = 0; i < failures->counts; i++) {
        failures->counted[i].frame = get_text(stream);
        failures->counted[i].count = (unsigned)get_u64(stream);
        if (!failures->counted[i].frame) stream->wrong = 1;
    }
}

static void put_field(struct stream *stream, const struct loopc_field *field, const char *state)
{
    if (field->type == LOOPC_DATASET) return;
    if (field->type != LOOPC_STR) {
        put(stream, state + field->offset, loopc_field_size(field));
        return;
    }
    const char *const *texts = (const void *)(state + field->offset);
    for (size_t i = 0; i < field->count; i++)
        put_text(stream, texts[i]);
}

static void get_field(struct stream *stream, const struct loopc_field *field, char *state)
{
    if (field->type == LOOPC_DATASET) return;
    if (field->type != LOOPC_STR) {
        get(stream, state + field->offset, loopc_field_size(field));
        return;
    }
    const char **texts = (void *)(state + field->offset);
    for (size_t i = 0; i < field->count; i++)
        texts[i] = get_text(stream);
}

static void put_state(struct stream *stream, const struct loopc_program *program, char *state)
{
    const struct loopc_run *run = (const void *)state;
    put(stream, title, sizeof title - 1);
    put_u64(stream, program->hash);
    put_u64(stream, program->size);
    put_u64(stream, run->seed);
    put_u64(stream, (uint64_t)run->interrupted);
    put_u64(stream, run->item);
    put(stream, state + program->position, program->position_size);
    put_failures(stream, &run->failures);
    for (int i = 0; i < program->field_count; i++)
        put_field(stream, &program->fields[i], state);
    put_u64(stream,
            stream->wrong ? 0 : loopc_fnv1a(LOOPC_FNV1A_START, stream->bytes, stream->used));
}

/* Writes bytes to a file beside `path` and puts that in its place. Returns 0 or an errno. */
static int write_file(const char *path, const struct stream *stream)
{
    char beside[4096];
    const int length = snprintf(beside, sizeof beside, "%s.tmp%ld", path, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof beside) return ENAMETOOLONG;
    FILE *file = fopen(beside, "wbe");
    if (!file) return errno;
    int why = fwrite(stream->bytes, 1, stream->used, file) == stream->used ? 0 : errno;
    if (!why && (fflush(file) || fsync(fileno(file)))) why = errno;
    if (fclose(file) && !why) why = errno;
    if (!why && rename(beside, path)) why = errno;
    if (why) unlink(beside);
    return why;
}

/* Calls a hook, which may be NULL. When it fails, the text of its failure is in `text`; the
 * failures of the run stay as they were. */
static int call_hook(int (*hook)(void *state), void *state, char *text, size_t size)
{
    struct loopc_run *run = state;
    const struct loopc_failures before = run->failures;
    if (!hook || !hook(state)) return LOOPC_OK;
    snprintf(text, size, "a hook failed");
    if (run->failures.count > before.count)
        loopc_failure_text(&run->failures.kept[before.count], text, size);
    run->failures = before;
    return LOOPC_FAILED;
}

/* Writes a state that is a copy. Returns NULL, or why it cannot; `text` is room for that. */
static const char *save_copy(const struct loopc_program *program, char *still, const char *path,
                             char *text, size_t size)
{
    struct stream stream = {0};
    if (call_hook(program->before_save, still, text, size)) return text;
    put_state(&stream, program, still);
    const int why = stream.wrong ? ENOMEM : write_file(path, &stream);
    free(stream.bytes);
    return why ? strerror(why) : NULL;
}

int loopc_instance_save(const struct loopc_program *program, const void *state, const char *path,
                        char *message, size_t size)
{
    char text[512];
    char *still = malloc(program->size);
    const char *problem = "no memory";
    if (still) {
        loopc_instance_copy(program, still, state);
        problem = save_copy(program, still, path, text, sizeof text);
    }
    free(still);
    if (problem) snprintf(message, size, "cannot write %s: %s", path, problem);
    return problem ? LOOPC_FAILED : LOOPC_OK;
}

static int read_file(const char *path, struct stream *stream)
{
    FILE *file = fopen(path, "rbe");
    if (!file) return errno;
    unsigned char piece[65536];
    size_t count;
    while ((count = fread(piece, 1, sizeof piece, file)) > 0)
        put(stream, piece, count);
    const int why = ferror(file) ? EIO : stream->wrong ? ENOMEM : 0;
    fclose(file);
    stream->room = stream->used;
    stream->used = 0;
    return why;
}

/* The error in the beginning or the end of a file, or NULL. */
static const char *problem_of(struct stream *stream, const struct loopc_program *program)
{
    char first[sizeof title - 1];
    get(stream, first, sizeof first);
    if (stream->wrong || memcmp(first, title, sizeof first) != 0)
        return "it is not a saved position";
    const uint64_t hash = get_u64(stream), bytes = get_u64(stream);
    if (stream->wrong || stream->room < 8) return "it is cut short";
    if (hash != program->hash || bytes != program->size) {
        return "another program saved it: a position is valid only in the program that saved it";
    }
    uint64_t sum;
    stream->room -= sizeof sum;
    memcpy(&sum, stream->bytes + stream->room, sizeof sum);
    return sum == loopc_fnv1a(LOOPC_FNV1A_START, stream->bytes, stream->room) ? NULL
                                                                              : "it is damaged";
}

static void get_state(struct stream *stream, const struct loopc_program *program, char *state)
{
    struct loopc_run *run = (void *)state;
    run->seed = get_u64(stream);
    run->interrupted = (int)get_u64(stream);
    run->item = get_u64(stream);
    get(stream, state + program->position, program->position_size);
    get_failures(stream, &run->failures);
    for (int i = 0; i < program->field_count; i++)
        get_field(stream, &program->fields[i], state);
    if (stream->used != stream->room) stream->wrong = 1;
    loopc_fields_restart(program->fields, program->field_count, state);
}

int loopc_instance_load(const struct loopc_program *program, void *state, const char *path,
                        char *message, size_t size)
{
    char text[512];
    struct stream stream = {0};
    const int why = read_file(path, &stream);
    const char *problem = why ? strerror(why) : problem_of(&stream, program);
    char *loaded = problem ? NULL : malloc(program->size);
    if (!problem && !loaded) problem = "no memory";
    if (!problem) {
        loopc_instance_copy(program, loaded, state);
        get_state(&stream, program, loaded);
        if (stream.wrong) problem = "it is damaged";
    }
    if (!problem && call_hook(program->after_load, loaded, text, sizeof text)) problem = text;
    if (!problem) {
        loopc_instance_end(program, state);
        memcpy(state, loaded, program->size);
    }
    free(loaded);
    free(stream.bytes);
    if (problem) snprintf(message, size, "cannot load %s: %s", path, problem);
    return problem ? LOOPC_FAILED : LOOPC_OK;
}
