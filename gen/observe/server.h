/* The web server of `loopc observe`: the page, events down, messages up.
 *
 *     GET  /?token=T                the page
 *     GET  /NAME                    a file of the page; built in, nothing else is served
 *     GET  /events?token=T          server-sent events: the output of hub_update
 *     GET  /runs.json?token=T       the runs of a folder
 *     POST /send?token=T&trainer=N  a message, a JSON object, for trainer N
 *     POST /again?token=T&trainer=N starts the program of trainer N again with the flags in the
 *                                   body: see again.h
 *
 * The token gives access to all data and commands. Requests whose Host is not this server, and
 * those of pages from elsewhere (Origin), are refused, so that no other site reaches it by a name
 * of its own.
 */
#ifndef LOOPC_OBSERVE_SERVER_H
#define LOOPC_OBSERVE_SERVER_H

#include "hub.h"

struct server;

/* Called in a thread of the server. `list` returns what GET /runs.json sends, to be closed, or
 * NULL; where it is NULL itself, the page is that of trainers, else that of a folder of runs. */
struct server_calls {
    void (*send)(int trainer, const char *text, size_t length);
    bool (*again)(int trainer, const char *flags, size_t length);
    FILE *(*list)(void);
};

/* Returns NULL with errno when it cannot listen. */
struct server *server_start(struct hub *hub, const char *address, int port,
                            const struct server_calls *calls);
int server_port(const struct server *server);
const char *server_token(const struct server *server);
void server_stop(struct server *server);

#endif
