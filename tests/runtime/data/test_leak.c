/* Inputs that give the answer away are told. */
#include "dataset_files.h"

/* The line about the file has this warning; "": none. */
static void warns(const char *text, const struct loopc_dataset_options *options,
                  const char *expected)
{
    char line[1000];
    write_text("t.csv", text);
    struct loopc_dataset d = load("t.csv", options);
    loopc_dataset_line(&d, "train", line, sizeof line);
    const char *const found = strstr(line, "warning: ");
    assert_string_equal(found ? found : "", expected);
    loopc_dataset_free(&d);
}

#define GIVEN(input, answer)                                                                       \
    "warning: the input '" input "' gives the answer '" answer "' away in every row: is it a "     \
    "copy?"

static void a_code_of_the_class_is_told(void **state)
{
    const struct loopc_dataset_options onehot = {.text = LOOPC_TEXT_ONEHOT};
    (void)state;
    warns("a,code,kind\n1,3,x\n2,1,y\n3,3,x\n4,1,y\n5,2,z\n6,2,z\n7,1,y\n8,1,y\n", &plain,
          GIVEN("code", "kind"));
    warns("sort,kind\nA,1\nB,2\nA,1\nA,1\nB,2\nA,1\nB,2\nB,2\n", &onehot, GIVEN("sort", "kind"));
}

static void what_differs_in_a_row_is_not(void **state)
{
    (void)state;
    warns("code,kind\n3,x\n1,y\n3,x\n1,y\n2,z\n2,z\n1,y\n3,y\n", &plain, "");
    warns("code,kind\n3,x\n1,y\n3,x\n1,y\n3,z\n3,z\n1,y\n1,y\n", &plain, "");
    warns("code,kind\n3,x\n1,y\n3,x\n1,y\n", &plain, ""); /* by chance */
    warns("size,kind\n1,a\n2,b\n3,c\n4,d\n5,e\n6,f\n7,g\n8,h\n", &plain, "");
}

static void a_copy_of_a_target_is_told(void **state)
{
    const struct loopc_dataset_options target = {.target_list = "y"};
    (void)state;
    warns("a,was,y\n1,5,5\n2,4,4\n3,4,4\n4,1,1\n5,9,9\n6,8,8\n7,2,2\n8,3,3\n", &target,
          GIVEN("was", "y"));
    warns("a,was,y\n1,5,5\n2,4,4\n3,4,4\n4,1,1\n5,9,9\n6,8,8\n7,2,2\n8,3,3.5\n", &target, "");
    warns("a,y\n5,5\n5,5\n5,5\n5,5\n5,5\n5,5\n5,5\n5,5\n", &target, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_of_the_class_is_told),
        cmocka_unit_test(what_differs_in_a_row_is_not),
        cmocka_unit_test(a_copy_of_a_target_is_told),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
