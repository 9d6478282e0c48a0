#!/usr/bin/env bash
# Packages of loopc build --python, in a Python that has numpy: tests/tool/python_package.py. Words choose tests.
cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-build}
LOOPC=${LOOPC:-$PWD/$BUILD/loopc}
TMPDIR=$(mktemp -d)
export TMPDIR LOOPC
trap 'rm -rf "$TMPDIR"' EXIT
for python in python3 /usr/bin/python3; do
    "$python" -c 'import numpy' 2>/dev/null && break
    python=''
done
if [ -z "$python" ]; then
    echo "ok packages of loopc build --python # SKIP no python3 with numpy: python3-numpy"
    exit 0
fi
PYTHONPATH=$TMPDIR exec "$python" -B tests/tool/python_package.py "$@"
