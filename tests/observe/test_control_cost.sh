# The cost of an unused control channel: see bench/control.
. "$(dirname "$0")/../support/lib.sh"

test_a_channel_that_nobody_opens_costs_nothing() {
    command -v valgrind >/dev/null || skip "valgrind is not installed"
    if sanitized; then skip "sanitizers have costs of their own"; fi
    "$ROOT/tests/bench/control" --check
}

run_tests
