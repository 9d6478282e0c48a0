#!/usr/bin/env bash
# The README from outside: every runnable block runs, with the output that the README shows (readme.py).
set -u
LOOPC=$(realpath "${LOOPC:-build/loopc}") exec python3 "$(dirname "$0")/readme.py"
