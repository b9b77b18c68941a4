#!/bin/sh
# Range proofs to and from dalek's code as it is in an npm package, WebAssembly made by others. The
# package is pinned by its digest in package-lock.json and fetched when the test runs: where npm
# cannot have it, this prints SKIPPED with the reason and ends with 77.
#
#   npm.sh ZK_CASES BUILD_DIR      OVERLORD_ZK_CASES: how many changed proofs
set -eu
zk_cases=$1 build=$2 source=$(dirname "$0")
skip() {
    echo "SKIPPED: $1"
    exit 77
}
command -v node > /dev/null || skip "node is not installed (Debian: nodejs)"
command -v npm > /dev/null || skip "npm is not installed (Debian: npm)"
mkdir -p "$build"
cp "$source/package.json" "$source/package-lock.json" "$build"
package=$build/node_modules/@aptos-labs/confidential-asset-wasm-bindings
if ! (cd "$build" && timeout 120 npm ci --ignore-scripts --no-audit --no-fund) \
    > "$build/npm.log" 2>&1; then
    # Another package than the one that is pinned is no reason to skip.
    ! grep -q EINTEGRITY "$build/npm.log" || { cat "$build/npm.log"; exit 1; }
    skip "npm cannot have the package: $(grep -m 1 . "$build/npm.log")"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
changes=$((${OVERLORD_ZK_CASES:-4000} / 10))
"$zk_cases" make 1 "$changes" > "$work/cases"
node "$source/dalek.mjs" "$package" verify < "$work/cases"
node "$source/dalek.mjs" "$package" prove $((1 + changes / 400)) > "$work/proofs"
"$zk_cases" check < "$work/proofs"

# It does judge: told that a good proof is bad, it disagrees.
if head -n 1 "$work/cases" | sed 's/1$/0/' |
    node "$source/dalek.mjs" "$package" verify > "$work/answer"; then
    echo "dalek agreed to a wrong verdict"
    exit 1
fi
grep -q '^disagreement: dalek says true' "$work/answer"
