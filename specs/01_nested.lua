-- Loops in loops: phases, where loops go, and the path of a failure.
--
-- Outer has two phases, step and jump; Inner is inserted on three of Outer's nodes, FailingInner in Inner's finally part.
-- Every node prints its name, so the output is the order in which things run.
--
--     loopc run 01_nested.lua                                every step goes well: exit code 0
--     loopc run 01_nested.lua -- --fail-at on_force_fail     FailingInner fails the first finally part: exit code 1
--     loopc run 01_nested.lua -- --fail-at on_step           the rest of its step is skipped, the handlers run
--     loopc run 01_nested.lua -- --fail-at on_iteration --recover-at failed_iteration
--                                                            handled: the run continues after the iteration
--     loopc explain 01_nested.lua                            the same order on paper, and where each failure lands
--
-- Try: fail at every node in turn, and say beforehand what will run. Fail at failed_step: why does nothing happen?

-- A node that prints its name and fails or recovers if the options say so; `more` is C for the handlers.
local function says(order, name, more)
    return node(order, ([[
        puts("NAME");
        if (strcmp($fail_at, "NAME") == 0) $fail("--fail-at NAME");
    ]]):gsub("NAME", name) .. (more or ""))
end

-- Only a failed part may say that its failure is dealt with.
local function handles(order, name)
    return says(order, name, ([[
        if (strcmp($recover_at, "%s") == 0) $recover();
    ]]):format(name))
end

local Outer = loop "Outer" {
    before_step = says(1, "before_step"),
    on_step = says(2, "on_step"),
    after_step = says(3, "after_step"),
    failed_step = handles(4, "failed_step"),
    finally_step = says(5, "finally_step"),

    before_jump = says(6, "before_jump"),
    on_jump = says(7, "on_jump"),
    after_jump = says(8, "after_jump"),
    failed_jump = handles(9, "failed_jump"),
    finally_jump = says(10, "finally_jump"),
}

local Inner = loop "Inner" {
    call_on = { Outer.on_step, Outer.after_step, Outer.finally_jump },
    before_iteration = says(1, "before_iteration"),
    on_iteration = says(2, "on_iteration"),
    after_iteration = says(3, "after_iteration"),
    failed_iteration = handles(4, "failed_iteration"),
    finally_iteration = says(5, "finally_iteration"),
}

-- Runs only with --fail.
local FailingInner = loop "FailingInner" {
    call_on = { Inner.finally_iteration },
    skip = 'strcmp($fail_at, "on_force_fail") != 0',
    on_force_fail = says(1, "on_force_fail"),
}

return trainer "nested" {
    doc = "Loops in loops, and the path of a failure.",
    state = {
        fail_at = str { "", option = true, doc = "the node that fails, on_step say" },
        recover_at = str { "", option = true, doc = "the failed_ node that recovers" },
    },
    Outer, Inner, FailingInner,
}
