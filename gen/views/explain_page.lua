-- The page of `loopc explain --html`: the steps in their order, in loops and phases that fold.

local explain = require "gen.views.explain"
local page = require "gen.views.page"

local explain_page = {}

local function step(list, item, number)
    local source = item.source
    local remarks = explain.remarks(list, item)
    if #source.uses > 0 then table.remove(remarks, 1) end -- the reads and writes, which are shown by themselves
    if item.dead then remarks[#remarks + 1] = explain.dead end
    local said = table.concat(remarks, "; ")
    return ('<div class="step%s"%s><p><span>%d. <b>%s</b></span> %s <span class="role"></span></p>%s%s</div>\n'):format(
        item.dead and " dead" or "", page.uses(source.full, source.uses, ""), number, page.escape(explain.titles.step(item)),
        page.where(source.at), said ~= "" and ('<div class="remark">%s</div>'):format(page.escape(said)) or "", page.body(source))
end

-- The item at `i` as HTML, and the index behind it.
local function write(unit, i, counts)
    local list, item = unit.list, unit.list[i]
    if item.op == "step" then
        counts.steps = counts.steps + 1
        return step(list, item, counts.steps), i + 1
    end
    local title = explain.titles[item.op](item)
    if not item.matching then return ('<p class="part">%s</p>\n'):format(title), i + 1 end
    local out, at = {}, i + 1
    while at < item.matching do out[#out + 1], at = write(unit, at, counts) end
    local loop = item.op == "loop" and item.instance.loop
    return page.fold(item.op, title, loop and loop.at, table.concat(out)), at + 1
end

function explain_page.text(unit)
    local out, at, counts = {}, 1, { steps = 0 }
    while at <= #unit.list do out[#out + 1], at = write(unit, at, counts) end
    return page.write(unit, { title = unit.trainer.name .. ": steps", class = "listing", body = table.concat(out),
        intro = ("%d steps in the order in which they run"):format(counts.steps) })
end

return explain_page
