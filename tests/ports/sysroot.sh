#!/bin/sh
# sysroot.sh ARCHITECTURE FOLDER: zlib, jansson and minizip of another architecture of Debian, as a folder for loopc build --sysroot.
# Nothing is installed: apt-get works in a state of its own, below FOLDER, and what it fetches is unpacked there.
set -eu

architecture=$1 folder=$2
state=$folder.apt
rm -rf "$state" "$folder"
mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/packages"
: >"$state/status"
apt() {
    apt-get -qq -o Dir::State="$state" -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" -o Acquire::Languages=none \
        -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" -o APT::Sandbox::User=root "$@"
}
apt update || echo "sysroot.sh: an index is missing: perhaps the others have all that is needed" >&2
(cd "$state/packages" && apt download libjansson-dev zlib1g-dev libminizip-dev)
for package in "$state/packages"/*.deb; do dpkg -x "$package" "$state/root"; done
mv "$state/root" "$folder"
rm -rf "$state"
