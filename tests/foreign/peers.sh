#!/bin/sh
# Checks a log at many sizes with Tessera, torchwood and transparency-dev/formats. They need a newer
# Go than Debian's and its modules: where those are not to be had it prints SKIPPED with the reason
# and ends with 77.
#
#   peers.sh SAMPLE_LOG GROWING_LOG BUILD_DIR
set -eu
sample_log=$1 growing_log=$2 build=$3 source=$(dirname "$0")/peers

skip() {
    echo "SKIPPED: $1"
    exit 77
}

command -v go > /dev/null || skip "go is not installed"
minor=$(go env GOVERSION | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
[ "${minor:-0}" -ge 26 ] || skip "$(go version) is too old: the peers need go1.26"
mkdir -p "$build"
export GOFLAGS=-mod=readonly GOTOOLCHAIN=local
(cd "$source" && timeout 120 go list -deps .) > "$build/download" 2>&1 ||
    skip "the peers' Go modules cannot be had: $(tail -n 1 "$build/download")"
(cd "$source" && go build -o "$build/peers" .)

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
"$build/peers" grow "$growing_log" "$work/grown"
"$sample_log" "$work"
"$build/peers" log "$work/log" "$(cat "$work/vkey")"

# They refuse a changed byte, so that their word means something.
for file in tile/entries/100 tile/0/100 tile/1/000 checkpoint; do
    cp "$work/log/$file" "$work/saved"
    chmod u+w "$work/log/$file"
    printf '~' | dd of="$work/log/$file" bs=1 seek=30 conv=notrunc status=none
    if message=$("$build/peers" log "$work/log" "$(cat "$work/vkey")" 2>&1); then
        echo "accepted although it must not be: a byte of $file"
        exit 1
    fi
    echo "refused as it must be: a byte of $file: $message"
    cp "$work/saved" "$work/log/$file"
done
