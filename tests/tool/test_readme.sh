#!/usr/bin/env bash
# The README from outside: every block that can run does, and prints what the README says (readme.py).
set -u
LOOPC=$(realpath "${LOOPC:-build/loopc}") exec python3 "$(dirname "$0")/readme.py"
