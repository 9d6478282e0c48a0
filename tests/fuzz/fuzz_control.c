/* Fuzzing of a trainer's control input, for libFuzzer. The first byte gives the type of the rest
 * of the input: a message, a journal, or the bytes of a channel in one of its framings. An accepted
 * message can be walked, and its commands hold what commands.h promises. */
#include "control/channel.h"
#include "control/journal.h"
#include "control/commands.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct state {
    struct loopc_run loopc;
    float eta;
    int32_t three[3];
    const char *name;
    bool on;
    uint64_t big;
};

#define AT(member) .offset = offsetof(struct state, member)

static const struct loopc_field table[] = {
    {.name = "eta", .type = LOOPC_F32, AT(eta), .count = 1, .flags = LOOPC_SETTABLE},
    {.name = "three", .type = LOOPC_I32, AT(three), .count = 3, .flags = LOOPC_SETTABLE},
    {.name = "name", .type = LOOPC_STR, AT(name), .count = 1, .flags = LOOPC_SETTABLE},
    {.name = "on", .type = LOOPC_BOOL, AT(on), .count = 1, .flags = LOOPC_SETTABLE},
    {.name = "big", .type = LOOPC_U64, AT(big), .count = 1, .flags = LOOPC_SETTABLE},
};
static const struct loopc_program program = {
    .name = "fuzz", .size = sizeof(struct state), .fields = table, .field_count = 5};
static const struct loopc_run run = {.program = &program, .seed = 1};

static void require(int condition, const char *what)
{
    if (condition) return;
    fprintf(stderr, "fuzz_control: %s\n", what);
    abort();
}

static void read_orders(struct loopc_json text)
{
    struct loopc_commands commands;
    struct loopc_texts texts = {0};
    char message[128] = "";
    const int st =
        loopc_commands_read(&commands, &program, (struct loopc_commanded){.eta = &table[0]}, &texts,
                            text, message, sizeof message);
    require(st == 0 || *message, "refused without a word");
    require(commands.count + commands.unknown_count <= LOOPC_JSON_MEMBERS,
            "more commands than members");
    for (int i = 0; i < commands.count; i++) {
        const struct loopc_command *command = &commands.list[i];
        require(st || (command->kind == LOOPC_COMMAND_SET) == (command->value != NULL), "no value");
        require(st || command->kind != LOOPC_COMMAND_STEP || command->number >= 1,
                "a step of nothing");
    }
    loopc_commands_free(&commands);
    loopc_texts_free(&texts);
}

static void walk(struct loopc_json text)
{
    struct loopc_json rest = text, name, value;
    char message[128], characters[64];
    if (loopc_json_check(text, message, sizeof message)) return;
    int members = 0;
    while (loopc_json_next(&rest, &name, &value)) {
        require(value.length > 0 && value.text + value.length <= text.text + text.length,
                "a value outside the text");
        require(loopc_json_characters(name, characters, sizeof characters) < sizeof characters,
                "longer than its room");
        members++;
    }
    require(members <= LOOPC_JSON_MEMBERS, "too many members");
}

static void replay(const uint8_t *data, size_t size)
{
    char path[32], message[256];
    const int fd = memfd_create("fuzz", 0);
    require(fd >= 0 && write(fd, data, size) == (ssize_t)size, "memfd_create");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct loopc_replay *journal = loopc_replay_open(&run, path, message, sizeof message);
    struct loopc_json text;
    bool over = false;
    while (journal && loopc_replay_next(journal, INT64_MAX, &text, &over))
        read_orders(text);
    require(!journal || over, "a journal that does not end");
    loopc_replay_free(journal);
    close(fd);
}

/* All that was sent arrives as mail, with the end as its last piece. */
static void channel(const char *framing, const uint8_t *data, size_t size)
{
    int ends[2];
    char where[32], message[256];
    require(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    snprintf(where, sizeof where, "%s:%d", framing, ends[1]);
    struct loopc_channel *ch = loopc_channel_open(where, NULL, message, sizeof message);
    require(ch != NULL, message);
    require(send(ends[0], data, size, MSG_NOSIGNAL) == (ssize_t)size, "send");
    shutdown(ends[0], SHUT_WR);
    for (bool ended = false; !ended;) {
        struct loopc_channel_message *mail = loopc_channel_take(ch);
        if (!mail) continue;
        ended = mail->kind == LOOPC_CHANNEL_ENDED && !strcmp(mail->text, "end of file");
        if (mail->kind == LOOPC_CHANNEL_TEXT)
            read_orders((struct loopc_json){mail->text, mail->length});
        free(mail);
    }
    loopc_channel_close(ch);
    close(ends[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 60000) return 0;
    char *text = malloc(size);
    require(text != NULL, "memory");
    memcpy(text, data + 1, size - 1);
    text[size - 1] = 0;
    const struct loopc_json message = {text, size - 1};
    switch (*data % 8) {
    case 0:
        replay(data + 1, size - 1);
        break;
    case 1:
        channel("conn", data + 1, size - 1);
        break;
    case 2:
        channel("lines", data + 1, size - 1);
        break;
    default:
        walk(message);
        read_orders(message);
    }
    free(text);
    return 0;
}
