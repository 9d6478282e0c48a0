/* What another program prints, by a file without a name. */
#include "child_output.h"

#include <errno.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

static int start(pid_t *child, char **argv, int fd)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fd, 1);
    const int failed = posix_spawn(child, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

FILE *child_output(char **argv)
{
    pid_t child;
    int status = -1;
    FILE *file = tmpfile();
    if (file && !start(&child, argv, fileno(file))) {
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
    }
    if (file && status == 0) {
        rewind(file);
        return file;
    }
    if (file) (void)fclose(file);
    return NULL;
}
