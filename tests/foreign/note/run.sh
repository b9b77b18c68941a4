#!/bin/sh
# Verifiers that are not ours read the golden checkpoint of two signature types: x/mod's note.Open
# by its Ed25519 line, openssl by each of them. Ends with 77 and the reason where one is missing.
#
#   run.sh SOURCE_DIR BUILD_DIR
set -eu
source=$1 build=$2
vectors=$source/tests/vectors/tlog
skip() {
    echo "SKIPPED: $1"
    exit 77
}
command -v openssl > /dev/null || skip "openssl is not installed"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Text and signatures, by Python's standard library alone.
python3 - "$vectors/checkpoint.two-types" "$vectors/ecdsa.vkey" "$work" << 'PY'
import base64, sys
note = open(sys.argv[1], encoding="utf-8").read()
text, lines = note.rsplit("\n\n", 1)
open(sys.argv[3] + "/text", "w").write(text + "\n")
for name, line in zip(("ed25519", "ecdsa"), lines.splitlines()):
    signature = base64.b64decode(line.split(" ")[2])[4:]
    open(f"{sys.argv[3]}/{name}.sig", "wb").write(signature)
key = base64.b64decode(open(sys.argv[2]).read().split("+", 2)[2])
assert key[0] == 2
open(sys.argv[3] + "/ecdsa.der", "wb").write(key[1:])
PY
openssl dgst -sha256 -verify "$vectors/ecdsa.pem" -signature "$work/ecdsa.sig" "$work/text"
openssl dgst -sha256 -verify "$work/ecdsa.der" -keyform DER -signature "$work/ecdsa.sig" \
    "$work/text"
printf 'x' >> "$work/text"
if openssl dgst -sha256 -verify "$vectors/ecdsa.pem" -signature "$work/ecdsa.sig" "$work/text"; then
    echo "openssl accepted another text"
    exit 1
fi

gopath=${OVERLORD_GOPATH:-/usr/share/gocode}
go=$(command -v /usr/bin/go || command -v go) || skip "go is not installed (Debian: golang-go)"
[ -d "$gopath/src/golang.org/x/mod/sumdb" ] ||
    skip "golang.org/x/mod is not in $gopath (Debian: golang-golang-x-mod-dev)"
mkdir -p "$build"
env GOPATH="$gopath" GO111MODULE=off GOFLAGS=-mod=mod GOTOOLCHAIN=local GOCACHE="$build/go-cache" \
    "$go" build -o "$build/two_types" "$source/tests/foreign/note/two_types.go"
"$build/two_types" "$vectors/checkpoint.two-types" \
    'zk-overlords.example/log1+95afd529+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4' \
    "$(cat "$vectors/ecdsa.vkey")"
