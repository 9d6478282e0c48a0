-- 40 loops on two nodes each, and each node switches another callback on: no two copies are alike.
local members = {}
for i = 1, 40 do
    local above = members[i - 1]
    members[i] = loop("L" .. i) {
        call_on = above and { above.before_step, above.on_step },
        before_step = node(1),
        on_step = node(2),
    }
end
members[40].after_step = nil
for i = 1, 39 do
    members[#members + 1] = callback("c" .. i) { within = { members[i].on_step }, ["L40.on_step"] = [[ puts("c"); ]] }
end
return trainer "bad" (members)
