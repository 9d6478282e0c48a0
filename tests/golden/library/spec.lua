local Count = loop "Count" {
    times = "$most",
    on_count = node(1, REPEAT(2, CALL [[ $sum += $part; ]])),
    after_count = node(2, [[ if ($sum > 9) $fail("the sum is %g", $sum); ]]),
    finally_count = node(3, [[ $part = 0.5; ]]),
}
return trainer "ticks" { Count, doc = "adds up",
    state = { most = i32 { 3, option = true, settable = true, doc = "how often" }, part = f64(1), sum = f64 { report = true } } }
