/* Finding the checkpoint to continue from. */
#include "checkpoint/checkpoint.h"

#include "checkpoint/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int load_named(struct loopc_load_request *loading, const char *folder, const char *name)
{
    char path[sizeof loading->path];
    const int wrote = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (wrote < 0 || (size_t)wrote >= sizeof path) {
        loopc_error_set(&loading->message, NULL, "%s: its path is too long", name);
        return LOOPC_UNREADABLE;
    }
    return loopc_checkpoint_load(loading, path);
}

static int none_there(struct loopc_load_request *loading, const char *folder)
{
    loopc_error_set(&loading->message, NULL, "%s: there is no checkpoint of %s in it", folder,
                    loading->program->name);
    return LOOPC_NO_FILE;
}

/* The first line of the message of a file that is passed over. */
static void warn(const struct loopc_load_request *loading)
{
    char *text = loading->message.text;
    text[strcspn(text, "\n")] = 0;
    if (loading->note) loading->note(loading->listener, LOOPC_NOTE_WARNING, text);
}

static bool is_passed_over(int result)
{
    return result == LOOPC_DAMAGED || result == LOOPC_NO_FILE || result == LOOPC_ELSEWHERE;
}

/* None of those that are there can be loaded, the last one for the reason `result`. */
static int none_fits(struct loopc_load_request *loading, const char *folder, int result)
{
    const bool damaged = result == LOOPC_DAMAGED;
    loopc_error_set(&loading->message, NULL, "%s: all checkpoints of %s in it are %s", folder,
                    loading->program->name, damaged ? "damaged" : "of another version of it");
    return result;
}

/* From the highest number down to the first that is whole, at a place that this version of the
 * program has. One that another run has pruned in the meantime is passed over too. */
static int load_latest(struct loopc_load_request *loading, const char *folder,
                       const int64_t *numbers, int count)
{
    int passed = LOOPC_NO_FILE;
    for (int i = count; i-- > 0;) {
        char name[LOOPC_NAME_SIZE];
        loopc_checkpoint_name(loading->program->name, numbers[i], name);
        const int result = load_named(loading, folder, name);
        if (!is_passed_over(result)) return result;
        if (result == LOOPC_NO_FILE) continue;
        passed = result;
        warn(loading);
    }
    return passed == LOOPC_NO_FILE ? none_there(loading, folder)
                                   : none_fits(loading, folder, passed);
}

static int resume_latest(struct loopc_load_request *loading, const char *folder)
{
    int64_t *numbers = NULL;
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) return none_there(loading, folder);
    const int count = fd < 0 ? -1 : loopc_directory_numbers(fd, loading->program->name, &numbers);
    if (count < 0) {
        loopc_error_set(&loading->message, NULL, "%s: %s", folder, strerror(errno));
    }
    if (fd >= 0) close(fd);
    if (count < 0) return LOOPC_UNREADABLE;
    const int result = load_latest(loading, folder, numbers, count);
    free(numbers);
    return result;
}

static int resume_best(struct loopc_load_request *loading, const char *folder)
{
    char name[LOOPC_NAME_SIZE];
    loopc_best_name(loading->program->name, name);
    return load_named(loading, folder, name);
}

int loopc_checkpoint_resume(struct loopc_load_request *loading, const char *folder,
                            const char *which)
{
    const bool latest = !strcmp(which, "latest"), best = !strcmp(which, "best");
    if (!latest && !best) return loopc_checkpoint_load(loading, which);
    if (!folder) {
        loopc_error_set(&loading->message, "--checkpoint names it, or name a file",
                        "'%s' needs a folder: --checkpoint FOLDER", which);
        return LOOPC_NO_FILE;
    }
    return latest ? resume_latest(loading, folder) : resume_best(loading, folder);
}
