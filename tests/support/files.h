/* For tests: folders that go away again, and whole files as bytes. */
#ifndef FILES_H
#define FILES_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A new folder under TMPDIR or /tmp; files_remove takes it away with all that is in it. */
static inline void files_folder(char path[64])
{
    const char *tmp = getenv("TMPDIR");
    snprintf(path, 64, "%.40s/loopc-test-XXXXXX", tmp && strlen(tmp) <= 40 ? tmp : "/tmp");
    if (!mkdtemp(path)) abort();
}

static inline void files_remove(const char *path)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    if (system(command)) abort();
}

static inline void files_write(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file)) abort();
}

/* All of a file, to be freed, or NULL without one. A 0 follows it. */
static inline unsigned char *files_read(const char *path, size_t *size)
{
    *size = 0;
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = calloc(1, *size + 1);
    if (!bytes || fread(bytes, 1, *size, file) != *size || fclose(file)) abort();
    return bytes;
}

static inline int files_exists(const char *folder, const char *name)
{
    char path[512];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return !stat(path, &info);
}

#endif
