#!/bin/sh
# install.sh [PACKAGE...]: installs the packages of Debian that building and testing need, or those that are named, and that
# are not there yet; says which before it does. Quick when nothing is missing. On other systems it only lists the packages.
set -eu

packages="gcc clang clang-format-14 clang-tidy cppcheck lua-check libclang-rt-14-dev pkg-config
    liblua5.4-dev libjansson-dev libcmocka-dev zlib1g-dev libminizip-dev patch valgrind
    libmicrohttpd-dev libjs-dygraphs chromium chromium-driver librsvg2-bin python3 python3-pandas sqlite3 libopenmpi-dev openmpi-bin
    gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm"
[ $# -eq 0 ] || packages=$*

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "tests/install.sh: no apt-get here; these packages of Debian 12 are needed:" $packages >&2
    exit 0
fi

missing=''
for package in $packages; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    as_root=''
elif command -v sudo >/dev/null; then
    as_root=sudo
else
    echo "tests/install.sh: not installed, and neither root nor sudo to install it:$missing" >&2
    exit 1
fi

echo "tests/install.sh: installing with apt-get:$missing" >&2
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
