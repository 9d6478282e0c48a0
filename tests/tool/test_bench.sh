# The benchmark's protocol and arithmetic, with peers whose clocks are made up.
. "$(dirname "$0")/../support/lib.sh"

make_peer() { # make_peer NAME SECONDS-PER-UNIT LOSS
    printf '#!/bin/sh\nwhile read -r units; do awk "BEGIN { printf \\"seconds %%.9g loss %s\\\\n\\", %s * $units }"; done\n' \
        "$3" "$2" >"$1"
    chmod +x "$1"
}

measured() { # python text, with the modules of the benchmark
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$ROOT/tests/bench" BUILD="$BUILD" python3 -c "import measure, report
from measure import Peer, Rounds, compare, interval
$1"
}

compared() { # compared A B: the line that says how many times faster A is
    measured "
peers = [Peer(name, [['./' + name]], measure.environment(1)) for name in ('$1', '$2', 'peak')]
rounds, memory = compare(peers[:2], peers[2], 0, 7)
print(len(rounds.kept()), report.interval(interval([r['$1'] / r['$2'] for r in rounds.kept()])))"
}

test_ratios_are_paired_within_rounds() {
    make_peer fast 0.02 1
    make_peer slow 0.05 1
    make_peer peak 0.01 1
    same "$(compared fast slow)" "7 2.50 (2.50 to 2.50)"
    same "$(compared slow slow)" "7 no difference"
}

test_rounds_of_a_slow_machine_are_dropped() {
    same "$(measured "print(Rounds([100, 101, 89, 95, 30], ['a', 'b', 'c', 'd', 'e']).kept())")" "['a', 'b', 'd']"
}

test_an_interval_that_holds_one_is_no_difference() {
    same "$(measured "print(report.interval(interval([0.9, 1.1] * 30)), report.interval((0.75, 0.7, 0.99)))")" \
        "no difference 0.75 (0.70 to 0.99)"
}

# A piece of 8 values on 2 ranks: 16 bytes there, 16 back, each a second on the link and one of latency; on 4 ranks 16 and 8, then
# 8 and 16. A message that arrives during the passes waits for the end of a layer.
test_the_model_of_scaling() {
    same "$(measured "
import importlib.machinery, importlib.util, sys
loader = importlib.machinery.SourceFileLoader('scaling', '$ROOT/tests/bench/scaling')
scaling = importlib.util.module_from_spec(importlib.util.spec_from_loader('scaling', loader))
sys.modules['scaling'] = scaling
loader.exec_module(scaling)
print(scaling.sums_end([(0, 8)], 2, 1, 16), scaling.sums_end([(0, 8)], 4, 1, 16), scaling.sums_end([(0, 8), (5, 8)], 2, 1, 16),
      scaling.sums_end([(0, 8)], 1, 1, 16))")" '4.0 7.0 10.0 0'
}

test_a_loss_that_is_not_finite_ends_it() {
    make_peer lost 0.02 nan
    make_peer peak 0.01 1
    expect 1 measured "compare([Peer('lost', [['./lost']], measure.environment(1))], Peer('peak', [['./peak']], measure.environment(1)), 0)"
    has "$OUT$ERR" "./lost: said ['seconds', '0.02', 'loss', 'nan']"
}

run_tests
