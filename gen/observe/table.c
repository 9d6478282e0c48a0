/* The live table: text put together in memory and written in one piece. */
#include "table.h"

#include "base/json_text.h"
#include "base/clock.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SPARK_MOST = 40, RATE_MS = 3000, LINE_MS = 1000, NARROWEST = 20, MS = 1000000 };

static const char take_over[] = "\033[?1049h\033[?25l", give_back[] = "\033[?25h\033[?1049l";

/* Batches some time ago, for the rate. */
struct mark {
    int64_t when;
    double batch;
};

static struct {
    bool live;
    pid_t guard;
    int life; /* our end of the pipe that the guard reads until it ends */
    int64_t last_lines;
    struct mark marks[TRAINERS_MOST], older[TRAINERS_MOST];
} table;

static void put(const char *text)
{
    const ssize_t ignored = write(STDOUT_FILENO, text, strlen(text));
    (void)ignored; /* the terminal is gone */
}

/* Signals for the foreground are for the others: it ends when its pipe does. */
static void guard(int pipe_end)
{
    sigset_t all;
    char nothing;
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    while (read(pipe_end, &nothing, 1) > 0) {
    }
    put(give_back);
    _exit(0);
}

void table_start(void)
{
    int ends[2];
    table.live = isatty(STDOUT_FILENO) && !pipe(ends);
    if (!table.live) return;
    table.life = ends[1];
    table.guard = fork();
    if (table.guard == 0) {
        (void)close(ends[1]);
        guard(ends[0]);
    }
    (void)close(ends[0]);
    put(take_over);
}

void table_end(void)
{
    if (!table.live) return;
    table.live = false;
    (void)close(table.life);
    if (table.guard < 0) put(give_back);
    if (table.guard > 0) (void)waitpid(table.guard, NULL, 0);
}

void table_suspend(void)
{
    if (table.live) put(give_back);
    (void)raise(SIGSTOP);
    if (table.live) put(take_over);
}

/* The latest values of a trainer. Under the hub's lock. */

static const struct topic *topic_of(const struct trainer *trainer, const char *name)
{
    for (int i = 0; i < trainer->topic_count; i++) {
        if (!strcmp(trainer->topics[i].name, name)) return &trainer->topics[i];
    }
    return NULL;
}

static struct point last_of(const struct topic *topic)
{
    if (!topic || !topic->all) return (struct point){0, (double)NAN};
    return topic->all[topic->all_count - 1];
}

/* The batch at which it waits, as its status said; HUGE_VAL for none. */
static double target_of(const struct trainer *trainer)
{
    static const char key[] = "\"target\": ";
    const struct topic *status = topic_of(trainer, "status");
    const char *found = status && status->text ? strstr(status->text, key) : NULL;
    char *end = NULL;
    const double target = found ? strtod(found + sizeof key - 1, &end) : HUGE_VAL;
    return found && end > found + sizeof key - 1 ? target : HUGE_VAL;
}

/* A word; of how it ended the first one. */
static void write_state(FILE *out, const struct trainer *trainer, double batch)
{
    const struct topic *paused = topic_of(trainer, "paused");
    const bool is_paused = paused && paused->text && strstr(paused->text, "true");
    const char *word = is_paused ? "paused" : batch >= target_of(trainer) ? "waiting" : "running";
    if (trainer->ended) word = topic_of(trainer, "failed") ? "failed" : trainer->how;
    fprintf(out, "%-11.*s", (int)strcspn(word, " "), word);
}

/* Batches a second, over the last seconds. */
static double rate_of(int i, double batch)
{
    const int64_t now = loopc_clock();
    struct mark *mark = &table.marks[i], *older = &table.older[i];
    if (!mark->when || now - mark->when > (int64_t)RATE_MS * MS) {
        *older = mark->when ? *mark : (struct mark){now, batch};
        *mark = (struct mark){now, batch};
    }
    if (now <= older->when) return 0;
    return (batch - older->batch) * 1e9 / (double)(now - older->when);
}

/* The loss over time in eight heights, on a logarithmic scale where all of it is above 0. */
static void write_spark(FILE *out, const struct topic *topic, int width)
{
    if (!topic || !topic->all || topic->all_count < 2 || width < 4) return;
    double values[SPARK_MOST], low = HUGE_VAL, high = -HUGE_VAL;
    const int count = width < SPARK_MOST ? width : SPARK_MOST;
    for (int i = 0; i < count; i++) {
        const size_t at = topic->all_count * (size_t)(i + 1) / (size_t)count;
        const double value = topic->all[at ? at - 1 : 0].value;
        values[i] = value > 0 ? log(value) : (double)NAN;
        if (values[i] < low) low = values[i];
        if (values[i] > high) high = values[i];
    }
    for (int i = 0; i < count; i++) {
        const int height = high > low ? (int)((values[i] - low) / (high - low) * 7.999) : 0;
        if (isfinite(values[i])) {
            fprintf(out, "\xe2\x96%c", 0x81 + height);
        } else {
            fputc(' ', out);
        }
    }
}

static bool is_shown_apart(const char *name)
{
    static const char *const names[] = {"eta", "batch", "dropped", "checkpoint"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!strcmp(name, names[i])) return true;
    }
    return false;
}

static void write_name(FILE *out, const char *name, int width)
{
    char text[NAME_SIZE];
    snprintf(text, sizeof text, "%s", name);
    loopc_text_clean(text);
    fprintf(out, "%-*.*s", width, width > 1 ? width : NAME_SIZE, text);
}

/* The other reported fields, as many as fit. */
static void write_fields(FILE *out, const struct trainer *trainer, int width)
{
    int used = 2;
    fputs("  ", out);
    for (int i = 0; i < trainer->topic_count; i++) {
        const struct topic *topic = &trainer->topics[i];
        if (!topic->all || topic == hub_loss(trainer) || is_shown_apart(topic->name)) continue;
        used += (int)strlen(topic->name) + 14;
        if (used > width) break;
        write_name(out, topic->name, 0);
        fprintf(out, " %-11.6g  ", topic->all[topic->all_count - 1].value);
    }
}

/* A line ends where the terminal does. */
static void end_line(FILE *out, const char *line, int width)
{
    int used = 0;
    for (; *line; line++) {
        if (((unsigned char)*line & 0xc0) != 0x80 && ++used > width) break;
        fputc(*line, out);
    }
    fputs(table.live ? "\033[K\r\n" : "\n", out);
}

static void write_number(FILE *out, int width, int digits, double value)
{
    if (isnan(value)) {
        fprintf(out, " %*s", width, "-");
    } else {
        fprintf(out, " %*.*g", width, digits, value);
    }
}

static void write_row(FILE *out, const struct trainer *trainer, int i, int width)
{
    const struct topic *loss = hub_loss(trainer);
    const struct point eta = last_of(topic_of(trainer, "eta"));
    const double batch = trainer->batch;
    write_name(out, trainer->name, 16);
    fputc(' ', out);
    write_state(out, trainer, batch);
    fprintf(out, " %14.0f %11.0f", batch, rate_of(i, batch));
    write_number(out, 10, 4, eta.value);
    write_number(out, 13, 7, last_of(loss).value);
    fputs("  ", out);
    write_spark(out, loss, width - 82);
}

static void write_trainer(FILE *out, const struct trainer *trainer, int i, int width)
{
    char *line = NULL;
    size_t size;
    for (int part = 0; part < 2; part++) {
        FILE *row = open_memstream(&line, &size);
        if (!row) return;
        if (part == 0) {
            write_row(row, trainer, i, width);
        } else {
            write_fields(row, trainer, width);
        }
        (void)fclose(row);
        if (part == 0 || size > 2) end_line(out, line, width);
        free(line);
        line = NULL;
    }
}

static struct winsize size_of_terminal(void)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    if (table.live && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col) return size;
    return (struct winsize){.ws_row = 24, .ws_col = table.live ? 80 : 160};
}

static bool is_due(void)
{
    const int64_t now = loopc_clock();
    if (!table.live && now - table.last_lines < (int64_t)LINE_MS * MS) return false;
    table.last_lines = now;
    return true;
}

static void write_all(FILE *out, const struct hub *hub)
{
    const struct winsize size = size_of_terminal();
    const int width = size.ws_col < NARROWEST ? NARROWEST : size.ws_col;
    char head[128];
    snprintf(head, sizeof head, "%-16s %-11s %14s %11s %10s %13s  %s", "trainer", "", "batch",
             "a second", "eta", "loss", "over time");
    if (table.live) {
        fputs("\033[H", out);
        end_line(out, head, width);
    }
    for (int i = 0; i < hub->trainer_count && (!table.live || 2 * i + 3 < size.ws_row); i++)
        write_trainer(out, &hub->trainers[i], i, width);
    if (table.live) fputs("\033[J", out);
}

void table_draw(struct hub *hub)
{
    char *text = NULL;
    size_t size;
    FILE *out = is_due() ? open_memstream(&text, &size) : NULL;
    if (!out) return;
    pthread_mutex_lock(&hub->lock);
    write_all(out, hub);
    pthread_mutex_unlock(&hub->lock);
    (void)fclose(out);
    put(text);
    free(text);
}
