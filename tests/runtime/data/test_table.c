/* Tables as other programs write them: what is found out, roles, text, missing values, and what is
 * refused with its whole message. */
#include "dataset_files.h"

/* Classes between quotes, at the end of a line. */
#define ROSE  "\"rose\"\n"
#define TULIP "\"tulip\"\n"

/* Three flowers, as files of many forms have them. */
static const float flowers_x[] = {5.5f, 3.25f, 7, 2.5f, 6, 3};
static const int32_t flowers_labels[] = {0, 1, 0};

static void check_flowers(const struct loopc_dataset *d)
{
    assert_int_equal(d->rows, 3);
    assert_int_equal(d->columns, 2);
    assert_int_equal(d->classes, 2);
    check_x(d, flowers_x, LENGTH(flowers_x));
    check_labels(d, flowers_labels);
}

static void finds_out_how_a_file_is_written(void **state)
{
    static const char *const texts[] = {
        "a,b,kind\n5.5,3.25,rose\n7,2.5,tulip\n6,3,rose\n",
        "a;b;kind\n5.5;3.25;rose\n7;2.5;tulip\n6;3;rose\n",
        "a;b;kind\n5,5;3,25;rose\n7;2,5;tulip\n6;3;rose\n",
        "a\tb\tkind\n5,5\t3,25\trose\n7\t2,5\ttulip\n6\t3\trose\n",
        "a|b|kind\n5.5|3.25|rose\n7|2.5|tulip\n6|3|rose\n",
        "a b kind\n5.5 3.25 rose\n7 2.5 tulip\n6 3 rose\n",
        "  a     b   kind\n 5.5  3.25   rose\n   7   2.5  tulip \n   6     3   rose\n",
        "sep=;\na;b;kind\n5,5;3,25;rose\n7;2,5;tulip\n6;3;rose\n",
        "# made by hand\n% and this\na,b,kind\n5.5,3.25,rose\n# between\n7,2.5,tulip\n6,3,rose\n",
        "a,b,kind,\n5.5,3.25,rose,\n7,2.5,tulip,\n6,3,rose,\n",
        "a,b,kind\n5.5,3.25,rose,\n7,2.5,tulip,\n6,3,rose,\n",
        "\"a\" \"b\" \"kind\"\n\"1\" 5.5 3.25 " ROSE "\"2\" 7 2.5 " TULIP "\"3\" 6 3 " ROSE,
        ",a,b,kind\n0,5.5,3.25,rose\n1,7,2.5,tulip\n2,6,3,rose\n",
        "\"\",\"a\",\"b\",\"kind\"\n\"1\",5.5,3.25," ROSE "\"2\",7,2.5," TULIP "\"3\",6,3," ROSE,
        "\357\273\277a;b;kind\r\n5,5;3,25;rose\r\n7;2,5;tulip\r\n6;3;rose\r\n",
        "5.5, 3.25, rose\n7, 2.5, tulip\n6, 3, rose\n",
        "0,1,2,3\n5.5,3.25,1,rose\n7,2.5,1,tulip\n6,3,1,rose\n",
        "a,b,kind\n\"5,5\",\"3,25\",rose\n7,\"2,5\",tulip\n6,3,rose\n",
        "5.50,\"3.25\",rose\n\"7\",2.5,tulip\n6,3,rose\n",
        "SEP=;\na;b;kind\n5,5;3,25;rose\n7;2,5;tulip\n6;3;rose\n",
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++) {
        struct loopc_dataset_options options = {.ignore = i == 16 ? "3" : NULL};
        write_text("t.csv", texts[i]);
        struct loopc_dataset d = load("t.csv", &options);
        check_flowers(&d);
        assert_string_equal(loopc_dataset_class(&d, 1), "tulip");
        loopc_dataset_free(&d);
    }
}

static void obeys_what_is_said_of_the_dialect(void **state)
{
    const struct loopc_dataset_options options = {
        .separator = ':', .decimal = ',', .skip_lines = 2, .comment = '!'};
    (void)state;
    write_text("t.csv", "a title\n\n! a:b\n5,5:3,25:#rose\n!\n7:2,5:tulip\n6:3:#rose\n");
    struct loopc_dataset d = load("t.csv", &options);
    check_flowers(&d);
    loopc_dataset_free(&d);
}

static void reads_the_line_of_counts_of_scikit_learn(void **state)
{
    (void)state;
    write_text("t.csv", "3,2,rose,tulip\n5.5,3.25,0\n7,2.5,1\n6,3,0\n");
    struct loopc_dataset d = load("t.csv", &plain);
    check_flowers(&d);
    assert_string_equal(loopc_dataset_class(&d, 1), "tulip");
    loopc_dataset_free(&d);
    refuses_text("4,2,rose,tulip\n5.5,3.25,0\n7,2.5,1\n6,3,0\n",
                 "t.csv:1: the first line says that there are 4 rows, but there are 3\n"
                 "hint: say `header = false` if it is a row of the table");
}

static void takes_columns_by_name_and_role(void **state)
{
    static const float x[] = {1, 2, 11, 12}, y[] = {7, 5, 17, 15}, weights[] = {0.5f, 2};
    const struct loopc_dataset_options options = {.target_list = "\"price, net\",size",
                                                  .ignore = "date,6",
                                                  .weight = "w",
                                                  .id = "id",
                                                  .keep_ids = true};
    float drawn[2];
    (void)state;
    write_text("t.csv", "id,a,date,b,size,junk,\"price, net\",w\n"
                        "x1,1,2020-01-01,2,5,?,7,0.5\nx2,11,2020-01-02,12,15,q,17,2\n");
    struct loopc_dataset d = load("t.csv", &options);
    check_x(&d, x, LENGTH(x));
    assert_memory_equal(d.y, y, sizeof y);
    assert_memory_equal(d.weights, weights, sizeof weights);
    assert_int_equal(loopc_dataset_take_weights(&d, 0, 0, 2, drawn), 2);
    assert_memory_equal(drawn, weights, sizeof weights);
    assert_string_equal(loopc_dataset_id(&d, 1), "x2");
    assert_string_equal(loopc_table_target(loopc_dataset_table(&d), 0), "price, net");
    loopc_dataset_free(&d);
}

static void takes_only_the_inputs_that_are_listed(void **state)
{
    const struct loopc_dataset_options options = {.inputs = "a,b"};
    (void)state;
    write_text("t.csv", "z,b,a,kind\n9,3.25,5.5,0\n9,2.5,7,1\n9,3,6,0\n");
    struct loopc_dataset d = load("t.csv", &options);
    assert_int_equal(d.columns, 2);
    check_labels(&d, flowers_labels);
    loopc_dataset_free(&d);
}

static void names_classes(void **state)
{
    static const int32_t labels[] = {2, 0, 1};
    static const struct {
        const char *text, *first;
    } cases[] = {{"1,3\n2,1\n3,2\n", "1"},
                 {"1,1\n2,-1\n3,0\n", "-1"},
                 {"1,10\n2,2\n3,9\n", "2"},
                 {"1,c\n2,a\n3,b\n", "a"},
                 {"1,0.75\n2,.5\n3,0.6\n", "0.5"}};
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        write_text("t.csv", cases[i].text);
        struct loopc_dataset d = load("t.csv", &plain);
        assert_int_equal(d.classes, 3);
        check_labels(&d, labels);
        assert_string_equal(loopc_dataset_class(&d, 0), cases[i].first);
        loopc_dataset_free(&d);
    }
}

static void reads_truth(void **state)
{
    static const float x[] = {1, 0, 1, 0, 0, 1};
    (void)state;
    write_text("t.csv", "a,b,k\nTRUE,no,x\nTRUE,no,y\nFALSE,yes,x\n");
    struct loopc_dataset d = load("t.csv", &plain);
    check_x(&d, x, LENGTH(x));
    assert_int_equal(loopc_dataset_table(&d)->columns[0].kind, LOOPC_KIND_BOOL);
    loopc_dataset_free(&d);
}

static void makes_numbers_of_text(void **state)
{
    static const float onehot[] = {5, 0, 1, 0, 6, 1, 0, 0, 7, 0, 0, 1},
                       number[] = {5, 1, 6, 0, 7, 2};
    struct loopc_dataset_options options = {.text = LOOPC_TEXT_ONEHOT};
    char name[40];
    (void)state;
    write_text("t.csv", "n,city,k\n5,Oslo,0\n6,Bonn,1\n7,Rome,0\n");
    struct loopc_dataset d = load("t.csv", &options);
    assert_int_equal(d.columns, 4);
    check_x(&d, onehot, LENGTH(onehot));
    loopc_table_input(loopc_dataset_table(&d), 2, name, sizeof name);
    assert_string_equal(name, "city=Oslo");
    loopc_dataset_free(&d);
    options.text = LOOPC_TEXT_NUMBER;
    d = load("t.csv", &options);
    check_x(&d, number, LENGTH(number));
    loopc_dataset_free(&d);
}

static void fills_what_is_missing(void **state)
{
    static const char text[] = "a,b,k\n1,4,0\nNA,6,1\n3,?,0\n8,-,1\n,null,0\nN/A,6,1\n";
    static const float mean[] = {4, 6}, median[] = {3, 6}, value[] = {-1, 6}, first[] = {1, 4};
    struct loopc_dataset_options options = {.missing = LOOPC_MISSING_MEAN};
    (void)state;
    write_text("t.csv", text);
    struct loopc_dataset d = load("t.csv", &options);
    assert_memory_equal(d.x + 2, mean, sizeof mean);
    assert_int_equal(loopc_dataset_table(&d)->columns[0].missing, 3);
    loopc_dataset_free(&d);
    options.missing = LOOPC_MISSING_MEDIAN;
    d = load("t.csv", &options);
    assert_memory_equal(d.x + 2, median, sizeof median);
    loopc_dataset_free(&d);
    options = (struct loopc_dataset_options){.missing = LOOPC_MISSING_VALUE, .missing_value = -1};
    d = load("t.csv", &options);
    assert_memory_equal(d.x + 2, value, sizeof value);
    loopc_dataset_free(&d);
    options.missing = LOOPC_MISSING_DROP;
    d = load("t.csv", &options);
    check_x(&d, first, LENGTH(first));
    loopc_dataset_free(&d);
    refuses_text(text, "t.csv:3: values are missing: 'a' 3 (first in line 3), 'b' 3 (first in line "
                       "4)\n" MISSING_HINT);
}

static void scales_targets_and_undoes_it(void **state)
{
    const struct loopc_dataset_options options = {.targets = 1,
                                                  .target_scale = LOOPC_SCALE_STANDARD};
    static const float scaled[] = {-1, 1}, as_it_was[] = {1000, 3000};
    float y[2];
    (void)state;
    write_text("t.csv", "1,1000\n2,3000\n");
    struct loopc_dataset d = load("t.csv", &options);
    assert_memory_equal(d.y, scaled, sizeof scaled);
    memcpy(y, d.y, sizeof y);
    loopc_table_restore_targets(loopc_dataset_table(&d), y, 2);
    assert_memory_equal(y, as_it_was, sizeof as_it_was);
    loopc_dataset_free(&d);
}

/* Seconds since 1970: as f32 they would all be one or two numbers. */
static void scales_before_it_rounds(void **state)
{
    const struct loopc_dataset_options options = {.scale = LOOPC_SCALE_STANDARD,
                                                  .label = LOOPC_LABEL_NONE};
    static const float x[] = {-1.34164079f, -0.44721360f, 0.44721360f, 1.34164079f};
    (void)state;
    write_text("t.csv", "1700000001\n1700000002\n1700000003\n1700000004\n");
    struct loopc_dataset d = load("t.csv", &options);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
}

static void finds_the_columns_of_another_by_name(void **state)
{
    const struct loopc_dataset_options options = {.text = LOOPC_TEXT_NUMBER,
                                                  .scale = LOOPC_SCALE_MAX,
                                                  .label = LOOPC_LABEL_NAME,
                                                  .label_name = "kind"};
    const struct loopc_dataset_options like = {.like = "train"};
    struct loopc_dataset_options predict = {.like = "train", .answers_optional = true};
    static const float x[] = {0.5f, 0.25f};
    struct loopc_dataset d;
    (void)state;
    write_text("train.csv", "a,city,kind\n4,Rome,rose\n2,Bonn,tulip\n");
    struct loopc_dataset train = load("train.csv", &options);
    write_text("test.csv", "kind,extra,city,a\ntulip,9,Rome,2\n");
    assert_int_equal(load_like(&d, "test.csv", &like, &train), LOOPC_OK);
    check_x(&d, x, LENGTH(x));
    assert_int_equal(d.labels[0], 1);
    loopc_dataset_free(&d);
    write_text("test.csv", "city,a\nRome,2\n");
    refuses_like("test.csv", &like, &train,
                 "test.csv: it has no column 'kind', as train.csv has\n"
                 "hint: columns are found by their names, in any order");
    assert_int_equal(load_like(&d, "test.csv", &predict, &train), LOOPC_OK);
    assert_null(d.labels);
    check_x(&d, x, LENGTH(x));
    loopc_dataset_free(&d);
    write_text("test.csv", "city,a,kind\nParis,2,rose\n");
    refuses_like(
        "test.csv", &like, &train,
        "test.csv:2:1: column 1 ('city'): 'Paris' is not one of the 2 values of train.csv: "
        "Bonn, Rome");
    write_text("test.csv", "city,a,kind\nRome,2,lily\n");
    refuses_like("test.csv", &like, &train,
                 "test.csv:2:8: column 3 ('kind'): 'lily' is not one of the 2 values of train.csv: "
                 "rose, tulip");
    loopc_dataset_free(&train);
}

#define TWO_WAYS "hint: say `header = true` or `header = false` in the spec, or --DATA-header"

static void refuses_two_readings(void **state)
{
    (void)state;
    refuses_text(
        "a,b;c,d\ne,f;g,h\n",
        "t.csv: it can be read in two ways: comma between cells makes 3 columns, semicolon "
        "2\nhint: say `separator = \"...\"` in the spec, or --DATA-separator");
    refuses_text(
        "a;b\n1,234;0\n5,678;1\n",
        "t.csv: it can be read in two ways: in its numbers a comma may be the decimal point "
        "or separate thousands\nhint: say `decimal = \",\"` in the spec, or --DATA-decimal; "
        "numbers with separated thousands are not read");
    refuses_text(
        "0,1,2\n3,4,1\n5,6,0\n",
        "t.csv:1: the first line can be read in two ways: as a header, or as a row (it has "
        "the numbers 0, 1, 2 ..., as pandas numbers columns)\n" TWO_WAYS);
    refuses_text(
        "a,b\nc,d\ne,f\n",
        "t.csv:1: the first line can be read in two ways: as a header, or as a row\n" TWO_WAYS);
}

static void refuses_columns_that_give_the_answer_away(void **state)
{
    const struct loopc_dataset_options named = {.label = LOOPC_LABEL_NAME, .label_name = "kind"};
    (void)state;
    refuses_text(
        "kind,a,kind\n0,1,0\n1,2,1\n",
        "t.csv: the columns 1 and 3 are both called 'kind'; one is an input, the other the "
        "answer\nhint: `ignore` one of them, by its number");
    refuses_like("t.csv", &named, NULL,
                 "t.csv: the columns 1 and 3 are both called 'kind'\n"
                 "hint: say which one by its number, from 1");
    write_text("t.csv", "a,a,kind\n0,1,0\n1,2,1\n");
    struct loopc_dataset d = load("t.csv", &plain);
    assert_string_equal(loopc_dataset_table(&d)->columns[1].name, "a.1");
    loopc_dataset_free(&d);
}

static void refuses_what_is_no_class(void **state)
{
    FILE *const file = fopen("t.csv", "w");
    (void)state;
    for (int i = 0; i < 60; i++)
        fprintf(file, "%d,%g\n", i, i * 1.5);
    fclose(file);
    refuses("t.csv", "t.csv: column 2 ('c2') is the label, but it has 60 different values in 60 "
                     "rows, which are no classes\n"
                     "hint: `targets` predicts it as a number (--DATA-targets); `label` says which "
                     "other column is the class (--DATA-label)");
}

static void refuses_all_texts_in_one_message(void **state)
{
    const struct loopc_dataset_options targets = {.target_list = "b"}, weight = {.weight = "w"};
    (void)state;
    refuses_text("a,city,day,kind\n1,Rome,Mo,0\n2,Bonn,Tu,1\n",
                 "t.csv: 2 columns hold text, not numbers: 'city' (2 cells, first in line 2: "
                 "'Rome'), 'day' (2 cells, first in line 2: 'Mo')\n" TEXT_HINT);
    write_text("t.csv", "a,b\n1,2\n2,x\n");
    refuses_like("t.csv", &targets, NULL,
                 "t.csv:3:3: column 2 ('b'): 'x' is not a number, as a target has to be\n"
                 "hint: answers and weights are numbers");
    write_text("t.csv", "a,w,k\n1,2,0\n2,-3,1\n");
    refuses_like("t.csv", &weight, NULL,
                 "t.csv:3: column 2 ('w'): the weight is -3\n"
                 "hint: the weight of a row is a number from 0");
}

static void refuses_roles_that_cannot_be(void **state)
{
    const struct loopc_dataset_options both = {.ignore = "a", .id = "a"}, none = {.ignore = "aa"},
                                       open = {.ignore = "\"a"}, many = {.targets = 3},
                                       input = {.ignore = "a", .inputs = "a,b"},
                                       answer = {.label = LOOPC_LABEL_NAME,
                                                 .label_name = "b",
                                                 .inputs = "a,b"};
    (void)state;
    write_text("t.csv", "a,b,c\n1,2,0\n2,3,1\n");
    refuses_like("t.csv", &both, NULL, "t.csv: column 1 ('a') is to be the id and ignored");
    refuses_like("t.csv", &input, NULL, "t.csv: column 1 ('a') is to be an input and ignored");
    refuses_like("t.csv", &answer, NULL, "t.csv: column 2 ('b') is to be an input and the label");
    refuses_like("t.csv", &none, NULL,
                 "t.csv: it has no column 'aa', which is to be ignored\nhint: did you mean 'a'?");
    refuses_like("t.csv", &open, NULL,
                 "t.csv: '\"a' is not a list of columns\n"
                 "hint: names are separated by commas; one with a comma is in double quotes");
    refuses_like("t.csv", &many, NULL,
                 "t.csv: nothing is left for the samples: each of its 3 columns has another role");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_out_how_a_file_is_written),
        cmocka_unit_test(obeys_what_is_said_of_the_dialect),
        cmocka_unit_test(reads_the_line_of_counts_of_scikit_learn),
        cmocka_unit_test(takes_columns_by_name_and_role),
        cmocka_unit_test(takes_only_the_inputs_that_are_listed),
        cmocka_unit_test(names_classes),
        cmocka_unit_test(reads_truth),
        cmocka_unit_test(makes_numbers_of_text),
        cmocka_unit_test(fills_what_is_missing),
        cmocka_unit_test(scales_targets_and_undoes_it),
        cmocka_unit_test(scales_before_it_rounds),
        cmocka_unit_test(finds_the_columns_of_another_by_name),
        cmocka_unit_test(refuses_two_readings),
        cmocka_unit_test(refuses_columns_that_give_the_answer_away),
        cmocka_unit_test(refuses_what_is_no_class),
        cmocka_unit_test(refuses_all_texts_in_one_message),
        cmocka_unit_test(refuses_roles_that_cannot_be),
    };
    return cmocka_run_group_tests_name("table", tests, enter_folder, leave_folder);
}
