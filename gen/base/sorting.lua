-- Sorting by numbers, for the order of thousands of nodes. Lua compares numbers many times faster than it calls a
-- function that compares two items.

local sorting = {}

-- Sorts `items` in place by number_of(item); items of the same number by before(a, b).
function sorting.by_number(items, number_of, before)
    local numbers, groups = {}, {}
    for _, item in ipairs(items) do
        local number = number_of(item)
        local group = groups[number]
        if group then group[#group + 1] = item
        else
            groups[number] = { item }
            numbers[#numbers + 1] = number
        end
    end
    table.sort(numbers)
    local count = 0
    for _, number in ipairs(numbers) do
        local group = groups[number]
        if #group > 1 then table.sort(group, before) end
        table.move(group, 1, #group, count + 1, items)
        count = count + #group
    end
end

return sorting
