-- option limits.seconds 1
-- Few instructions, each of them long.
for i = 1, math.huge do
    local text = ("x"):rep(1000000)
end
