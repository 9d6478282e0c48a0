/* Saving: writes the entries of a state to a file that is complete under its final name. */
#include "checkpoint/checkpoint_contents.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* The folder may have been removed during the run. If it exists again, and no other run has it, it
 * is used. */
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

/* Never writes over an existing file: a run that ended in name_best has left a checkpoint that has
 * the temporary name as its second one. */
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

/* EINVAL: the file system cannot sync a folder; the rename alone has to suffice. */
static int sync_folder(const struct loopc_directory *folder)
{
    if (folder->unsynced) return LOOPC_OK;
    return sync_file(folder->fd) && errno != EINVAL ? LOOPC_FAILED : LOOPC_OK;
}

static int write_new(struct loopc_save *saving, const char *temporary)
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

/* Links the file just written as the best one. On file systems without hard links it is written
 * twice. */
static int name_best(struct loopc_save *saving, const char *written)
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

/* The best first: a run that ends between the two continues from the checkpoint before and finds
 * the same best again; in the other order, it would believe that the best had been kept. A
 * checkpoint is kept even if the best cannot be. Returns with errno set. */
static int write_files(struct loopc_save *saving, bool best)
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
    struct loopc_save saving = {.folder = folder, .state = state, .message = message};
    info->number = folder->last + 1;
    loopc_checkpoint_name(folder->program->name, info->number, saving.name);
    int st = loopc_save_collect(&saving, info);
    if (!st && write_files(&saving, best)) st = cannot_save(folder, saving.name, message);
    loopc_save_free(&saving);
    return st;
}

int loopc_checkpoint_try_best(struct loopc_directory *folder, void *state,
                              const struct loopc_checkpoint_info *info,
                              const struct loopc_message *message)
{
    struct loopc_save saving = {.folder = folder, .state = state, .message = message};
    struct loopc_checkpoint_info here = *info;
    const bool unsynced = folder->unsynced;
    here.number = folder->last + 1;
    loopc_saving_best_name(folder->program->name, saving.name);
    int st = loopc_save_collect(&saving, &here);
    folder->unsynced = true;
    if (!st && write_new(&saving, saving.name)) st = cannot_save(folder, saving.name, message);
    folder->unsynced = unsynced;
    loopc_save_free(&saving);
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
