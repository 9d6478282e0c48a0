/* The watched trainers. */
#include "roster.h"

#include "again.h"
#include "link.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MS = 1000000, AGAIN_MS = 1000, END_MS = 2000, BAD_USAGE = 2 };

static struct {
    struct hub *hub;
    struct link links[TRAINERS_MOST];
    const char *paths[TRAINERS_MOST]; /* of sockets that were joined, or NULL */
    char **programs[TRAINERS_MOST];   /* with arguments, of those that were started; or NULL */
    bool keeps_output;
    struct again again[TRAINERS_MOST]; /* to start again with */
    int64_t tried;                     /* ns; when those that are gone were tried last */
    pthread_mutex_t sending;           /* over links */
} roster = {.sending = PTHREAD_MUTEX_INITIALIZER};

void roster_open(struct hub *hub)
{
    roster.hub = hub;
}

static int complain(const char *what, const char *why)
{
    (void)fprintf(stderr, "loopc: error: %s: %s\n", what, why);
    return BAD_USAGE;
}

/* A place in the hub, named after the last part of a path; -1 when there is none left. */
static int new_trainer(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct hub *hub = roster.hub;
    if (hub->trainer_count == TRAINERS_MOST) return -1;
    struct trainer *trainer = &hub->trainers[hub->trainer_count];
    (void)snprintf(trainer->name, sizeof trainer->name, "%s", slash ? slash + 1 : path);
    roster.links[hub->trainer_count] = link_none;
    return hub->trainer_count++;
}

static void greet(int trainer)
{
    static const char text[] = "{\"tell status\": 1, \"tell views\": 1, \"tell history\": 1}";
    link_send(&roster.links[trainer], text, sizeof text - 1);
}

static int explain_start(const char *name, const char *why)
{
    const size_t length = strlen(name);
    (void)fprintf(stderr, "loopc: error: cannot start %s: %s\n", name, why);
    if (length > 4 && !strcmp(name + length - 4, ".lua"))
        (void)fprintf(stderr, "    hint: loopc build %s makes a program of it\n", name);
    else if (!strchr(name, '/') && access(name, X_OK) == 0)
        (void)fprintf(stderr, "    hint: the one in this folder is ./%s\n", name);
    return BAD_USAGE;
}

int roster_start(char **argv, bool keep_output)
{
    const int trainer = new_trainer(argv[0]);
    if (trainer < 0) return complain(argv[0], "too many trainers");
    if (link_start(&roster.links[trainer], argv, keep_output))
        return explain_start(argv[0], strerror(errno));
    roster.programs[trainer] = argv;
    roster.keeps_output = keep_output;
    roster.hub->trainers[trainer].startable = true;
    greet(trainer);
    return 0;
}

bool roster_again(int trainer, const char *flags, size_t length)
{
    struct again again;
    if (!roster.programs[trainer]) return false;
    char *status = hub_copy_text(roster.hub, trainer, "status");
    const bool ok = again_read(&again, (struct loopc_json){flags, length}, status ? status : "");
    free(status);
    if (!ok) return false;
    pthread_mutex_lock(&roster.sending);
    again_free(&roster.again[trainer]);
    roster.again[trainer] = again;
    pthread_mutex_unlock(&roster.sending);
    return true;
}

int roster_join(const char *where)
{
    const char *path = strncmp(where, "unix:", 5) ? where : where + 5;
    const int trainer = new_trainer(path);
    if (trainer < 0) return complain(where, "too many trainers");
    if (link_join(&roster.links[trainer], path)) return complain(where, strerror(errno));
    roster.paths[trainer] = path;
    greet(trainer);
    return 0;
}

int roster_replay(const char *path)
{
    const int trainer = new_trainer(path);
    if (trainer < 0) return complain(path, "too many logs");
    const int64_t messages = link_replay(path, roster.hub, trainer);
    if (messages < 0) return complain(path, strerror(errno));
    if (messages == 0) return complain(path, "it is not a log: --log FILE of a trainer writes one");
    hub_end(roster.hub, trainer, "ended");
    return 0;
}

void roster_send(int trainer, const char *text, size_t length)
{
    pthread_mutex_lock(&roster.sending);
    link_send(&roster.links[trainer], text, length);
    pthread_mutex_unlock(&roster.sending);
}

/* Endings. */

/* A program's exit code is known only some time after its channel has ended. */
static void tell_end(int i)
{
    struct link *link = &roster.links[i];
    char how[HOW_SIZE];
    complaints_read(&link->complaints);
    const char *error = link->complaints.error;
    if (roster.paths[i])
        (void)snprintf(how, sizeof how, "gone");
    else if (link->killed_by)
        (void)snprintf(how, sizeof how, "killed by signal %d (%s)", link->killed_by,
                       strsignal(link->killed_by));
    else if (link->code > 128)
        (void)snprintf(how, sizeof how, "interrupted (exit code %d)", link->code);
    else if (link->code)
        (void)snprintf(how, sizeof how, "failed (exit code %d)%s%s", link->code, *error ? ": " : "",
                       error);
    else
        (void)snprintf(how, sizeof how, link->marked || !link->child ? "ended" : "gone");
    hub_end(roster.hub, i, how);
}

static void read_link(int i)
{
    struct link *link = &roster.links[i];
    if (link_read(link, roster.hub, i)) return;
    (void)link_has_ended(link);
    tell_end(i);
}

static void look_after_ended(int i)
{
    struct link *link = &roster.links[i];
    if (link->fd < 0 && link->child > 0 && link_has_ended(link)) tell_end(i);
}

/* A trainer that was started anew at the same path has the state of a new run. */
static void join_again(int i)
{
    struct link again = link_none;
    if (!roster.paths[i] || roster.links[i].fd >= 0) return;
    if (link_join(&again, roster.paths[i])) {
        link_close(&again);
        return;
    }
    pthread_mutex_lock(&roster.sending);
    link_close(&roster.links[i]);
    roster.links[i] = again;
    greet(i);
    pthread_mutex_unlock(&roster.sending);
    hub_restart(roster.hub, i);
}

/* The last messages of a trainer are read before its channel is closed. */
static void shut_down(int i)
{
    static const char text[] = "{\"shutdown\": 1}";
    struct link *link = &roster.links[i];
    link_send(link, text, sizeof text - 1);
    struct pollfd fd = {.fd = link->fd, .events = POLLIN};
    while (poll(&fd, 1, END_MS) > 0 && link_read(link, roster.hub, i)) {
    }
}

static void start_again(int i)
{
    struct link *link = &roster.links[i];
    pthread_mutex_lock(&roster.sending);
    struct again again = roster.again[i];
    roster.again[i] = (struct again){0};
    pthread_mutex_unlock(&roster.sending);
    if (!again.count) return;
    if (link->fd >= 0) shut_down(i);
    char **argv = again_arguments(&again, roster.programs[i]);
    pthread_mutex_lock(&roster.sending);
    link_close(link);
    const bool started = argv && !link_start(link, argv, roster.keeps_output);
    if (started) greet(i);
    pthread_mutex_unlock(&roster.sending);
    again_free_arguments(argv);
    again_free(&again);
    hub_restart(roster.hub, i);
    if (!started) hub_end(roster.hub, i, "cannot be started again");
}

static void look_around(void)
{
    const int64_t now = loopc_clock();
    const bool again = now - roster.tried > (int64_t)AGAIN_MS * MS;
    if (again) roster.tried = now;
    for (int i = 0; i < roster.hub->trainer_count; i++) {
        look_after_ended(i);
        start_again(i);
        if (again) join_again(i);
    }
}

void roster_read(int ms)
{
    struct pollfd fds[2 * TRAINERS_MOST];
    const int count = roster.hub->trainer_count;
    for (int i = 0; i < count; i++) {
        fds[i] = (struct pollfd){.fd = roster.links[i].fd, .events = POLLIN};
        fds[count + i] = (struct pollfd){.fd = roster.links[i].complaints.fd, .events = POLLIN};
    }
    const bool any = poll(fds, (nfds_t)(2 * count), ms) > 0;
    for (int i = 0; any && i < count; i++) {
        if (fds[i].fd >= 0 && fds[i].revents) read_link(i);
        if (fds[count + i].revents) complaints_read(&roster.links[i].complaints);
    }
    look_around();
}

int roster_running(void)
{
    int count = 0;
    for (int i = 0; i < roster.hub->trainer_count; i++)
        count += roster.links[i].fd >= 0;
    return count;
}

int roster_missing(void)
{
    int count = 0;
    for (int i = 0; i < roster.hub->trainer_count; i++)
        count += roster.links[i].fd < 0 && roster.paths[i];
    return count;
}

static int end_one(int i)
{
    struct link *link = &roster.links[i];
    const bool running = link->fd >= 0 || link->child > 0;
    if (link->fd >= 0 && link->child > 0) shut_down(i);
    link_close(link);
    if (running) tell_end(i);
    return link->code;
}

int roster_end(void)
{
    int code = 0;
    pthread_mutex_lock(&roster.sending);
    for (int i = 0; i < roster.hub->trainer_count; i++) {
        const int of_this = end_one(i);
        if (!code) code = of_this;
    }
    pthread_mutex_unlock(&roster.sending);
    return code;
}

void roster_print_output(void)
{
    for (int i = 0; i < roster.hub->trainer_count; i++)
        link_print_output(&roster.links[i]);
}
