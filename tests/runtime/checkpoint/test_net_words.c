/* The words of nets in checkpoints. */
#include "checkpoint/net_words.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

static void words_of_a_net(void **state)
{
    const struct loopc_net net = {.name = "net", .activation = "relu", .output = "softmax"};
    const struct loopc_net bare = {.name = "net", .output = "identity"};
    char *const words = loopc_net_words(&net), *const of_bare = loopc_net_words(&bare);
    (void)state;
    assert_string_equal(words, "relu, softmax");
    assert_string_equal(of_bare, "-, identity");
    free(words);
    free(of_bare);
}

/* A file that has no words, as older ones, says nothing. */
static void a_file_without_words(void **state)
{
    const struct loopc_net net = {.name = "net", .activation = "relu", .output = "softmax"};
    const struct loopc_safetensors file = {0};
    char text[8];
    (void)state;
    assert_false(loopc_net_is_other(&file, &net, text, sizeof text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_a_net),
        cmocka_unit_test(a_file_without_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
