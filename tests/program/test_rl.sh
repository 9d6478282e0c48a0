# loopc.rl: events, environments, advantages and returns, gradients, what is learned, resuming. Specs in tests/program/rl.
. "$(dirname "$0")/../support/lib.sh"

SPECS=$ROOT/tests/program/rl

# program NAME SPEC [FLAGS]: builds a spec to ./NAME, its C under the strictest warnings.
program() {
    expect 0 env CFLAGS="$CFLAGS ${3:--O0}" "$LOOPC" build "$2" -o "$1"
    expect 0 "$LOOPC" gen "$2" -o "$1.c"
    expect 0 cc -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -O1 -fsyntax-only -I"$ROOT/runtime" "$1.c"
}

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

# Each step of an environment is that of its formulas in double precision.
world() {
    sed "s/rl\.WORLD/rl.$1/g" "$SPECS/environments.lua" >world.lua
    program world world.lua
    expect 0 ./world
    echo "$OUT" >steps
    expect 0 python3 "$SPECS/environments.py" "$1" steps
    has "$OUT" "${2:-}"
}

test_cartpole_is_that_of_its_formulas() { world cartpole; }
test_pendulum_is_that_of_its_formulas() { world pendulum '7 ends'; }
test_mountain_car_is_that_of_its_formulas() { world mountain_car '7 ends'; }
test_mountain_car_continuous_is_that_of_its_formulas() { world mountain_car_continuous '1 ends'; }
test_acrobot_is_that_of_its_formulas() { world acrobot; }

run_tests
