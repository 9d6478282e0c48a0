# Sourced by the findings: a temporary folder, $folder, that vanishes at the end; Debian's and npm's packages unpacked in it,
# without installing them; and the comparison that fails when a behaviour has changed.
#
#   unpack PACKAGE=VERSION...   the packages of Debian 12 (amd64), below $root
#   modules PACKAGE@VERSION...  the packages of npm and those they need, where require() of Node.js finds them; no script of theirs runs
#   seen TEXT WANTED            prints TEXT; ends with 1 when it is no longer WANTED
set -euo pipefail
folder=$(mktemp -d)
root=$folder/root
libraries=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
trap 'rm -rf "$folder"' EXIT

unpack() {
    local package
    mkdir -p "$root" "$folder/packages"
    (cd "$folder/packages" && apt-get -o APT::Sandbox::User=root download -qq "$@") || {
        echo "$(basename "$0"): not to be had here: $*" >&2
        exit 2
    }
    for package in "$folder"/packages/*.deb; do dpkg-deb -x "$package" "$root"; done
    rm -rf "$folder/packages"
}

modules() {
    npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --silent "$@" >"$folder/npm.log" 2>&1 || {
        echo "$(basename "$0"): not to be had here: $*" >&2
        exit 2
    }
    export NODE_PATH=$folder/node_modules
}

seen() {
    printf '%s\n' "$1"
    [ "$1" = "$2" ] && return
    printf 'this has changed; it was:\n%s\n' "$2"
    exit 1
}
