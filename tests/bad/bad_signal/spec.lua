local Fit = loop "Fit" {
    times = 3,
    before_step = node(1, [[
        $fail();
        $fail "text";
        $stop;
    ]]),
    on_step = node(2, [[
        int x = $cancel();
        $stop(Fit, 3);
        $fail("%d", x)
    ]]),
    after_step = node(3, [[ if (1) $fail("open; ]]),
    failed_step = node(4, [[ $recover(now); ]]),
    finally_step = node(5, [[ $fail("%d", 1; ]]),
}
return trainer "bad" { Fit }
