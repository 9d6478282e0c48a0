-- Signals: $fail, $recover, $cancel and $stop, and the finally parts that run whatever happens.
--
-- A postman's round: five letters, up to three attempts at each, and every letter ends in its own way.
--
--     0  the door opens       $stop()                 the attempts end as if they were done
--     1  nobody is at home    $cancel()               leaves this attempt, the next one follows
--     2  a wrong address      $cancel(Round.letter)   leaves the letter: after_letter does not run, finally_letter does
--     3  a dog                $fail("...")            goes outwards to failed_letter, which recovers: it has a biscuit
--     4  rain                 $stop(Round)            ends the round; after_run still runs, for it ended as if done
--
--     loopc run 02_failures.lua                                         exit code 0
--     loopc run 02_failures.lua -- --first 3 --no-biscuit               no recovery: exit code 1
--     loopc run 02_failures.lua -- --first 3 --no-biscuit --no-pen      a second failure, in a finally part, is
--                                                                       suppressed: reported behind the first one
--     loopc run 02_failures.lua -- --no-pen                             a finally part may fail on its own, too
--
-- Try: let finally_letter $cancel(). loopc refuses: a handler has to come to its end.

local Round = loop "Round" {
    times = "5 - $first",
    batch = { letter = i32 { doc = "the letter in hand" } },

    before_run = node(0, [[ puts("good morning"); ]]),
    before_letter = node(1, [[
        $letter = $first + (int32_t)$iteration;
        printf("letter %d\n", $letter);
    ]]),
    on_letter = node(2), -- no body: a place for others, here for the attempts
    after_letter = node(3, [[ puts("  letter: done with it"); ]]),
    failed_letter = node(4, [[
        puts("  letter: trouble");
        if ($biscuit) $recover();
    ]]),
    finally_letter = node(5, [[
        puts("  letter: write it down");
        if (!$pen) $fail("no pen to write it down");
    ]]),
    after_run = node(6, [[ puts("the round is over"); ]]),
    finally_run = node(7, [[ puts("home again"); ]]),
}

local Attempt = loop "Attempt" {
    call_on = { Round.on_letter },
    times = 3,
    before_attempt = node(1, [[ printf("  attempt %d: ", (int)$iteration + 1); ]]),
    on_attempt = node(2, [[
        switch ($letter) {
        case 0: puts("the door opens"); $stop();
        case 1: puts("nobody is at home"); $cancel();
        case 2: puts("nobody of that name lives here"); $cancel(Round.letter);
        case 3: puts("a dog!"); $fail("bitten by the dog of letter %d", $letter);
        default: puts("it begins to rain"); $stop(Round);
        }
    ]]),
    after_attempt = node(3, [[ puts("never printed: each attempt above ends early"); ]]),
    finally_attempt = node(4, [[ puts("    close the garden gate"); ]]),
}

return trainer "postman" {
    doc = "A postman's round: fail, recover, cancel and stop.",
    state = {
        first = i32 { 0, option = true, min = 0, max = 4, doc = "the letter to begin with" },
        biscuit = bool { true, option = true, doc = "have a biscuit for the dog: failed_letter recovers" },
        pen = bool { true, option = true, doc = "have a pen: finally_letter does not fail" },
    },
    Round, Attempt,
}
