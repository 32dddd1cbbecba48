#!/bin/sh
# Builds, tests and packs the example mims with the Node.js of this machine. Run by the Maven build;
# arguments are those of build.js.

problem=
for program in node npm; do
    if ! command -v "$program" >/dev/null 2>&1; then
        problem="no $program found"
        break
    fi
done

if [ -z "$problem" ]; then
    version=$(node --version)
    major=${version#v}
    if [ "${major%%.*}" -lt 18 ]; then
        problem="found $version"
    fi
fi

if [ -n "$problem" ]; then
    echo "Node.js 18 or newer with npm is needed to build the example mims ($problem); install it," \
        "or leave the examples out with -Dexamples.skip" >&2
    exit 1
fi

exec node "$(dirname "$0")/build.js" "$@"
