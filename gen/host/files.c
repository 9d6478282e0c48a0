/* host: files and folders. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

enum { CHUNK = 1 << 16, FOLDERS_OPEN = 16 };

/* Larger than any spec, program or cached text: anything longer is a device or a mistake. */
static const size_t MOST_BYTES = (size_t)1 << 30;

/* Pushes all that can be read from `fd` and returns 1, or returns 0 with errno set. */
static int read_all(lua_State *L, int fd)
{
    luaL_Buffer buffer;
    ssize_t got;
    luaL_buffinit(L, &buffer);
    while ((got = read(fd, luaL_prepbuffsize(&buffer, CHUNK), CHUNK)) != 0) {
        if (got < 0 && errno != EINTR) break;
        if (got > 0) luaL_addsize(&buffer, (size_t)got);
        if (luaL_bufflen(&buffer) > MOST_BYTES) {
            errno = EFBIG;
            break;
        }
    }
    const int error = errno;
    luaL_pushresult(&buffer);
    if (got == 0) return 1;
    lua_pop(L, 1);
    errno = error;
    return 0;
}

/* Before byte `from` of a file, or before its last -from ones. */
static int go_to(int fd, off_t from)
{
    struct stat file;
    if (from >= 0) return lseek(fd, from, SEEK_SET) < 0 ? -1 : 0;
    if (fstat(fd, &file)) return -1;
    return lseek(fd, file.st_size > -from ? file.st_size + from : 0, SEEK_SET) < 0 ? -1 : 0;
}

static int push_file_from(lua_State *L, const char *path, off_t from)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    const int ok = (from == 0 || go_to(fd, from) == 0) && read_all(L, fd);
    const int error = errno;
    (void)close(fd);
    errno = error;
    return ok;
}

int host_push_file(lua_State *L, const char *path)
{
    return push_file_from(L, path, 0);
}

static int files_read(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    return push_file_from(L, path, (off_t)luaL_optinteger(L, 2, 0)) ? 1
                                                                    : host_fail(L, "read", path);
}

/* Writes all of `text` and closes. Returns 0, or -1 with errno set. */
static int write_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        const ssize_t put = write(fd, text, size);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) {
            const int error = errno;
            (void)close(fd);
            errno = error;
            return -1;
        }
        text += put;
        size -= (size_t)put;
    }
    return close(fd);
}

/* Writes beside `path` and renames over it: readers see the old or the new file, never a part. */
static int replace(const char *path, const char *text, size_t size, const struct stat *old)
{
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.tmp%ld", path, (long)getpid()) >=
        (int)sizeof temporary) {
        errno = ENAMETOOLONG;
        return -1;
    }
    const int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return -1;
    if (old) (void)fchmod(fd, old->st_mode & 07777);
    if (write_all(fd, text, size) == 0 && rename(temporary, path) == 0) return 0;
    const int error = errno;
    (void)unlink(temporary);
    errno = error;
    return -1;
}

static int write_file(const char *path, const char *text, size_t size)
{
    struct stat old;
    if (stat(path, &old) != 0) return replace(path, text, size, NULL);
    if (!S_ISREG(old.st_mode)) {
        const int fd = open(path, O_WRONLY | O_CLOEXEC);
        return fd < 0 ? -1 : write_all(fd, text, size);
    }
    char *real = realpath(path, NULL);
    if (!real) return -1;
    const int status = replace(real, text, size, &old);
    free(real);
    return status;
}

static int succeed(lua_State *L)
{
    lua_pushboolean(L, 1);
    return 1;
}

static int files_write(lua_State *L)
{
    size_t size;
    const char *path = luaL_checkstring(L, 1);
    const char *text = luaL_checklstring(L, 2, &size);
    return write_file(path, text, size) == 0 ? succeed(L) : host_fail(L, "write", path);
}

static int files_exists(lua_State *L)
{
    lua_pushboolean(L, access(luaL_checkstring(L, 1), F_OK) == 0);
    return 1;
}

static int files_isfile(lua_State *L)
{
    struct stat status;
    lua_pushboolean(L, stat(luaL_checkstring(L, 1), &status) == 0 && S_ISREG(status.st_mode));
    return 1;
}

static int files_isdir(lua_State *L)
{
    struct stat status;
    lua_pushboolean(L, stat(luaL_checkstring(L, 1), &status) == 0 && S_ISDIR(status.st_mode));
    return 1;
}

/* Pushes what tells a file from any other content of its path (size, times, place on the disk), and
 * the nanosecond in which it was last written; nil where there is none. */
static int files_stamp(lua_State *L)
{
    struct stat s;
    if (stat(luaL_checkstring(L, 1), &s) != 0) return lua_pushnil(L), 1;
    const long long written = (long long)s.st_mtim.tv_sec * 1000000000 + s.st_mtim.tv_nsec;
    const long long changed = (long long)s.st_ctim.tv_sec * 1000000000 + s.st_ctim.tv_nsec;
    lua_pushfstring(L, "%I:%I:%I:%I:%I", (LUAI_UACINT)s.st_dev, (LUAI_UACINT)s.st_ino,
                    (LUAI_UACINT)s.st_size, (LUAI_UACINT)written, (LUAI_UACINT)changed);
    lua_pushinteger(L, written);
    return 2;
}

static int not_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* By bytes, not by the locale's order as alphasort would. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int files_list(lua_State *L)
{
    struct dirent **entries;
    const char *folder = luaL_checkstring(L, 1);
    const int count = scandir(folder, &entries, not_dots, by_bytes);
    if (count < 0) return host_fail(L, "list", folder);
    lua_createtable(L, count, 0);
    for (int i = 0; i < count; i++) {
        lua_pushstring(L, entries[i]->d_name);
        lua_rawseti(L, -2, i + 1);
        free(entries[i]);
    }
    free(entries);
    return 1;
}

static int is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int files_mkdirs(lua_State *L)
{
    const char *folder = luaL_checkstring(L, 1);
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s", folder) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return host_fail(L, "make the folder", folder);
    }
    for (char *slash = path; (slash = strchr(slash + 1, '/')) != NULL; *slash = '/') {
        *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST) return host_fail(L, "make the folder", path);
    }
    if (mkdir(path, 0777) != 0 && (errno != EEXIST || !is_folder(path)))
        return host_fail(L, "make the folder", path);
    return succeed(L);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

static int files_remove(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    const int status = nftw(path, remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS);
    return status == 0 ? succeed(L) : host_fail(L, "remove", path);
}

static int files_rename(lua_State *L)
{
    const char *from = luaL_checkstring(L, 1);
    return rename(from, luaL_checkstring(L, 2)) == 0 ? succeed(L) : host_fail(L, "rename", from);
}

static int files_tempdir(lua_State *L)
{
    char path[PATH_MAX];
    const char *parent = getenv("TMPDIR");
    if (!parent || !*parent) parent = "/tmp";
    if (snprintf(path, sizeof path, "%s/loopc-XXXXXX", parent) >= (int)sizeof path)
        errno = ENAMETOOLONG;
    else if (mkdtemp(path))
        return lua_pushstring(L, path), 1;
    return host_fail(L, "make a temporary folder in", parent);
}

/* The descriptor stays open, and with it the lock. */
static int files_lock(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    const int kind = lua_toboolean(L, 2) ? LOCK_SH : LOCK_EX;
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return host_fail(L, "write", path);
    if (flock(fd, kind | LOCK_NB) == 0) return lua_pushboolean(L, 1), 1;
    const int error = errno;
    (void)close(fd);
    errno = error;
    return host_fail(L, "lock", path);
}

static int files_realpath(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    char real[PATH_MAX];
    if (!realpath(path, real)) return host_fail(L, "find", path);
    lua_pushstring(L, real);
    return 1;
}

static int files_cwd(lua_State *L)
{
    char path[PATH_MAX];
    if (!getcwd(path, sizeof path)) return host_fail(L, "find", "the working folder");
    lua_pushstring(L, path);
    return 1;
}

const luaL_Reg host_files[] = {
    {"read", files_read},     {"write", files_write},     {"exists", files_exists},
    {"isfile", files_isfile}, {"isdir", files_isdir},     {"stamp", files_stamp},
    {"list", files_list},     {"mkdirs", files_mkdirs},   {"remove", files_remove},
    {"rename", files_rename}, {"tempdir", files_tempdir}, {"realpath", files_realpath},
    {"cwd", files_cwd},       {"lock", files_lock},       {NULL, NULL},
};
