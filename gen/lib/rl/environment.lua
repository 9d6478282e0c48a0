-- Part of loopc.rl: descriptions of environments, and the C that they become.
--
-- rl.environment "name" { ... } describes one; the ready ones (cartpole.lua and others) are described in the same way.
--     state         names of its floats, { "angle", "speed" }: the members of struct NAME, all that it remembers
--     observation   the count of numbers that an agent sees
--     actions       the count of choices; or of numbers, each from -bound to bound, where there is `bound`
--     bound         the limit of each number of a continuous action, which the source enforces
--     limit         steps after which an episode's time is up: it is truncated, not terminated
--     reset         C that begins an episode: sets the members of e, by random numbers of `chance`
--     step          C that moves e on by `action` (int32_t, or const float *), sets *over = true when the episode terminates, and
--                   returns the reward
--     observe       C that writes what an agent sees of e to o[0], o[1], ...
--     mask          C that sets allowed[a] = false for choices that are none now (default: every choice always is one)
--     code          C before these functions: constants, helpers
--     draw          C that sets the points p[0] .. p[points - 1] of a picture of e, { x, y, class } each (default: there is none)
--     points, low, high   how many points there are; the coordinates at the left and lower edge, and at the right and upper one
--     solved        the mean return at which it counts as solved
--     doc           its rules and their source
-- The functions are NAME_reset(e, chance), NAME_step(e, action, over), NAME_observe(e, o), NAME_mask(e, allowed), NAME_draw(e, p);
-- NAME_load(values) and NAME_store(values, e) copy the state from and to an array. A step without branches (choices of numbers by ?:
-- are none when both are constants or variables; | in place of ||) becomes code of vectors, for as many environments as they have lanes.

local common = require "loopc.environment.common"

local environment = {}

local known = { state = "list", observation = "positive", actions = "positive", bound = "number", limit = "positive", reset = "text",
    step = "text", observe = "text", mask = "text", code = "text", solved = "number", draw = "text", points = "positive", low = "number",
    high = "number" }

local needed = { "state", "observation", "actions", "limit", "reset", "step", "observe" }

local function check(name, given)
    local word = ("rl.environment %q"):format(name)
    if type(name) ~= "string" or not name:match("^%a[%w_]*$") then error("rl.environment: its name is a C identifier", 0) end
    common.check(word, given, known)
    for _, key in ipairs(needed) do
        if given[key] == nil then error(("%s needs %s"):format(word, key), 0) end
    end
    if given.bound and given.bound <= 0 then error(word .. ": bound is above 0", 0) end
    if given.bound and given.mask then error(word .. ": a mask is for choices, not for numbers", 0) end
    if (given.draw == nil) ~= (given.points == nil) then error(word .. ": draw sets so many points: both, or none of them", 0) end
    if #given.state == 0 then error(word .. ": state names its floats", 0) end
    return given
end

local template = [[
struct {name} {
    float {members};
};
{code}
static void {name}_reset(struct {name} *e, struct loopc_rng *chance)
{
    {reset}
}

static inline float {name}_step(struct {name} *e, {action}, bool *over)
{
    {step}
}

static inline void {name}_observe(const struct {name} *e, float *o)
{
    {observe}
}

static inline struct {name} {name}_load(const float *values)
{
    return (struct {name}){{loads}};
}

static inline void {name}_store(float *values, struct {name} e)
{
    {stores}
}
]]

local mask = [[

static inline void {name}_mask(const struct {name} *e, bool *allowed)
{
    {mask}
}
]]

local draw = [[

/* Points of a picture: x, y, class. */
static void {name}_draw(const struct {name} *e, float (*p)[3])
{
    {draw}
}
]]

function environment.new(name)
    return function(given)
        local made = common.with({}, check(name, given))
        made.name, made.size, made.is_environment = name, #given.state, true
        return made
    end
end

-- The C of an environment.
function environment.code(made)
    local values = common.with({ members = table.concat(made.state, ", "), action = made.bound and "const float *action"
        or "int32_t action" }, made)
    local loads, stores = {}, {}
    for k, member in ipairs(made.state) do
        loads[k], stores[k] = ("values[%d]"):format(k - 1), ("values[%d] = e.%s;"):format(k - 1, member)
    end
    values.loads, values.stores = table.concat(loads, ", "), table.concat(stores, "\n")
    values.code = made.code and "\n" .. made.code or ""
    return common.fill(template .. (made.mask and mask or "") .. (made.draw and draw or ""), values)
end

-- The type of the actions of `count` environments.
function environment.actions_type(made, count)
    return made.bound and f32[count][made.actions] or i32[count]
end

return environment
