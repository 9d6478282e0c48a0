/* Measured while rows are read: ranges, missing values, the digest of the content. */
#include "dataset_files.h"

#include <math.h>

static void ranges_are_of_the_numbers_in_the_file(void **state)
{
    const struct loopc_dataset_options options = {.missing = LOOPC_MISSING_VALUE,
                                                  .missing_value = 99,
                                                  .text = LOOPC_TEXT_NUMBER,
                                                  .scale = LOOPC_SCALE_MAX};
    (void)state;
    write_text("t.csv", "a,b,y\n-3,x,0\nNA,y,1\n7,x,1\n");
    struct loopc_dataset d = load("t.csv", &options);
    const struct loopc_column *const columns = loopc_dataset_table(&d)->columns;
    assert_true(columns[0].min >= -3 && columns[0].min <= -3);
    assert_true(columns[0].max >= 7 && columns[0].max <= 7);
    assert_int_equal(columns[0].missing, 1);
    assert_true(isnan(columns[1].min) && isnan(columns[1].max));
    loopc_dataset_free(&d);
}

static uint64_t digest_of(const char *name, const char *text,
                          const struct loopc_dataset_options *options)
{
    write_text(name, text);
    struct loopc_dataset d = load(name, options);
    const uint64_t digest = loopc_dataset_digest(&d);
    loopc_dataset_free(&d);
    return digest;
}

/* It depends on the content only: not on the path, the notation, or later processing. */
static void the_digest_is_of_the_content(void **state)
{
    const struct loopc_dataset_options scaled = {.scale = LOOPC_SCALE_STANDARD};
    static const struct loopc_dataset nothing;
    const uint64_t digest = digest_of("t.csv", "a,b,y\n1,2,0\n3,4,1\n", &plain);
    (void)state;
    assert_true(digest != 0 && loopc_dataset_digest(&nothing) == 0);
    assert_true(digest_of("u.csv", "a;b;y\r\n1.0;2;0\r\n3;4;1", &plain) == digest);
    assert_true(digest_of("t.csv", "a,b,y\n1,2,0\n3,4,1\n", &scaled) == digest);
    assert_true(digest_of("t.csv", "a,b,y\n1,2,0\n3,5,1\n", &plain) != digest);
    assert_true(digest_of("t.csv", "a,c,y\n1,2,0\n3,4,1\n", &plain) != digest);
    assert_true(digest_of("t.csv", "a,b,y\n3,4,1\n1,2,0\n", &plain) != digest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_of_the_numbers_in_the_file),
        cmocka_unit_test(the_digest_is_of_the_content),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
