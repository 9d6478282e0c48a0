-- Known answers: graphs whose traces were derived by hand from LANGUAGE.md. They hold the interpreter to the text
-- (test_interpreter.lua) and, written as specs, the generated programs to the same (test_cases.lua).
--
-- Each case: { name, graph, prints, failures?, exit? }. `prints` lists the lines of standard output, separated by blanks;
-- a word with "=" belongs to the line before it. With failures the exit code is 1, without it is 0.
-- cases.refused: { name, graph }: errors of the spec, by rule 6.

local w = require "tests.differential.words"
local loop, callback, graph = w.loop, w.callback, w.graph
local fail, recover, cancel, stop, at = w.fail, w.recover, w.cancel, w.stop, w.at

local cases = { refused = {} }

local function case(entry) cases[#cases + 1] = entry end
local function refused(entry) table.insert(cases.refused, entry) end

-- The worked example of section 4 -----------------------------------------------------------------------------------

local function worked(...)
    return graph("nested", {
        loop("Outer", { "before_step", "on_step", "after_step", "failed_step", "finally_step",
            "before_jump", "on_jump", "after_jump", "failed_jump", "finally_jump" }, { bare = true }),
        loop("Inner", { "before_iteration", "on_iteration", "after_iteration", "failed_iteration", "finally_iteration" },
            { bare = true, call_on = { "Outer.on_step", "Outer.after_step", "Outer.finally_jump" } }),
        ...
    })
end

case {
    name = "worked example, failing",
    graph = worked(loop("FailingInner", { { "on_force_fail", fail() } },
        { bare = true, call_on = { "Inner.finally_iteration" } })),
    prints = [[ before_step on_step before_iteration on_iteration after_iteration finally_iteration on_force_fail
        failed_step finally_step ]],
    failures = { "FailingInner.on_force_fail on Inner.finally_iteration on Outer.on_step: broken" },
}
case {
    name = "worked example",
    graph = worked(),
    prints = [[ before_step on_step before_iteration on_iteration after_iteration finally_iteration
        after_step before_iteration on_iteration after_iteration finally_iteration finally_step
        before_jump on_jump after_jump
        finally_jump before_iteration on_iteration after_iteration finally_iteration ]],
}

-- Rule 1: failures --------------------------------------------------------------------------------------------------

case {
    name = "rule 1: the rest of the try part and later phases are skipped",
    graph = graph("g", { loop("A", { "before_s", { "on_s", fail() }, "after_s", "failed_s", "finally_s", "on_t" }) }),
    prints = "A.before_s A.on_s A.failed_s A.finally_s",
    failures = { "A.on_s: broken" },
}
case {
    name = "rule 1: the insertions of a failing node are skipped",
    graph = graph("g", { loop("A", { { "on_s", fail() }, "failed_s" }), loop("B", { "on_i" }, { call_on = { "A.on_s" } }),
        callback("c", { "on_s" }) }),
    prints = "A.on_s A.failed_s",
    failures = { "A.on_s: broken" },
}
case {
    name = "rule 1: a failure goes outwards through the site of the loop",
    graph = graph("g", { loop("A", { "on_s", "after_s", "failed_s", "finally_s" }),
        loop("B", { { "on_i", fail() }, "failed_i", "finally_i", "on_j", "finally_j" }, { call_on = { "A.on_s" } }) }),
    prints = "A.on_s B.on_i B.failed_i B.finally_i A.failed_s A.finally_s",
    failures = { "B.on_i on A.on_s: broken" },
}
case {
    name = "rule 1: a failure ends the repetition, the run phase sees it",
    graph = graph("g", { loop("A", { "before_run", { "on_s", fail(at("n", 2)), count = "n" }, "finally_s", "after_run",
        "failed_run", "finally_run" }, { times = 3, state = { "n" } }) }),
    prints = "A.before_run A.on_s A.finally_s A.on_s A.finally_s A.failed_run A.finally_run",
    failures = { "A.on_s: broken" },
}
case {
    name = "rule 1: a failing before_run runs nothing of the repetition",
    graph = graph("g", { loop("A", { { "before_run", fail() }, "on_s", "finally_s", "after_run", "failed_run", "finally_run" },
        { times = 2 }) }),
    prints = "A.before_run A.failed_run A.finally_run",
    failures = { "A.before_run: broken" },
}

-- Rule 2: cancel and stop -------------------------------------------------------------------------------------------

case {
    name = "rule 2: cancel leaves the phase, the run goes on after it",
    graph = graph("g", { loop("A", { "before_s", { "on_s", cancel() }, "after_s", "failed_s", "finally_s", "on_t" },
        { times = 2 }) }),
    prints = "A.before_s A.on_s A.finally_s A.on_t A.before_s A.on_s A.finally_s A.on_t",
}
case {
    name = "rule 2: a named cancel runs the finally parts, innermost first",
    graph = graph("g", { loop("A", { "on_s", "after_s", "failed_s", "finally_s", "on_t" }),
        loop("B", { "on_i", "after_i", "failed_i", "finally_i", "on_j", "after_run", "failed_run", "finally_run" },
            { call_on = { "A.on_s" } }),
        loop("C", { { "on_k", cancel("A.s") }, "finally_k" }, { call_on = { "B.on_i" } }) }),
    prints = "A.on_s B.on_i C.on_k C.finally_k B.finally_i B.finally_run A.finally_s A.on_t",
}
case {
    name = "rule 2: a stopped loop's after_run runs, that of a loop it leaves does not",
    graph = graph("g", { loop("A", { "on_s", "failed_s", "finally_s", "on_t", "after_run", "finally_run" }, { times = 3 }),
        loop("B", { { "on_i", stop("A") }, "finally_i", "after_run", "failed_run", "finally_run" },
            { times = 2, call_on = { "A.on_s" } }) }),
    prints = "A.on_s B.on_i B.finally_i B.finally_run A.finally_s A.after_run A.finally_run",
}
case {
    name = "rule 2: an unnamed stop ends the innermost repetition",
    graph = graph("g", { loop("A", { "on_s", "after_s" }, { times = 2 }),
        loop("B", { "on_i", "after_i" }, { times = 5, call_on = { "A.on_s" } }),
        loop("C", { { "on_k", stop() }, "after_k", "finally_k" }, { call_on = { "B.on_i" } }) }),
    prints = "A.on_s B.on_i C.on_k C.finally_k A.after_s A.on_s B.on_i C.on_k C.finally_k A.after_s",
}
case {
    name = "rule 2: a stopped iteration is not a completed one",
    graph = graph("g", { loop("A", { { "on_s", stop(nil, at("n", 3)), count = "n" },
        { "after_run", show = { "iteration", "total" } } }, { times = 9, state = { "n" } }) }),
    prints = "A.on_s A.on_s A.on_s A.after_run iteration=2 total=2",
}
case {
    name = "rule 2: a cancelled iteration is a completed one",
    graph = graph("g", { loop("A", { { "on_s", cancel(), show = { "iteration" } }, "after_s" }, { times = 2 }) }),
    prints = "A.on_s iteration=0 A.on_s iteration=1",
}
case {
    name = "rule 2: cancelling the phase run ends the loop without after_run",
    graph = graph("g", { loop("R", { "on_r", "after_r" }),
        loop("A", { { "on_s", cancel("A.run") }, "finally_s", "on_t", "after_run", "failed_run", "finally_run" },
            { times = 3, call_on = { "R.on_r" } }) }),
    prints = "R.on_r A.on_s A.finally_s A.finally_run R.after_r",
}
case {
    name = "rule 2: before_run stands outside its own repetition",
    graph = graph("g", { loop("R", { "on_r", "after_r" }, { times = 3 }),
        loop("A", { { "before_run", stop() }, "on_s", "after_run", "finally_run" }, { times = 2, call_on = { "R.on_r" } }) }),
    prints = "R.on_r A.before_run A.finally_run",
}

-- Rule 3: handlers run, all of them, once ---------------------------------------------------------------------------

case {
    name = "rule 3: a failing handler keeps none of the others from running",
    graph = graph("g", { loop("A", { { "on_s", fail() }, { "failed_s", fail() }, { "finally_s", fail() } }),
        loop("B", { { "on_i", fail() }, "after_i" }, { call_on = { "A.failed_s", "A.finally_s" } }),
        callback("c", { "failed_s", "finally_s" }, { order = 20 }) }),
    prints = [[ A.on_s A.failed_s B.on_i c.failed_s A.finally_s B.on_i c.finally_s ]],
    failures = { "A.on_s: broken", "A.failed_s: broken", "B.on_i on A.failed_s: broken", "A.finally_s: broken",
        "B.on_i on A.finally_s: broken" },
}
case {
    name = "rule 3: the finally part of a phase runs however it ends",
    graph = graph("g", { loop("A", { { "before_s", cancel(nil, at("iteration", 0)), show = { "iteration" } },
        { "on_s", stop(nil, at("iteration", 2)) }, { "after_s", fail(at("n", 1)) }, { "failed_s", recover() },
        { "finally_s", count = "n", show = { "n" } } }, { times = 9, state = { "n" } }) }),
    prints = [[ A.before_s iteration=0 A.finally_s n=1 A.before_s iteration=1 A.on_s A.after_s A.failed_s A.finally_s n=2
        A.before_s iteration=2 A.on_s A.finally_s n=3 ]],
}
case {
    name = "rule 3: a phase of finally nodes alone runs",
    graph = graph("g", { loop("A", { "finally_s", "on_t" }) }),
    prints = "A.finally_s A.on_t",
}
case {
    name = "rule 3: events in handler parts carry insertions",
    graph = graph("g", { loop("A", { { "on_s", event = true }, { "failed_s", event = true }, { "finally_s", event = true } }),
        callback("c", { { "on_s", fail() }, { "failed_s", recover() }, "finally_s" }) }),
    prints = "c.on_s c.failed_s c.finally_s",
}

-- Rule 4: the first failure is the primary one ----------------------------------------------------------------------

case {
    name = "rule 4: a failure in a finally part is one of the enclosing step",
    graph = graph("g", { loop("A", { "on_s", "after_s", "failed_s", "finally_s" }),
        loop("B", { "on_i", "failed_i", { "finally_i", fail() }, "on_j" }, { call_on = { "A.on_s" } }) }),
    prints = "A.on_s B.on_i B.finally_i A.failed_s A.finally_s",
    failures = { "B.finally_i on A.on_s: broken" },
}
case {
    name = "rule 4: suppressed failures keep their order, those of inner loops among them",
    graph = graph("g", { loop("A", { "on_s", { "failed_s", fail() } }),
        loop("B", { { "on_i", fail() }, { "finally_i", fail() } }, { call_on = { "A.on_s" } }),
        loop("C", { { "on_k", fail() }, { "failed_k", fail() }, { "finally_k", fail() } }, { call_on = { "A.failed_s" } }) }),
    prints = "A.on_s B.on_i B.finally_i A.failed_s C.on_k C.failed_k C.finally_k",
    failures = { "B.on_i on A.on_s: broken", "B.finally_i on A.on_s: broken", "A.failed_s: broken",
        "C.on_k on A.failed_s: broken", "C.failed_k on A.failed_s: broken", "C.finally_k on A.failed_s: broken" },
}
case {
    name = "rule 4: two failures in a finally part",
    graph = graph("g", { loop("A", { "on_s", { "finally_s", fail() }, "on_t" }), callback("c", { { "finally_s", fail() } }) }),
    prints = "A.on_s A.finally_s c.finally_s",
    failures = { "A.finally_s: broken", "c.finally_s on A.finally_s: broken" },
}
case {
    name = "rule 4: a failure in a finally part takes the place of a cancel",
    graph = graph("g", { loop("A", { "on_s", "after_s", "failed_s", "finally_s", "on_t" }),
        loop("B", { { "on_i", cancel("A.s") }, "failed_i", { "finally_i", fail() } }, { call_on = { "A.on_s" } }) }),
    prints = "A.on_s B.on_i B.finally_i A.failed_s A.finally_s",
    failures = { "B.finally_i on A.on_s: broken" },
}
case {
    name = "rule 4: a failure in a finally part takes the place of a stop",
    graph = graph("g", { loop("A", { { "on_s", stop() }, "failed_s", { "finally_s", fail() }, "after_run", "failed_run" },
        { times = 3 }) }),
    prints = "A.on_s A.finally_s A.failed_run",
    failures = { "A.finally_s: broken" },
}

-- Rule 5: recovery --------------------------------------------------------------------------------------------------

case {
    name = "rule 5: a recovered run goes on after the phase",
    graph = graph("g", { loop("A", { { "on_s", fail() }, "after_s", { "failed_s", recover() }, "finally_s", "on_t" },
        { times = 2 }) }),
    prints = "A.on_s A.failed_s A.finally_s A.on_t A.on_s A.failed_s A.finally_s A.on_t",
}
case {
    name = "rule 5: one failed_ step recovers, another fails: not recovered",
    graph = graph("g", { loop("A", { { "on_s", fail() }, { "failed_s", recover() }, "finally_s", "on_t" }),
        callback("c", { { "failed_s", fail() } }) }),
    prints = "A.on_s A.failed_s c.failed_s A.finally_s",
    failures = { "A.on_s: broken", "c.failed_s on A.failed_s: broken" },
}
case {
    name = "rule 5: a callback on a failed_ node recovers",
    graph = graph("g", { loop("A", { { "on_s", fail() }, "failed_s", "on_t" }), callback("c", { { "failed_s", recover() } }) }),
    prints = "A.on_s A.failed_s c.failed_s A.on_t",
}
case {
    name = "rule 5: a recovery outside forgets the suppressed failures too",
    graph = graph("g", { loop("A", { "on_s", { "failed_s", recover() }, "on_t" }),
        loop("B", { { "on_i", fail() }, { "failed_i", fail() }, { "finally_i", fail() } }, { call_on = { "A.on_s" } }),
        loop("C", { { "on_k", fail() } }, { call_on = { "A.on_t" } }) }),
    prints = "A.on_s B.on_i B.failed_i B.finally_i A.failed_s A.on_t C.on_k",
    failures = { "C.on_k on A.on_t: broken" },
}
case {
    name = "rule 5: a recovery inside a handler leaves the pending failure alone",
    graph = graph("g", { loop("A", { { "on_s", fail() }, "failed_s", "finally_s", "on_t" }),
        loop("B", { { "on_i", fail() }, { "failed_i", recover() }, "on_j" }, { call_on = { "A.failed_s", "A.finally_s" } }) }),
    prints = "A.on_s A.failed_s B.on_i B.failed_i B.on_j A.finally_s B.on_i B.failed_i B.on_j",
    failures = { "A.on_s: broken" },
}
case {
    name = "rule 5: a loop on a failed_ node that recovers inside does not keep it from recovering",
    graph = graph("g", { loop("A", { { "on_s", fail() }, { "failed_s", recover() }, "on_t" }),
        loop("B", { { "on_i", fail() }, { "failed_i", recover() } }, { call_on = { "A.failed_s" } }) }),
    prints = "A.on_s A.failed_s B.on_i B.failed_i A.on_t",
}
case {
    name = "rule 5: the finally part of a recovered phase fails",
    graph = graph("g", { loop("A", { "on_s", "failed_s" }),
        loop("B", { { "on_i", fail() }, { "failed_i", recover() }, { "finally_i", fail() }, "on_j" },
            { call_on = { "A.on_s" } }) }),
    prints = "A.on_s B.on_i B.failed_i B.finally_i A.failed_s",
    failures = { "B.finally_i on A.on_s: broken" },
}
case {
    name = "rule 5: failed_run recovers the loop",
    graph = graph("g", { loop("R", { "on_r", "after_r" }),
        loop("A", { { "on_s", fail() }, "failed_s", "after_run", { "failed_run", recover() }, "finally_run" },
            { times = 2, call_on = { "R.on_r" } }) }),
    prints = "R.on_r A.on_s A.failed_s A.failed_run A.finally_run R.after_r",
}

-- Rule 6: inside of handlers ----------------------------------------------------------------------------------------

case {
    name = "rule 6: a loop in a finally part may cancel and stop its own",
    graph = graph("g", { loop("A", { "on_s", "finally_s", "on_t" }),
        loop("B", { { "on_i", stop(nil, at("iteration", 1)) }, { "after_i", cancel() }, "finally_i", "on_j" },
            { times = 5, call_on = { "A.finally_s" } }) }),
    prints = "A.on_s A.finally_s B.on_i B.after_i B.finally_i B.on_j B.on_i B.finally_i A.on_t",
}

local two_sites = { "A.on_s", "A.finally_s" }
refused {
    name = "rule 6: cancel in a failed part",
    graph = graph("g", { loop("A", { { "on_s", fail() }, { "failed_s", cancel() } }) }),
}
refused {
    name = "rule 6: stop in a finally part",
    graph = graph("g", { loop("A", { "on_s", { "finally_s", stop() } }, { times = 2 }) }),
}
refused {
    name = "rule 6: a cancel that would leave a finally part at one of its sites",
    graph = graph("g", { loop("A", { "on_s", "finally_s" }),
        loop("B", { { "on_i", cancel("A.s") } }, { call_on = two_sites }) }),
}
refused {
    name = "rule 6: an unnamed stop that would leave a finally part at one of its sites",
    graph = graph("g", { loop("A", { "on_s", "finally_s" }, { times = 2 }),
        loop("B", { { "on_i", stop() } }, { call_on = two_sites }) }),
}
refused {
    name = "rule 6: a target that does not enclose the body at one of its sites",
    graph = graph("g", { loop("A", { "on_s", "on_t" }),
        loop("B", { { "on_i", cancel("A.s") } }, { call_on = { "A.on_s", "A.on_t" } }) }),
}
refused {
    name = "rule 6: stop outside of any repetition",
    graph = graph("g", { loop("A", { { "on_s", stop() } }) }),
}
refused {
    name = "rule 6: stop of a loop that does not repeat",
    graph = graph("g", { loop("A", { "on_s" }, { times = 2 }),
        loop("B", { { "on_i", stop("B") } }, { call_on = { "A.on_s" } }) }),
}
refused {
    name = "rule 6: stop of its own loop in before_run",
    graph = graph("g", { loop("A", { { "before_run", stop("A") }, "on_s" }, { times = 2 }) }),
}
refused {
    name = "section 4: recover outside of a failed_ body",
    graph = graph("g", { loop("A", { { "on_s", fail() }, { "finally_s", recover() } }) }),
}
refused {
    name = "section 4: recover in a loop on a failed_ node",
    graph = graph("g", { loop("A", { { "on_s", fail() }, "failed_s" }),
        loop("B", { { "on_i", recover() } }, { call_on = { "A.failed_s" } }) }),
}

-- Rule 7: the report ------------------------------------------------------------------------------------------------

case {
    name = "rule 7: the path of a callback's failure",
    graph = graph("g", { loop("A", { "on_s" }), loop("B", { "before_i", "finally_i" }, { call_on = { "A.on_s" } }),
        callback("c", { { "before_i", fail() } }), callback("d", { { "finally_i", fail() } }) }),
    prints = "A.on_s B.before_i c.before_i B.finally_i d.finally_i",
    failures = { "c.before_i on B.before_i on A.on_s: broken", "d.finally_i on B.finally_i on A.on_s: broken" },
}

-- A graph in whose failed part `count` callbacks fail, before its finally part runs the loop.
local function many(count, last)
    local members = { loop("A", { { "on_s", fail() }, { "failed_s", event = true }, { "finally_s", event = true } }) }
    for i = 1, count do members[i + 1] = callback("c" .. i, { { "failed_s", fail() } }) end
    members[#members + 1] = last
    return graph("g", members)
end

local function many_failures(count)
    local prints, failures = { "A.on_s" }, { "A.on_s: broken" }
    for i = 1, count do
        prints[i + 1] = ("c%d.failed_s"):format(i)
        failures[i + 1] = ("c%d.failed_s on A.failed_s: broken"):format(i)
    end
    return table.concat(prints, " "), failures
end

local prints, failures = many_failures(20)
case {
    name = "rule 7: twenty suppressed failures, a line each",
    graph = many(20, loop("B", { "on_i" }, { call_on = { "A.finally_s" } })),
    prints = prints .. " B.on_i",
    failures = failures,
}
case {
    name = "rule 7: what recovered behind twenty failures is not reported",
    graph = many(20, loop("B", { { "on_i", fail() }, { "failed_i", recover() } },
        { times = 3, call_on = { "A.finally_s" } })),
    prints = prints .. (" B.on_i B.failed_i"):rep(3),
    failures = failures,
}

for _, entry in ipairs(require "tests.differential.cases_loops") do case(entry) end

return cases
