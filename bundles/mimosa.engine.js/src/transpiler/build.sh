#!/bin/sh
# Fetches the transpiler with the Node.js of this machine and copies it where Maven finds it. Run by the Maven build;
# the argument is the folder of resources to fill.

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
    echo "Node.js 18 or newer with npm is needed to fetch the transpiler of the JavaScript engine ($problem);" \
        "install it" >&2
    exit 1
fi

exec node "$(dirname "$0")/build.js" "$@"
