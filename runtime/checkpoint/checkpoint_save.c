/* Saving: from the entries of a state to a file that is whole or not there. */
#include "checkpoint/checkpoint.h"

#include "data/table.h"
#include "checkpoint/entries.h"
#include "checkpoint/directory.h"
#include "base/json_text.h"
#include "checkpoint/dataset_parts.h"
#include "base/version.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* A checkpoint on its way out. */
struct saving {
    struct loopc_directory *folder;
    void *state;
    struct loopc_entries entries;
    struct loopc_tensor *tensors;
    int tensor_count;
    char *turned; /* the matrices that stand in panels, row by row, one after the other */
    char **keys;  /* the memory of the names of tensors that are no fields: scales, rows */
    int key_count;
    int64_t *counts; /* how many values each of them has */
    struct loopc_meta *metas;
    int meta_count;
    char **texts;               /* the memory of their keys and values, two each */
    char name[LOOPC_NAME_SIZE]; /* what it will be called */
    const struct loopc_message *message;
};

/* Takes both texts, which may be NULL for want of memory. */
static int add_meta(struct saving *saving, char *key, char *value)
{
    const int i = saving->meta_count++;
    saving->metas[i] = (struct loopc_meta){key, value};
    saving->texts[2 * i] = key;
    saving->texts[2 * i + 1] = value;
    return key && value ? LOOPC_OK : LOOPC_FAILED;
}

static int add_about(struct saving *saving, const struct loopc_checkpoint_info *info)
{
    const struct loopc_program *program = saving->folder->program;
    char hash[32], format[32];
    snprintf(hash, sizeof hash, "%016" PRIx64, loopc_program_hash(program));
    snprintf(format, sizeof format, "%d", LOOPC_CHECKPOINT_FORMAT);
    int st = add_meta(saving, strdup("loopc.format"), strdup(format));
    st |= add_meta(saving, strdup("loopc.version"), strdup(LOOPC_VERSION));
    st |= add_meta(saving, strdup("loopc.program"), strdup(program->name));
    st |= add_meta(saving, strdup("loopc.hash"), strdup(hash));
    if (*info->run) st |= add_meta(saving, strdup("loopc.run"), strdup(info->run));
    if (*info->by) st |= add_meta(saving, strdup("loopc.judged_by"), strdup(info->by));
    return st;
}

static char *hexadecimal(const char *text)
{
    static const char digits[] = "0123456789abcdef";
    const size_t length = strlen(text);
    char *const hex = malloc(2 * length + 1);
    if (!hex) return NULL;
    for (size_t i = 0; i < length; i++) {
        hex[2 * i] = digits[(unsigned char)text[i] >> 4];
        hex[2 * i + 1] = digits[(unsigned char)text[i] & 15];
    }
    hex[2 * length] = 0;
    return hex;
}

static int add_word(struct saving *saving, const struct loopc_string_entry *word)
{
    const char *text = *word->memory;
    if (!text) return add_meta(saving, loopc_key_make("none", word->name), strdup(""));
    if (loopc_utf8_is(text)) {
        return add_meta(saving, loopc_key_make("text", word->name), strdup(text));
    }
    return add_meta(saving, loopc_key_make("bytes", word->name), hexadecimal(text));
}

/* Of what was loaded, whatever part of it the field is. */
static int add_digest(struct saving *saving, const struct loopc_field *field)
{
    const struct loopc_dataset *d = (const void *)((const char *)saving->state + field->offset);
    char digest[LOOPC_DIGEST_SIZE];
    if (!loopc_dataset_digest(d)) return LOOPC_OK;
    snprintf(digest, sizeof digest, "%016" PRIx64, loopc_dataset_digest(d));
    return add_meta(saving, loopc_key_make("loopc.digest", field->name), strdup(digest));
}

static int add_datasets(struct saving *saving)
{
    const struct loopc_program *program = saving->folder->program;
    int st = LOOPC_OK;
    for (int i = 0; i < program->field_count; i++) {
        const struct loopc_field *field = &program->fields[i];
        int64_t count;
        const char *of;
        if (field->type != LOOPC_DATASET || field->count != 1) continue;
        st |= add_meta(saving, loopc_key_make("data", field->name),
                       loopc_dataset_describe(field, saving->state));
        st |= add_digest(saving, field);
        if (loopc_part_rows(program, saving->state, i, &count, &of))
            st |= add_meta(saving, loopc_key_make("loopc.of", field->name), strdup(of));
        if (loopc_has_own_table(program, saving->state, i))
            st |= add_meta(saving, loopc_key_make("loopc.table", field->name),
                           loopc_dataset_save_table(loopc_dataset_of(program, saving->state, i)));
    }
    return st;
}

static int add_metas(struct saving *saving, const struct loopc_checkpoint_info *info)
{
    const size_t most =
        6 + (size_t)saving->entries.string_count + 4 * (size_t)saving->folder->program->field_count;
    saving->metas = calloc(most, sizeof *saving->metas);
    saving->texts = calloc(2 * most, sizeof(void *));
    if (!saving->metas || !saving->texts) return LOOPC_FAILED;
    int st = add_about(saving, info);
    for (int i = 0; i < saving->entries.string_count; i++)
        st |= add_word(saving, &saving->entries.strings[i]);
    return st | add_datasets(saving);
}

/* A tensor that is no field; takes the key. */
static int add_vector(struct saving *saving, char *key, enum loopc_dtype dtype, const void *values,
                      int64_t count)
{
    const int i = saving->key_count++;
    saving->keys[i] = key;
    saving->counts[i] = count;
    saving->tensors[saving->tensor_count++] = (struct loopc_tensor){
        .name = key, .dtype = dtype, .rank = 1, .dims = &saving->counts[i], .data = values};
    return key ? LOOPC_OK : LOOPC_FAILED;
}

/* How the data sets are scaled that have a scale of their own. */
static int add_scales(struct saving *saving)
{
    const struct loopc_program *program = saving->folder->program;
    int st = LOOPC_OK;
    for (int i = 0; i < program->field_count; i++) {
        const struct loopc_field *field = &program->fields[i];
        const double *mean, *divisor;
        if (field->type != LOOPC_DATASET || field->count != 1) continue;
        if (field->dataset && field->dataset->like) continue;
        const struct loopc_dataset *d = (const void *)((char *)saving->state + field->offset);
        if (!loopc_dataset_scaling(d, &mean, &divisor)) continue;
        st |= add_vector(saving, loopc_key_make("loopc.mean", field->name), LOOPC_DTYPE_F64, mean,
                         d->columns);
        st |= add_vector(saving, loopc_key_make("loopc.divisor", field->name), LOOPC_DTYPE_F64,
                         divisor, d->columns);
    }
    return st;
}

/* Which rows the parts of data sets are. */
static int add_parts(struct saving *saving)
{
    const struct loopc_program *program = saving->folder->program;
    int st = LOOPC_OK;
    for (int i = 0; i < program->field_count; i++) {
        int64_t count;
        const char *of;
        const int64_t *rows = loopc_part_rows(program, saving->state, i, &count, &of);
        if (!rows) continue;
        st |= add_vector(saving, loopc_key_make("loopc.rows", program->fields[i].name),
                         LOOPC_DTYPE_I64, rows, count);
    }
    return st;
}

/* Makes room for the matrices that stand in panels. */
static int make_turned(struct saving *saving)
{
    size_t bytes = 1;
    for (int i = 0; i < saving->entries.count; i++) {
        const struct loopc_entry *entry = &saving->entries.list[i];
        bytes += entry->panels ? entry->bytes : 0;
    }
    saving->turned = malloc(bytes);
    return saving->turned ? LOOPC_OK : LOOPC_FAILED;
}

/* The data of an entry as they stand in the file; *room is what is left for turned ones. */
static const void *data_of(const struct loopc_entry *entry, char **room)
{
    if (!entry->panels) return entry->memory;
    char *const data = *room;
    loopc_entry_write(entry, data);
    *room += entry->bytes;
    return data;
}

static int add_tensors(struct saving *saving)
{
    const struct loopc_entries *entries = &saving->entries;
    if (make_turned(saving)) return LOOPC_FAILED;
    char *room = saving->turned;
    const size_t more = 3 * (size_t)saving->folder->program->field_count + 1;
    saving->tensors = calloc((size_t)entries->count + more, sizeof *saving->tensors);
    saving->keys = calloc(more, sizeof *saving->keys);
    saving->counts = calloc(more, sizeof *saving->counts);
    if (!saving->tensors || !saving->keys || !saving->counts) return LOOPC_FAILED;
    for (int i = 0; i < entries->count; i++) {
        const struct loopc_entry *entry = &entries->list[i];
        saving->tensors[i] = (struct loopc_tensor){.name = entry->key,
                                                   .dtype = entry->dtype,
                                                   .rank = entry->rank,
                                                   .dims = entry->dims,
                                                   .data = data_of(entry, &room)};
    }
    saving->tensor_count = entries->count;
    return add_scales(saving) | add_parts(saving);
}

static void free_saving(struct saving *saving)
{
    for (int i = 0; i < 2 * saving->meta_count; i++)
        free(saving->texts[i]);
    free(saving->texts);
    free(saving->metas);
    for (int i = 0; i < saving->key_count; i++)
        free(saving->keys[i]);
    free(saving->keys);
    free(saving->counts);
    free(saving->turned);
    free(saving->tensors);
    loopc_entries_free(&saving->entries);
}

static int collect(struct saving *saving, struct loopc_checkpoint_info *info)
{
    if (loopc_entries_make(&saving->entries, saving->folder->program, saving->state, info,
                           saving->message)) {
        return LOOPC_FAILED;
    }
    if (!add_tensors(saving) && !add_metas(saving, info)) return LOOPC_OK;
    return loopc_error_set(saving->message, NULL, "out of memory for a checkpoint");
}

/* The folder may have been removed while the run went on. If there is one again, and no other run
 * has it, it will do. */
static void look_again(struct loopc_directory *folder)
{
    const int fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    if (flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
        close(fd);
        return;
    }
    close(folder->fd);
    folder->fd = fd;
}

/* Never writes over what is there: a run that ended in name_best has left a checkpoint that has the
 * temporary name as its second one. */
static FILE *open_new(struct loopc_directory *folder, const char *name)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    unlinkat(folder->fd, name, 0);
    int fd = openat(folder->fd, name, flags, 0666);
    if (fd < 0 && errno == ENOENT) {
        look_again(folder);
        unlinkat(folder->fd, name, 0);
        fd = openat(folder->fd, name, flags, 0666);
    }
    FILE *const file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file && fd >= 0) close(fd);
    return file;
}

/* Returns with errno set when it fails. */
static int sync_file(int fd)
{
    while (fsync(fd)) {
        if (errno != EINTR) return LOOPC_FAILED;
    }
    return LOOPC_OK;
}

/* Some file systems cannot sync a folder, and say so by EINVAL: their renames have to do. */
static int sync_folder(const struct loopc_directory *folder)
{
    if (folder->unsynced) return LOOPC_OK;
    return sync_file(folder->fd) && errno != EINVAL ? LOOPC_FAILED : LOOPC_OK;
}

static int write_new(struct saving *saving, const char *temporary)
{
    const struct loopc_contents contents = {saving->tensors, saving->tensor_count, saving->metas,
                                            saving->meta_count};
    FILE *const file = open_new(saving->folder, temporary);
    if (!file) return LOOPC_FAILED;
    int st = loopc_safetensors_write(file, &contents);
    if (!st && !saving->folder->unsynced) st = sync_file(fileno(file));
    const int why = errno;
    if (fclose(file) && !st) return LOOPC_FAILED;
    errno = why;
    return st;
}

static int rename_to(const struct loopc_directory *folder, const char *from, const char *to)
{
    return renameat(folder->fd, from, folder->fd, to) ? LOOPC_FAILED : LOOPC_OK;
}

/* A second name for the file just written, in the place of the best one before. Where files cannot
 * have two, it is written twice. */
static int name_best(struct saving *saving, const char *written)
{
    const struct loopc_directory *folder = saving->folder;
    char temporary[LOOPC_NAME_SIZE], best[LOOPC_NAME_SIZE];
    loopc_saving_best_name(folder->program->name, temporary);
    loopc_best_name(folder->program->name, best);
    unlinkat(folder->fd, temporary, 0);
    int st = LOOPC_OK;
    if (linkat(folder->fd, written, folder->fd, temporary, 0)) st = write_new(saving, temporary);
    if (!st) st = rename_to(folder, temporary, best);
    const int why = errno;
    if (st) unlinkat(folder->fd, temporary, 0);
    errno = why;
    return st;
}

/* The best first: a run that ends between the two goes on from the one before and comes to the same
 * best again; the other way round, it would believe that the best had been kept. A best that cannot
 * be kept is no reason to lose the checkpoint. Returns with errno set. */
static int write_files(struct saving *saving, bool best)
{
    struct loopc_directory *folder = saving->folder;
    char temporary[LOOPC_NAME_SIZE];
    loopc_saving_name(folder->program->name, temporary);
    int st = write_new(saving, temporary), kept = LOOPC_OK, why = 0;
    if (!st && best) kept = name_best(saving, temporary);
    if (kept) why = errno;
    if (!st) st = rename_to(folder, temporary, saving->name);
    if (!st) folder->last++;
    if (!st) st = sync_folder(folder);
    if (st) why = errno;
    if (st) unlinkat(folder->fd, temporary, 0);
    errno = why;
    return st ? st : kept;
}

static int cannot_save(const struct loopc_directory *folder, const char *name,
                       const struct loopc_message *message)
{
    return loopc_error_set(message, NULL, "cannot save %s/%s: %s", folder->path, name,
                           errno == ENOENT ? "the folder is gone" : strerror(errno));
}

int loopc_checkpoint_save(struct loopc_directory *folder, void *state,
                          struct loopc_checkpoint_info *info, bool best,
                          const struct loopc_message *message)
{
    struct saving saving = {.folder = folder, .state = state, .message = message};
    info->number = folder->last + 1;
    loopc_checkpoint_name(folder->program->name, info->number, saving.name);
    int st = collect(&saving, info);
    if (!st && write_files(&saving, best)) st = cannot_save(folder, saving.name, message);
    free_saving(&saving);
    return st;
}

int loopc_checkpoint_try_best(struct loopc_directory *folder, void *state,
                              const struct loopc_checkpoint_info *info,
                              const struct loopc_message *message)
{
    struct saving saving = {.folder = folder, .state = state, .message = message};
    struct loopc_checkpoint_info here = *info;
    const bool unsynced = folder->unsynced;
    here.number = folder->last + 1;
    loopc_saving_best_name(folder->program->name, saving.name);
    int st = collect(&saving, &here);
    folder->unsynced = true;
    if (!st && write_new(&saving, saving.name)) st = cannot_save(folder, saving.name, message);
    folder->unsynced = unsynced;
    free_saving(&saving);
    return st;
}

int loopc_checkpoint_take_best(const struct loopc_directory *folder,
                               const struct loopc_message *message)
{
    char temporary[LOOPC_NAME_SIZE], best[LOOPC_NAME_SIZE];
    loopc_saving_best_name(folder->program->name, temporary);
    loopc_best_name(folder->program->name, best);
    const int fd = openat(folder->fd, temporary, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int st = fd < 0 ? LOOPC_FAILED : LOOPC_OK;
    if (!st && !folder->unsynced) st = sync_file(fd);
    if (!st) st = rename_to(folder, temporary, best);
    if (!st) st = sync_folder(folder);
    const int why = errno;
    if (fd >= 0) close(fd);
    errno = why;
    return st ? cannot_save(folder, best, message) : LOOPC_OK;
}
