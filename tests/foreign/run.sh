#!/bin/sh
# Checks a log that our code writes with verifiers that are not ours: golang.org/x/mod/sumdb,
# Python's standard library, and openssl. Prints SKIPPED with the reason, and ends with 77, where
# one of them is missing.
#
#   run.sh build BUILD_DIR                            makes BUILD_DIR/verify, for other tests too
#   run.sh test SAMPLE_LOG GROWING_LOG BUILD_DIR      logs of many sizes; proofs, good and tampered
#   run.sh log DIR VKEY BUILD_DIR                     any log's public tree
set -eu
source=$(dirname "$0")
for build in "$@"; do :; done  # the last argument
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

skip() {
    echo "SKIPPED: $1"
    exit 77
}

# Debian's go together with Debian's x/mod: a newer go on PATH no longer builds without modules.
go=
for candidate in /usr/bin/go /usr/lib/go-1.19/bin/go go; do
    if command -v "$candidate" > /dev/null 2>&1; then
        go=$candidate
        break
    fi
done
[ -n "$go" ] || skip "go is not installed (Debian: golang-go)"
gopath=${OVERLORD_GOPATH:-/usr/share/gocode}
[ -d "$gopath/src/golang.org/x/mod/sumdb" ] ||
    skip "golang.org/x/mod is not in $gopath (Debian: golang-golang-x-mod-dev)"
command -v openssl > /dev/null || skip "openssl is not installed"
command -v python3 > /dev/null || skip "python3 is not installed"

mkdir -p "$build"
verify=$build/verify
env GOPATH="$gopath" GO111MODULE=off GOFLAGS=-mod=mod GOTOOLCHAIN=local GOCACHE="$build/go-cache" \
    "$go" build -o "$verify" "$source/verify.go"

case $1 in
    build) exit 0 ;;
    log) exec "$verify" log "$2" "$3" ;;
    test) sample_log=$2 growing_log=$3 ;;
    *) echo "run.sh: unknown command $1" >&2; exit 2 ;;
esac

"$sample_log" "$work"
vkey=$(cat "$work/vkey")
"$verify" log "$work/log" "$vkey"

checked=0
for proof in "$work"/record-*.json; do
    "$verify" proof "$proof" "$vkey"
    checked=$((checked + 1))
done
[ "$checked" -eq 3 ]

must_fail() {
    what=$1
    shift
    if message=$("$@" 2>&1); then
        echo "accepted although it must not be: $what"
        exit 1
    fi
    echo "refused as it must be: $what: $message"
}
for proof in "$work"/tampered-*.json; do
    must_fail "$(basename "$proof")" "$verify" proof "$proof" "$vkey"
done

# One changed byte in the log, in a copy of each kind of file.
change_byte() {
    chmod u+w "$1"
    printf '~' | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
for file in tile/entries/100 tile/0/100 tile/1/000 tile/1/001.p/17 checkpoint; do
    cp "$work/log/$file" "$work/saved"
    change_byte "$work/log/$file" 30
    must_fail "a byte of $file" "$verify" log "$work/log" "$vkey"
    must_fail "a byte of $file, by Python" \
        python3 "$source/verify.py" log "$work/log" "$work/log.pem"
    cp "$work/saved" "$work/log/$file"
done
"$verify" log "$work/log" "$vkey" > /dev/null

check_signature() {
    openssl pkeyutl -verify -pubin -inkey "$work/log.pem" -rawin -in "$work/note.txt" \
        -sigfile "$work/note.sig"
}
check_signature
change_byte "$work/note.txt" 3
must_fail "a checkpoint of another text, by openssl" check_signature
python3 "$source/verify.py" log "$work/log" "$work/log.pem"

"$verify" grow "$growing_log" "$work/grown-go"
python3 "$source/verify.py" grow "$growing_log" "$work/grown-python"
