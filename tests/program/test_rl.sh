# loopc.rl: events, environments, advantages and returns, gradients, what is learned, resuming. Specs in tests/program/rl.
. "$(dirname "$0")/../support/lib.sh"

SPECS=$ROOT/tests/program/rl

# program NAME SPEC: builds a spec to ./NAME, its C under the strictest warnings.
program() { CFLAGS="$CFLAGS $STRICT" build "$2" "$1"; }

step='reset before_act act agent before_step step observe'
update='sample compute_target compute_loss before_step step after_update'

test_events_in_their_order() {
    program trace "$SPECS/trace.lua"
    expect 0 ./trace
    local round="before_collect $step environment 0 gain 0 length 1 episode_end environment 1 gain 1 length 1 episode_end \
episodes store collect before_learn $update $update learn after_learn judge"
    same "$(echo $OUT)" "$(echo $round $round train before_test evaluate test \
        4 steps, 4 episodes\; returns 0.0 to 1.0, deviation 0.5 mean return 0.3 over 3 episodes report)"
    expect 0 ./trace --budget 0
    same "$(echo $OUT)" "train before_test evaluate test 0 steps, 0 episodes; returns 0.0 to 1.0, deviation 0.5 \
mean return 0.3 over 3 episodes report"
    expect 0 ./trace --budget 2 --evaluate 1
    has "$(echo $OUT)" 'after_learn evaluate judge train before_test evaluate test'
}

test_events_are_explained() {
    local event
    expect 0 "$LOOPC" explain "$SPECS/trace.lua"
    for event in Source.on_reset Agent.before_act Agent.on_act Source.before_step Source.on_step Source.on_observe Episode.on_episode_end \
        Source.on_store Learner.before_learn Update.on_sample Update.on_compute_target Update.on_compute_loss Update.before_step \
        Update.on_step Update.after_update Evaluation.on_evaluate Experiment.on_report; do
        echo "$OUT" | grep -Eq "^  $event \[[0-9]+\] +[a-z].*; listeners: .*tell\." || fail "$event is not explained"
    done
    has "$OUT" 'Source.on_step [4]            each environment makes a step: reward, terminated, truncated; listeners: source.step'
}

# Each step of an environment is that of its formulas in double precision, and its picture has the pole where it is.
world() {
    sed "s/rl\.WORLD/rl.$1/g" "$SPECS/environments.lua" >world.lua
    build world.lua world
    expect 0 ./world
    echo "$OUT" >steps
    expect 0 python3 "$SPECS/environments.py" "${1%% *}" steps
    has "$OUT" "${2:-}"
    case $1 in
    cartpole | pendulum | mountain_car | 'grid_world {}') expect 0 python3 "$SPECS/views.py" ./world "${1%% *}" ;;
    esac
}

test_cartpole_is_that_of_its_formulas() { world cartpole; }
test_pendulum_is_that_of_its_formulas() { world pendulum '7 ends'; }
test_mountain_car_is_that_of_its_formulas() { world mountain_car '7 ends'; }
test_mountain_car_continuous_is_that_of_its_formulas() { world mountain_car_continuous '1 ends'; }
test_acrobot_is_that_of_its_formulas() { world acrobot; }

# poles NAME FLAGS: builds ./NAME of 64 poles side by side.
poles() { expect 0 env CFLAGS="$CFLAGS $2 $LIGHT" "$LOOPC" build "$SPECS/poles.lua" -o "$1"; }

# One after the other without optimization, and some at once in vectors.
test_poles_side_by_side_have_the_same_bits() {
    poles one -O0
    expect 0 ./one
    has "$OUT" '6400 steps, '
    local alone=$OUT
    poles many -O2
    expect 0 ./many
    same "$OUT" "$alone"
}

# A pole on its own takes about 120 instructions a step.
test_poles_side_by_side_step_in_vectors() {
    command -v valgrind >/dev/null || skip 'valgrind is not installed'
    if sanitized; then skip 'sanitizers have costs of their own'; fi
    [ "$(uname -m)" = x86_64 ] || skip 'counted in instructions of x86-64'
    local count
    poles many '-O2 -march=x86-64-v3'
    count=$(valgrind --tool=callgrind --toggle-collect=source_step --callgrind-out-file=/dev/null ./many 2>&1 >/dev/null |
        sed -n 's/.*Collected : //p')
    [ "${count:-0}" -gt 6400 ] && [ "$count" -lt $((60 * 6400)) ] || fail "$count instructions in 6400 steps"
}

test_grid_world_is_that_of_its_rules() { world 'grid_world {}'; }
test_bandit_is_that_of_its_rules() { world 'bandit {}' '1500 ends'; }

test_what_does_not_fit_is_refused() {
    local text wanted
    while IFS='|' read -r text wanted; do
        printf 'local rl = require "loopc.rl"\nlocal source = rl.source { rl.cartpole, count = 2 }\nreturn rl.learner "x" { source = source, %s }\n' \
            "$text" >bad.lua
        expect 2 "$LOOPC" check bad.lua
        has "$ERR" "bad.lua:3: error: $wanted"
    done <<'TABLE'
agent = rl.ppo { source, epoch = 3 }, budget = 10|rl.ppo: there is no parameter 'epoch'; it takes activation, anneal,
agent = rl.ppo { source, hidden = 3 }, budget = 10|rl.ppo: 'hidden' is a table, not 3
agent = rl.ppo { source, batch = 7 }, budget = 10|rl.ppo: a rollout has steps * count = 256 rows, which batch = 7 divides without a rest
agent = rl.dqn { source, steps = 0 }, budget = 10|rl.dqn: 'steps' is a whole number from 1, not 0
agent = rl.sac { source }, budget = 10|rl.sac is for numbers; for choices there are rl.dqn and rl.ppo
agent = rl.ppo { rl.cartpole }, budget = 10|rl.ppo takes a source: rl.ppo { source }
agent = rl.ppo { rl.source { rl.cartpole } }, budget = 10|rl.learner: its agent was made for another source
agent = rl.ppo { rl.source { rl.cartpol } }, budget = 10|rl.source takes an environment: rl.source { rl.cartpole, count = 8 }
agent = rl.ppo { rl.source { rl.cartpole, counts = 3 } }, budget = 10|rl.source: there is no parameter 'counts'; it takes count, doc, episodes
agent = rl.ppo { rl.source { rl.bandit { arms = { 1, 2 } } } }, budget = 10|rl.bandit: arms are probabilities, numbers from 0 to 1
agent = rl.ppo { rl.source { rl.grid_world { map = { "S.", "G" } } } }, budget = 10|rl.grid_world: rows of one length, of the letters S G X # .
agent = rl.ppo { source }|rl.learner needs budget = how many steps
agent = rl.agent { source, acts = "", act = "", evaluate = "" }, budget = 10|no node matches 'acts'; did you mean 'act'?
agent = rl.agent { source, act = "" }, budget = 10|rl.agent needs evaluate = C that sets $action
agent = rl.ppo { source, hidden = { "wide" } }, budget = 10|rl.ppo: hidden = { 64, 64 }: a width of each layer, whole numbers from 1, not wide
agent = rl.dqn { source, room = 32, batch = 64 }, budget = 10|rl.dqn: a memory of room = 32 rows is smaller than a batch of 64
agent = rl.dqn { source, start = 500 }, budget = 500|rl.learner: its budget of 500 steps ends before the first update, which its agent makes after start = 500
agent = rl.random { source }, budget = 10 }, rl.learner "cartpole" { source = source, agent = rl.random { source }, budget = 10|rl.learner "cartpole": its environment has the same name
agent = rl.dqn { rl.source { rl.pendulum } }, budget = 10|rl.dqn is for choices; for numbers there are rl.sac, rl.td3 and rl.ppo
agent = rl.random { rl.source { rl.environment "e" { state = { "a" }, observation = 1, actions = 2, limit = 5, step = "", observe = "" } } }|rl.environment "e" needs reset
agent = rl.random { rl.source { rl.environment "e" { state = { "a" }, observation = 1, actions = 0, limit = 5 } } }|rl.environment "e": 'actions' is a whole number from 1, not 0
TABLE
}

# Nothing is learned from what is no number, nor after an action that is none.
test_what_is_odd_fails_the_step() {
    local way said
    build "$SPECS/odd.lua" odd
    expect 0 ./odd
    while IFS='|' read -r way said; do
        expect 1 ./odd --way "$way"
        has "$ERR" "oddities: failed: $said"
        lacks "$OUT" 'mean return'
    done <<'TABLE'
1|source.step on Source.on_step on Learner.on_collect on Experiment.on_train: the reward of environment 1 (odd) is not a number
2|source.observe on Source.on_observe on Learner.on_collect on Experiment.on_train: an observation of environment 2 (odd) is infinite
3|source.step on Source.on_step on Learner.on_collect on Experiment.on_train: action 4 of environment 0 is none of the 4 choices of odd
4|Evaluation.on_move on Experiment.on_test: action -1 of environment 1 is none of the 4 choices of odd
TABLE
}

# What --timings says of the environment (reset, step, observe), buffers (store, sample) and nets (the rest of Update, and act): each once for
# each step or update, with its share of the whole; parts of a loop or phase take no longer than it does.
test_timings_have_the_shares_of_environment_nets_and_buffers() {
    variant small AGENT=sac
    expect 0 ./small --timings
    printf '%s\n' "$ERR" >timings
    expect 0 python3 "$SPECS/timings.py" timings 600
    has "$OUT" 'of the time'
}

# The rest of a kind, of which each test run has a part.
long() { [ -n "${SOAK:-}" ] || skip SOAK=1 runs it; }

# variant FILE OF=VALUE...: builds ./FILE of the spec FILE.lua with these words exchanged.
variant() {
    local name=$1 word script=''
    shift
    for word in "$@"; do script="$script;s/\\<${word%%=*}\\>/${word#*=}/g"; done
    sed "$script" "$SPECS/$name.lua" >"$name.lua"
    build "$name.lua" "$name"
}

# The values of two states, 0.5 and 1, and of an environment without an end, 2, in which episodes are cut.
knows_the_values() {
    variant values AGENT="$1" STEPS="${2:-1}" PRIORITY="${3:-0}" DUELING="${4:-false}"
    expect 0 ./values
    echo "$OUT" | awk '$1 == "value" { wanted = 2 ^ (n++ - 1); d = $2 - wanted; if (d > 0.06 || d < -0.06) bad = 1 }
        END { exit bad || n != 3 }' || fail "the values are $(echo $OUT)"
}

test_ppo_knows_the_values_of_a_chain() { knows_the_values ppo; }
test_reinforce_knows_the_values_of_a_chain() { long; knows_the_values reinforce; }
test_dqn_knows_the_values_of_a_chain() { long; knows_the_values dqn; }
test_dqn_of_n_steps_and_priorities_knows_them() { knows_the_values dqn 3 0.6 true; }
test_td3_of_n_steps_and_priorities_knows_them() { long; knows_the_values td3 2 0.5; }
test_sac_knows_the_values_of_a_chain() { knows_the_values sac; }

# knows_the_best AGENT WORLD TAKEN BEST: the choices that it has taken, and what it does in the end.
knows_the_best() {
    variant choices AGENT="$1" WORLD="$2"
    expect 0 ./choices
    has "$OUT" "taken $3"
    has "$OUT" "$4"
}

# Five steps to the goal, none of them into a wall or the pit: 1 - 4 * 0.01.
test_ppo_walks_by_choices_alone() { knows_the_best ppo grid_world 1111 'from 0.96 to 0.96'; }
test_reinforce_walks_by_choices_alone() { long; knows_the_best reinforce grid_world 1111 'from 0.96 to 0.96'; }
test_dqn_walks_by_choices_alone() { knows_the_best dqn grid_world 1111 'from 0.96 to 0.96'; }
test_chance_walks_by_choices_alone() { long; knows_the_best random grid_world 1111 ', then'; }
test_ppo_finds_the_arm() { knows_the_best ppo bandit 1110 ', then 1'; }
test_dqn_finds_the_arm() { long; knows_the_best dqn bandit 1110 ', then 1'; }

# Each line has the norm of a gradient, and of the differences. Where the loss has kinks a difference may be on both sides of one.
has_the_gradients_of() {
    variant gradients AGENT="$1"
    expect 0 ./gradients
    echo "$OUT" | awk -v share="$2" -v nets="$3" 'NF == 3 { seen[$1] = 1; n++; d = ($2 - $3) / ($3 + 1e-3); if (d > 0.005 || d < -0.005) bad++ }
        END { for (net in seen) nets--; exit !(n > 30 && nets == 0 && bad <= share * n) }' || fail "$(echo "$OUT" | head -n 40)"
}

test_gradients_of_ppo() { has_the_gradients_of ppo 0.1 2; }
test_gradients_of_ppo_for_numbers() { long; has_the_gradients_of normal 0.1 2; }
test_gradients_of_dqn() { long; has_the_gradients_of dqn 0 1; }
test_gradients_of_td3() { has_the_gradients_of td3 0 2; }
test_gradients_of_sac() { has_the_gradients_of sac 0.02 2; }

# A run is the same with any number of threads, with evaluations on its way, and left in the middle of an episode and resumed.
goes_on() {
    variant small AGENT="$1"
    expect 0 ./small
    local whole=$OUT step
    has "$whole" 'weights '
    expect 0 ./small --threads 2
    same "$OUT" "$whole"
    for step in 46 298; do
        expect 143 ./small --halt "$step" --checkpoint "saved$step"
        same "$OUT" ''
        expect 0 ./small --checkpoint "saved$step" --resume
        has "$ERR" 'resumed: '
        lacks "$ERR" 'is over'
        same "$OUT" "$whole"
    done
    expect 0 ./small --seed 2
    [ "$OUT" != "$whole" ] || fail 'the seed changes nothing'
    expect 0 ./small --evaluate 100
    OUT=${OUT##*weights} whole=${whole##*weights}
    same "${OUT%, test*}" "${whole%, test*}"
}

test_ppo_goes_on_in_an_episode() { long; goes_on ppo; }
test_ppo_for_numbers_goes_on_in_an_episode() { goes_on normal; }
test_dqn_goes_on_in_an_episode() { goes_on dqn; }
test_td3_goes_on_in_an_episode() { long; goes_on td3; }
test_sac_goes_on_in_an_episode() { long; goes_on sac; }

# flies AGENT WORLD LIMIT ACTION: the exported pilot in the simulator earns what the agent does in its last evaluation.
flies() {
    variant small AGENT="$1"
    expect 0 ./small --show --checkpoint saved
    echo "$OUT" >said
    sed -n 's/^state //p' said >states
    expect 0 ./small export --checkpoint saved --net "$1.pilot" --c-header pilot.h
    expect 0 "$LOOPC" gen small.lua -o small.c
    sed -n "/^struct $2 {/,/(small\.lua:/p" small.c | sed '$d' >simulator.h
    sed "s/WORLD/$2/g;s/LIMIT/$3/;s/ACTION/$4/;s/PILOT/small_$1_pilot/g" "$SPECS/pilot.c" >pilot.c
    expect 0 compile -Wno-unused-function pilot.c -o pilot
    ./pilot <states >earned
    [ "$(wc -l <earned)" = 2 ] || fail 'there are two episodes'
    sed -n 's/^gain //p' said | paste - earned | awk '{ d = $1 - $2; if (d > 0.5 || d < -0.5) exit 1 }' ||
        fail "the trainer and the pilot: $(sed -n 's/^gain //p' said | paste - earned)"
}

test_a_pilot_of_dqn_flies() {
    long
    flies dqn cartpole 500 'small_dqn_pilot_class(out)'
}
test_a_pilot_of_td3_flies() {
    long
    flies td3 pendulum 200 out
}
test_a_pilot_of_sac_flies() {
    flies sac pendulum 200 out
}
test_a_pilot_of_ppo_flies() {
    long
    flies ppo cartpole 500 'small_ppo_pilot_class(out)'
}

# reaches SPEC LEAST ARGUMENT...: the last line is the mean return, which is no lower.
reaches() {
    local file=$1 least=$2
    shift 2
    [ -x "./${file%_*}" ] || expect 0 "$LOOPC" build "$ROOT"/specs/"$file".lua -o "./${file%_*}"
    expect 0 "./${file%_*}" "$@"
    echo "$OUT" | tail -n 1 | grep -Eqx 'mean return -?[0-9]+\.[0-9] over 100 episodes' || fail "the last line is $(echo "$OUT" | tail -n 1)"
    echo "$OUT" | tail -n 1 | awk -v least="$least" '{ exit !($3 >= least) }'
}

test_a_pole_is_balanced() {
    reaches 30_cartpole_ppo 300 --budget 30000 --seed 3 || fail "$OUT"
}

# Nine of ten seeds reach the goal, each within the spec's budget.
test_nine_of_ten_seeds() {
    long
    local row seed reached
    for row in 30_cartpole_ppo=475 31_cartpole_dqn=475 32_pendulum_sac=-200 33_pendulum_td3=-200 34_pendulum_ppo=-200 35_acrobot_dqn=-100 \
        36_mountaincar_dqn=-110 37_mountaincar_sac=90; do
        reached=0
        for seed in 1 2 3 4 5 6 7 8 9 10; do
            if reaches "${row%=*}" "${row#*=}" --seed "$seed"; then reached=$((reached + 1)); fi
        done
        [ "$reached" -ge 9 ] || fail "$row: $reached of 10 seeds"
    done
}

run_tests
