/* Whose a folder of checkpoints is. */
#include "checkpoint/checkpoint.h"
#include "checkpoint/directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The length of NAME in "NAME-12.safetensors" or "NAME-best.safetensors"; 0 for any other file. */
static size_t program_length(const char *file)
{
    char best[LOOPC_NAME_SIZE], name[LOOPC_NAME_SIZE];
    const char *dash = strrchr(file, '-');
    if (!dash || dash == file || dash - file >= LOOPC_NAME_SIZE) return 0;
    snprintf(name, sizeof name, "%.*s", (int)(dash - file), file);
    loopc_best_name(name, best);
    return !strcmp(best, file) || loopc_directory_number(name, file) > 0 ? strlen(name) : 0;
}

/* The first checkpoint by name, the program's own first of all. */
static bool find_any(const struct loopc_directory *folder, char *found)
{
    const int own = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *const list = own < 0 ? NULL : fdopendir(own);
    const size_t length = strlen(folder->program->name);
    bool is_own = false;
    *found = 0;
    for (const struct dirent *entry; list && (entry = readdir(list));) {
        const size_t of = program_length(entry->d_name);
        const bool ours = of == length && !strncmp(entry->d_name, folder->program->name, length);
        if (of == 0 || ours < is_own) continue;
        if (*found && ours == is_own && strcmp(entry->d_name, found) > 0) continue;
        snprintf(found, LOOPC_NAME_SIZE, "%s", entry->d_name);
        is_own = ours;
    }
    if (list) closedir(list);
    return *found != 0;
}

/* The identity that a file has of its run. Returns false when it cannot be read. */
static bool read_run(const struct loopc_directory *folder, const char *name, char *run)
{
    char *path, text[512];
    struct loopc_safetensors file;
    *run = 0;
    if (asprintf(&path, "%s/%s", folder->path, name) < 0) return false;
    const bool opened =
        !loopc_safetensors_open(&file, path, &(struct loopc_message){text, sizeof text});
    if (opened) {
        const char *id = loopc_safetensors_text(&file, "loopc.run");
        snprintf(run, LOOPC_RUN_ID, "%s", id ? id : "");
        loopc_safetensors_close(&file);
    }
    free(path);
    return opened;
}

/* The latest of the program that can be read; if there is none, any. */
static bool find_latest(const struct loopc_directory *folder, char *name, char *run)
{
    int64_t *numbers;
    bool found = false;
    const int count = loopc_directory_numbers(folder->fd, folder->program->name, &numbers);
    for (int i = count; !found && i-- > 0;) {
        loopc_checkpoint_name(folder->program->name, numbers[i], name);
        found = read_run(folder, name, run);
    }
    free(numbers);
    return found;
}

bool loopc_directory_owner(const struct loopc_directory *folder, char *name, char run[LOOPC_RUN_ID])
{
    if (find_latest(folder, name, run)) return true;
    if (!find_any(folder, name)) return false;
    read_run(folder, name, run);
    return true;
}
