/* The control channel: framing in both directions, whatever the pieces; peers that come, go, or do
 * not read. */
#include "control/channel.h"
#include "run/events.h"
#include "base/clock.h"

#include "files.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <cmocka.h>

enum { PATIENCE_MS = 60000 };

static int ours;
static struct loopc_channel *channel;

static void open_pair(const char *framing, const char *log)
{
    int ends[2];
    char where[32], message[256];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    ours = ends[0];
    snprintf(where, sizeof where, "%s:%d", framing, ends[1]);
    channel = loopc_channel_open(where, log, message, sizeof message);
    assert_non_null(channel);
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

static struct loopc_channel_message *next_mail(void)
{
    for (int i = 0; i < PATIENCE_MS / 2; i++) {
        struct loopc_channel_message *mail = loopc_channel_take(channel);
        if (mail) return mail;
        nap();
    }
    fail_msg("no mail");
    return NULL;
}

static void expect(enum loopc_channel_message_kind kind, const char *text)
{
    struct loopc_channel_message *mail = next_mail();
    assert_int_equal(mail->kind, kind);
    if (text) assert_string_equal(mail->text, text);
    free(mail);
}

static void send_bytes(const char *bytes, size_t length, size_t piece)
{
    for (size_t at = 0; at < length; at += piece) {
        const size_t part = length - at < piece ? length - at : piece;
        assert_int_equal(write(ours, bytes + at, part), (ssize_t)part);
        if (piece < 4) nap();
    }
}

static void read_whole(char *text, size_t length)
{
    for (size_t got = 0; got < length;) {
        struct pollfd fd = {.fd = ours, .events = POLLIN};
        assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
        const ssize_t n = read(ours, text + got, length - got);
        assert_true(n > 0);
        got += (size_t)n;
    }
    text[length] = 0;
}

static void close_all(void)
{
    close(ours);
    assert_int_equal(loopc_channel_close(channel), LOOPC_OK);
}

static void frames_in_pieces(void **unused)
{
    (void)unused;
    static const char frames[] =
        "\0\0\0\2{}\0\0\0\7{\"a\":1}\0\0\0\4\0\0\0\0\0\0\0\4\0\0\0\1\0\0\0\0";
    for (size_t piece = 1; piece < 30; piece += 7) {
        open_pair("conn", NULL);
        expect(LOOPC_CHANNEL_CONNECTED, NULL);
        send_bytes(frames, sizeof frames - 1, piece);
        expect(LOOPC_CHANNEL_TEXT, "{}");
        expect(LOOPC_CHANNEL_TEXT, "{\"a\":1}");
        expect(LOOPC_CHANNEL_END_MARKER, "end marker");
        struct loopc_channel_message *mail =
            next_mail(); /* four bytes, and not all zero: no marker */
        assert_int_equal(mail->kind, LOOPC_CHANNEL_TEXT);
        assert_memory_equal(mail->text, "\0\0\0\1", 4);
        free(mail);
        expect(LOOPC_CHANNEL_END_MARKER, "end marker"); /* its other form */
        close_all();
    }
}

static void lines_in_pieces(void **unused)
{
    (void)unused;
    static const char lines[] = "\n{}\r\n\r\nnonsense\nthe rest";
    for (size_t piece = 1; piece < 40; piece += 13) {
        open_pair("lines", NULL);
        expect(LOOPC_CHANNEL_CONNECTED, NULL);
        send_bytes(lines, sizeof lines - 1, piece);
        shutdown(ours, SHUT_WR);
        expect(LOOPC_CHANNEL_TEXT, "{}");
        expect(LOOPC_CHANNEL_TEXT, "nonsense");
        expect(LOOPC_CHANNEL_TEXT, "the rest");
        expect(LOOPC_CHANNEL_ENDED, "end of file");
        close_all();
    }
}

static void what_is_too_long_is_refused_and_skipped(void **unused)
{
    (void)unused;
    static const char small_frame[] = {0, 0, 0, 2, '{', '}'}, small_line[] = {'\n', '{', '}', '\n'};
    const size_t length = LOOPC_MESSAGE_MOST + 100;
    char *text = calloc(1, length + 16);
    assert_non_null(text);
    memset(text, ' ', length + 8);
    open_pair("conn", NULL);
    expect(LOOPC_CHANNEL_CONNECTED, NULL);
    const unsigned char head[] = {0, 0x10, 0, 100};
    memcpy(text, head, 4);
    memcpy(text + 4 + length, small_frame, sizeof small_frame);
    send_bytes(text, length + 10, length);
    expect(LOOPC_CHANNEL_REFUSED, "no message: a frame that is too long");
    expect(LOOPC_CHANNEL_TEXT, "{}");
    close_all();
    open_pair("lines", NULL);
    expect(LOOPC_CHANNEL_CONNECTED, NULL);
    memset(text, 'x', length + 4);
    memcpy(text + length + 4, small_line, sizeof small_line);
    send_bytes(text, length + 8, length);
    expect(LOOPC_CHANNEL_REFUSED, "no message: a line that is too long");
    expect(LOOPC_CHANNEL_TEXT, "{}");
    close_all();
    free(text);
}

static void outgoing_frames_and_the_end_marker(void **unused)
{
    (void)unused;
    char text[64];
    open_pair("conn", NULL);
    loopc_channel_send(channel, "{\"a\":1}", 7, false);
    read_whole(text, 11);
    assert_memory_equal(text, "\0\0\0\7{\"a\":1}", 11);
    const int keep = ours;
    assert_int_equal(loopc_channel_close(channel), LOOPC_OK);
    read_whole(text, 8);
    assert_memory_equal(text, "\0\0\0\4\0\0\0\0", 8);
    assert_int_equal(read(keep, text, 1), 0);
    close(keep);
}

static void reports_to_a_peer_that_does_not_read_are_dropped(void **unused)
{
    (void)unused;
    char text[2048], folder[64], log[96];
    files_folder(folder);
    snprintf(log, sizeof log, "%s/log", folder);
    open_pair("lines", log);
    memset(text, 'x', sizeof text);
    const int64_t start = loopc_clock();
    for (int i = 0; i < 20000; i++)
        loopc_channel_send(channel, text, sizeof text, true);
    assert_true(loopc_clock() - start < 20 * (int64_t)1000000000);
    assert_true(loopc_channel_dropped(channel) > 10000);
    loopc_channel_send(channel, "newest", 6, true);
    close(ours);
    assert_int_equal(loopc_channel_close(channel), LOOPC_OK);
    size_t size;
    unsigned char *logged = files_read(log, &size);
    assert_int_equal(size, 20000 * (sizeof text + 1) + 7); /* the log has them all */
    free(logged);
    files_remove(folder);
}

static void answers_are_never_dropped(void **unused)
{
    (void)unused;
    enum { COUNT = 3000, LENGTH = 1000 };
    char text[LENGTH + 8];
    open_pair("lines", NULL);
    memset(text, 'x', LENGTH);
    for (int i = 0; i < COUNT; i++) {
        loopc_channel_send(channel, text, LENGTH, false);
        loopc_channel_send(channel, "r", 1, true);
    }
    int answers = 0;
    char part[4096], before = 0;
    while (answers < COUNT) {
        const ssize_t got = read(ours, part, sizeof part);
        assert_true(got > 0);
        for (ssize_t i = 0; i < got; before = part[i++])
            answers += part[i] == '\n' && before == 'x';
    }
    assert_true(loopc_channel_dropped(channel) > 0);
    close_all();
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, path);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const void *)&address, sizeof address), 0);
    return fd;
}

static void peers_at_a_path_one_after_the_other(void **unused)
{
    (void)unused;
    char folder[64], path[96], where[128], message[256];
    files_folder(folder);
    snprintf(path, sizeof path, "%s/socket", folder);
    snprintf(where, sizeof where, "lines:unix:%s", path);
    channel = loopc_channel_open(where, NULL, message, sizeof message);
    assert_non_null(channel);
    assert_true(loopc_channel_is_open_to_others(channel));
    assert_false(loopc_channel_is_owned(channel));
    assert_false(loopc_channel_has_listener(channel));
    for (int i = 0; i < 3; i++) {
        ours = connect_to(path);
        expect(LOOPC_CHANNEL_CONNECTED, NULL);
        assert_true(loopc_channel_has_listener(channel));
        send_bytes("{\"a\"", 4, 4); /* an incomplete message is dropped */
        close(ours);
        expect(LOOPC_CHANNEL_TEXT, "{\"a\"");
        expect(LOOPC_CHANNEL_ENDED, "end of file");
    }
    assert_null(loopc_channel_open(where, NULL, message, sizeof message)); /* it is taken */
    assert_int_equal(loopc_channel_close(channel), LOOPC_OK);
    assert_int_equal(access(path, F_OK), -1);
    strcat(where, ",owner");
    channel = loopc_channel_open(where, NULL, message, sizeof message);
    assert_non_null(channel);
    assert_true(loopc_channel_is_open_to_others(channel));
    assert_true(loopc_channel_is_owned(channel));
    ours = connect_to(path);
    expect(LOOPC_CHANNEL_CONNECTED, NULL);
    close_all();
    files_remove(folder);
}

static void follows_where_a_run_is(void **unused)
{
    (void)unused;
    struct loopc_current_place where;
    char text[64];
    atomic_init(&where.place, -1);
    atomic_init(&where.batch, 7);
    open_pair("lines", NULL);
    loopc_channel_follow(channel, &where);
    atomic_store(&where.place, 3);
    read_whole(text, 19);
    assert_string_equal(text, "{\"running\": [7, 3]}");
    atomic_store(&where.place, -1);
    read_whole(text, 21);
    assert_string_equal(text, "\n{\"running\": [7, -1]}");
    close_all();
}

static void names_that_are_no_channel(void **unused)
{
    (void)unused;
    static const char *const bad[] = {
        "",         ":",          "conn",        "conn:",
        "conn:x",   "conn:-1",    "conn:1x",     "conn:99999999999",
        "conn:900", "line:stdio", "lines:unix:", "lines:unix:/nowhere/at/all"};
    char message[256];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        *message = 0;
        assert_null(loopc_channel_open(bad[i], NULL, message, sizeof message));
        assert_true(*message);
    }
    assert_int_equal(loopc_channel_close(NULL), LOOPC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_in_pieces),
        cmocka_unit_test(lines_in_pieces),
        cmocka_unit_test(what_is_too_long_is_refused_and_skipped),
        cmocka_unit_test(outgoing_frames_and_the_end_marker),
        cmocka_unit_test(reports_to_a_peer_that_does_not_read_are_dropped),
        cmocka_unit_test(answers_are_never_dropped),
        cmocka_unit_test(peers_at_a_path_one_after_the_other),
        cmocka_unit_test(follows_where_a_run_is),
        cmocka_unit_test(names_that_are_no_channel),
    };
    return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
