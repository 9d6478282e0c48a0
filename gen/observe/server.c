/* The web server, by libmicrohttpd; a thread a connection. */
#include "server.h"

#include "../host/embedded.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { BODY_MOST = 1 << 16, CONNECTIONS = 64, IDLE_SECONDS = 300, TOKEN_BYTES = 16 };

struct server {
    struct hub *hub;
    struct MHD_Daemon *daemon;
    struct server_calls calls;
    int port;
    char token[TOKEN_BYTES * 2 + 1];
};

/* The body of a POST, up to its limit. */
struct body {
    size_t length;
    char text[BODY_MOST + 1];
};

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned code, const char *type,
                              const void *text, size_t length)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(length, (void *)text, MHD_RESPMEM_MUST_COPY);
    if (!response) return MHD_NO;
    (void)MHD_add_response_header(response, "Content-Type", type);
    (void)MHD_add_response_header(response, "Cache-Control", "no-store");
    (void)MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    (void)MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    (void)MHD_add_response_header(
        response, "Content-Security-Policy",
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "frame-ancestors 'none'");
    const enum MHD_Result result = MHD_queue_response(connection, code, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned code, const char *why)
{
    return answer(connection, code, "text/plain; charset=utf-8", why, strlen(why));
}

/* Takes the same time wherever they differ. */
static bool has_token(const struct server *server, struct MHD_Connection *connection)
{
    const char *given = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "token");
    if (!given || strlen(given) != strlen(server->token)) return false;
    int differ = 0;
    for (size_t i = 0; server->token[i]; i++)
        differ |= given[i] ^ server->token[i];
    return differ == 0;
}

/* The address that a request has come to: one of several when it listens at all of them. */
static void address_of(struct MHD_Connection *connection, char text[INET_ADDRSTRLEN])
{
    struct sockaddr_in where = {0};
    socklen_t size = sizeof where;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *text = 0;
    if (!info || getsockname(info->connect_fd, (struct sockaddr *)&where, &size)) return;
    (void)inet_ntop(AF_INET, &where.sin_addr, text, INET_ADDRSTRLEN);
}

/* "127.0.0.1:8080", "localhost:8080", or the address that was asked for. */
static bool is_here(const struct server *server, const char *address, const char *text)
{
    const char *const names[] = {"127.0.0.1", "localhost", address};
    char wanted[128];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(wanted, sizeof wanted, "%s:%d", names[i], server->port);
        if (!strcmp(text, wanted)) return true;
    }
    return false;
}

static bool comes_from_here(const struct server *server, struct MHD_Connection *connection)
{
    const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
    const char *origin = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Origin");
    char address[INET_ADDRSTRLEN];
    address_of(connection, address);
    if (!host || !is_here(server, address, host)) return false;
    return !origin || (!strncmp(origin, "http://", 7) && is_here(server, address, origin + 7));
}

static const char *type_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    if (dot && !strcmp(dot, ".js")) return "text/javascript; charset=utf-8";
    if (dot && !strcmp(dot, ".css")) return "text/css; charset=utf-8";
    return "text/html; charset=utf-8";
}

static enum MHD_Result send_file(struct MHD_Connection *connection, const char *wanted)
{
    for (size_t i = 0; i < embedded_count; i++) {
        const struct embedded *file = &embedded_files[i];
        const char *name = strrchr(file->name, '/');
        if (strcmp(name ? name + 1 : file->name, wanted) != 0) continue;
        return answer(connection, MHD_HTTP_OK, type_of(wanted), file->data, file->size);
    }
    return refuse(connection, MHD_HTTP_NOT_FOUND, "there is no such page\n");
}

/* Events. */

struct stream {
    struct hub *hub;
    struct viewer viewer;
    char *text; /* the event being sent */
    size_t length, sent;
};

static void rest(long ms)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static void make_event(struct stream *stream)
{
    FILE *out = open_memstream(&stream->text, &stream->length);
    if (!out) return;
    fputs("data: ", out);
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 5;
    pthread_mutex_lock(&stream->hub->lock);
    while (!stream->hub->closed && !hub_update(stream->hub, &stream->viewer, out)) {
        rewind(out);
        fputs("data: ", out);
        if (pthread_cond_timedwait(&stream->hub->news, &stream->hub->lock, &until)) break;
    }
    pthread_mutex_unlock(&stream->hub->lock);
    if (ftell(out) <= 6) {
        rewind(out);
        fputs(": still here", out); /* a comment: finds out whether the viewer is */
    }
    fputs("\n\n", out);
    (void)fclose(out);
    stream->sent = 0;
}

static ssize_t read_stream(void *argument, uint64_t at, char *into, size_t most)
{
    struct stream *stream = argument;
    (void)at;
    if (stream->sent == stream->length) {
        free(stream->text);
        stream->text = NULL;
        stream->length = stream->sent = 0;
        if (stream->hub->closed) return MHD_CONTENT_READER_END_OF_STREAM;
        rest(REST_MS);
        make_event(stream);
    }
    const size_t left = stream->length - stream->sent, take = left < most ? left : most;
    if (take) memcpy(into, stream->text + stream->sent, take);
    stream->sent += take;
    return (ssize_t)take;
}

static void count_viewer(struct hub *hub, int change)
{
    pthread_mutex_lock(&hub->lock);
    hub->viewers += change;
    hub->was_viewed = true;
    pthread_mutex_unlock(&hub->lock);
}

static void free_stream(void *argument)
{
    struct stream *stream = argument;
    count_viewer(stream->hub, -1);
    free(stream->text);
    free(stream);
}

static enum MHD_Result send_events(struct server *server, struct MHD_Connection *connection)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (!stream) return MHD_NO;
    stream->hub = server->hub;
    count_viewer(stream->hub, 1);
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, 1 << 16, read_stream, stream, free_stream);
    if (!response) return MHD_NO;
    (void)MHD_add_response_header(response, "Content-Type", "text/event-stream");
    (void)MHD_add_response_header(response, "Cache-Control", "no-store");
    const enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

/* Requests. */

static int trainer_of(const struct server *server, struct MHD_Connection *connection)
{
    const char *text = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "trainer");
    char *end;
    const long number = text ? strtol(text, &end, 10) : -1;
    if (!text || end == text || *end || number < 0) return -1;
    return number < server->hub->trainer_count ? (int)number : -1;
}

static enum MHD_Result take_message(struct server *server, struct MHD_Connection *connection,
                                    const struct body *body)
{
    char why[256];
    const int trainer = trainer_of(server, connection);
    if (body->length > BODY_MOST) return refuse(connection, 413, "that is too long\n");
    if (trainer < 0) return refuse(connection, MHD_HTTP_BAD_REQUEST, "there is no such trainer\n");
    if (loopc_json_check((struct loopc_json){body->text, body->length}, why, sizeof why))
        return refuse(connection, MHD_HTTP_BAD_REQUEST, why);
    server->calls.send(trainer, body->text, body->length);
    return answer(connection, MHD_HTTP_NO_CONTENT, "text/plain", "", 0);
}

static enum MHD_Result begin_again(struct server *server, struct MHD_Connection *connection,
                                   const struct body *body)
{
    const int trainer = trainer_of(server, connection);
    if (trainer < 0) return refuse(connection, MHD_HTTP_BAD_REQUEST, "there is no such trainer\n");
    if (body->length > BODY_MOST || !server->calls.again(trainer, body->text, body->length))
        return refuse(connection, MHD_HTTP_BAD_REQUEST, "it cannot be started again with that\n");
    return answer(connection, MHD_HTTP_NO_CONTENT, "text/plain", "", 0);
}

/* A body that is too long is read to its end and forgotten. */
static void read_body(struct body *body, const char *data, size_t *size)
{
    if (body->length + *size <= BODY_MOST) {
        memcpy(body->text + body->length, data, *size);
        body->length += *size;
        body->text[body->length] = 0;
    } else {
        body->length = BODY_MOST + 1;
    }
    *size = 0;
}

static enum MHD_Result post(struct server *server, struct MHD_Connection *connection,
                            const char *path, const char *data, size_t *size, void **kept)
{
    struct body *body = *kept;
    if (*size) {
        read_body(body, data, size);
        return MHD_YES;
    }
    if (!comes_from_here(server, connection))
        return refuse(connection, MHD_HTTP_FORBIDDEN, "that does not come from here\n");
    if (!has_token(server, connection))
        return refuse(connection, MHD_HTTP_FORBIDDEN, "the token is missing\n");
    if (!strcmp(path, "/again")) return begin_again(server, connection, body);
    if (strcmp(path, "/send") != 0)
        return refuse(connection, MHD_HTTP_NOT_FOUND, "there is no such page\n");
    return take_message(server, connection, body);
}

/* All that the list says. */
static enum MHD_Result send_runs(struct server *server, struct MHD_Connection *connection)
{
    char *text = NULL;
    size_t size = 0, got;
    char chunk[4096];
    FILE *in = server->calls.list(), *out = open_memstream(&text, &size);
    while (in && out && (got = fread(chunk, 1, sizeof chunk, in)) > 0)
        (void)fwrite(chunk, 1, got, out);
    if (in) (void)fclose(in);
    if (out) (void)fclose(out);
    const enum MHD_Result result =
        size ? answer(connection, MHD_HTTP_OK, "application/json", text, size)
             : refuse(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "the folder cannot be read\n");
    free(text);
    return result;
}

static enum MHD_Result get(struct server *server, struct MHD_Connection *connection,
                           const char *path)
{
    if (!comes_from_here(server, connection))
        return refuse(connection, MHD_HTTP_FORBIDDEN, "that does not come from here\n");
    const bool page = !strcmp(path, "/"), events = !strcmp(path, "/events");
    const bool runs = server->calls.list && !strcmp(path, "/runs.json");
    if ((page || events || runs) && !has_token(server, connection))
        return refuse(connection, MHD_HTTP_FORBIDDEN,
                      "the token is missing: open the address as it was printed\n");
    if (events) return send_events(server, connection);
    if (runs) return send_runs(server, connection);
    const char *first = server->calls.list ? "runs.html" : "page.html";
    return send_file(connection, page ? first : path + 1);
}

static enum MHD_Result handle(void *argument, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **kept)
{
    (void)version;
    const bool is_post = !strcmp(method, "POST");
    if (is_post && !*kept) {
        *kept = calloc(1, sizeof(struct body));
        return *kept ? MHD_YES : MHD_NO;
    }
    if (is_post) return post(argument, connection, path, data, size, kept);
    if (!strcmp(method, "GET")) return get(argument, connection, path);
    return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET or POST\n");
}

static void forget(void *argument, struct MHD_Connection *connection, void **kept,
                   enum MHD_RequestTerminationCode code)
{
    (void)argument;
    (void)connection;
    (void)code;
    free(*kept);
    *kept = NULL;
}

static bool make_token(char *token)
{
    unsigned char bytes[TOKEN_BYTES];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)sprintf(token + 2 * i, "%02x", bytes[i]);
    return true;
}

/* Errors of libmicrohttpd are faults of a peer: not shown. */
static void keep_quiet(void *argument, const char *format, va_list list)
{
    (void)argument;
    (void)format;
    (void)list;
}

struct server *server_start(struct hub *hub, const char *address, int port,
                            const struct server_calls *calls)
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct server *server = calloc(1, sizeof *server);
    errno = EINVAL;
    if (!server || inet_pton(AF_INET, address, &where.sin_addr) != 1 ||
        !make_token(server->token)) {
        free(server);
        return NULL;
    }
    server->hub = hub;
    server->calls = *calls;
    server->daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_ERROR_LOG |
            MHD_USE_ITC,
        (uint16_t)port, NULL, NULL, handle, server, MHD_OPTION_EXTERNAL_LOGGER, keep_quiet, NULL,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&where, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
        MHD_OPTION_NOTIFY_COMPLETED, forget, NULL, MHD_OPTION_END);
    if (server->daemon) {
        server->port = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
        return server;
    }
    const int why = errno;
    free(server);
    errno = why;
    return NULL;
}

int server_port(const struct server *server)
{
    return server->port;
}

const char *server_token(const struct server *server)
{
    return server->token;
}

void server_stop(struct server *server)
{
    if (!server) return;
    pthread_mutex_lock(&server->hub->lock);
    server->hub->closed = true;
    pthread_cond_broadcast(&server->hub->news);
    pthread_mutex_unlock(&server->hub->lock);
    MHD_stop_daemon(server->daemon);
    free(server);
}
