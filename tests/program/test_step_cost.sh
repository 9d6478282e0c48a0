# The cost of a step, counted in instructions: see bench/steps.
. "$(dirname "$0")/../support/lib.sh"

test_an_empty_step_costs_at_most_twice_a_switch() {
    command -v valgrind >/dev/null || skip "valgrind is not installed"
    if sanitized; then skip "sanitizers have costs of their own"; fi
    "$ROOT/tests/bench/steps" --check
}

run_tests
