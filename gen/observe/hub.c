/* The hub: messages in, topics out. */
#include "hub.h"

#include "base/json_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void hub_open(struct hub *hub)
{
    pthread_condattr_t clock;
    pthread_mutex_init(&hub->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&hub->news, &clock);
    pthread_condattr_destroy(&clock);
}

static struct topic *find_topic(struct trainer *trainer, struct loopc_json name)
{
    char text[NAME_SIZE];
    loopc_json_characters(name, text, sizeof text);
    for (int i = 0; i < trainer->topic_count; i++) {
        if (!strcmp(trainer->topics[i].name, text)) return &trainer->topics[i];
    }
    if (trainer->topic_count == TOPICS_MOST) return NULL;
    struct topic *topic = &trainer->topics[trainer->topic_count++];
    strcpy(topic->name, text);
    return topic;
}

/* Of four points the lowest and the highest, in their order. */
static size_t thin(struct point *all, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i += 4) {
        size_t low = i, high = i;
        for (size_t k = i; k < i + 4 && k < count; k++) {
            if (all[k].value < all[low].value) low = k;
            if (!(all[k].value <= all[high].value)) high = k; /* NaN stays */
        }
        const size_t first = low < high ? low : high, last = low < high ? high : low;
        all[kept++] = all[first];
        if (last != first) all[kept++] = all[last];
    }
    return kept;
}

static void add_point(struct topic *topic, struct point point)
{
    if (!topic->all) {
        topic->all = calloc(SERIES_MOST, sizeof *topic->all);
        topic->recent = calloc(RECENT_MOST, sizeof *topic->recent);
        if (!topic->all || !topic->recent) abort();
    }
    topic->recent[topic->count++ % RECENT_MOST] = point;
    if (topic->all_count == SERIES_MOST) topic->all_count = thin(topic->all, topic->all_count);
    topic->all[topic->all_count++] = point;
}

static void add_text(struct topic *topic, struct loopc_json value)
{
    char *text = malloc(value.length + 1);
    if (!text) return;
    for (size_t i = 0; i < value.length; i++)
        text[i] = value.text[i] == '\n' || value.text[i] == '\r' ? ' ' : value.text[i];
    text[value.length] = 0;
    free(topic->text);
    topic->text = text;
    topic->count++;
}

/* [batch, value] with numbers, or null for the value. The text ends with a 0 somewhere behind. */
static bool is_point(struct loopc_json value, struct point *point)
{
    char *end;
    if (value.text[0] != '[') return false;
    point->batch = strtod(value.text + 1, &end);
    if (end == value.text + 1 || *end != ',') return false;
    const char *second = end + 1 + strspn(end + 1, " \t");
    point->value = strtod(second, &end);
    if (!strncmp(second, "null", 4)) {
        point->value = (double)NAN;
        end += 4; /* no number there */
    }
    return end > second && *end == ']' && end + 1 == value.text + value.length;
}

/* A number becomes a point, but for the place that is running, which is a name. */
static void take_member(struct trainer *trainer, struct loopc_json name, struct loopc_json value)
{
    struct point point;
    struct topic *topic = find_topic(trainer, name);
    if (!topic) return;
    if (!topic->text && strcmp(topic->name, "running") != 0 && is_point(value, &point)) {
        add_point(topic, point);
        if (point.batch > trainer->batch) trainer->batch = point.batch;
    } else if (!topic->all) {
        add_text(topic, value);
    }
}

bool hub_take(struct hub *hub, int trainer, const char *text, size_t length)
{
    char why[256];
    struct loopc_json rest = {text, length}, name, value;
    if (loopc_json_check(rest, why, sizeof why)) return false;
    pthread_mutex_lock(&hub->lock);
    while (loopc_json_next(&rest, &name, &value))
        take_member(&hub->trainers[trainer], name, value);
    pthread_cond_broadcast(&hub->news);
    pthread_mutex_unlock(&hub->lock);
    return true;
}

void hub_end(struct hub *hub, int trainer, const char *how)
{
    struct trainer *t = &hub->trainers[trainer];
    pthread_mutex_lock(&hub->lock);
    t->ended = true;
    (void)snprintf(t->how, sizeof t->how, "%s", how);
    t->changes++;
    pthread_cond_broadcast(&hub->news);
    pthread_mutex_unlock(&hub->lock);
}

static void forget(struct topic *topic)
{
    free(topic->text);
    free(topic->recent);
    free(topic->all);
    *topic = (struct topic){0};
}

void hub_restart(struct hub *hub, int trainer)
{
    struct trainer *t = &hub->trainers[trainer];
    pthread_mutex_lock(&hub->lock);
    for (int i = 0; i < t->topic_count; i++)
        forget(&t->topics[i]);
    t->topic_count = 0;
    t->batch = 0;
    t->ended = false;
    t->changes++;
    t->restarts++;
    pthread_cond_broadcast(&hub->news);
    pthread_mutex_unlock(&hub->lock);
}

/* Out. */

static void write_number(FILE *out, double number)
{
    if (isfinite(number)) {
        fprintf(out, "%.9g", number);
    } else {
        fputs("null", out);
    }
}

static void write_point(FILE *out, const struct point *point, bool first)
{
    fprintf(out, "%s[%.17g,", first ? "" : ",", point->batch);
    write_number(out, point->value);
    fputc(']', out);
}

static void write_series(const struct topic *topic, uint64_t seen, FILE *out)
{
    const uint64_t missed = topic->count - seen;
    const bool whole = seen == 0 || missed > RECENT_MOST;
    fprintf(out, "{\"all\":%s,\"points\":[", whole ? "true" : "false");
    for (size_t i = 0; whole && i < topic->all_count; i++)
        write_point(out, &topic->all[i], i == 0);
    for (uint64_t i = seen; !whole && i < topic->count; i++)
        write_point(out, &topic->recent[i % RECENT_MOST], i == seen);
    fputs("]}", out);
}

static void write_topic(const struct topic *topic, uint64_t seen, bool first, FILE *out)
{
    fputs(first ? "" : ",", out);
    loopc_json_string(out, topic->name);
    fputc(':', out);
    if (topic->text) {
        fprintf(out, "{\"newest\":%s}", topic->text);
    } else {
        write_series(topic, seen, out);
    }
}

static bool update_trainer(const struct trainer *trainer, uint64_t *seen, FILE *out)
{
    bool any = false;
    for (int i = 0; i < trainer->topic_count; i++) {
        const struct topic *topic = &trainer->topics[i];
        if (topic->count == seen[i]) continue;
        write_topic(topic, seen[i], !any, out);
        seen[i] = topic->count;
        any = true;
    }
    return any;
}

static void write_head(const struct trainer *trainer, FILE *out)
{
    fputs("{\"name\":", out);
    loopc_json_string(out, trainer->name);
    fprintf(out,
            ",\"restarts\":%" PRIu64 ",\"startable\":%s,\"ended\":%s,\"how\":", trainer->restarts,
            trainer->startable ? "true" : "false", trainer->ended ? "true" : "false");
    loopc_json_string(out, trainer->how);
    fputs(",\"topics\":{", out);
}

/* Nothing that a viewer has seen of an earlier run belongs to this one. */
static void begin_anew(struct viewer *viewer, int i, const struct trainer *trainer)
{
    if (viewer->restarts[i] == trainer->restarts) return;
    viewer->restarts[i] = trainer->restarts;
    memset(viewer->counts[i], 0, sizeof viewer->counts[i]);
}

bool hub_update(struct hub *hub, struct viewer *viewer, FILE *out)
{
    bool any = false;
    fputc('[', out);
    for (int i = 0; i < hub->trainer_count; i++) {
        struct trainer *trainer = &hub->trainers[i];
        fputs(i ? "," : "", out);
        begin_anew(viewer, i, trainer);
        write_head(trainer, out);
        any |= update_trainer(trainer, viewer->counts[i], out);
        any |= viewer->changes[i] != trainer->changes;
        viewer->changes[i] = trainer->changes;
        fputs("}}", out);
    }
    fputc(']', out);
    return any;
}

static bool is_loss_of_loop(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && !strcmp(dot, ".loss");
}

const struct topic *hub_loss(const struct trainer *trainer)
{
    const struct topic *found = NULL;
    for (int i = 0; i < trainer->topic_count; i++) {
        const struct topic *topic = &trainer->topics[i];
        if (!topic->all) continue;
        if (!strcmp(topic->name, "loss")) return topic;
        if (!found && is_loss_of_loop(topic->name)) found = topic;
    }
    return found;
}

bool hub_last_loss(struct hub *hub, int trainer, struct point *point)
{
    pthread_mutex_lock(&hub->lock);
    const struct topic *topic = hub_loss(&hub->trainers[trainer]);
    if (topic) *point = topic->all[topic->all_count - 1];
    pthread_mutex_unlock(&hub->lock);
    return topic != NULL;
}

double hub_batch(struct hub *hub, int trainer)
{
    pthread_mutex_lock(&hub->lock);
    const double batch = hub->trainers[trainer].batch;
    pthread_mutex_unlock(&hub->lock);
    return batch;
}

size_t hub_text_length(struct hub *hub, int trainer, const char *name)
{
    size_t length = 0;
    pthread_mutex_lock(&hub->lock);
    const struct trainer *t = &hub->trainers[trainer];
    for (int i = 0; i < t->topic_count; i++) {
        if (!strcmp(t->topics[i].name, name) && t->topics[i].text)
            length = strlen(t->topics[i].text);
    }
    pthread_mutex_unlock(&hub->lock);
    return length;
}

char *hub_copy_text(struct hub *hub, int trainer, const char *name)
{
    char *text = NULL;
    pthread_mutex_lock(&hub->lock);
    const struct trainer *t = &hub->trainers[trainer];
    for (int i = 0; i < t->topic_count && !text; i++) {
        if (!strcmp(t->topics[i].name, name) && t->topics[i].text) text = strdup(t->topics[i].text);
    }
    pthread_mutex_unlock(&hub->lock);
    return text;
}
