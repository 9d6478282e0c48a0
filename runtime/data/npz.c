/* .npz: archives are minizip's to read. */
#include "data/npz.h"

#include "base/status.h"

#include <minizip/unzip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct loopc_member {
    unzFile archive;
};

enum { NAME = 512, PASSWORD = 1 };

bool loopc_is_npz(const unsigned char *first, int64_t count)
{
    return count >= 4 && memcmp(first, "PK\x03\x04", 4) == 0;
}

static unzFile open_archive(const char *path, const struct loopc_message *message)
{
    const unzFile archive = unzOpen64(path);
    if (!archive)
        loopc_error_set(message, "it may not have been copied or downloaded completely",
                        "%s: the archive cannot be read", path);
    return archive;
}

/* The name of the current file without .npy; NULL when it has another ending, or no memory. */
static char *array_name(unzFile archive)
{
    char name[NAME];
    if (unzGetCurrentFileInfo64(archive, NULL, name, sizeof name, NULL, 0, NULL, 0) != UNZ_OK)
        return NULL;
    name[sizeof name - 1] = 0;
    const size_t length = strlen(name);
    if (length < 5 || strcmp(name + length - 4, ".npy") != 0) return NULL;
    name[length - 4] = 0;
    return strdup(name);
}

int loopc_npz_list(const char *path, char *names[LOOPC_NPZ_ARRAYS],
                   const struct loopc_message *message)
{
    const unzFile archive = open_archive(path, message);
    int count = 0;
    if (!archive) return -1;
    for (int st = unzGoToFirstFile(archive); st == UNZ_OK && count < LOOPC_NPZ_ARRAYS;
         st = unzGoToNextFile(archive)) {
        names[count] = array_name(archive);
        if (names[count]) count++;
    }
    unzClose(archive);
    return count;
}

static bool is_locked(unzFile archive)
{
    unz_file_info64 info;
    return unzGetCurrentFileInfo64(archive, &info, NULL, 0, NULL, 0, NULL, 0) != UNZ_OK ||
           (info.flag & PASSWORD);
}

struct loopc_input *loopc_npz_open(const char *path, const char *name, const char *called,
                                   const struct loopc_message *message)
{
    char file[NAME + 4];
    const unzFile archive = open_archive(path, message);
    if (!archive) return NULL;
    snprintf(file, sizeof file, "%.*s.npy", NAME - 1, name);
    struct loopc_member *const member = malloc(sizeof *member);
    struct loopc_input *const in = member ? loopc_input_new(called, message) : NULL;
    if (in && unzLocateFile(archive, file, 1) == UNZ_OK && !is_locked(archive) &&
        unzOpenCurrentFile(archive) == UNZ_OK) {
        *member = (struct loopc_member){archive};
        in->member = member;
        return in;
    }
    if (in)
        loopc_error_set(message, NULL, "%s: there is no array '%s' in it that can be read", path,
                        name);
    loopc_input_close(in);
    free(member);
    unzClose(archive);
    return NULL;
}

int64_t loopc_member_read(struct loopc_input *in, unsigned char *to, size_t bytes)
{
    const unzFile archive = in->member->archive;
    const int got = unzReadCurrentFile(archive, to, (unsigned)bytes);
    if (got > 0) return got;
    if (got == 0 && unzCloseCurrentFile(archive) == UNZ_OK) return 0;
    loopc_error_set(in->message, "it may not have been copied or downloaded completely",
                    "%s: the archive is damaged", in->path);
    return LOOPC_INPUT_ERROR;
}

void loopc_member_close(struct loopc_member *member)
{
    if (!member) return;
    unzClose(member->archive);
    free(member);
}
