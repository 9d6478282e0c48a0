-- option limits.memory 4194304
-- A string that doubles for ever.
local text = "x"
while true do
    text = text .. text
end
