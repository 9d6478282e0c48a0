-- option limits.instructions 100000
-- No pcall holds it.
while true do
    pcall(function()
        while true do end
    end)
end
