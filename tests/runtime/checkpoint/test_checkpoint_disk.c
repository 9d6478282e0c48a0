/* Checkpoints on disks that are full, read-only, or gone: a message, and the earlier content
 * stays.
 *
 * A test that needs its own limits, mounts or rights runs in a child process: a function
 * that returns 0, the line of the check that failed, or NOT_HERE where the system does not let
 * it. */
#include "checkpoints.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <cmocka.h>

enum { NOT_HERE = -1, EXIT_NOT_HERE = 77, NOBODY = 65534 };

static int save(int number)
{
    struct loopc_checkpoint_info info = loopc_checkpoint_info_start();
    kept_fill(&saved, number);
    return loopc_checkpoint_save(&folder, &saved, &info, false, &message);
}

/* Whether the latest is the one that save(number) made. */
static bool resumes(int number)
{
    struct kept wanted;
    kept_fill(&wanted, number);
    return loopc_checkpoint_resume(&t.loading, path, "latest") == LOOPC_LOADED &&
           kept_equal(&wanted, &loaded) && !t.notes.warnings[0];
}

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) return __LINE__;                                                         \
    } while (0)

static void in_child(int (*body)(void))
{
    int status;
    const pid_t child = fork();
    if (child == 0) {
        const int line = body();
        if (line > 0) fprintf(stderr, "%s:%d failed: %s\n", __FILE__, line, text);
        _exit(line == NOT_HERE ? EXIT_NOT_HERE : line != 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == EXIT_NOT_HERE) skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

static bool write_text(const char *file, const char *line)
{
    const int fd = open(file, O_WRONLY);
    const bool wrote = fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line);
    if (fd >= 0) close(fd);
    return wrote;
}

/* Rights to mount: root's, or those of the root of a namespace of users, which we then are. */
static bool become_mounter(void)
{
    char uids[64], gids[64];
    snprintf(uids, sizeof uids, "0 %u 1", (unsigned)geteuid());
    snprintf(gids, sizeof gids, "0 %u 1", (unsigned)getegid());
    if (!unshare(CLONE_NEWNS)) return true;
    return !unshare(CLONE_NEWUSER | CLONE_NEWNS) && write_text("/proc/self/setgroups", "deny") &&
           write_text("/proc/self/uid_map", uids) && write_text("/proc/self/gid_map", gids);
}

/* A small disk at path, which goes away with the process. */
static bool mount_small(void)
{
    if (!become_mounter()) return false;
    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    return !mount("tmpfs", path, "tmpfs", 0, "size=64k");
}

static int full_disk(void)
{
    int number = 0;
    if (!mount_small()) return NOT_HERE;
    CHECK(!open_folder());
    while (number < 100 && !save(number + 1))
        number++;
    CHECK(number > 3 && number < 30);
    CHECK(strstr(text, "cannot save ") && strstr(text, ": No space left on device"));
    CHECK(!files_exists(path, "kept.saving"));
    CHECK(resumes(number));
    CHECK(save(number + 1));
    CHECK(resumes(number));
    CHECK(!loopc_directory_prune(&folder, 1, none_spared, &message));
    CHECK(!save(number + 1));
    CHECK(resumes(number + 1));
    return 0;
}

static void test_full_disk(void **state)
{
    (void)state;
    in_child(full_disk);
}

/* The disk is full to the last page before the first checkpoint. */
static int full_from_the_start(void)
{
    char page[4096] = "", name[128];
    if (!mount_small()) return NOT_HERE;
    CHECK(!open_folder());
    snprintf(name, sizeof name, "%s/ballast", path);
    const int fd = open(name, O_WRONLY | O_CREAT, 0600);
    while (write(fd, page, sizeof page) > 0)
        continue;
    close(fd);
    CHECK(save(1));
    CHECK(strstr(text, "kept-1.safetensors: No space left on device"));
    CHECK(loopc_checkpoint_resume(&t.loading, path, "latest") == LOOPC_NO_FILE);
    unlink(name);
    CHECK(!save(1));
    CHECK(resumes(1));
    return 0;
}

static void test_full_from_the_start(void **state)
{
    (void)state;
    in_child(full_from_the_start);
}

static int read_only_disk(void)
{
    struct loopc_directory second;
    if (!mount_small()) return NOT_HERE;
    CHECK(!open_folder());
    CHECK(!save(1));
    if (mount(NULL, path, NULL, MS_REMOUNT | MS_RDONLY, NULL)) return NOT_HERE;
    CHECK(save(2));
    CHECK(strstr(text, "kept-2.safetensors: Read-only file system"));
    CHECK(resumes(1));
    CHECK(loopc_directory_prune(&folder, 0, none_spared, &message) == LOOPC_OK);
    loopc_directory_close(&folder);
    CHECK(loopc_directory_open(&second, &kept_program, path, &message));
    CHECK(strstr(text, "cannot write there: Read-only file system"));
    return 0;
}

static void test_read_only_disk(void **state)
{
    (void)state;
    in_child(read_only_disk);
}

static int limited_size(void)
{
    signal(SIGXFSZ, SIG_IGN);
    CHECK(!open_folder());
    CHECK(!save(1));
    for (rlim_t size = 0; size < 2400; size += 400) {
        const struct rlimit limit = {size, RLIM_INFINITY};
        CHECK(!setrlimit(RLIMIT_FSIZE, &limit));
        CHECK(save(2));
        CHECK(strstr(text, ": File too large"));
        CHECK(resumes(1));
        CHECK(!files_exists(path, "kept.saving"));
    }
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    CHECK(!setrlimit(RLIMIT_FSIZE, &none));
    CHECK(!save(2));
    CHECK(resumes(2));
    return 0;
}

static void test_limited_size(void **state)
{
    (void)state;
    in_child(limited_size);
}

/* Rights mean nothing to root, which becomes the user nobody for this. */
static int read_only_folder(void)
{
    char inside[128];
    if (chmod(path, 0777)) return NOT_HERE;
    if (!geteuid() && (setgid(NOBODY) || setuid(NOBODY))) return NOT_HERE;
    snprintf(inside, sizeof inside, "%s/inside", path);
    snprintf(path, sizeof path, "%.63s", inside);
    CHECK(!open_folder());
    CHECK(!save(1));
    CHECK(!chmod(path, 0555));
    CHECK(save(2));
    CHECK(strstr(text, "kept-2.safetensors: Permission denied"));
    CHECK(resumes(1));
    CHECK(loopc_directory_prune(&folder, 0, none_spared, &message) == LOOPC_OK);
    CHECK(!chmod(path, 0755));
    CHECK(!save(2));
    CHECK(!chmod(path, 0555));
    CHECK(loopc_directory_prune(&folder, 0, none_spared, &message));
    CHECK(strstr(text, "kept-1.safetensors: cannot remove it: Permission denied"));
    loopc_directory_close(&folder);
    CHECK(open_folder());
    CHECK(strstr(text, "inside: cannot write there: Permission denied"));
    CHECK(resumes(2));
    CHECK(!chmod(path, 0));
    CHECK(loopc_checkpoint_resume(&t.loading, path, "latest") == LOOPC_UNREADABLE);
    CHECK(!chmod(path, 0755));
    snprintf(inside, sizeof inside, "%s/kept-2.safetensors", path);
    CHECK(!chmod(inside, 0));
    CHECK(loopc_checkpoint_resume(&t.loading, path, "latest") == LOOPC_UNREADABLE);
    CHECK(strstr(t.text, "kept-2.safetensors: Permission denied"));
    return 0;
}

static void test_read_only_folder(void **state)
{
    (void)state;
    in_child(read_only_folder);
}

static void test_a_file_is_no_folder(void **state)
{
    (void)state;
    char name[128];
    snprintf(name, sizeof name, "%s/file", path);
    files_write(name, "x", 1);
    assert_int_equal(loopc_directory_open(&folder, &kept_program, name, &message), LOOPC_FAILED);
    assert_non_null(strstr(text, "file: cannot save there: it is a file, or under one"));
    snprintf(name, sizeof name, "%s/file/under", path);
    assert_int_equal(loopc_directory_open(&folder, &kept_program, name, &message), LOOPC_FAILED);
    assert_non_null(strstr(text, "it is a file, or under one"));
    assert_int_equal(loopc_directory_open(&folder, &kept_program, "", &message), LOOPC_FAILED);
    assert_int_equal(loopc_directory_open(&folder, &kept_program, "/proc/x", &message),
                     LOOPC_FAILED);
    assert_non_null(strstr(text, "/proc/x: cannot save there: "));
}

static void test_a_folder_that_vanishes(void **state)
{
    (void)state;
    assert_int_equal(open_folder(), LOOPC_OK);
    assert_int_equal(save(1), LOOPC_OK);
    files_remove(path);
    assert_int_equal(save(2), LOOPC_FAILED);
    assert_non_null(strstr(text, "kept-2.safetensors: the folder is gone"));
    assert_int_equal(save(2), LOOPC_FAILED);
    assert_int_equal(mkdir(path, 0777), 0);
    assert_int_equal(save(2), LOOPC_OK);
    assert_true(resumes(2));
    assert_true(files_exists(path, "kept-2.safetensors"));
}

/* The lock goes with the folder. */
static void test_a_folder_of_somebody_else(void **state)
{
    (void)state;
    struct loopc_directory second;
    assert_int_equal(open_folder(), LOOPC_OK);
    files_remove(path);
    assert_int_equal(loopc_directory_open(&second, &kept_program, path, &message), LOOPC_OK);
    assert_int_equal(save(1), LOOPC_FAILED);
    loopc_directory_close(&second);
    assert_int_equal(save(1), LOOPC_OK);
    assert_int_equal(loopc_directory_open(&second, &kept_program, path, &message), LOOPC_FAILED);
}

/* A body may change the working folder, or the folder its name. */
static void test_a_folder_that_moves(void **state)
{
    (void)state;
    char here[512], there[64];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(path), 0);
    assert_int_equal(loopc_directory_open(&folder, &kept_program, "sub", &message), LOOPC_OK);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(save(1), LOOPC_OK);
    assert_true(files_exists(folder.path, "kept-1.safetensors"));
    snprintf(there, sizeof there, "%.50s/moved", path);
    assert_int_equal(rename(folder.path, there), 0);
    assert_int_equal(save(2), LOOPC_OK);
    assert_true(files_exists(there, "kept-2.safetensors"));
    assert_int_equal(chdir(here), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_closed, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_full_disk),
        TEST(test_full_from_the_start),
        TEST(test_read_only_disk),
        TEST(test_limited_size),
        TEST(test_read_only_folder),
        TEST(test_a_file_is_no_folder),
        TEST(test_a_folder_that_vanishes),
        TEST(test_a_folder_of_somebody_else),
        TEST(test_a_folder_that_moves),
    };
    return cmocka_run_group_tests_name("checkpoint_disk", tests, NULL, NULL);
}
