#!/bin/sh
# Range proofs to and from dalek's crate `bulletproofs`, built when the test runs: where there is no
# cargo, or it cannot have the crates, this prints SKIPPED with the reason and ends with 77.
#
#   cargo.sh ZK_CASES BUILD_DIR    OVERLORD_ZK_CASES: how many changed proofs; a tenth of it: how
#                                  many round trips
set -eu
zk_cases=$1 build=$2
skip() {
    echo "SKIPPED: $1"
    exit 77
}
command -v cargo > /dev/null || skip "cargo is not installed"
mkdir -p "$build"
cp -r "$(dirname "$0")/dalek" "$build"
manifest=$build/dalek/Cargo.toml
if ! timeout 120 cargo fetch --manifest-path "$manifest" > "$build/fetch.log" 2>&1; then
    skip "cargo cannot have the crates: $(tail -n 1 "$build/fetch.log")"
fi
cargo build --quiet --release --offline --manifest-path "$manifest" --target-dir "$build"
peer=$build/release/peer

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
changes=${OVERLORD_ZK_CASES:-4000}
rounds=$((1 + changes / 20 / 10))  # ten shapes a round, and half of the proofs go each way
"$zk_cases" make "$rounds" "$changes" > "$work/cases"
"$peer" verify < "$work/cases"
"$peer" prove "$rounds" > "$work/proofs"
"$zk_cases" check < "$work/proofs"

# It does judge: told that a good proof is bad, it disagrees.
if head -n 1 "$work/cases" | sed 's/1$/0/' | "$peer" verify > "$work/answer" 2>&1; then
    echo "dalek agreed to a wrong verdict"
    exit 1
fi
grep -q 'disagreement: dalek says true' "$work/answer"
