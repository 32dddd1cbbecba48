#!/bin/sh
# Builds a mim in Rust and packs it: sh build.sh [folder], by default the current one.
#
# Cargo makes target/index.wasm of the project; with mim.json, which names the mim and its version, it is packed into
# target/<name>-<version>.tar. Needs cargo, and rustc with the target wasm32-unknown-unknown (Debian: cargo, rustc,
# libstd-rust-dev-wasm32, lld; with rustup: rustup target add wasm32-unknown-unknown), and no network.
#
#   sh build.sh --check   says which tool is missing, exit code 3; or nothing
#   CARGO, RUSTC          other tools
set -eu

# The first pair that has the target: the one that is asked for, on the PATH, of the system.
find_tools() {
    problem="no cargo with rustc found"
    for folder in "" /usr/bin/; do
        cargo=${CARGO:-${folder}cargo}
        rustc=${RUSTC:-${folder}rustc}
        command -v "$cargo" >/dev/null 2>&1 && command -v "$rustc" >/dev/null 2>&1 || continue
        library=$("$rustc" --print target-libdir --target wasm32-unknown-unknown 2>/dev/null || true)
        [ -n "$library" ] && ls "$library"/libcore-*.rlib >/dev/null 2>&1 && return
        problem="$rustc has no target wasm32-unknown-unknown"
    done
    echo "$problem" >&2
    exit 3
}

find_tools
[ "${1:-}" != --check ] || exit 0
cd "${1:-.}"
[ -f mim.json ] || { echo "build.sh: there is no mim.json in $PWD; name the folder of a project" >&2; exit 1; }
name=$(sed -n 's/.*"name" *: *"\([^"]*\)".*/\1/p' mim.json | head -n 1)
version=$(sed -n 's/.*"version" *: *"\([^"]*\)".*/\1/p' mim.json | head -n 1)
[ -n "$name" ] && [ -n "$version" ] || { echo "build.sh: $PWD/mim.json names no name or no version" >&2; exit 1; }

RUSTC=$rustc "$cargo" build --quiet --offline --locked --release --target wasm32-unknown-unknown --target-dir target/cargo
set -- target/cargo/wasm32-unknown-unknown/release/*.wasm
[ $# = 1 ] && [ -f "$1" ] ||
    { echo "build.sh: expected one program in $PWD/${1%/*}, found: $*; remove the folder and build again" >&2; exit 1; }
cp "$1" target/index.wasm
cp mim.json target/
tar -cf "target/$name-$version.tar" -C target index.wasm mim.json
echo "$PWD/target/$name-$version.tar"
