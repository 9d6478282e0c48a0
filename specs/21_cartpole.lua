-- CartPole: three kinds of loop, nested: a learner, a source of data that is a simulation, and an agent that acts in it.
--
-- A pole stands on a cart; the agent pushes the cart left or right, 50 times a second, and an episode ends when the pole is
-- 12 degrees off, the cart has left its track, or after 500 steps. Every step counts 1. It is solved when the last 100
-- episodes had 475 steps on average, which is to happen within --budget steps.
--
--     loopc run 21_cartpole.lua                        ten trials: after how many steps is it solved?
--     loopc run 21_cartpole.lua -- --trials 1 --report 1
--     loopc explain 21_cartpole.lua                    how the loops are nested
--
-- How they are nested (loopc explain):
--
--     Trials                      ten learners, one after another
--       Learner, on Trials.trial  until it is solved
--         collect: Source         1024 steps of the simulation
--           observe: Agent        looks and pushes, once a step
--         learn: Pass             looks at these steps again, 256 at a time, and learns
--
-- Each loop has its own fields and knows nothing of its users but call_on. A node without a body
-- (on_collect, on_observe) is a place for another loop. So another source, a data set for one, takes the simulation's place
-- with the same two lines: call_on = { Learner.on_collect }, times = STEPS.
--
-- The agent's policy is learned by proximal policy optimization: of what the source brought, each step's advantage is what
-- came after it (generalized advantage estimation, with a second net that guesses the value of a place), and a few passes
-- over it make good steps more probable, but none by more than a factor of 1 + clip.
-- (Schulman et al., "Proximal policy optimization algorithms", 2017; the physics: Barto, Sutton and Anderson, "Neuronlike
-- adaptive elements that can solve difficult learning control problems", 1983.)
--
-- Try: --passes 1; --decay 0.9; a policy without hidden layer: mlp { 4, 2 } is enough.

local STEPS = 1024 -- that the source brings at a time
local ROWS = 256 -- of those, learned from at a time

-- Trials: one learner after another, each from its first weights.
local Trials = loop "Trials" {
    times = "$trials",
    state = {
        trials = i64 { 10, option = true, min = 1, doc = "how many trials" },
        solved = i64 { doc = "trials that were solved" },
        needed = i64 { doc = "steps that those needed, added up" },
    },
    before_trial = node(1, [[
        if ($iteration > 0) {
            policy_init($policy, $weights);
            value_init($value, $weights);
            memset($policy_rule, 0, sizeof *$policy_rule);
            memset($value_rule, 0, sizeof *$value_rule);
        }
        $Source.step = $Source.episode = 0;
        $Source.mean = 0;
        $Source.over = true;
    ]]),
    on_trial = node(2),
    after_trial = node(3, [[
        const bool done = $Source.mean >= 475;
        printf("trial %2d: %s after %lld steps, %lld episodes; mean of the last 100: %.1f\n", (int)$iteration + 1,
               done ? "solved" : "not solved", (long long)$Source.step, (long long)$Source.episode, (double)$Source.mean);
        fflush(stdout);
        $solved += done;
        $needed += done ? $Source.step : 0;
    ]]),
    after_run = node(4, [[
        printf("solved %lld of %lld", (long long)$solved, (long long)$trials);
        if ($solved > 0) printf(", on average after %lld steps", (long long)($needed / $solved));
        puts("");
    ]]),
}

-- The learner: collects episodes, then learns from them.
local Learner = loop "Learner" {
    call_on = { Trials.on_trial },
    done = "$Source.mean >= 475 || $Source.step >= $budget",
    state = {
        budget = i64 { 200000, option = true, doc = "steps of a trial, at most" },
        report = i64 { 0, option = true, min = 0, doc = "updates from one line to the next; 0: none" },
    },
    on_collect = node(1),
    after_collect = node(2, [[
        /* advantages, from the last step to the first */
        float advantage = 0;
        for (int32_t t = STEPS - 1; t >= 0; t--) {
            const float surprise = 1 + $discount * $after[t] - $guesses[t];
            advantage = surprise + ($ends[t] ? 0 : $discount * $decay * advantage);
            $advantages[t] = advantage;
            $returns[t] = advantage + $guesses[t];
        }
    ]]),
    on_learn = node(3),
    after_learn = node(4, [[
        if ($report > 0 && ($iteration + 1) % $report == 0)
            printf("%7lld steps, %5lld episodes, mean of the last 100: %.1f\n", (long long)$Source.step,
                   (long long)$Source.episode, (double)$Source.mean);
    ]]),
}

-- The source: an iteration is a step of the simulation.
local Source = loop "Source" {
    call_on = { Learner.on_collect },
    times = STEPS,
    state = {
        chance = rng { doc = "of the places where episodes begin" },
        place = f32[4] { doc = "of the cart, its speed, angle of the pole, its speed (m, m/s, rad, rad/s)" },
        seen = f32[4] { doc = "the same as the agent sees it, about -1 to 1" },
        over = bool { true, doc = "whether the episode has ended" },
        force = f32 { doc = "the agent's choice: -10 or 10 N" },
        length = i32 { doc = "steps of this episode" },
        step = i64 { doc = "steps of this trial" },
        episode = i64 { doc = "episodes of this trial" },
        lengths = i32[100] { doc = "of the last episodes" },
        mean = f32 { report = 4096, doc = "mean length of the last 100 episodes" },
        cart = f32[24][3] { show = "points", low = -2.4, high = 2.4, doc = "the cart on its track, and the pole" },
        episodes = f32[100] { show = "line", doc = "steps of the last 100 episodes, the newest last" },
    },
    draw = [[
        for (int32_t i = 0; i < 24; i++) {
            const float up = (float)(i - 7) / 16;
            $cart[i][0] = $place[0] + (i < 8 ? (float)(i - 4) / 16 : up * loopc_sine($place[2]));
            $cart[i][1] = i < 8 ? 0 : up * loopc_cosine($place[2]);
            $cart[i][2] = i >= 8;
        }
        for (int64_t i = 0; i < 100; i++)
            $episodes[i] = (float)$lengths[($episode + i) % 100];
    ]],
    on_reset = node(1, [[
        for (int32_t i = 0; i < 4 && $over; i++)
            $place[i] = 0.1f * loopc_rng_f32($chance) - 0.05f;
        if ($over) $length = 0;
        $over = false;
    ]]),
    on_observe = node(2, "see($place, $seen);"),
    on_step = node(3, [[
        $over = simulate($place, $force) || ++$length == 500;
        $step++;
    ]]),
    after_step = node(4, [[
        /* the value of where it led: 0 when the pole fell, a guess when only time was up */
        const int32_t t = (int32_t)$iteration;
        const bool fell = $over && fallen($place);
        float next[4];
        see($place, next);
        $after[t] = fell ? 0 : value_forward($value, next, 1)[0];
        $ends[t] = $over;
        if (!$over) return;
        int64_t sum = 0;
        $lengths[$episode++ % 100] = $length;
        for (int32_t i = 0; i < 100; i++)
            sum += $lengths[i];
        $mean = $episode < 100 ? 0 : (float)sum / 100;
    ]]),
}

-- The agent: observes, chooses, and records its probabilities.
local Agent = loop "Agent" {
    call_on = { Source.on_observe },
    state = { chance = rng { doc = "of its choices" } },
    on_choose = node(1, [[
        const int32_t t = (int32_t)$Source.iteration;
        const float *p = policy_forward($policy, $seen, 1);
        memcpy($places + 4 * t, $seen, sizeof $seen);
        $choices[t] = loopc_draw($chance, p, 2, 1);
        policy_log_p($policy, $choices + t, $log_p + t, 1);
        $guesses[t] = value_forward($value, $seen, 1)[0];
        $force = $choices[t] ? 10 : -10;
    ]]),
}

-- The passes of the learner, a few rows at a time, in another order each time.
local Pass = loop "Pass" {
    call_on = { Learner.on_learn },
    times = "$passes * STEPS / ROWS",
    state = {
        passes = i64 { 8, option = true, min = 1, doc = "how often each step is learned from" },
        order = rng { doc = "of the steps" },
        key = u64 { doc = "the order of this pass" },
        x = f32[ROWS * 4], y = f32[ROWS], chosen = i32[ROWS], before = f32[ROWS], now = f32[ROWS], weights = f32[ROWS],
    },
    before_rows = node(1, [[
        const int32_t first = (int32_t)($iteration * ROWS % STEPS);
        if (first == 0) $key = loopc_rng_u64($order);
        float mean = 0, square = 0;
        for (int32_t r = 0; r < ROWS; r++) {
            const int32_t t = (int32_t)loopc_shuffled($key, STEPS, (uint64_t)(first + r));
            memcpy($x + 4 * r, $places + 4 * t, 4 * sizeof(float));
            $y[r] = $returns[t];
            $chosen[r] = $choices[t];
            $before[r] = $log_p[t];
            $weights[r] = $advantages[t];
            mean += $weights[r] / (float)ROWS;
        }
        for (int32_t r = 0; r < ROWS; r++)
            square += ($weights[r] - mean) * ($weights[r] - mean) / (float)ROWS;
        for (int32_t r = 0; r < ROWS; r++)
            $weights[r] = ($weights[r] - mean) / (sqrtf(square) + 1e-6f);
    ]]),
    on_rows = node(2, [[
        policy_forward($policy, $x, ROWS);
        policy_log_p($policy, $chosen, $now, ROWS);
        for (int32_t r = 0; r < ROWS; r++) {
            const float ratio = loopc_expf($now[r] - $before[r]), a = $weights[r];
            const bool far = a > 0 ? ratio > 1 + $clip : ratio < 1 - $clip;
            $weights[r] = far ? 0 : ratio * a / (float)ROWS;
        }
        policy_zero_delta($policy, ROWS);
        policy_likelihood($policy, $chosen, $weights, ROWS);
        policy_zero_grad($policy);
        policy_backward($policy, ROWS);
        policy_clip_grad($policy, 0.5f);
        policy_rule_step($policy_rule, $policy, $eta);
    ]]),
    after_rows = node(3, [[
        value_zero_grad($value);
        value_forward($value, $x, ROWS);
        value_loss($value, $y, ROWS);
        value_backward($value, ROWS);
        value_rule_step($value_rule, $value, $eta);
    ]]),
}

local code = ("enum { STEPS = %d, ROWS = %d };\n"):format(STEPS, ROWS) .. [[

/* Moves cart and pole on by 0.02 s: first the places by the speeds, then the speeds by the force (Euler's
 * method). Cart 1 kg, pole 0.1 kg, 1 m long. Returns whether the episode is over. */
static bool fallen(const float *place)
{
    return fabsf(place[0]) > 2.4f || fabsf(place[2]) > 12 * 2 * LOOPC_PI / 360;
}

static bool simulate(float *place, float force)
{
    const float gravity = 9.8f, cart = 1, pole = 0.1f, half = 0.5f, time = 0.02f, total = cart + pole;
    const float sine = loopc_sine(place[2]), cosine = loopc_cosine(place[2]), speed = place[3];
    const float push = (force + pole * half * speed * speed * sine) / total;
    const float turn = (gravity * sine - cosine * push) / (half * (4.0f / 3 - pole * cosine * cosine / total));
    const float pull = push - pole * half * turn * cosine / total;
    place[0] += time * place[1];
    place[1] += time * pull;
    place[2] += time * place[3];
    place[3] += time * turn;
    return fallen(place);
}

static void see(const float *place, float *seen)
{
    static const float scales[] = {2.4f, 2, 0.21f, 2};
    for (int32_t i = 0; i < 4; i++)
        seen[i] = place[i] / scales[i];
}
]]

return trainer "cartpole" {
    doc = "Learns to balance a pole on a cart.",
    code = code,
    state = {
        eta = f32 { 0.003, option = true, settable = true, doc = "learning rate" },
        discount = f32 { 0.99, option = true, min = 0, max = 1, doc = "the weight of the reward one step later" },
        decay = f32 { 0.95, option = true, min = 0, max = 1, doc = "how far advantages look beyond the guesses" },
        clip = f32 { 0.2, option = true, doc = "how much more probable a step may become" },
        weights = rng { doc = "of the first weights of later trials" },
        policy = mlp { 4, 32, 2, activation = "tanh", batch = ROWS },
        value = mlp { 4, 32, 1, activation = "tanh", loss = "squared_error", batch = ROWS },
        policy_rule = optimizer { "adam", net = "policy" },
        value_rule = optimizer { "adam", net = "value" },
        places = f32[STEPS * 4] { doc = "the observations, step by step" },
        choices = i32[STEPS] { doc = "the choices" },
        log_p = f32[STEPS] { doc = "and with which log-probability" },
        guesses = f32[STEPS] { doc = "the value it saw there" },
        after = f32[STEPS] { doc = "the value of where it led" },
        ends = bool[STEPS] { doc = "whether the episode ended" },
        advantages = f32[STEPS],
        returns = f32[STEPS],
    },
    Trials, Learner, Source, Agent, Pass,
}
