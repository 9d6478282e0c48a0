/* loopc-observe: what `loopc observe` becomes. Starts or joins trainers, or reads their logs, and
 * shows them on a page or in the terminal until they have ended. gen/commands/observe.lua has its
 * help.
 *
 * One thread reads what the trainers say; the server has its own. Exit code: the first that is not
 * 0 of the trainers it started, 2 for wrong usage. */
#include "link.h"
#include "server.h"
#include "table.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const double ASK_SECONDS = 0.6;
enum { TICK_MS = 200, FAREWELL_MS = 1500, END_MS = 2000, BAD_USAGE = 2 };

static struct hub hub;
static struct link links[TRAINERS_MOST];
static pthread_mutex_t sending = PTHREAD_MUTEX_INITIALIZER; /* over links, while the server runs */
static volatile sig_atomic_t stopped, suspended;

static struct {
    const char *host;
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

static void send_to(int trainer, const char *text, size_t length)
{
    pthread_mutex_lock(&sending);
    link_send(&links[trainer], text, length);
    pthread_mutex_unlock(&sending);
}

/* A place in the hub, named after the last part of a path; -1 when there is none left. */
static int new_trainer(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (hub.trainer_count == TRAINERS_MOST) return -1;
    struct trainer *trainer = &hub.trainers[hub.trainer_count];
    (void)snprintf(trainer->name, sizeof trainer->name, "%s", slash ? slash + 1 : path);
    links[hub.trainer_count].fd = -1;
    return hub.trainer_count++;
}

static void greet(int trainer)
{
    static const char text[] = "{\"tell status\": 1}";
    link_send(&links[trainer], text, sizeof text - 1);
}

static int start(char **argv)
{
    const int trainer = new_trainer(argv[0]);
    if (trainer < 0) return complain(argv[0], "too many trainers");
    if (link_start(&links[trainer], argv, options.tui)) return complain(argv[0], strerror(errno));
    greet(trainer);
    return 0;
}

static int join(const char *where)
{
    const char *path = strncmp(where, "unix:", 5) ? where : where + 5;
    const int trainer = new_trainer(path);
    if (trainer < 0) return complain(where, "too many trainers");
    if (link_join(&links[trainer], path)) return complain(where, strerror(errno));
    greet(trainer);
    return 0;
}

static int replay(const char *path)
{
    const int trainer = new_trainer(path);
    if (trainer < 0) return complain(path, "too many logs");
    const int64_t messages = link_replay(path, &hub, trainer);
    if (messages < 0) return complain(path, strerror(errno));
    if (messages == 0) return complain(path, "it is no log: --log FILE of a trainer writes one");
    hub_end(&hub, trainer);
    options.keep = true;
    return 0;
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

static int with_value(const char *name, const char *value)
{
    if (!value) return complain(name, "it needs a value: loopc observe --help");
    if (!strcmp(name, "--port")) return take_port(value);
    if (!strcmp(name, "--attach")) return join(value);
    if (!strcmp(name, "--log")) return replay(value);
    if (strcmp(name, "--host") != 0)
        return complain(name, "unknown option: loopc observe --help lists them");
    options.host = value;
    return 0;
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
        const int code = start(argv);
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
        else {
            code = with_value(argv[0], argv[1]);
            argv++;
        }
        if (code) return code;
    }
    return start_all(argv);
}

/* Running. */

static int running(void)
{
    int count = 0;
    for (int i = 0; i < hub.trainer_count; i++)
        count += links[i].fd >= 0;
    return count;
}

static void read_links(void)
{
    struct pollfd fds[TRAINERS_MOST];
    for (int i = 0; i < hub.trainer_count; i++)
        fds[i] = (struct pollfd){.fd = links[i].fd, .events = POLLIN};
    if (poll(fds, (nfds_t)hub.trainer_count, TICK_MS) <= 0) return;
    for (int i = 0; i < hub.trainer_count; i++) {
        if (fds[i].fd < 0 || !fds[i].revents) continue;
        if (!link_read(&links[i], &hub, i)) hub_end(&hub, i);
    }
}

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Whether a trainer's weights are worth asking for: it has learned since, and the last time is long
 * ago, for what is large the longer, so that telling it takes the trainer a few hundredths of its
 * time at most. */
static bool is_time_to_ask(int i, double now)
{
    static const double seconds_a_byte = 4e-6;
    static struct {
        double batch, when;
    } asked[TRAINERS_MOST];
    struct point loss = {.batch = -1};
    const double wait = ASK_SECONDS + seconds_a_byte * (double)hub_text_length(&hub, i, "sv");
    if (now - asked[i].when < wait || !hub_last(&hub, i, "loss", &loss)) return false;
    if (loss.batch == asked[i].batch) return false;
    asked[i].batch = loss.batch;
    asked[i].when = now;
    return true;
}

/* Pages ask for times while they show them; those of the last viewer to go have nobody to end
 * them. */
static void end_watching(void)
{
    static const char text[] = "{\"watch\": 0}";
    for (int i = 0; i < hub.trainer_count; i++)
        send_to(i, text, sizeof text - 1);
}

/* While somebody looks on. */
static void ask_for_weights(void)
{
    static const char text[] = "{\"tell state\": 1}";
    static int before;
    pthread_mutex_lock(&hub.lock);
    const int viewers = hub.viewers;
    pthread_mutex_unlock(&hub.lock);
    if (before && !viewers) end_watching();
    before = viewers;
    for (int i = 0; viewers && i < hub.trainer_count; i++) {
        if (is_time_to_ask(i, seconds_now())) send_to(i, text, sizeof text - 1);
    }
}

static void run(void)
{
    while (!stopped && (running() || options.keep)) {
        read_links();
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
        if (!hub_last(&hub, i, "loss", &loss)) continue;
        printf("%s: last loss %.9g at batch %.0f\n", hub.trainers[i].name, loss.value, loss.batch);
    }
    return fflush(stdout) != 0;
}

/* What trainers still say when their channel ends is read; then those that were started are waited
 * for. */
static int end_links(void)
{
    int code = 0;
    for (int i = 0; i < hub.trainer_count; i++) {
        if (links[i].fd >= 0 && links[i].child > 0) {
            static const char text[] = "{\"shutdown\": 1}";
            link_send(&links[i], text, sizeof text - 1);
            struct pollfd fd = {.fd = links[i].fd, .events = POLLIN};
            while (poll(&fd, 1, END_MS) > 0 && link_read(&links[i], &hub, i)) {
            }
        }
        hub_end(&hub, i);
        link_close(&links[i]);
        if (!code) code = links[i].code;
    }
    return code;
}

static int lost_output(void)
{
    (void)complain("standard output", strerror(errno));
    return 1;
}

/* Without it nobody could open the page. */
static int print_address(const struct server *server)
{
    printf("http://%s:%d/?token=%s\n", options.host, server_port(server), server_token(server));
    return fflush(stdout) ? lost_output() : 0;
}

static int serve(void)
{
    struct server *server = server_start(&hub, options.host, options.port, send_to);
    const int failed =
        server ? print_address(server)
               : complain(options.host, errno ? strerror(errno) : "cannot listen there");
    if (!failed) run();
    pthread_mutex_lock(&sending);
    const int code = end_links();
    pthread_mutex_unlock(&sending);
    if (!stopped && hub.viewers)
        (void)nanosleep(&(struct timespec){FAREWELL_MS / 1000, FAREWELL_MS % 1000 * 1000000}, NULL);
    server_stop(server);
    return failed ? failed : code;
}

/* What the programs print is shown when the terminal is free again. */
static int show_table(void)
{
    struct sigaction action = {.sa_handler = suspend};
    (void)sigaction(SIGTSTP, &action, NULL);
    table_start();
    run();
    const int code = end_links();
    table_draw(&hub);
    table_end();
    for (int i = 0; i < hub.trainer_count; i++)
        link_print_output(&links[i]);
    return code;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = stop};
    (void)argc;
    hub_open(&hub);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    int code = read_options(argv);
    if (!code && !hub.trainer_count)
        code = complain("observe", "a program, --attach or --log says what to look at");
    if (code) {
        (void)end_links();
        return code;
    }
    code = options.tui ? show_table() : serve();
    if (print_last() && !code) code = lost_output();
    return stopped ? 128 + stopped : code;
}
