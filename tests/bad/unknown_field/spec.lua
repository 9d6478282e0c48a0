local Fit = loop "Fit" {
    times = "$epochs",
    state = { epoch = u64(0) },
    site = { seen = u64(0) },
    on_step = node(1, [[
        $epcoh++;
        $Fit.eopch = 1;
        $nothing_like_it = 1;
    ]]),
}
local log = callback "log" {
    state = { lines = u64(0) },
    on_step = [[ $line++; ]],
}
local Other = loop "Other" {
    skip = "$Fit.seen == 0",
    call_on = { Fit.on_step },
    on_item = node(1, [[ $log.lines++; $Fit.seen++; ]]),
}
local After = loop "After" {
    call_on = { Fit.on_step },
    on_item = node(1, "/* made by code */\n$Other.x++;"),
}
return trainer "bad" { Fit, log, Other, After, state = { eta = f32(0) } }
