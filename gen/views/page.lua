-- The frame of the pages of explain and graph: one file, with its style and its script in it, that needs no network.
--
-- page.write(unit, { title, class, intro, body }) -> text; `body` is HTML, the others are text. Steps are elements of class
-- "step" with data-name, data-reads and data-writes, names of fields with spaces between them: the script shows by them where values
-- come from and go to (templates/pages/page.js).

local ctext = require "gen.c.text"
local explain = require "gen.views.explain"
local host = require "host"
local spec_tree = require "gen.tree.spec_tree"

local page = {}

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

function page.escape(text) return (text:gsub('[&<>"]', entities)) end

local escape = page.escape

-- The attributes of a step: `uses` as a source of the analysis has them.
function page.uses(name, uses, remark)
    local reads, writes = explain.fields(uses, "read"), explain.fields(uses, "write")
    return (' tabindex="0" data-name="%s" data-reads="%s" data-writes="%s"%s'):format(escape(name), escape(table.concat(reads, " ")),
        escape(table.concat(writes, " ")), remark ~= "" and (' data-remark="%s"'):format(escape(remark)) or "")
end

function page.where(at) return ('<span class="where">%s</span>'):format(escape(explain.where(at))) end

-- The C of a body, folded; "" for a body of elements and for a node without one.
function page.body(source)
    local text = source.body and source.body.text or ""
    if not text:find "%S" then return "" end
    return ('<details class="body"><summary>C</summary><pre>%s</pre></details>'):format(escape((ctext.dedent(text))))
end

-- A fold, open at first. `title` is text, `content` HTML.
function page.fold(class, title, at, content)
    return ('<details class="%s" open><summary>%s %s <span class="role"></span></summary><div class="inside">\n%s</div></details>\n'):format(
        class, escape(title), at and page.where(at) or "", content)
end

local function used_fields(unit)
    local out = {}
    for _, item in ipairs(unit.list) do
        for _, use in ipairs(item.op == "step" and item.source.uses or {}) do out[use.field] = true end
    end
    return out
end

-- The fields that steps read or write: pointing at one shows which.
local function list_fields(unit)
    local out, used = {}, used_fields(unit)
    for _, field in ipairs(spec_tree.fields(unit.trainer)) do
        if used[field] then
            out[#out + 1] = ('<li tabindex="0" data-field="%s"><code>%s</code> <small>%s%s</small></li>\n'):format(escape(field.full),
                escape(field.full), escape(field.type), field.doc and ", " .. escape(field.doc) or "")
        end
    end
    if #out == 0 then return "" end
    return ('<h2>Fields</h2>\n<ul class="fields">\n%s</ul>\n'):format(table.concat(out))
end

local frame = [[
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s</title>
<style>
%s</style>
<header><h1>%s</h1><p>%s</p><button id="unfold">unfold all</button> <button id="fold">fold all</button></header>
<main class="%s">
%s</main>
<p id="uses" role="status" data-idle="%s">%s</p>
<script>
%s</script>
</html>
]]

function page.write(unit, parts)
    local idle = "Point at a step, or go to it with Tab: what it reads and writes, and the steps that give and take it"
    return frame:format(escape(parts.title), host.template "pages/page.css", escape(unit.trainer.name), escape(parts.intro), parts.class,
        parts.body .. list_fields(unit), idle, idle, host.template "pages/page.js")
end

return page
