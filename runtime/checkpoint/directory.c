/* The folder of checkpoints: made, locked, listed, pruned. */
#include "checkpoint/directory.h"

#include "checkpoint/checkpoint.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Names of programs are C identifiers; one that is too long for a file is cut. */
enum { NAME_SHOWN = 200 };
#define HIGHEST_NUMBER INT64_C(1000000000000000)

void loopc_checkpoint_name(const char *name, int64_t number, char text[LOOPC_NAME_SIZE])
{
    snprintf(text, LOOPC_NAME_SIZE, "%.*s-%" PRId64 LOOPC_CHECKPOINT_ENDING, NAME_SHOWN, name,
             number);
}

void loopc_best_name(const char *name, char text[LOOPC_NAME_SIZE])
{
    snprintf(text, LOOPC_NAME_SIZE, "%.*s-best" LOOPC_CHECKPOINT_ENDING, NAME_SHOWN, name);
}

void loopc_saving_name(const char *name, char text[LOOPC_NAME_SIZE])
{
    snprintf(text, LOOPC_NAME_SIZE, "%.*s.saving", NAME_SHOWN, name);
}

void loopc_saving_best_name(const char *name, char text[LOOPC_NAME_SIZE])
{
    snprintf(text, LOOPC_NAME_SIZE, "%.*s-best.saving", NAME_SHOWN, name);
}

/* Names that loopc does not write, with zeros in front or too many digits, are of somebody
 * else's. */
int64_t loopc_directory_number(const char *name, const char *file)
{
    char again[LOOPC_NAME_SIZE];
    const size_t length = strnlen(name, NAME_SHOWN);
    if (strncmp(file, name, length) != 0 || file[length] != '-') return 0;
    const int64_t number = strtoll(file + length + 1, NULL, 10);
    if (number <= 0 || number > HIGHEST_NUMBER) return 0;
    loopc_checkpoint_name(name, number, again);
    return strcmp(again, file) ? 0 : number;
}

static int ascending(const void *a, const void *b)
{
    const int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;
    return (first > second) - (first < second);
}

static int add_number(int64_t **numbers, int count, int64_t number)
{
    if (count % 64 == 0) {
        int64_t *const more = realloc(*numbers, ((size_t)count + 64) * sizeof *more);
        if (!more) return -1;
        *numbers = more;
    }
    (*numbers)[count] = number;
    return count + 1;
}

static int read_numbers(DIR *folder, const char *name, int64_t **numbers)
{
    int count = 0;
    while (count >= 0) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (!entry) return errno ? -1 : count;
        const int64_t number = loopc_directory_number(name, entry->d_name);
        if (number > 0) count = add_number(numbers, count, number);
    }
    return count;
}

int loopc_directory_numbers(int fd, const char *name, int64_t **numbers)
{
    *numbers = NULL;
    const int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = own < 0 ? NULL : fdopendir(own);
    if (!folder && own >= 0) close(own);
    const int count = folder ? read_numbers(folder, name, numbers) : -1;
    const int why = errno;
    if (folder) closedir(folder);
    if (count > 0) qsort(*numbers, (size_t)count, sizeof **numbers, ascending);
    if (count < 0) {
        free(*numbers);
        *numbers = NULL;
    }
    errno = why;
    return count;
}

/* Makes the folder and those above it. Fails with errno set; one that is there is fine. */
static int make_folders(const char *path)
{
    char *const part = strdup(path);
    int st = part ? LOOPC_OK : LOOPC_FAILED;
    for (size_t i = 1; !st && i <= strlen(path); i++) {
        if (path[i] != '/' && path[i] != 0) continue;
        part[i] = 0;
        if (mkdir(part, 0777) && errno != EEXIST && errno != EISDIR) st = LOOPC_FAILED;
        part[i] = path[i];
    }
    const int why = errno;
    free(part);
    errno = why;
    return st;
}

/* A lock needs a file system that has them; without, a run has to do without. */
static int lock(const struct loopc_directory *folder, const struct loopc_message *message)
{
    if (!flock(folder->fd, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK) return LOOPC_OK;
    return loopc_error_set(message, "give it a folder of its own, or end the other one",
                           "%s: another run saves there", folder->path);
}

/* Fail now rather than at the first checkpoint. Also removes a half-written file of an earlier
 * run. */
static int try_to_write(const struct loopc_directory *folder, const struct loopc_message *message)
{
    char name[LOOPC_NAME_SIZE];
    loopc_saving_name(folder->program->name, name);
    const int fd = openat(folder->fd, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd >= 0) {
        close(fd);
        if (!unlinkat(folder->fd, name, 0)) {
            loopc_saving_best_name(folder->program->name, name);
            unlinkat(folder->fd, name, 0);
            return LOOPC_OK;
        }
    }
    return loopc_error_set(message, NULL, "%s: cannot write there: %s", folder->path,
                           strerror(errno));
}

static int find_last(struct loopc_directory *folder, const struct loopc_message *message)
{
    int64_t *numbers;
    const int count = loopc_directory_numbers(folder->fd, folder->program->name, &numbers);
    if (count < 0) {
        return loopc_error_set(message, NULL, "%s: %s", folder->path, strerror(errno));
    }
    folder->last = count > 0 ? numbers[count - 1] : 0;
    free(numbers);
    return LOOPC_OK;
}

/* Opens the folder, which may have to be made; finds its latest checkpoint. */
static int open_folder(struct loopc_directory *folder, const struct loopc_program *program,
                       const char *path, bool writes, const struct loopc_message *message)
{
    *folder = (struct loopc_directory){.program = program, .fd = -1};
    if (!make_folders(path)) folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->fd >= 0) folder->path = realpath(path, NULL);
    int st = LOOPC_OK;
    if (!folder->path) {
        st = loopc_error_set(message, NULL, "%s: cannot save there: %s", path,
                             errno == ENOTDIR ? "it is a file, or under one" : strerror(errno));
    }
    if (!st && writes) st = lock(folder, message);
    if (!st && writes) st = try_to_write(folder, message);
    if (!st) st = find_last(folder, message);
    if (st) loopc_directory_close(folder);
    return st;
}

int loopc_directory_open(struct loopc_directory *folder, const struct loopc_program *program,
                         const char *path, const struct loopc_message *message)
{
    return open_folder(folder, program, path, true, message);
}

int loopc_directory_look(struct loopc_directory *folder, const struct loopc_program *program,
                         const char *path, const struct loopc_message *message)
{
    return open_folder(folder, program, path, false, message);
}

void loopc_directory_close(struct loopc_directory *folder)
{
    if (folder->fd >= 0) close(folder->fd);
    free(folder->path);
    *folder = (struct loopc_directory){.fd = -1};
}

static bool is_spared(const struct loopc_directory *folder, struct loopc_spared spared,
                      int64_t number)
{
    for (int i = 0; i < spared.count; i++) {
        if (spared.numbers[i] == number) return true;
    }
    return number == folder->last || number <= spared.up_to;
}

/* Removes these but for those that are spared. One that is gone already is ignored. */
static int remove_old(const struct loopc_directory *folder, const int64_t *numbers, int count,
                      struct loopc_spared spared, const struct loopc_message *message)
{
    int st = LOOPC_OK;
    for (int i = 0; i < count; i++) {
        char name[LOOPC_NAME_SIZE];
        if (is_spared(folder, spared, numbers[i])) continue;
        loopc_checkpoint_name(folder->program->name, numbers[i], name);
        if (!unlinkat(folder->fd, name, 0) || errno == ENOENT) continue;
        st = loopc_error_set(message, NULL, "%s/%s: cannot remove it: %s", folder->path, name,
                             strerror(errno));
    }
    return st;
}

int loopc_directory_prune(const struct loopc_directory *folder, int64_t keep,
                          struct loopc_spared spared, const struct loopc_message *message)
{
    int64_t *numbers;
    const int count = loopc_directory_numbers(folder->fd, folder->program->name, &numbers);
    if (count < 0) {
        return loopc_error_set(message, NULL, "%s: %s", folder->path, strerror(errno));
    }
    const int old = count > keep ? count - (int)(keep < 0 ? 0 : keep) : 0;
    const int st = remove_old(folder, numbers, old, spared, message);
    free(numbers);
    return st;
}
