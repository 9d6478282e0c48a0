# POPEN and SPAWN: misbehaving children, in both forms. No hang, no zombie, no open descriptor, no process left behind.
. "$(dirname "$0")/../support/lib.sh"

cat >"$TMP/procs.lua" <<'SPEC'
local cases = {
    POPEN { "sh", "-c", "exit 3" },
    POPEN { "sh", "-c", "kill -9 $$" },
    POPEN { "/no/such/program" },
    WEAVE(1, { POPEN { "sleep", "7777.25" }, REPEAT(3, PRINT "tick\n") }),
    SPAWN(CALL [[ for (int i = 0; i < 262144; i++) $big[i] = i; $n = 7; ]]),
    SPAWN(SEQ { CALL [[ $n = 9; ]], CALL [[ $fail("no luck with %d", $n); ]] }),
    SPAWN(CALL [[ $n = 9; raise(SIGKILL); ]]),
    SPAWN(CALL [[ if (fork() == 0) { sleep(5); _exit(0); } $n = 5; ]]),
    WEAVE(1, { SPAWN(LOOP(CALL [[ sleep(1); ]])), SEQ { PRINT "a\n", PRINT "b\n" } }),
    WEAVE(-1, { SPAWN(CALL [[ $n = 11; ]]), SPAWN(CALL [[ $m = 12; ]]), POPEN { "true" } }),
    SPAWN(WEAVE(1, { POPEN { "sleep", "7777.25" }, PRINT "in\n" })),
    POPEN { "echo", "$word", "and more" },
    WEAVE(1, { POPEN { "sleep", "7777.25" }, CALL [[ $fail("the other strand"); ]] }),
    POPEN { "sh", "-c", "read x && echo got $x; exit 0" },
    REPEAT(100, POPEN { "true" }),
    SPAWN(CALL [[ exit(0); ]]),
    POPEN { "sleep", "7777.25" },
    REPEAT(1, SPAWN(CALL [[ $n = 3; $stop(); ]])),
    POPEN { "sh", "-c", "exit 5", into = "m" },
    POPEN { "sh", "-c", "ls /proc/self/fd | wc -l" },
}
local L = loop "L" {
    before_a = node(0, [[ for (int fd = 3; fd < 256; fd++) $fds += fcntl(fd, F_GETFD) >= 0; ]]),
    on_a = node(1, CHOOSE("$which", cases)),
    finally_a = node(2, [[
        for (int fd = 3; fd < 256; fd++) $fds -= fcntl(fd, F_GETFD) >= 0;
        printf("n %d m %d big %d fds %d children %d\n", $n, $m, $big[262143], $fds, waitpid(-1, NULL, WNOHANG) >= 0);
    ]]),
}
return trainer "procs" { L, include = { "<fcntl.h>", "<signal.h>", "<stdlib.h>", "<sys/wait.h>", "<unistd.h>" },
    state = { which = i32 { 0, option = true }, fds = i32(0), n = i32(0), m = i32(0), word = str "hello", big = i32[262144] } }
SPEC
CFLAGS="${CFLAGS:-} -D_GNU_SOURCE" "$LOOPC" build "$TMP/procs.lua" -o "$TMP/straight"
CFLAGS="${CFLAGS:-} -D_GNU_SOURCE" "$LOOPC" build --step "$TMP/procs.lua" -o "$TMP/step"
quiet='n 0 m 0 big 0 fds 0 children 0'

both() { # both CODE CASE OUTPUT ERROR
    for form in straight step; do
        expect "$1" timeout 20 "$TMP/$form" --which "$2"
        same "$OUT" "$3"
        [ -z "$4" ] || has "$ERR" "$4"
    done
}

test_exit_status() { both 1 0 "$quiet" "procs: failed: L.on_a: 'sh' ended with status 3"; }
test_signal() { both 1 1 "$quiet" "ended with status -9"; }
test_no_program() { both 1 2 "$quiet" "cannot start '/no/such/program': No such file"; }
test_abandoned_process() { both 0 3 "tick
tick
tick
$quiet" ''; }
test_a_megabyte_comes_back() { both 0 4 'n 7 m 0 big 262143 fds 0 children 0' ''; }
test_failure_in_the_child() { both 1 5 "$quiet" 'procs: failed: L.on_a: no luck with 9'; }
test_child_dies() { both 1 6 "$quiet" 'ended with status -9'; }
test_grandchild_lives_on() { both 0 7 'n 5 m 0 big 0 fds 0 children 0' ''; }
test_abandoned_child() { both 0 8 "a
b
$quiet" ''; }
test_several_at_once() { both 0 9 'n 11 m 12 big 0 fds 0 children 0' ''; }
test_weave_in_a_child() { both 0 10 "in
$quiet" ''; }
test_field_as_argument() { both 0 11 "hello and more
$quiet" ''; }
test_failure_of_another_strand() { both 1 12 "$quiet" 'the other strand'; }
test_empty_standard_input() { both 0 13 "$quiet" ''; }
test_a_hundred_processes() { both 0 14 "$quiet" ''; }
test_child_leaves_by_exit() { both 1 15 "$quiet" 'the process ended with status 0'; }
test_a_signal_goes_on_without_its_writes() { both 0 17 "$quiet" ''; }
test_status_into_a_field() { both 1 18 'n 0 m 5 big 0 fds 0 children 0' 'status 5'; }
test_nothing_is_inherited() { both 0 19 "4
$quiet" ''; }

test_interrupted_while_waiting() {
    for form in straight step; do
        code=0
        timeout -s INT 0.5 "$TMP/$form" --which 16 >out 2>err </dev/null || code=$?
        same "$(cat out)" "$quiet"
        has "$(cat err)" 'interrupted: SIGINT'
    done
}

# Killed processes need a moment on a busy machine; those that are not ended would stay for two hours.
none_sleeps() { ! pgrep -f '^sleep 7777\.25' >/dev/null; }
gone() {
    await none_sleeps
}

test_nobody_is_left_behind() { gone; }

test_killed_trainer_leaves_nobody() {
    "$TMP/straight" --which 16 >/dev/null 2>&1 </dev/null &
    local pid=$!
    await pgrep -P $pid sleep >/dev/null
    kill -9 $pid
    wait $pid 2>/dev/null || true
    gone
}

test_sigchld_ignored() {
    for form in straight step; do
        expect 0 env --ignore-signal=CHLD "$TMP/$form" --which 14
    done
}

test_steps_end_processes() {
    expect 0 "$TMP/step" --which 16 --steps 3
    gone
}

# A host with a SIGCHLD handler, a child and descriptors of its own holds two runs, one a copy made while a process of the first
# is running: the machine waits only for its own children, and releases everything.
test_a_host_keeps_its_children() {
    cat >work.lua <<'SPEC'
local L = loop "L" { times = 3, on_a = node(1, WEAVE(-1, {
    POPEN { "sleep", "0.02" }, SPAWN(CALL [[ $sum += 7; for (int i = 0; i < 262144; i++) $big[i] = $sum; ]]), REPEAT(5, CALL [[ $ticks++; ]]),
})) }
return trainer "work" { L, state = { sum = i32(0), ticks = i32(0), big = i32[262144] } }
SPEC
    "$LOOPC" gen --no-format --step --lib work.lua -o work.c
    cat >host.c <<'C'
#include "work.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t heard;

static void hear(int number)
{
    heard += number == SIGCHLD;
}

static int descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

int main(void)
{
    struct work *a = malloc(sizeof *a), *b = malloc(sizeof *b);
    struct sigaction mine = {.sa_handler = hear}, now;
    sigaction(SIGCHLD, &mine, NULL);
    const pid_t own = fork();
    if (own == 0) _exit(42);
    const int before = descriptors();
    work_init(a, 1);
    work_run(a, 20); /* processes are running */
    work_copy(b, a);
    int first, second;
    do {
        first = work_run(a, 1);
        second = work_run(b, 1);
        poll(NULL, 0, 1);
    } while (first == LOOPC_MORE || second == LOOPC_MORE);
    printf("%d %d %d %d %d %d\n", first, second, a->sum, b->sum, a->ticks, b->ticks);
    printf("%d %d\n", a->big[262143], !memcmp(a->big, b->big, sizeof a->big));
    work_init(b, 1);
    work_run(b, 10);
    work_end(b); /* in the middle */
    int status = 0;
    const pid_t ended = waitpid(own, &status, 0);
    printf("own %d %d\n", ended == own, WEXITSTATUS(status));
    printf("left %d descriptors %d\n", waitpid(-1, NULL, WNOHANG) >= 0, descriptors() - before);
    sigaction(SIGCHLD, NULL, &now);
    printf("handler %d heard %d\n", now.sa_handler == hear, heard > 0);
    free(a);
    free(b);
    return 0;
}
C
    compile -D_GNU_SOURCE host.c work.c -o host
    expect 0 timeout 60 ./host
    same "$OUT" "0 0 21 21 15 15
21 1
own 1 42
left 0 descriptors 0
handler 1 heard 1"
}

run_tests
