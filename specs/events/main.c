/* Several trainers in one event loop: between two events each does a slice of its steps.
 *
 *     loopc gen --step --lib ticker.lua -o ticker.c
 *     cc -std=c11 main.c ticker.c $(pkg-config --cflags --libs loopc) -o ticker
 *
 * The loop waits with poll(2) for lines on standard input, without blocking while a trainer has
 * work: "copy" makes another run that continues from the first one, "save FILE" and
 * "load FILE" do that by way of a file, "end" ends.
 */
#include "ticker.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { RUNS = 8, SLICE = 100 };

static struct ticker runs[RUNS];
static int count, status[RUNS];

static void add(void)
{
    ticker_init(&runs[count], (uint64_t)count + 1);
    runs[count].count = 20000 * (count + 1);
    status[count++] = LOOPC_MORE;
}

/* A slice of the work of each run. Returns whether one of them has more to do. */
static int work(void)
{
    int more = 0;
    for (int i = 0; i < count; i++) {
        if (status[i] != LOOPC_MORE) continue;
        status[i] = ticker_run(&runs[i], SLICE);
        if (status[i] == LOOPC_MORE) {
            more = 1;
            continue;
        }
        printf("run %d: %d numbers, mean %.4f, %d looks\n", i, (int)runs[i].seen, runs[i].mean,
               (int)runs[i].looks);
        fflush(stdout);
    }
    return more;
}

/* Executes a line. Returns whether the program continues. */
static int obey(char *line)
{
    char message[256] = "";
    line[strcspn(line, "\n")] = 0;
    if (!strcmp(line, "copy") && count < RUNS) {
        ticker_copy(&runs[count], &runs[0]);
        status[count] = LOOPC_MORE;
        count++;
    }
    if (!strncmp(line, "save ", 5)) ticker_save(&runs[0], line + 5, message, sizeof message);
    if (!strncmp(line, "load ", 5) && count < RUNS) {
        add();
        ticker_load(&runs[count - 1], line + 5, message, sizeof message);
    }
    if (*message) fprintf(stderr, "%s\n", message);
    return strcmp(line, "end") != 0;
}

/* Lines as they come, however they are cut. Returns whether there is input to wait for. */
static int listen(void)
{
    static char line[512];
    static size_t length;
    char c;
    const ssize_t got = read(STDIN_FILENO, &c, 1);
    if (got <= 0) return 0;
    if (length + 1 < sizeof line) line[length++] = c;
    if (c != '\n') return 1;
    line[length] = 0;
    length = 0;
    return obey(line);
}

int main(void)
{
    for (int i = 0; i < 3; i++)
        add();
    int more = 1, open = 1;
    while (more || open) {
        struct pollfd input = {.fd = open ? STDIN_FILENO : -1, .events = POLLIN};
        if (poll(&input, 1, more ? 0 : -1) > 0) open = listen();
        more = work();
    }
    for (int i = 0; i < count; i++)
        ticker_end(&runs[i]);
    return EXIT_SUCCESS;
}
