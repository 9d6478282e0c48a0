/* The folder of checkpoints: numbers, pruning, the best, the latest that is whole. */
#include "checkpoints.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/wait.h>
#include <cmocka.h>

/* Saves the state that `number` decides, and checks its number in the folder. */
static void save(int number, bool best)
{
    struct loopc_checkpoint_info info = loopc_checkpoint_info_start();
    info.position = number;
    kept_fill(&saved, number);
    if (loopc_checkpoint_save(&folder, &saved, &info, best, &message)) fail_msg("%s", text);
}

static int resume(const char *which)
{
    memset(&t.notes, 0, sizeof t.notes);
    return loopc_checkpoint_resume(&t.loading, path, which);
}

/* The checkpoint that comes is the one that save(number) made, from that file. */
static void assert_resumes(const char *which, int number, const char *file)
{
    struct kept wanted;
    char name[256];
    kept_fill(&wanted, number);
    if (resume(which)) fail_msg("%s", t.text);
    assert_true(kept_equal(&wanted, &loaded));
    assert_int_equal(t.loading.info.position, number);
    snprintf(name, sizeof name, "%s/%s", path, file);
    assert_string_equal(t.loading.path, name);
}

static void touch(const char *name)
{
    char file[256];
    snprintf(file, sizeof file, "%s/%s", path, name);
    files_write(file, "x", 1);
}

static void damage(const char *name)
{
    char file[256];
    snprintf(file, sizeof file, "%s/%s", path, name);
    const int fd = open(file, O_WRONLY);
    assert_int_equal(pwrite(fd, "damage", 6, lseek(fd, 0, SEEK_END) - 6), 6);
    close(fd);
}

static void test_nothing_there(void **state)
{
    (void)state;
    assert_int_equal(resume("latest"), LOOPC_NO_FILE);
    assert_non_null(strstr(t.text, "there is no checkpoint of kept in it"));
    assert_int_equal(resume("best"), LOOPC_NO_FILE);
    assert_int_equal(loopc_checkpoint_resume(&t.loading, "/nowhere", "latest"), LOOPC_NO_FILE);
    assert_int_equal(loopc_checkpoint_resume(&t.loading, NULL, "latest"), LOOPC_NO_FILE);
    assert_int_equal(resume("/nowhere/else"), LOOPC_NO_FILE);
}

/* 10 is later than 9. */
static void test_numbers_are_numbers(void **state)
{
    (void)state;
    for (int i = 1; i <= 11; i++)
        save(i, false);
    assert_resumes("latest", 11, "kept-11.safetensors");
    assert_int_equal(loopc_directory_prune(&folder, 3, none_spared, &message), LOOPC_OK);
    assert_false(files_exists(path, "kept-8.safetensors"));
    assert_true(files_exists(path, "kept-9.safetensors"));
    assert_true(files_exists(path, "kept-10.safetensors"));
    assert_int_equal(loopc_directory_prune(&folder, 0, none_spared, &message), LOOPC_OK);
    assert_false(files_exists(path, "kept-10.safetensors"));
    assert_true(files_exists(path, "kept-11.safetensors"));
    assert_int_equal(loopc_directory_prune(&folder, -5, none_spared, &message), LOOPC_OK);
    assert_int_equal(loopc_directory_prune(&folder, INT64_MAX, none_spared, &message), LOOPC_OK);
    assert_resumes("latest", 11, "kept-11.safetensors");
}

/* A new run numbers its files after all existing ones, and other files are ignored. */
static void test_numbers_go_on(void **state)
{
    (void)state;
    static const char *const others[] = {
        "kept-03.safetensors",
        "kept-+9.safetensors",
        "kept- 9.safetensors",
        "kept-9.safetensors.bak",
        "kept-x.safetensors",
        "kept-.safetensors",
        "kept-99999999999999999999.safetensors",
        "kept-9223372036854775807.safetensors",
        "kept-0.safetensors",
        "kept--7.safetensors",
        "keptother-50.safetensors",
        "other-60.safetensors",
        "kept_-70.safetensors",
        "xkept-80.safetensors",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        touch(others[i]);
    save(1, false);
    touch("kept-41.safetensors");
    loopc_directory_close(&folder);
    assert_int_equal(loopc_directory_open(&folder, &kept_program, path, &message), LOOPC_OK);
    assert_int_equal(folder.last, 41);
    save(2, false);
    assert_resumes("latest", 2, "kept-42.safetensors");
    assert_int_equal(loopc_directory_prune(&folder, 1, none_spared, &message), LOOPC_OK);
    assert_false(files_exists(path, "kept-41.safetensors"));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_true(files_exists(path, others[i]));
}

static void test_the_best(void **state)
{
    (void)state;
    save(1, true);
    save(2, true);
    save(3, false);
    assert_resumes("best", 2, "kept-best.safetensors");
    assert_int_equal(loopc_directory_prune(&folder, 1, none_spared, &message), LOOPC_OK);
    assert_false(files_exists(path, "kept-2.safetensors"));
    assert_resumes("best", 2, "kept-best.safetensors");
    assert_resumes("latest", 3, "kept-3.safetensors");
    damage("kept-best.safetensors");
    assert_int_equal(resume("best"), LOOPC_DAMAGED);
    assert_non_null(strstr(t.text, "kept-best.safetensors: "));
    save(4, true);
    assert_resumes("best", 4, "kept-best.safetensors");
    assert_false(files_exists(path, "kept.saving"));
}

/* A run that ended between the two names of the best has left a checkpoint under the temporary
 * one. */
static void test_half_named(void **state)
{
    (void)state;
    char from[256], to[256];
    save(1, false);
    snprintf(from, sizeof from, "%s/kept-1.safetensors", path);
    snprintf(to, sizeof to, "%s/kept.saving", path);
    assert_int_equal(link(from, to), 0);
    save(2, true);
    damage("kept-2.safetensors");
    assert_resumes("latest", 1, "kept-1.safetensors");
    assert_int_equal(link(from, to), 0);
    loopc_directory_close(&folder);
    assert_int_equal(loopc_directory_open(&folder, &kept_program, path, &message), LOOPC_OK);
    assert_false(files_exists(path, "kept.saving"));
    assert_resumes("latest", 1, "kept-1.safetensors");
}

static void test_a_damaged_latest(void **state)
{
    (void)state;
    for (int i = 1; i <= 4; i++)
        save(i, false);
    damage("kept-4.safetensors");
    touch("kept-3.safetensors");
    assert_resumes("latest", 2, "kept-2.safetensors");
    assert_non_null(strstr(t.notes.warnings, "kept-4.safetensors: it is damaged"));
    assert_non_null(strstr(t.notes.warnings, "kept-3.safetensors: it has 1 bytes"));
    damage("kept-2.safetensors");
    damage("kept-1.safetensors");
    assert_int_equal(resume("latest"), LOOPC_DAMAGED);
    assert_non_null(strstr(t.text, "all checkpoints of kept in it are damaged"));
}

/* A complete file that does not fit is an error, not a reason to take an older one. */
static void test_a_refused_latest(void **state)
{
    (void)state;
    save(1, false);
    kept_fill(&saved, 2);
    saved.net.inputs = 4;
    struct loopc_checkpoint_info info = loopc_checkpoint_info_start();
    assert_int_equal(loopc_checkpoint_save(&folder, &saved, &info, false, &message), LOOPC_OK);
    assert_int_equal(resume("latest"), LOOPC_REFUSED);
    assert_non_null(strstr(t.text, "kept-2.safetensors: net.layers.0.weight is 3x4"));
}

static void test_one_run_at_a_time(void **state)
{
    (void)state;
    struct loopc_directory second;
    assert_int_equal(loopc_directory_open(&second, &kept_program, path, &message), LOOPC_FAILED);
    assert_non_null(strstr(text, "another run saves there\nhint: "));
    loopc_directory_close(&folder);
    assert_int_equal(loopc_directory_open(&second, &kept_program, path, &message), LOOPC_OK);
    loopc_directory_close(&second);
    assert_int_equal(loopc_directory_open(&folder, &kept_program, path, &message), LOOPC_OK);
}

static void test_folders_are_made(void **state)
{
    (void)state;
    char name[256];
    struct loopc_directory deep;
    snprintf(name, sizeof name, "%s/a//b/../b/c/", path);
    assert_int_equal(loopc_directory_open(&deep, &kept_program, name, &message), LOOPC_OK);
    snprintf(name, sizeof name, "%s/a/b/c", path);
    assert_string_equal(deep.path, name);
    loopc_directory_close(&deep);
}

/* A checkpoint of which any byte is missing or wrong is damaged, and the one before it is taken. */
static void test_every_byte(void **state)
{
    (void)state;
    char file[256];
    size_t size;
    save(1, false);
    save(2, false);
    snprintf(file, sizeof file, "%s/kept-2.safetensors", path);
    unsigned char *all = files_read(file, &size);
    const int fd = open(file, O_RDWR);
    for (size_t at = 0; at < size; at++) {
        const unsigned char flipped = all[at] ^ (unsigned char)(1 << at % 8);
        assert_int_equal(pwrite(fd, &flipped, 1, (off_t)at), 1);
        assert_resumes("latest", 1, "kept-1.safetensors");
        assert_int_equal(pwrite(fd, &all[at], 1, (off_t)at), 1);
    }
    assert_resumes("latest", 2, "kept-2.safetensors");
    for (size_t length = size; length-- > 0;) {
        assert_int_equal(ftruncate(fd, (off_t)length), 0);
        assert_resumes("latest", 1, "kept-1.safetensors");
    }
    close(fd);
    free(all);
}

/* A damaged file leaves the state as it was, whatever the byte. */
static void test_every_byte_alone(void **state)
{
    (void)state;
    char file[256];
    size_t size;
    save(1, false);
    snprintf(file, sizeof file, "%s/kept-1.safetensors", path);
    unsigned char *all = files_read(file, &size);
    const int fd = open(file, O_RDWR);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        const unsigned char flipped = all[bit / 8] ^ (unsigned char)(1 << bit % 8);
        assert_int_equal(pwrite(fd, &flipped, 1, (off_t)bit / 8), 1);
        t.loading.values_only = bit % 2;
        assert_int_equal(loopc_checkpoint_load(&t.loading, file), LOOPC_DAMAGED);
        assert_int_equal(pwrite(fd, &all[bit / 8], 1, (off_t)bit / 8), 1);
    }
    assert_memory_equal(&loaded, &before, sizeof loaded);
    close(fd);
    free(all);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_there),    TEST(test_numbers_are_numbers), TEST(test_numbers_go_on),
        TEST(test_the_best),         TEST(test_half_named),          TEST(test_a_damaged_latest),
        TEST(test_a_refused_latest), TEST(test_one_run_at_a_time),   TEST(test_folders_are_made),
        TEST(test_every_byte),       TEST(test_every_byte_alone),
    };
    return cmocka_run_group_tests_name("checkpoint_folder", tests, NULL, NULL);
}
