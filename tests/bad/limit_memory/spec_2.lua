-- option limits.memory 4194304
-- A table that grows for ever.
local all = {}
for i = 1, math.huge do
    all[i] = i
end
