#!/bin/sh
# Builds a mim in AssemblyScript and packs it: sh build.sh [folder], by default the current one.
#
# Compiles assembly/index.ts of the project to target/index.wasm and packs that with mim.json, which names the mim and its
# version, into target/<name>-<version>.tar. Needs Node.js 20 or newer, and once the compiler: npm ci, in the folder of this
# script. Then no network.
#
#   sh build.sh --check   says which tool is missing, exit code 3; or nothing
set -eu

here=$(cd "$(dirname "$0")" && pwd)
asc=$here/node_modules/assemblyscript/bin/asc.js

missing() {
    echo "$*" >&2
    exit 3
}

node_version=$(node --version 2>/dev/null || true)
node_major=${node_version#v}
[ -n "$node_version" ] || missing "no node found"
[ "${node_major%%.*}" -ge 20 ] || missing "Node.js is $node_version, the compiler asc needs 20 or newer"
[ -f "$asc" ] || missing "the compiler asc is not installed, run npm ci in $here"
[ "${1:-}" != --check ] || exit 0
cd "${1:-.}"
[ -f mim.json ] || { echo "build.sh: there is no mim.json in $PWD; name the folder of a project" >&2; exit 1; }
name=$(sed -n 's/.*"name" *: *"\([^"]*\)".*/\1/p' mim.json | head -n 1)
version=$(sed -n 's/.*"version" *: *"\([^"]*\)".*/\1/p' mim.json | head -n 1)
[ -n "$name" ] && [ -n "$version" ] || { echo "build.sh: $PWD/mim.json names no name or no version" >&2; exit 1; }

mkdir -p target
# What a request leaves behind is collected while it runs, so that long streams need little memory.
node "$asc" assembly/index.ts --outFile target/index.wasm -O2 --shrinkLevel 1 --debug --runtime incremental
cp mim.json target/
tar -cf "target/$name-$version.tar" -C target index.wasm mim.json
echo "$PWD/target/$name-$version.tar"
