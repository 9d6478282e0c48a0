-- gen/base/nearest.lua: suggestions for misspelt names.

local nearest = require "gen.base.nearest"
local suite = require("tests.support.harness").suite "nearest"

suite:test("distances", function()
    for _, row in ipairs { { "", "", 0 }, { "", "abc", 3 }, { "abc", "", 3 }, { "abc", "abc", 0 }, { "abc", "acb", 1 },
        { "abc", "abd", 1 }, { "abc", "ab", 1 }, { "abc", "abcd", 1 }, { "kitten", "sitting", 3 }, { "ca", "abc", 3 } } do
        suite:equal(nearest.distance(row[1], row[2]), row[3], row[1] .. " " .. row[2])
        suite:equal(nearest.distance(row[2], row[1]), row[3], row[2] .. " " .. row[1])
    end
end)

suite:test("near names, nearest first, ties by name, each once", function()
    suite:equal(table.concat(nearest.names("epcoh", { "epochs", "epoch", "eta", "epoch" }), " "), "epoch epochs")
    suite:equal(table.concat(nearest.names("on_stp", { "on_stop", "on_step", "on_skip" }), " "), "on_step on_stop on_skip")
    suite:equal(table.concat(nearest.names("aaaa", { "aaad", "aaac", "aaab", "aaae" }), " "), "aaab aaac aaad")
    suite:equal(table.concat(nearest.names("FIT", { "Fit", "fix" }), " "), "Fit fix")
end)

suite:test("nothing is near to everything", function()
    suite:equal(nearest.suggest("x", { "a", "y", "z" }), "")
    suite:equal(nearest.suggest("", { "a", "" }), "")
    suite:equal(nearest.suggest("step", {}), "")
    suite:equal(nearest.suggest(("x"):rep(1000), { ("x"):rep(999) }), "")
end)

suite:test("as a question", function()
    suite:equal(nearest.suggest("stpe", { "step" }), "; did you mean 'step'?")
    suite:equal(nearest.question { "a", "b", "c", "d" }, "; did you mean 'a' or 'b' or 'c'?")
end)

return suite:finish()
