-- GridWorld: a walk over a map to its goal. rl.grid_world { map = { "S..", ".#.", "..G" } }.
--
-- S is the start, G the goal (reward 1, the end), X a pit (reward -1, the end), # a wall, . a place; choices are up, right, down and left.
-- A step costs 0.01. Steps into walls and over the edge are no choices (mask); who takes them all the same stays where it is. An
-- observation has a number for each place, 1 where the agent is. 100 steps at most. (The worlds of Sutton and Barto's book, chapters
-- 3 and 4.)

local common = require "loopc.environment.common"

local function find(map, letter)
    for row, line in ipairs(map) do
        local column = line:find(letter, 1, true)
        if column then return row - 1, column - 1 end
    end
    error("rl.grid_world: its map has no " .. letter, 0)
end

return function(given)
    local map = common.check("rl.grid_world", given, { map = "list" }).map or { "S..X", ".#..", "...G" }
    local width = type(map[1]) == "string" and #map[1] or 0
    for _, line in ipairs(width > 0 and map or { "" }) do
        if type(line) ~= "string" or #line ~= width or width == 0 or line:find("[^SGX#%.]") then
            error("rl.grid_world: rows of one length, of the letters S G X # .", 0)
        end
    end
    local row, column = find(map, "S")
    find(map, "G")
    return {
        doc = ("GridWorld of %d x %d places"):format(#map, width),
        state = { "row", "column" }, observation = #map * width, actions = 4, limit = 100,
        code = ([[

static const char grid_world_map[] = "%s";

/* The letter of the place to which an action leads, # over the edge; with its row and column. */
static char grid_world_next(const struct grid_world *e, int32_t action, int32_t *row, int32_t *column)
{
    *row = (int32_t)e->row + (action == 2) - (action == 0);
    *column = (int32_t)e->column + (action == 1) - (action == 3);
    const bool inside = *row >= 0 && *row < %d && *column >= 0 && *column < %d;
    return inside ? grid_world_map[*row * %d + *column] : '#';
}
]]):format(table.concat(map), #map, width, width),
        reset = ("(void)chance;\ne->row = %d;\ne->column = %d;"):format(row, column),
        step = [[
            int32_t row, column;
            const char letter = grid_world_next(e, action, &row, &column);
            if (letter != '#') {
                e->row = (float)row;
                e->column = (float)column;
            }
            *over = letter == 'G' || letter == 'X';
            return letter == 'G' ? 1 : letter == 'X' ? -1 : -0.01f;
        ]],
        observe = ("for (int32_t i = 0; i < %d; i++)\n    o[i] = i == (int32_t)e->row * %d + (int32_t)e->column;"):format(
            #map * width, width),
        points = #map * width + 1, low = -0.5, high = math.max(#map, width) - 0.5,
        draw = ([[
            for (int32_t i = 0; i < %d; i++) {
                const char letter = grid_world_map[i];
                p[i][0] = (float)(i %% %d);
                p[i][1] = (float)(%d - i / %d);
                p[i][2] = letter == '#' ? 1 : letter == 'X' ? 2 : letter == 'G' ? 3 : 0;
            }
            p[%d][0] = e->column;
            p[%d][1] = %d - e->row;
            p[%d][2] = 4;
        ]]):format(#map * width, width, #map - 1, width, #map * width, #map * width, #map - 1, #map * width),
        mask = [[
            for (int32_t action = 0; action < 4; action++) {
                int32_t row, column;
                allowed[action] = grid_world_next(e, action, &row, &column) != '#';
            }
        ]],
    }
end
