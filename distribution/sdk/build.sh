#!/bin/sh
# Builds the examples of the SDKs for WebAssembly, as far as their tools are there: those that are missing are named, and
# nothing is installed. Run by the Maven build. An example that is newer than its sources is left as it is.

cd "$(dirname "$0")" || exit 1

# $1: an SDK, $2: an image
is_current() {
    [ -f "$2" ] && [ -z "$(find "$1" -type f -newer "$2" ! -path '*/target/*' ! -path '*/node_modules/*' \
        ! -path '*/template/*' ! -name '*.md' | head -n 1)" ]
}

for sdk in c rust assemblyscript; do
    problem=$(sh "$sdk/build.sh" --check 2>&1)
    for folder in "$sdk"/examples/*/; do
        folder=${folder%/}
        image=$folder/target/${folder##*/}-v1-1.0.0.tar
        if is_current "$sdk" "$image"; then
            continue
        fi
        rm -f "$image"
        if [ -n "$problem" ]; then
            echo "skipped the example $folder: $problem; distribution/sdk/tools.sh $sdk installs the tools"
            continue
        fi
        echo "building the example $folder"
        sh "$sdk/build.sh" "$folder" >/dev/null || exit 1
    done
done
