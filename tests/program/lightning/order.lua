-- One loop of lightning.loop whose bodies print their names. --stop-in and --fail-in name the body of the iteration with the
-- index --at that stops or fails.
local lightning = require "loopc.lightning"

local function told(name)
    return ([[
        puts("%s");
        if (strcmp($stop_in, "%s") == 0 && $completed == $at) $stop();
        if (strcmp($fail_in, "%s") == 0 && $completed == $at) $fail("as was wished");
    ]]):format(name, name, name)
end

local Run = loop "Run" { on_all = node(1), after_all = node(2, [[ puts("behind"); ]]) }

local Loop = lightning.loop "Loop" {
    call_on = { Run.on_all }, times = "$n", done = "$over", skip = "$skipped",
    reset = [[ puts("reset"); ]], on_run_start = [[ puts("on_run_start"); ]],
    on_advance_start = told "on_advance_start", advance = told "advance", on_advance_end = told "on_advance_end",
    on_run_end = [[ puts("on_run_end"); ]], teardown = [[ puts("teardown"); ]], on_skip = [[ puts("on_skip"); ]],
}

return trainer "order" { Run, Loop, state = {
    n = i32 { 2, option = true }, over = bool { option = true }, skipped = bool { option = true }, at = i64 { 1, option = true },
    stop_in = str { "", option = true }, fail_in = str { "", option = true } } }
