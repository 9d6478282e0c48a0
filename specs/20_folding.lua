-- Design: folding a protein on a square lattice, by a model that learns which moves make good folds.
--
-- The HP model: a chain of residues, H (likes its kind) and P, lies on the lattice, each residue on a place of its own.
-- Every pair of H that are neighbours on the lattice but not in the chain is a contact; the energy is minus the number of
-- contacts, and the fold of least energy is wanted. A fold is a sequence of moves, left, straight or right, from the third
-- residue on. It is invalid when the chain crosses itself.
--
--     loopc run 20_folding.lua                                      20 residues, ten searches of each kind; the best known is -9
--     loopc run 20_folding.lua -- --chain HHPPHPPHPPHPPHPPHPPHPPHH  24 residues; -9 as well
--     loopc run 20_folding.lua -- --searches 1 --report 50          one search, with a line every 50 batches
--     loopc run 20_folding.lua -- --searches 1 --table folds.csv    all its folds at the end
--     loopc explain 20_folding.lua                                  the 23 events and their listeners
--
-- Every search by the model follows one that makes as many folds by chance: each move one of those that are free.
--
-- Try: entropy 0; a share of the batch from the best of the log (design:from_log); a bonus for new folds (design:novelty).

local environment = require "loopc.environment"

local LONGEST = 24 -- residues

-- One search after another: by chance, then by the model.
local Search = loop "Search" {
    times = "2 * $searches",
    state = { searches = i64 { 10, option = true, min = 0, doc = "how many searches of each kind" } },
    before_search = node(1, "$valid.by_chance = $iteration % 2 == 0;"),
    on_search = node(2),
    after_search = node(3),
    after_run = node(4),
}

local design = environment.new {
    call_on = { Search.on_search },
    doc = "A model that learns to fold.",
    tokens = "LSR", length = LONGEST - 2, fixed = true,
    -- A move onto a place that is taken is not even tried; a chain in a dead end still has to cross itself.
    allowed = [[
        for (int32_t move = 0; move < 3; move++)
            allowed[move] = position >= $length || !fold_crosses(item, position, move);
    ]],
    room = 128, buffer_room = 512, bs = 64, iters = 1000, log_memory = 65536,
}

local code = ("enum { LONGEST = %d };\n"):format(LONGEST) .. [[

/* The step after a move: 0 left, 1 straight, 2 right. */
static void fold_turn(int32_t move, int32_t *dx, int32_t *dy)
{
    const int32_t side = 1 - move, kept = *dx;
    if (side == 0) return;
    *dx = -side * *dy;
    *dy = side * kept;
}

/* Lays a chain on the lattice: places[i] of residue i. Returns how many residues lie before the first
 * that would cross the chain: all, when the fold is valid. */
static int32_t fold_places(const int32_t *moves, int32_t residues, int32_t places[][2])
{
    int32_t x = 0, y = 0, dx = 1, dy = 0;
    for (int32_t i = 0; i < residues; i++) {
        if (i > 1) fold_turn(moves[i - 2], &dx, &dy);
        if (i > 0) x += dx, y += dy;
        places[i][0] = x, places[i][1] = y;
        for (int32_t k = 0; k < i; k++)
            if (places[k][0] == x && places[k][1] == y) return i;
    }
    return residues;
}

/* Whether the chain crosses itself when `move` follows the first `count` moves. */
static bool fold_crosses(const int32_t *moves, int32_t count, int32_t move)
{
    int32_t places[LONGEST][2], all[LONGEST];
    memcpy(all, moves, (size_t)count * sizeof *all);
    all[count] = move;
    return fold_places(all, count + 3, places) < count + 3;
}

static bool neighbours(const int32_t *a, const int32_t *b)
{
    const int32_t dx = a[0] - b[0], dy = a[1] - b[1];
    return dx * dx + dy * dy == 1;
}

/* Whether residues i and k > i are a contact: two H that are neighbours on the lattice and not in the chain. */
static bool fold_contact(int32_t places[][2], const char *chain, int32_t i, int32_t k)
{
    return k > i + 1 && chain[i] == 'H' && chain[k] == 'H' && neighbours(places[i], places[k]);
}

/* The number of contacts of a fold, -1 when it is invalid. */
static int32_t fold_contacts(const int32_t *moves, const char *chain)
{
    int32_t places[LONGEST][2];
    const int32_t residues = (int32_t)strlen(chain);
    if (fold_places(moves, residues, places) < residues) return -1;
    int32_t contacts = 0;
    for (int32_t i = 0; i < residues; i++)
        for (int32_t k = i + 3; k < residues; k += 2)
            contacts += fold_contact(places, chain, i, k);
    return contacts;
}

/* Draws a fold: H as @, P as o, the first one in brackets. */
static void fold_draw(const int32_t *moves, const char *chain)
{
    char picture[4 * LONGEST + 1][8 * LONGEST + 3];
    int32_t places[LONGEST][2], low[2] = {0, 0}, high[2] = {0, 0};
    const int32_t residues = (int32_t)strlen(chain);
    fold_places(moves, residues, places);
    memset(picture, ' ', sizeof picture);
    for (int32_t i = 0; i < residues; i++)
        for (int32_t k = 0; k < 2; k++) {
            if (places[i][k] < low[k]) low[k] = places[i][k];
            if (places[i][k] > high[k]) high[k] = places[i][k];
        }
    for (int32_t i = 0; i < residues; i++) {
        const int32_t row = 2 * (high[1] - places[i][1]), column = 4 * (places[i][0] - low[0]) + 1;
        picture[row][column] = chain[i] == 'H' ? '@' : 'o';
        if (i == 0) picture[row][column - 1] = '[', picture[row][column + 1] = ']';
        if (i == 0) continue;
        const int32_t dx = places[i][0] - places[i - 1][0], dy = places[i][1] - places[i - 1][1];
        picture[row + dy][column - 2 * dx] = dx ? '-' : '|';
    }
    for (int32_t row = 0; row <= 2 * (high[1] - low[1]); row++) {
        int32_t last = 4 * (high[0] - low[0]) + 2;
        while (last > 0 && picture[row][last] == ' ') last--;
        printf("    %.*s\n", (int)last + 1, picture[row]);
    }
}
]]

-- The chain's length decides how many of the moves count: those behind are -1, as behind the end of any sample.
local valid = callback "valid" {
    order = 5,
    doc = "drops folds that cross themselves",
    setup = { order = 1, [[
        const size_t residues = strlen($chain);
        if (residues < 4 || residues > LONGEST || strspn($chain, "HP") != residues)
            $fail("--chain takes 4 to %d letters H and P", (int)LONGEST);
        $length = (int32_t)residues - 2;
        $model.p_batch = $by_chance ? 0 : 1;
        $random.p_batch = $by_chance ? 1 : 0;
        $folds = 0;
    ]] },
    state = {
        by_chance = bool { doc = "random folds instead of the model's" },
        folds = i64 { doc = "folds that were tried" },
        kept = i32 { doc = "folds of the batch" },
    },
    filter_batch = [[
        for (int32_t i = 0; i < $rows; i++)
            $keep[i] = fold_contacts($samples[i], $chain) >= 0;
        $folds += $rows;
    ]] .. design:filter_samples(),
    -- The model does not learn from random folds: their weight is 0 until the end of the batch.
    after_reward_modification = "$kept = $rows; if ($by_chance) $rows = 0;",
    after_batch = "$rows = $kept;",
}

-- The results: by[0] by the model, by[1] by chance.
local result = callback "result" {
    order = 50,
    doc = "keeps the best folds, reports the searches",
    state = {
        energy = i32 { report = true, doc = "the least energy of this search so far" },
        found = i64 { doc = "how many folds had been tried then" },
        best = i32 { doc = "the least energy of all" },
        best_moves = i32[LONGEST - 2],
        tally = i32[2][LONGEST] { doc = "how many searches of each kind ended with which energy, without its sign" },
        sum_found = i64[2] { doc = "folds until the best of each search, added up" },
        fold = f32[LONGEST][3] { show = "points", low = -12, high = 12, doc = "the best fold of all, its H and P" },
        touching = f32[LONGEST][LONGEST] { show = "graph", doc = "its residues: the chain in orange, contacts in blue" },
    },
    draw = [[
        int32_t places[LONGEST][2];
        const int32_t residues = $best < 0 ? (int32_t)strlen($chain) : 0;
        fold_places($best_moves, residues, places);
        for (int32_t i = 0; i < LONGEST; i++) {
            $fold[i][0] = i < residues ? (float)(places[i][0] - places[residues / 2][0]) : NAN;
            $fold[i][1] = i < residues ? (float)(places[i][1] - places[residues / 2][1]) : NAN;
            $fold[i][2] = i < residues && $chain[i] == 'H';
        }
        memset($touching, 0, sizeof $touching);
        for (int32_t i = 0; i < residues; i++) {
            for (int32_t k = i + 1; k < residues; k++)
                $touching[i][k] = k == i + 1 ? 0.4f : fold_contact(places, $chain, i, k) ? -1.0f : 0.0f;
        }
    ]],
    setup = "$energy = 0, $found = 0;",
    after_compute_reward = [[
        for (int32_t i = 0; i < $rows; i++) {
            const int32_t energy = -(int32_t)$contacts.scores[i];
            if (energy < $energy) $energy = energy, $found = $valid.folds;
            if (energy < $best) {
                $best = energy;
                memcpy($best_moves, $samples[i], sizeof $best_moves);
            }
        }
    ]],
    after_search = [[
        const int32_t kind = $valid.by_chance;
        printf("search %2d by %-9s energy %3d after %6lld of %lld folds\n", (int)$Search.iteration / 2 + 1,
               kind ? "chance:" : "the model:", (int)$energy, (long long)$found, (long long)$valid.folds);
        fflush(stdout);
        $tally[kind][-$energy]++;
        $sum_found[kind] += $found;
    ]],
    ["Search.after_run"] = [[
        if ($searches == 0) return;
        for (int32_t kind = 0; kind < 2; kind++) {
            printf("by %s", kind ? "chance:   " : "the model:");
            for (int32_t energy = LONGEST - 1; energy >= 0; energy--)
                if ($tally[kind][energy]) printf("  %d: %d of %d", -energy, $tally[kind][energy], (int)$searches);
            printf(", on average after %lld folds\n", (long long)($sum_found[kind] / $searches));
        }
        printf("best energy %d\n", (int)$best);
        if ($best < 0) fold_draw($best_moves, $chain);
    ]],
}

return design:trainer "folding" {
    Search,
    doc = "Folds a protein of the HP model on the square lattice.",
    code = code,
    state = {
        chain = str { "HPHPPHHPHPPHPHHPPHPH", option = true, doc = "the residues, H and P" },
    },
    design:policy { hidden = { 64 }, eta = 0.001 },
    design:from_model { p_batch = 1 },
    design:random {},
    valid,
    design:reward { name = "contacts", score = "score = (float)fold_contacts(item, $chain);" },
    design:policy_gradient { baseline = "average" },
    design:entropy { weight = 0.4 },
    result,
    design:log {},
}
