/* The options of data sets as the command line has them. */
#include "data/table.h"
#include "run/failures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct loopc_dataset_options o;
static char message[512];

static void takes(const char *key, const char *value)
{
    if (loopc_dataset_option(&o, key, value, message, sizeof message))
        fail_msg("%s %s: %s", key, value, message);
}

static void refuses(const char *key, const char *value, const char *why)
{
    assert_int_equal(loopc_dataset_option(&o, key, value, message, sizeof message), LOOPC_FAILED);
    assert_string_equal(message, why);
}

static void labels(void **state)
{
    (void)state;
    o = (struct loopc_dataset_options){.targets = 2, .target_list = "a"};
    takes("label", "first");
    assert_int_equal(o.label, LOOPC_LABEL_FIRST);
    assert_true(o.targets == 0 && !o.target_list); /* a set has one or the other */
    takes("label", "none");
    assert_int_equal(o.label, LOOPC_LABEL_NONE);
    takes("label", "12");
    assert_true(o.label == LOOPC_LABEL_NUMBER && o.label_number == 12);
    takes("label", "kind");
    assert_int_equal(o.label, LOOPC_LABEL_NAME);
    assert_string_equal(o.label_name, "kind");
    refuses("label", "0", "'0' is not a whole number from 1");
    refuses("label", "", "'' is not a column");
}

static void targets(void **state)
{
    (void)state;
    o = (struct loopc_dataset_options){0};
    takes("targets", "2");
    assert_int_equal(o.targets, 2);
    takes("targets", "a,b");
    assert_int_equal(o.targets, 0);
    assert_string_equal(o.target_list, "a,b");
    refuses("targets", "a,,b",
            "'a,,b' is not a list of columns: names separated by commas, in double quotes with a "
            "comma in them");
}

static void how_a_file_is_written(void **state)
{
    (void)state;
    o = (struct loopc_dataset_options){0};
    takes("separator", "tab");
    assert_int_equal(o.separator, '\t');
    takes("separator", "blanks");
    assert_int_equal(o.separator, ' ');
    takes("decimal", ",");
    assert_int_equal(o.decimal, ',');
    takes("comment", "none");
    assert_int_equal(o.comment, LOOPC_NO_COMMENT);
    takes("header", "no");
    assert_int_equal(o.header, LOOPC_HEADER_NO);
    takes("skip_lines", "0");
    refuses("separator", "1",
            "'1' is not a separator: a character such as , ; or |, or tab, or "
            "blanks");
    refuses("decimal", ";", "';' is not a decimal point: . or ,");
    refuses("header", "maybe", "'maybe' is not true or false");
    refuses("skip_lines", "-1", "'-1' is not a whole number from 0");
}

static void what_is_made_of_it(void **state)
{
    (void)state;
    o = (struct loopc_dataset_options){0};
    takes("missing", "median");
    assert_int_equal(o.missing, LOOPC_MISSING_MEDIAN);
    takes("missing", "-1.5");
    assert_true(o.missing == LOOPC_MISSING_VALUE && o.missing_value < -1.4);
    takes("text", "onehot");
    assert_int_equal(o.text, LOOPC_TEXT_ONEHOT);
    takes("scale", "255");
    assert_true(o.scale == LOOPC_SCALE_CONSTANT && o.divisor > 254);
    takes("target_scale", "max");
    assert_int_equal(o.target_scale, LOOPC_SCALE_MAX);
    takes("share", "0.25");
    takes("stratify", "false");
    assert_true(o.unstratified && o.share < 0.3);
    refuses("missing", "inf", "'inf' is not refuse, mean, median, drop or a number");
    refuses("text", "maybe", "'maybe' is not refuse, onehot or number");
    refuses("scale", "0", "'0' is not none, max, standard or a divisor above 0");
    refuses("share", "1", "'1' is not a share between 0 and 1");
}

/* Each key of the table is read: a value that no option takes is refused by its own sentence. */
static void every_key_is_read(void **state)
{
    (void)state;
    for (const struct loopc_dataset_key *key = loopc_dataset_keys; key->key; key++) {
        o = (struct loopc_dataset_options){0};
        assert_int_equal(loopc_dataset_option(&o, key->key, "", message, sizeof message),
                         LOOPC_FAILED);
        assert_null(strstr(message, "an option of data sets"));
        assert_true(*key->value && *key->doc);
    }
    refuses("colour", "red", "'red' is not an option of data sets");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels),
        cmocka_unit_test(targets),
        cmocka_unit_test(how_a_file_is_written),
        cmocka_unit_test(what_is_made_of_it),
        cmocka_unit_test(every_key_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
