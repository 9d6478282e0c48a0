-- Each element of control flow in a node of its own, then nested in each other and in handlers.

local Each = loop "Each" {
    times = 2,
    on_call = node(1, SEQ { CALL [[ $x++; ]], CALL { "half", "x", into = "y" }, CALL [[ if ($x > 90) $fail("x is %d", $x); ]] }),
    on_print = node(2, PRINT("%d %g %s\n", "x", "y", "word")),
    on_repeat = node(3, SEQ { REPEAT(2, CALL [[ $x += 2; ]]), REPEAT { "$x % 4", PRINT("%lld\n", "k"), counter = "k" } }),
    on_stop = node(4, REPEAT("$x", SEQ { CALL [[ if ($x > 5) $stop(); ]], CALL [[ $x++; ]] })),
    on_loop = node(5, LOOP(CHOOSE("$x % 3", { CALL [[ $stop(); ]], CALL [[ $x += 2; ]], default = CALL [[ $x++; ]] }))),
    on_choose = node(6, CHOOSE("$x % 2", { PRINT "even\n", REPEAT("$k + 1", PRINT "odd\n") })),
    on_buffer = node(7, SEQ {
        BUFFER_REPEAT { 4, CALL [[ $x--; ]], value = "x", into = "list" },
        BUFFER_REPEAT { "$k % 4", CALL [[ $pair[0]++; ]], value = "pair", into = "pairs" },
    }),
    on_weave = node(8, WEAVE(2, { REPEAT(3, PRINT "A "), REPEAT(2, PRINT "B "), PRINT "C " })),
    on_popen = node(9, POPEN { "echo", "a process", "$word" }),
    on_spawn = node(10, SPAWN(SEQ { CALL [[ $x = 60; ]], CALL [[ $list[3] = 7; ]] })),
}

local Nested = loop "Nested" {
    call_on = { Each.on_weave },
    site = { rounds = i32(0) },
    on_nested = node(1, REPEAT { 3, SEQ {
        REPEAT("$x % 3", REPEAT(2, CALL [[ $rounds++; if ($rounds % 4 == 0) $stop(); ]])),
        WEAVE(-1, { WEAVE(1, { REPEAT(2, PRINT "a "), LOOP(PRINT "b ") }), SPAWN(CALL [[ $x++; ]]) }),
        CALL [[ if ($rounds > 7) $fail("%d rounds", $rounds); ]],
    }, counter = "k" }),
    failed_nested = node(2, SEQ { REPEAT(2, PRINT "failed\n"), CALL [[ $recover(); ]] }),
    finally_nested = node(3, WEAVE(-1, { PRINT "finally\n", POPEN { "true" } })),
}

return trainer "elements" {
    Each, Nested,
    state = { x = i32(0), y = f32(0), k = i64(0), word = str "word", list = i32[4], pair = f32[2], pairs = f32[4][2] },
    code = [[
    static double half(double x)
    {
        return x / 2;
    }
    ]],
}
