#!/bin/sh
# Installs what the SDKs for WebAssembly need, on request: sh tools.sh [c] [rust] [assemblyscript] [libc]; without arguments
# the first three. What is there already is left alone.
#
#   c, rust          clang and lld; rustc with its WebAssembly library, cargo and lld: Debian's packages, as root
#   libc             the C library of WASI, for build.sh --libc of the SDK for C
#   assemblyscript   the compiler asc from npm, into the folder assemblyscript; needs Node.js 20 or newer
#
# Exit code: 0 when all of them are there, 1 when not; one line for each says why.

cd "$(dirname "$0")" || exit 1
updated=
failed=0

install_packages() {
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "apt-get was not found; install what corresponds to Debian's packages $*"
        return 1
    fi
    if [ "$(id -u)" != 0 ]; then
        echo "only root can install packages; run: apt-get install $*"
        return 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    if [ -z "$updated" ]; then
        apt-get -qq update >/dev/null 2>&1 # when there is no network, apt may know the packages still
        updated=yes
    fi
    # The last line of the log says what the matter is.
    log=$(apt-get -qq -y --no-install-recommends install "$@" </dev/null 2>&1) || {
        printf '%s\n' "$log" | tail -n 1
        return 1
    }
}

install() {
    case $1 in
    c) install_packages clang lld ;;
    rust) install_packages rustc cargo libstd-rust-dev-wasm32 lld ;;
    libc) install_packages wasi-libc "$(runtime_library)" ;;
    assemblyscript)
        log=$(cd assemblyscript && npm ci --prefer-offline --no-progress --loglevel=error </dev/null 2>&1) || {
            printf '%s\n' "$log" | tail -n 1
            return 1
        }
        ;;
    esac
}

# The package of clang's own version; clang alone may be of another one.
runtime_library() {
    major=$(clang -dumpversion 2>/dev/null) && echo "libclang-rt-${major%%.*}-dev-wasm32" || echo libclang-rt-dev-wasm32
}

missing() {
    if [ "$1" = libc ]; then
        [ -f /usr/include/wasm32-wasi/stdio.h ] || echo "no WASI C library found"
    else
        sh "$1/build.sh" --check 2>&1
    fi
}

[ $# -gt 0 ] || set -- c rust assemblyscript
for sdk in "$@"; do
    case $sdk in
    c | rust | assemblyscript | libc) ;;
    *)
        echo "tools.sh: there is no '$sdk', expected c, rust, assemblyscript or libc" >&2
        exit 2
        ;;
    esac
    if [ -z "$(missing "$sdk")" ]; then
        echo "$sdk: the tools are there"
        continue
    fi
    problem=$(install "$sdk")
    still=$(missing "$sdk")
    if [ -z "$still" ]; then
        echo "$sdk: the tools were installed"
    else
        echo "$sdk: skipped, $still${problem:+: $problem}" >&2
        failed=1
    fi
done
exit $failed
