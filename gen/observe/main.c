/* loopc-observe: the program that `loopc observe` executes. Starts or joins trainers, or reads
 * their logs, and shows them on a page or in the terminal until they have ended.
 * gen/commands/observe.lua has its help.
 *
 * One thread reads the messages of the trainers; the server has its own. Exit code: the first that
 * is not 0 of the trainers it started, 2 for wrong usage. */
#include "child_output.h"
#include "roster.h"
#include "server.h"
#include "table.h"

#include <errno.h>
#include <malloc.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const double ASK_SECONDS = 0.6;
enum { TICK_MS = 200, FAREWELL_MS = 1500, BAD_USAGE = 2 };

/* How long a page without --keep waits: for its first viewer, when there is no terminal to
 * end it; for a trainer that is gone from its path. */
static const double FIRST_VIEWER_SECONDS = 30, MISSING_SECONDS = 60;

static struct hub hub;
static volatile sig_atomic_t stopped, suspended;

static struct {
    const char *host;
    const char *runs; /* a folder that is shown instead of trainers; or NULL */
    int port;
    bool keep, tui;
} options = {.host = "127.0.0.1"};

static int complain(const char *what, const char *why)
{
    (void)fprintf(stderr, "loopc: error: %s: %s\n", what, why);
    return BAD_USAGE;
}

static void stop(int number)
{
    stopped = number;
}

static void suspend(int number)
{
    suspended = number;
}

/* The command line. */

static int take_port(const char *text)
{
    char *end;
    const long port = strtol(text, &end, 10);
    if (end == text || *end || port < 0 || port > 65535)
        return complain("--port", "from 0 to 65535");
    options.port = (int)port;
    return 0;
}

static int take_log(const char *path)
{
    options.keep = true;
    return roster_replay(path);
}

static int take_host(const char *address)
{
    options.host = address;
    return 0;
}

static int take_runs(const char *folder)
{
    options.runs = folder;
    options.keep = true;
    return 0;
}

static const struct {
    const char *name;
    int (*take)(const char *value);
} with_values[] = {{"--port", take_port},
                   {"--attach", roster_join},
                   {"--log", take_log},
                   {"--host", take_host},
                   {"--runs", take_runs}};

/* "--port 8123" or "--port=8123"; moves on to the last argument that it takes. */
static int take_valued(char ***argv)
{
    const char *name = **argv, *equals = strchr(name, '=');
    const size_t length = equals ? (size_t)(equals - name) : strlen(name);
    for (size_t i = 0; i < sizeof with_values / sizeof *with_values; i++) {
        if (strlen(with_values[i].name) != length ||
            strncmp(name, with_values[i].name, length) != 0)
            continue;
        const char *value = equals ? equals + 1 : *++*argv;
        if (value && *value) return with_values[i].take(value);
        return complain(with_values[i].name, "it needs a value: loopc observe --help");
    }
    return complain(name, "unknown option: loopc observe --help lists them");
}

/* Starts the programs, each with its arguments up to --and. */
static int start_all(char **argv)
{
    while (*argv) {
        char **end = argv;
        while (*end && strcmp(*end, "--and") != 0)
            end++;
        const bool more = *end != NULL;
        *end = NULL;
        if (end == argv) return complain("--and", "a program goes before and behind it");
        const int code = roster_start(argv, options.tui);
        if (code) return code;
        argv = more ? end + 1 : end;
    }
    return 0;
}

static int read_options(char **argv)
{
    for (argv++; *argv && !strncmp(*argv, "--", 2); argv++) {
        int code = 0;
        if (!strcmp(*argv, "--keep"))
            options.keep = true;
        else if (!strcmp(*argv, "--tui"))
            options.tui = true;
        else if (!(*argv)[2])
            return start_all(argv + 1);
        else
            code = take_valued(&argv);
        if (code) return code;
    }
    return start_all(argv);
}

/* Running. */

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Whether a trainer's weights are worth asking for: it has learned since, and the last time is long
 * ago, for large data longer, so that reports take the trainer a few hundredths of its
 * time at most. */
static bool is_time_to_ask(int i, double now)
{
    static const double seconds_a_byte = 4e-6;
    static struct {
        double batch, when;
    } asked[TRAINERS_MOST];
    const double batch = hub_batch(&hub, i);
    const double wait = ASK_SECONDS + seconds_a_byte * (double)hub_text_length(&hub, i, "sv");
    if (now - asked[i].when < wait || batch == asked[i].batch) return false;
    asked[i].batch = batch;
    asked[i].when = now;
    return true;
}

/* Ends the profiling that pages have asked for: the last viewer has gone. */
static void end_profiling(void)
{
    static const char text[] = "{\"watch\": 0}";
    for (int i = 0; i < hub.trainer_count; i++)
        roster_send(i, text, sizeof text - 1);
}

/* While the page has viewers. */
static void ask_for_weights(void)
{
    static const char text[] = "{\"tell state\": 1}";
    static int before;
    pthread_mutex_lock(&hub.lock);
    const int viewers = hub.viewers;
    pthread_mutex_unlock(&hub.lock);
    if (before && !viewers) end_profiling();
    before = viewers;
    for (int i = 0; viewers && i < hub.trainer_count; i++) {
        if (is_time_to_ask(i, seconds_now())) roster_send(i, text, sizeof text - 1);
    }
}

/* Whether to keep serving without a connected trainer: a viewer may still want to see the results,
 * or a trainer may come back. */
static bool is_worth_waiting(double since)
{
    const double waited = seconds_now() - since;
    const bool patient = isatty(STDOUT_FILENO);
    if (options.tui || options.keep) return options.keep;
    pthread_mutex_lock(&hub.lock);
    const bool viewed = hub.was_viewed, viewers = hub.viewers > 0;
    pthread_mutex_unlock(&hub.lock);
    if (!viewed) return patient || waited < FIRST_VIEWER_SECONDS;
    return viewers && roster_missing() && waited < MISSING_SECONDS;
}

/* The time until which a trainer was connected. Prints once why the program keeps running. */
static double last_connected(void)
{
    static double when;
    static bool noted;
    if (roster_running() || when == 0) when = seconds_now();
    if (roster_running() || noted || options.tui || options.keep || hub.was_viewed) return when;
    noted = true;
    (void)fprintf(stderr, "loopc observe: all have ended; the page waits for a viewer, Ctrl-C "
                          "ends it\n");
    return when;
}

static void run(void)
{
    while (!stopped && (roster_running() || is_worth_waiting(last_connected()))) {
        roster_read(TICK_MS);
        ask_for_weights();
        if (suspended) table_suspend();
        suspended = 0;
        if (options.tui) table_draw(&hub);
    }
}

/* Returns whether that did not get out. */
static bool print_last(void)
{
    for (int i = 0; i < hub.trainer_count; i++) {
        struct point loss;
        if (!hub_last_loss(&hub, i, &loss)) continue;
        printf("%s: last loss %.9g at batch %.0f\n", hub.trainers[i].name, loss.value, loss.batch);
    }
    return fflush(stdout) != 0;
}

static int lost_output(void)
{
    (void)complain("standard output", strerror(errno));
    return 1;
}

/* Without it the page could not be opened. */
static int print_address(const struct server *server)
{
    printf("http://%s:%d/?token=%s\n", options.host, server_port(server), server_token(server));
    return fflush(stdout) ? lost_output() : 0;
}

/* The runs of the folder, as JSON: the generator beside this program reads them. */
static FILE *list(void)
{
    char path[4096];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 16);
    if (length <= 0) return NULL;
    path[length] = 0;
    char *name = strrchr(path, '/') + 1;
    strcpy(name, "loopc");
    char *argv[] = {path, "observe", "--json", (char *)options.runs, NULL};
    return child_output(argv);
}

static int cannot_listen(int why)
{
    char where[64];
    (void)snprintf(where, sizeof where, "%.40s:%d", options.host, options.port);
    const int code = complain(where, why ? strerror(why) : "cannot listen there");
    if (why == EADDRINUSE)
        (void)fprintf(stderr,
                      "loopc: hint: another --port, or none: then it is one that is free\n");
    return code;
}

static int serve(void)
{
    const struct server_calls calls = {roster_send, roster_again, options.runs ? list : NULL};
    struct server *server = server_start(&hub, options.host, options.port, &calls);
    const int failed = server ? print_address(server) : cannot_listen(errno);
    if (!failed) run();
    const int code = roster_end();
    if (!stopped && hub.viewers)
        (void)nanosleep(&(struct timespec){FAREWELL_MS / 1000, FAREWELL_MS % 1000 * 1000000}, NULL);
    server_stop(server);
    return failed ? failed : code;
}

/* The output of the programs is shown when the terminal is free again. */
static int show_table(void)
{
    struct sigaction action = {.sa_handler = suspend};
    (void)sigaction(SIGTSTP, &action, NULL);
    table_start();
    run();
    const int code = roster_end();
    table_draw(&hub);
    table_end();
    roster_print_output();
    return code;
}

/* A connection is a thread, which would have an arena of its own and keep what a history took in
 * it: there is one arena, and what is long goes back to the system. */
static void return_memory(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_MMAP_THRESHOLD, 64 * 1024);
#endif
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = stop};
    (void)argc;
    return_memory();
    hub_open(&hub);
    roster_open(&hub);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    int code = read_options(argv);
    if (!code && !hub.trainer_count && !options.runs)
        code = complain("observe", "a program, --attach or --log names the trainers to show");
    if (code) {
        (void)roster_end();
        return code;
    }
    code = options.tui ? show_table() : serve();
    if (print_last() && !code) code = lost_output();
    return stopped ? 128 + stopped : code;
}
