#!/bin/sh
# Builds a mim in C or C++ and packs it: sh build.sh [folder], by default the current one.
#
# Compiles src/*.c, *.cc and *.cpp of the project to target/index.wasm and packs that with mim.json, which names the mim and
# its version, into target/<name>-<version>.tar. Needs clang and wasm-ld (Debian: clang, lld) and no network.
#
#   sh build.sh --libc [folder]   with the C library of WASI (Debian: wasi-libc, libclang-rt-dev-wasm32), or of WASI_SDK_PATH
#   sh build.sh --check           says which tool is missing, exit code 3; or nothing
#   CC, CFLAGS                    another clang, further options
set -eu

here=$(cd "$(dirname "$0")" && pwd)
clang=${CC:-${WASI_SDK_PATH:+$WASI_SDK_PATH/bin/}clang}

missing() {
    echo "$*" >&2
    exit 3
}

check() {
    command -v "$clang" >/dev/null 2>&1 || missing "no $clang found"
    linker=$("$clang" --print-prog-name=wasm-ld 2>/dev/null || true)
    command -v "${linker:-wasm-ld}" >/dev/null 2>&1 || missing "no wasm-ld found"
    "$clang" --print-targets 2>/dev/null | grep -q wasm32 ||
        echo 'int x;' | "$clang" --target=wasm32 -c -x c - -o /dev/null 2>/dev/null || missing "$clang has no target wasm32"
}

libc=
case ${1:-} in
--check)
    check
    exit
    ;;
--libc)
    libc=yes
    shift
    ;;
esac

cd "${1:-.}"
[ -f mim.json ] || { echo "build.sh: there is no mim.json in $PWD; name the folder of a project" >&2; exit 1; }
name=$(sed -n 's/.*"name" *: *"\([^"]*\)".*/\1/p' mim.json | head -n 1)
version=$(sed -n 's/.*"version" *: *"\([^"]*\)".*/\1/p' mim.json | head -n 1)
[ -n "$name" ] && [ -n "$version" ] || { echo "build.sh: $PWD/mim.json names no name or no version" >&2; exit 1; }
check

if [ -n "$libc" ]; then
    # The reactor's _initialize runs constructors; there is no main.
    if [ -n "${WASI_SDK_PATH:-}" ]; then
        system=
    else
        system="-isystem /usr/include/wasm32-wasi -L/usr/lib/wasm32-wasi"
    fi
    options="--target=wasm32-wasi -mexec-model=reactor -DMIMOSA_MALLOC $system"
    support=
else
    options="--target=wasm32 -ffreestanding -nostdlib -Wl,--no-entry"
    support=target/support.c
fi

rm -rf target
mkdir -p target
[ -z "$support" ] || printf '#define MIMOSA_FREESTANDING\n#include "mimosa.h"\n' >"$support"
set --
for source in src/*.c src/*.cc src/*.cpp $support; do
    [ -f "$source" ] || continue
    object=target/$(basename "$source").o
    case $source in
    *.c) standard=-std=c99 ;;
    *) standard="-std=c++11 -fno-exceptions -fno-rtti -fno-threadsafe-statics" ;;
    esac
    # shellcheck disable=SC2086 # options are words
    "$clang" $options $standard -Oz -Wall -Wextra -Werror=implicit-function-declaration -I "$here" -I src ${CFLAGS:-} \
        -Wno-unused-command-line-argument -c "$source" -o "$object"
    set -- "$@" "$object"
done
# shellcheck disable=SC2086
"$clang" $options -Wl,--strip-debug -Wl,-z,stack-size=65536 "$@" -o target/index.wasm
cp mim.json target/
tar -cf "target/$name-$version.tar" -C target index.wasm mim.json
echo "$PWD/target/$name-$version.tar"
