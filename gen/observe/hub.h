/* The hub of `loopc observe`: the messages of trainers, as topics for any number of viewers.
 *
 * A message is burst: a number becomes a point of a series, anything else the newest text of a
 * topic. A series keeps its recent points as they came, and all of it thinned to at most
 * SERIES_MOST points: of four neighbours the lowest and the highest stay, so peaks are not lost. A
 * viewer that was away gets the messages that it missed in one piece, or the thinned series;
 * nothing waits for it.
 */
#ifndef LOOPC_OBSERVE_HUB_H
#define LOOPC_OBSERVE_HUB_H

#include "base/json.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    TRAINERS_MOST = 16,
    TOPICS_MOST = 64,
    SERIES_MOST = 8000,
    RECENT_MOST = 2048,
    NAME_SIZE = 96,
    HOW_SIZE = 256,
    REST_MS = 80 /* between two updates of a viewer */
};

struct point {
    double batch, value; /* NaN: null */
};

struct topic {
    char name[NAME_SIZE];
    char *text;     /* newest, JSON; NULL for a series */
    uint64_t count; /* how many there were */
    struct point *recent, *all;
    size_t all_count;
};

struct trainer {
    char name[NAME_SIZE];
    bool ended;
    bool startable;     /* it was started here, and can be again */
    char how[HOW_SIZE]; /* "ended", "killed by signal 9 (Killed)"; its first word says it */
    uint64_t changes;   /* of ended */
    uint64_t restarts;  /* how often it began anew, with nothing said yet */
    struct topic topics[TOPICS_MOST];
    int topic_count;
    double batch; /* the newest that a point was of */
};

struct hub {
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct trainer trainers[TRAINERS_MOST];
    int trainer_count;
    int viewers;
    bool was_viewed; /* there was a viewer */
    bool closed;
};

/* How far a viewer has come. Start with {0}. */
struct viewer {
    uint64_t counts[TRAINERS_MOST][TOPICS_MOST];
    uint64_t changes[TRAINERS_MOST];
    uint64_t restarts[TRAINERS_MOST];
};

void hub_open(struct hub *hub);

/* Takes in a message of a trainer. Other text is ignored; returns whether it was
 * one. */
bool hub_take(struct hub *hub, int trainer, const char *text, size_t length);
void hub_end(struct hub *hub, int trainer, const char *how);

/* A trainer that had ended runs again: the messages of the last run are dropped. */
void hub_restart(struct hub *hub, int trainer);

/* Writes the messages that a viewer has not seen, as JSON; returns whether there is anything. Under
 * the lock. */
bool hub_update(struct hub *hub, struct viewer *viewer, FILE *out);

/* Bytes of the newest text of a topic; 0 without one. */
size_t hub_text_length(struct hub *hub, int trainer, const char *name);

/* A copy of the newest text of a topic, to be freed; NULL without one. */
char *hub_copy_text(struct hub *hub, int trainer, const char *name);

/* The series of the loss: `loss`, else the first of a loop, `Fit.loss`; NULL without one. Under the
 * lock. */
const struct topic *hub_loss(const struct trainer *trainer);

/* Its last point; false without one. */
bool hub_last_loss(struct hub *hub, int trainer, struct point *point);

/* The newest batch of a trainer, of whatever it reports; 0 at its start. */
double hub_batch(struct hub *hub, int trainer);

#endif
