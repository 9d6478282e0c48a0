-- The page of `loopc graph --html`: loops as boxes with their phases and nodes, loops and callbacks inside the node on which they are,
-- and arrows along the values of the step that is pointed at.

local page = require "gen.views.page"

local graph_page = {}

-- What each body reads and writes, by its full name: every place of a loop gives the same names.
local function uses_of(unit)
    local out = {}
    for _, item in ipairs(unit.list) do
        if item.op == "step" then out[item.source.full] = item.source end
    end
    return out
end

local Graph = {}
Graph.__index = Graph

function Graph:callback(listener)
    local source = self.sources[listener.full]
    return ('<div class="step callback"%s><p><b>+ %s</b> %s <span class="role"></span></p>%s</div>\n'):format(
        page.uses(listener.full, source and source.uses or {}, ""), page.escape(listener.full), page.where(listener.at),
        page.body(listener))
end

function Graph:node(node)
    local source, inner = self.sources[node.full], {}
    for i, insertion in ipairs(node.insertions) do
        inner[i] = insertion.kind == "loop" and self:loop(insertion.what) or self:callback(insertion.what)
    end
    return ('<div><div class="step%s"%s><p><b>%d %s</b> %s <span class="role"></span></p>%s</div>\n%s</div>\n'):format(
        node.body and "" or " event", page.uses(node.full, source and source.uses or {}, node.doc or ""), node.order,
        page.escape(node.name), page.where(node.at), page.body(node), table.concat(inner))
end

function Graph:phase(phase)
    local out = {}
    for i, node in ipairs(phase.nodes) do out[i] = self:node(node) end
    return page.fold("phase", "phase " .. phase.name, nil, '<div class="nodes">' .. table.concat(out) .. "</div>\n")
end

-- A loop on several nodes is drawn at the first.
function Graph:loop(loop)
    if self.seen[loop] then
        return ('<p class="part">loop <a href="#%s">%s</a>, as above</p>\n'):format(page.escape(loop.name), page.escape(loop.name))
    end
    self.seen[loop] = true
    local out = {}
    for _, phase in ipairs { loop.run or false, table.unpack(loop.phases) } do
        if phase then out[#out + 1] = self:phase(phase) end
    end
    if loop.on_skip then out[#out + 1] = self:node(loop.on_skip) end
    return ('<div id="%s">%s</div>\n'):format(page.escape(loop.name), page.fold("loop", "loop " .. loop.name, loop.at, table.concat(out)))
end

local arrows = '<svg class="arrows" aria-hidden="true"></svg>\n'

function graph_page.text(unit)
    local graph = setmetatable({ sources = uses_of(unit), seen = {} }, Graph)
    return page.write(unit, { title = unit.trainer.name .. ": loops", class = "graph", body = graph:loop(unit.trainer.root) .. arrows,
        intro = ("%d loops; what is on a node is inside of it"):format(#unit.trainer.loops) })
end

return graph_page
