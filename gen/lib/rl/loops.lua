-- Part of loopc.rl: the loops, their events and the fields that all callbacks see.
--
--     Experiment                        once
--       Learner, on Experiment.train    until --budget steps of the environments are done
--         Source, on Learner.collect    a step of all environments side by side; as many as the agent asks for
--           Agent, on Source.agent      what to do in each of them
--           Episode, on Source.episodes once for each episode that ended in this step
--         Update, on Learner.learn      a batch to learn from; as many as the agent asks for
--         Check, on Learner.judge       when --evaluate steps have passed: an Evaluation
--       Evaluation, on Experiment.test  fresh episodes without exploration, with random numbers of their own
--
-- Fields of Source, for COUNT environments with observations of SEEN numbers: observation[COUNT][SEEN] that the agent acts on;
-- action[COUNT], int32_t, or [COUNT][ACTIONS] numbers; reward[COUNT]; next[COUNT][SEEN], the observation behind the step, also of an
-- episode that ended; terminated, truncated, ended[COUNT]; allowed[COUNT][ACTIONS] of environments with a mask; steps, episodes,
-- mean_return, mean_length (of the last 100 episodes). Of Episode: environment, the index of the one that ended; its gain (the
-- sum of its rewards) and length.

local common = require "loopc.environment.common"
local environment = require "loopc.rl.environment"

local loops = {}

-- The events in their order: name, the loop that has it, what happens there.
loops.events = {
    { "train", "Experiment", "the place of the learner" },
    { "before_collect", "Learner", "before the agent acts for a while" },
    { "collect", "Learner", "the place of the source" },
    { "reset", "Source", "environments whose episode ended begin another one" },
    { "before_act", "Agent", "the agent gets ready: observations are there" },
    { "act", "Agent", "the agent sets the actions, with exploration" },
    { "agent", "Source", "the place of the agent" },
    { "before_step", "Source", "actions are there, and may be changed" },
    { "step", "Source", "each environment makes a step: reward, terminated, truncated" },
    { "observe", "Source", "the observations behind the step" },
    { "episodes", "Source", "the place of the episodes that ended" },
    { "episode_end", "Episode", "an episode ended" },
    { "store", "Source", "the step is kept, to be learned from" },
    { "before_learn", "Learner", "what was collected is complete" },
    { "learn", "Learner", "the place of the updates" },
    { "sample", "Update", "a batch is drawn of what is kept" },
    { "compute_target", "Update", "what the batch is compared with" },
    { "compute_loss", "Update", "losses and gradients" },
    { "before_step", "Update", "gradients are there, and may be changed" },
    { "step", "Update", "nets learn" },
    { "after_update", "Update", "what follows a step: slow copies, priorities, statistics" },
    { "after_learn", "Learner", "all updates of this round are done" },
    { "judge", "Learner", "the place of evaluations during the training" },
    { "before_test", "Experiment", "the training has ended" },
    { "test", "Experiment", "the place of the last evaluation" },
    { "evaluate", "Evaluation", "the agent sets the actions of an evaluation, without exploration" },
    { "report", "Experiment", "the result is there" },
}

local with, fill = common.with, common.fill

-- The nodes of a loop, { event or place = { order, body } } with the documentation of the events.
local function nodes(loop_name, bodies)
    local docs = {}
    for _, event in ipairs(loops.events) do
        if event[2] == loop_name then docs[event[1]] = event[3] end
    end
    local out = {}
    for name, body in pairs(bodies) do
        local prefixed = name:match("^before_") or name:match("^after_") or name:match("^on_")
        out[prefixed and name or "on_" .. name] = node { order = body[1], doc = docs[name], body[2] }
    end
    return out
end

-- C that keeps continuous actions within their bounds.
local function within(source)
    if not source.environment.bound then return "" end
    return fill([[
        for (int32_t a = 0; a < {actions}; a++) {
            const float x = $action[i][a];
            $action[i][a] = x < -{bound}f ? -{bound}f : x > {bound}f ? {bound}f : x;
        }
    ]], source.values)
end

-- C that fails a step whose actions are no choices at all; {skip} leaves environments out. Numbers are kept within their bounds.
local function choices(source, count, skip)
    if source.environment.bound then return "" end
    return fill([[
        for (int32_t i = 0; i < {rows}; i++)
            if ({skip}($action[i] < 0 || $action[i] >= {actions}))
                $fail("action %d of environment %d is none of the {actions} choices of {name}", $action[i], i);
    ]], with({ rows = count, skip = skip or "" }, source.values))
end

-- C that fails a step in which an environment gives what is no number: nothing can be learned from it.
local function numbers(source, field, width, what)
    return fill([[
        {
            const float *const values = {field};
            int32_t odd = 0;
            for (int32_t k = 0; k < {size}; k++)
                odd += !(fabsf(values[k]) < INFINITY);
            for (int32_t k = 0; odd > 0 && k < {size}; k++)
                if (!(fabsf(values[k]) < INFINITY))
                    $fail("{what} environment %d ({name}) is %s", k / {width}, isnan(values[k]) ? "not a number" : "infinite");
        }
    ]], with({ field = field, what = what, width = width, size = source.count * width }, source.values))
end

-- C for each of `count` environments whose states are in the field `worlds`.
local function each(source, count, text)
    return fill("for (int32_t i = 0; i < {rows}; i++) {\n    struct {name} *const e = (struct {name} *)(void *)$worlds[i];\n    "
        .. text .. "\n}", with({ rows = count, within = within(source) }, source.values))
end

local function mask(source)
    return source.environment.mask and "for (int32_t a = 0; a < {actions}; a++) $allowed[i][a] = true;\n{name}_mask(e, $allowed[i]);" or ""
end

-- Fields of `count` environments side by side.
local function world_fields(source, count)
    local made = source.environment
    return {
        chance = rng { doc = "of the environments" },
        worlds = f32[count][made.size] { doc = "their states: " .. table.concat(made.state, ", ") },
        observation = f32[count][made.observation] { doc = "what the agent acts on" },
        action = environment.actions_type(made, count),
        allowed = made.mask and bool[count][made.actions] { doc = "the choices that there are" } or nil,
        gain = f32[count] { doc = "the sum of the rewards of the episode in hand" },
        length = i32[count] { doc = "its steps" },
    }
end

-- What a page shows of a source: the first environment, and the returns of the last episodes.
local function views(made)
    return {
        picture = made.draw and f32[made.points][3] { show = "points", low = made.low, high = made.high, doc = "the first environment" } or nil,
        returns = f32[100] { show = "line", doc = "of the last 100 episodes, the newest last" },
    }, (made.draw and ("%s_draw((const struct %s *)(const void *)$worlds[0], $picture);\n"):format(made.name, made.name) or "") .. [[
        for (int64_t i = 0; i < 100; i++)
            $returns[i] = $gains[($episodes + i) % 100];
    ]]
end

local function source_loop(source, Learner, rounds)
    local made, count = source.environment, source.count
    local shown, draw = views(made)
    return loop "Source" (with(nodes("Source", {
        reset = { 1 }, agent = { 2 }, before_step = { 3 }, step = { 4 }, observe = { 5 }, episodes = { 6 }, store = { 7 },
    }), {
        call_on = { Learner.on_collect }, times = rounds,
        doc = made.doc, draw = draw,
        state = with(with(world_fields(source, count), shown), {
            running = bool[count] { doc = "whether an episode is in hand" },
            reward = f32[count], next = f32[count][made.observation] { doc = "the observation behind the step" },
            terminated = bool[count] { doc = "whether the episode ended by its rules" },
            truncated = bool[count] { doc = "whether only its time was up" },
            ended = bool[count] { doc = "either" },
            ends = i32 { doc = "how many ended in this step" }, enders = i32[count] { doc = "which" },
            steps = i64 { doc = "steps of all environments together" },
            episodes = i64 { doc = "episodes that have ended" },
            gains = f32[100] { doc = "of the last episodes" }, lengths = f32[100],
            gain_sum = f64 { doc = "of all of them" }, length_sum = f64,
            mean_return = f32 { doc = "of the last 100 episodes" }, mean_length = f32,
        }),
    }))
end

-- What the environments do at the events of Source, before all other callbacks: they have the order 0. Behind `store`, after all
-- others, the next observation becomes the one in hand.
local function source_callback(source)
    local made = source.environment
    local function of_each(text) return each(source, source.count, text) end
    return callback "source" {
        order = 0,
        doc = source.environment.doc,
        ["Learner.before_collect"] = "$progress = $budget > 0 ? (float)((double)$Source.steps / (double)$budget) : 1;",
        ["Source.reset"] = of_each("if (!$running[i]) {\n{name}_reset(e, $chance);\n{name}_observe(e, $observation[i]);\n"
            .. "$running[i] = true;\n$gain[i] = 0;\n$length[i] = 0;\n}\n" .. mask(source)),
        ["Source.step"] = choices(source, source.count) .. fill([[
            for (int32_t i = 0; i < {count}; i++) {
                struct {name} e = {name}_load($worlds[i]);
                bool over = false;
                {within}
                $reward[i] = {name}_step(&e, $action[i], &over);
                $terminated[i] = over;
                {name}_store($worlds[i], e);
            }
            for (int32_t i = 0; i < {count}; i++) {
                $gain[i] += $reward[i];
                $length[i]++;
                $truncated[i] = !$terminated[i] && $length[i] >= {limit};
                $ended[i] = $terminated[i] || $truncated[i];
            }
        ]], with({ within = within(source) }, source.values)) .. numbers(source, "$reward", 1, "the reward of"),
        ["Source.observe"] = of_each("{name}_observe(e, $next[i]);") ..
            numbers(source, "&$next[0][0]", made.observation, "an observation of") .. fill([[

            $ends = 0;
            for (int32_t i = 0; i < {count}; i++)
                if ($ended[i]) $enders[$ends++] = i;
            $steps += {count};
        ]], source.values),
        ["Source.store"] = { order = 1000000, fill([[
            memcpy($observation, $next, sizeof $observation);
            for (int32_t i = 0; i < {count}; i++)
                $running[i] = !$ended[i];
        ]], source.values) },
    }
end

local function episode_loop(Source)
    return loop "Episode" (with(nodes("Episode", {
        before_episode_end = { 1, [[
            $environment = $Source.enders[$iteration];
            $gain = $Source.gain[$environment];
            $length = $Source.length[$environment];
        ]] },
        episode_end = { 2 },
        after_episode_end = { 3, [[
            const int64_t place = $Source.episodes++ % 100, known = $Source.episodes < 100 ? $Source.episodes : 100;
            $Source.gain_sum += (double)$gain - (double)$Source.gains[place];
            $Source.length_sum += (double)$length - (double)$Source.lengths[place];
            $Source.gains[place] = $gain;
            $Source.lengths[place] = (float)$length;
            $Source.mean_return = (float)($Source.gain_sum / (double)known);
            $Source.mean_length = (float)($Source.length_sum / (double)known);
        ]] },
    }), {
        call_on = { Source.on_episodes }, times = "$Source.ends",
        state = { environment = i32 { doc = "the one whose episode ended" }, gain = f32 { doc = "the sum of its rewards" },
            length = i32 { doc = "its steps" } },
    }))
end

-- Fresh episodes, `rows` of them side by side, each until its end.
local function evaluation_loop(source, places, rows)
    local function of_each(text) return each(source, rows, text) end
    return loop "Evaluation" (with(nodes("Evaluation", {
        before_run = { 0, of_each("{name}_reset(e, $chance);\n{name}_observe(e, $observation[i]);\n$gain[i] = 0;\n$length[i] = 0;\n"
            .. "$over[i] = false;" .. mask(source)) .. ("\n$running = %d;"):format(rows) },
        evaluate = { 1 },
        on_move = { 2, choices(source, rows, "!$over[i] && ") .. of_each("if ($over[i]) continue;\nbool over = false;\n{within}\n"
            .. "$gain[i] += {name}_step(e, $action[i], &over);\n{name}_observe(e, $observation[i]);\n"
            .. "$over[i] = over || ++$length[i] >= {limit};\n$running -= $over[i];\n" .. mask(source)) },
        after_run = { 9, fill([[
            double sum = 0, squares = 0;
            $least = $most = $gain[0];
            for (int32_t i = 0; i < {rows}; i++) {
                sum += (double)$gain[i];
                $least = fminf($least, $gain[i]);
                $most = fmaxf($most, $gain[i]);
            }
            const double mean = sum / {rows};
            for (int32_t i = 0; i < {rows}; i++)
                squares += ((double)$gain[i] - mean) * ((double)$gain[i] - mean);
            $mean_return = (float)mean;
            $deviation = (float)sqrt(squares / {rows});
            $steps = $Source.steps;
            $training_return = $Source.mean_return;
        ]], { rows = rows }) },
    }), {
        call_on = places, done = "$running == 0",
        state = with(world_fields(source, rows), {
            over = bool[rows] { doc = "whether its episode has ended" },
            running = i32 { doc = "episodes that have not ended" },
            steps = i64 { report = true, doc = "steps of the training before it" },
            mean_return = f32 { report = true, doc = "mean of the episodes" },
            deviation = f32 { report = true, doc = "standard deviation of the episodes" },
            least = f32 { report = true }, most = f32 { report = true },
            training_return = f32 { report = true, doc = "mean of the last 100 episodes of the training" },
        }),
    }))
end

-- The result, as the last line on standard output.
local function report_callback(source)
    return callback "result" {
        order = 0,
        doc = "prints the mean return of the last evaluation",
        ["Experiment.report"] = fill([[
            printf("%lld steps, %lld episodes; returns %.1f to %.1f, deviation %.1f\n", (long long)$Source.steps,
                   (long long)$Source.episodes, (double)$Evaluation.least, (double)$Evaluation.most, (double)$Evaluation.deviation);
            printf("mean return %.1f over {episodes} episodes\n", (double)$Evaluation.mean_return);
        ]], source.values),
    }
end

-- The options of a learner, fields of the trainer; their defaults follow.
function loops.options()
    return {
        budget = i64 { 0, option = true, min = 0, doc = "steps of all environments together" },
        evaluate = i64 { 0, option = true, min = 0, doc = "steps from one evaluation to the next; 0: none but the last" },
    }
end

-- All loops for a source and an agent.
function loops.make(source, agent)
    local rows = source.episodes
    local Experiment = loop "Experiment" (nodes("Experiment", { train = { 1 }, before_test = { 2 }, test = { 3 }, report = { 4 } }))
    local Learner = loop "Learner" (with(nodes("Learner", {
        before_collect = { 1 }, collect = { 2 }, before_learn = { 3 }, learn = { 4 }, after_learn = { 5 }, judge = { 6 },
    }), {
        call_on = { Experiment.on_train }, done = "$Source.steps >= $budget",
        state = {
            progress = f32 { doc = "the share of the budget that is done" },
        },
    }))
    local Source = source_loop(source, Learner, agent.rounds)
    local Agent = loop "Agent" (with(nodes("Agent", { before_act = { 1 }, act = { 2 } }), { call_on = { Source.on_agent } }))
    local Update = loop "Update" (with(nodes("Update", {
        sample = { 1 }, compute_target = { 2 }, compute_loss = { 3 }, before_step = { 4 }, step = { 5 }, after_update = { 6 },
    }), { call_on = { Learner.on_learn }, times = agent.updates }))
    local Check = loop "Check" {
        call_on = { Learner.on_judge }, skip = "$evaluate == 0 || $Source.steps / $evaluate == $checks",
        state = { checks = i64 { doc = "evaluations so far" } },
        on_check = node(1, "$checks = $Source.steps / $evaluate;"),
    }
    local Evaluation = evaluation_loop(source, { Check.on_check, Experiment.on_test }, rows)
    return { Experiment, Learner, Source, Agent, episode_loop(Source), Update, Check, Evaluation,
        source_callback(source), report_callback(source) }
end

return loops
