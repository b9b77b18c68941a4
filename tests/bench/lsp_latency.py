#!/usr/bin/env python3
"""How long an editor waits for diagnostics: from a change of the text to what the gate says of it.

    lsp_latency.py OVERLORDCTL [RULES_DIR] [CHANGES]
"""

import json
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Server:
    def __init__(self, program):
        self.process = subprocess.Popen([program, "rules", "lsp"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def receive(self):
        length = 0
        while (line := self.process.stdout.readline().strip()):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(self.process.stdout.read(length))

    def diagnostics(self, uri, version):
        while True:
            message = self.receive()
            params = message.get("params", {})
            if params.get("uri") == uri and params.get("version") == version:
                return params["diagnostics"]


def main():
    program = sys.argv[1]
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "rules").resolve()
    changes = int(sys.argv[3]) if len(sys.argv) > 3 else 100
    packs = sorted(folder.glob("*.pl"))
    pack = max(packs, key=lambda path: path.stat().st_size)
    text = pack.read_text()
    uri = pack.as_uri()
    server = Server(program)
    server.send({"id": 1, "method": "initialize", "params": {}})
    server.receive()
    began = time.perf_counter()
    server.send({"method": "textDocument/didOpen", "params": {"textDocument": {
        "uri": uri, "languageId": "prolog", "version": 0, "text": text}}})
    server.diagnostics(uri, 0)
    first = time.perf_counter() - began
    times = []
    for version in range(1, changes + 1):
        changed = text + ("\n% typed" if version % 2 else "\nnosuch :- undefined(%d).\n" % version)
        began = time.perf_counter()
        server.send({"method": "textDocument/didChange", "params": {
            "textDocument": {"uri": uri, "version": version},
            "contentChanges": [{"text": changed}]}})
        found = server.diagnostics(uri, version)
        times.append(time.perf_counter() - began)
        if (version % 2 == 0) != any(one["severity"] == 1 for one in found):
            sys.exit("a check missed what was typed: %r" % found)
    times.sort()
    print(f"{folder.name}: {len(packs)} packs, {sum(p.stat().st_size for p in packs)} bytes")
    print(f"first answer, with the start of the gate: {first * 1000:.0f} ms")
    print(f"{changes} changes: median {times[len(times) // 2] * 1000:.0f} ms, "
          f"95 % {times[int(len(times) * 0.95)] * 1000:.0f} ms, "
          f"slowest {times[-1] * 1000:.0f} ms")


if __name__ == "__main__":
    main()
