"""A verifier of logs in Python's standard library, with openssl for the signatures; it shares no
code with the programs that write them.

  verify.py log DIR PEM         every entry, every tile, the checkpoint's signature
  verify.py grow PROGRAM DIR    the log that growing_log writes into DIR, at each of its sizes
"""

import base64
import hashlib
import os
import subprocess
import sys
import tempfile


def sha256(data):
    return hashlib.sha256(data).digest()


def tile_path(kind, number, width):
    name = f"{number % 1000:03d}"
    while number >= 1000:
        number //= 1000
        name = f"x{number % 1000:03d}/{name}"
    return f"tile/{kind}/{name}" + ("" if width == 256 else f".p/{width}")


def read(directory, kind, number, width):
    with open(os.path.join(directory, tile_path(kind, number, width)), "rb") as file:
        return file.read()


def leaf_hashes(directory, size):
    """Of the entries in the bundles."""
    hashes = []
    for first in range(0, size, 256):
        width = min(256, size - first)
        data = read(directory, "entries", first // 256, width)
        for _ in range(width):
            length = int.from_bytes(data[:2], "big")
            assert len(data) >= 2 + length, f"a bundle from entry {first} on is cut short"
            hashes.append(sha256(b"\x00" + data[2 : 2 + length]))
            data = data[2 + length :]
        assert not data, f"bytes behind the bundle from entry {first} on"
    return hashes


def check_level(directory, level, hashes):
    """The tiles of one level hold these hashes; returns those of the level above."""
    above = []
    for first in range(0, len(hashes), 256):
        part = hashes[first : first + 256]
        stored = read(directory, str(level), first // 256, len(part))
        assert stored == b"".join(part), f"tile {level}/{first // 256} differs"
        if len(part) == 256:
            while len(part) > 1:
                part = [sha256(b"\x01" + a + b) for a, b in zip(part[::2], part[1::2])]
            above.append(part[0])
    return above


def root_of(hashes):
    """RFC 9162 2.1.1: halves while that is even, the odd one out goes up alone."""
    if not hashes:
        return sha256(b"")
    while len(hashes) > 1:
        pairs = [sha256(b"\x01" + a + b) for a, b in zip(hashes[::2], hashes[1::2])]
        hashes = pairs + hashes[len(pairs) * 2 :]
    return hashes[0]


def check_signature(note, pem):
    text, signatures = note.rsplit("\n\n", 1)
    origin = text.split("\n")[0]
    lines = [line for line in signatures.splitlines() if line.startswith(f"\u2014 {origin} ")]
    assert len(lines) == 1, "not one signature of the log"
    with tempfile.TemporaryDirectory() as work:
        with open(f"{work}/text", "w") as file:
            file.write(text + "\n")
        with open(f"{work}/signature", "wb") as file:
            file.write(base64.b64decode(lines[0].split(" ")[2])[4:])
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", pem, "-rawin"]
        command += ["-in", f"{work}/text", "-sigfile", f"{work}/signature"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return text


def verify_log(directory, pem):
    with open(os.path.join(directory, "checkpoint"), encoding="utf-8") as file:
        origin, size, root = check_signature(file.read(), pem).split("\n")
    hashes = leaf_hashes(directory, int(size))
    assert root_of(hashes) == base64.b64decode(root), "the entries lead to another root"
    level = 0
    while hashes:
        hashes = check_level(directory, level, hashes)
        level += 1
    return f"{origin}: size {size} root {root}"


def verify_growing(program, directory):
    sizes = 0
    with subprocess.Popen(
        [program, directory], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        for line in child.stdout:
            told = verify_log(f"{directory}/log", f"{directory}/log.pem")
            assert f" size {line.strip()} " in told, f"{told}, not {line}"
            sizes += 1
            child.stdin.write("\n")
            child.stdin.flush()
    assert child.returncode == 0
    return f"Python and openssl accept the log at {sizes} sizes"


if __name__ == "__main__":
    commands = {"log": verify_log, "grow": verify_growing}
    if len(sys.argv) != 4 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    print(commands[sys.argv[1]](sys.argv[2], sys.argv[3]))
