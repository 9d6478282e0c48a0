-- Elements of control flow, one by one: bodies that are not C text.
--
-- Each node shows one of them. A step is one leaf: a CALL, a PRINT, or a look at a process. In the straight form the steps of an
-- element become a `for`, a `switch`, a function that waits; in the step form the program can be left, saved and gone on with
-- between any two of them. The last node is a program that was made from another one, by search and replace.
--
--     loopc run 14_elements.lua
--     loopc gen 14_elements.lua                       find each element in the C
--     loopc run 14_elements.lua --step -- --steps 12  the same program, left after twelve steps
--     loopc gen 14_elements.lua --dump=optimize       the elements as text, as they are compiled
--
-- Try: WEAVE with 2 or -1 in the place of 1; a $fail in the SPAWN; sleep 1 in the POPEN, and press Ctrl-C.

local Count = REPEAT { 3, PRINT("%d ", "n"), counter = "n" }

-- Programs are values: a copy of that one, in which each print is now a line, and doubles the total.
local Lines = SEQ { Count:copy(), PRINT "\n" }
Lines:replace({ op = "PRINT", "%d " }, SEQ { PRINT("%d\n", "n"), CALL { "twice", "total", into = "total" } })

local Tour = loop "Tour" {
    on_call = node(1, SEQ { CALL [[ $total = 1; ]], CALL { "twice", "total", into = "total" }, PRINT("CALL: %d\n", "total") }),
    on_repeat = node(2, SEQ { PRINT "REPEAT: ", Count, PRINT "\n" }),
    on_loop = node(3, SEQ { PRINT "LOOP:", LOOP(SEQ { CALL [[ if ($total > 100) $stop(); ]], CALL [[ $total *= 3; ]] }),
        PRINT(" %d\n", "total") }),
    on_choose = node(4, CHOOSE("$total % 3", { PRINT "CHOOSE: it divides\n", PRINT "CHOOSE: one is left\n", default = PRINT "CHOOSE: two\n" })),
    on_buffer = node(5, SEQ {
        BUFFER_REPEAT { 4, CALL [[ $n = $n * $n + 1; ]], value = "n", into = "squares" },
        PRINT("BUFFER_REPEAT: %d %d %d %d\n", "$squares[0]", "$squares[1]", "$squares[2]", "$squares[3]"),
    }),
    -- A three times, B twice, C once, in turns, until one of them is at its end.
    on_weave = node(6, SEQ { PRINT "WEAVE: ", WEAVE(1, { REPEAT(3, PRINT "A "), REPEAT(2, PRINT "B "), PRINT "C " }), PRINT "\n" }),
    -- A process, and steps that run meanwhile.
    on_popen = node(7, WEAVE(-1, { POPEN { "echo", "POPEN: another program says", "$word" }, REPEAT(3, CALL [[ $n++; ]]) })),
    -- The element runs on a copy of the state, in a process of its own; the fields that it wrote are copied back if it succeeds.
    on_spawn = node(8, SEQ { SPAWN(CALL [[ $total = (int32_t)getpid() == $pid ? 0 : 42; ]]), PRINT("SPAWN: %d\n", "total") }),
    on_lines = node(9, SEQ { PRINT("its text: %s\n", tostring(Lines)), Lines, PRINT("total %d\n", "total") }),
    before_tour = node(0, [[ $pid = (int32_t)getpid(); ]]),
}

return trainer "elements" {
    Tour,
    include = { "<unistd.h>" },
    state = {
        n = i32(0), total = i32(0), pid = i32(0), squares = i32[4],
        word = str { "hello", option = true, doc = "the text for the other program" },
    },
    code = [[
    static int twice(int x)
    {
        return 2 * x;
    }
    ]],
    doc = "Shows each element of control flow.",
}
