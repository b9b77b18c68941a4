#!/bin/sh
# Our witness client against stock witnesses, and our witness against a stock client: the library
# behind omniwitness (transparency-dev/witness) and litewitness (torchwood). Prints SKIPPED with the
# reason, and ends with 77, where Go or its modules cannot be had.
#
#   witness.sh SOURCE_DIR BIN_DIR BUILD_DIR
set -eu
source=$1 bin=$2 build=$3

skip() {
    echo "SKIPPED: $1"
    exit 77
}

command -v go > /dev/null || skip "go is not installed"
command -v python3 > /dev/null || skip "python3 is not installed"
mkdir -p "$build"
build=$(cd "$build" && pwd)
export GOTOOLCHAIN=local GOFLAGS=-mod=readonly GOBIN="$build"
if ! (cd "$source/tests/foreign/witness" && go build -o "$build/witness" .) 2> "$build/log"; then
    skip "the stock witness does not build here: $(tail -n 1 "$build/log")"
fi
# An older release: newer ones ask for a newer Go.
if ! GOFLAGS= go install filippo.io/torchwood/cmd/litewitness@v0.6.1 2> "$build/log"; then
    echo "SKIPPED in part: litewitness does not build here: $(tail -n 1 "$build/log")"
    rm -f "$build/litewitness"
elif ! command -v ssh-agent > /dev/null || ! command -v ssh-add > /dev/null; then
    echo "SKIPPED in part: litewitness keeps its key in an ssh-agent, which is not installed"
    rm -f "$build/litewitness"
fi
OVERLORD_SOURCE_DIR=$source OVERLORD_BIN_DIR=$bin OVERLORD_STOCK_DIR=$build \
    PYTHONPATH="$source/tests/e2e" PYTHONDONTWRITEBYTECODE=1 \
    python3 "$source/tests/foreign/witness.py"
