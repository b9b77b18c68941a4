"""Runs a real daemon on a temporary state for the end-to-end tests.

Every test ends with check(): the daemon stopped, fsck and replay are the oracles. Nothing here
sleeps for a fixed time: it waits for what it needs to see, with a deadline.
"""

import base64
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

SOURCE = os.environ["OVERLORD_SOURCE_DIR"]
BIN = os.environ["OVERLORD_BIN_DIR"]
VERIFIER = os.path.join(os.path.dirname(BIN), "foreign", "verify")  # by the test foreign_build
DEADLINE_S = 60


def iso(ns):
    """RFC 3339 with nine digits, exact."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ns // 10**9)) + ".%09dZ" % (ns % 10**9)


def event(kind, data, *, ns, id, system="production_system", source="//test/e2e"):
    return json.dumps(
        {
            "specversion": "1.0",
            "id": id,
            "source": source,
            "type": kind,
            "subject": system,
            "time": iso(ns),
            "data": data,
        },
        separators=(",", ":"),
    )


def eventually(condition):
    """What the condition gives, as soon as that is true."""
    deadline = time.monotonic() + DEADLINE_S
    while True:
        seen = condition()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError("it did not come about")
        time.sleep(0.02)


class Daemon:
    def __init__(self, root=None, clock="event", rules=None, extra="", env=None):
        self.root = root or tempfile.mkdtemp(prefix="overlord-e2e-")
        self.state = os.path.join(self.root, "state")
        self.config = os.path.join(self.root, "overlordd.toml")
        self.rules = rules or os.path.join(SOURCE, "rules")
        self.extra, self.clock, self.env = extra, clock, env
        self.origin = "e2e.example/log"
        self.process = None
        self.log = []

    def write_config(self):
        with open(self.config, "w") as out:
            out.write(f'''state_dir = "{self.state}"
origin = "{self.origin}"
[ingest]
listen = "127.0.0.1:0"
[repl]
socket = "{self.root}/repl.sock"
[http]
listen = "127.0.0.1:0"
[rules]
dir = "{self.rules}"
[clock]
source = "{self.clock}"
{self.extra}
''')

    def start(self, expect_ready=True):
        self.write_config()
        environment = dict(os.environ, **(self.env or {}))
        environment.pop("NOTIFY_SOCKET", None)
        self.process = subprocess.Popen(
            [f"{BIN}/overlordd", "--config", self.config],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.log = []
        ready = threading.Event()
        self.addresses = {}

        def read():
            for line in self.process.stderr:
                self.log.append(line.rstrip("\n"))
                found = re.search(
                    r"ready ingest=(\S+):(\d+) repl=(\S+) http=(\S+) origin=(\S+) size=(\d+)", line
                )
                if found:
                    self.addresses = {
                        "host": found[1],
                        "port": int(found[2]),
                        "repl": found[3],
                        "http": found[4],
                    }
                    ready.set()
                elif line.startswith("read-only "):
                    ready.set()
            ready.set()

        self.reader = threading.Thread(target=read, daemon=True)
        self.reader.start()
        ready.wait(DEADLINE_S)
        if expect_ready and not self.addresses:
            raise AssertionError("the daemon is not ready:\n" + "\n".join(self.log))
        return self

    def wait_exit(self):
        code = self.process.wait(DEADLINE_S)
        self.reader.join(DEADLINE_S)
        self.process.stderr.close()
        return code

    def stop(self, sig=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(sig)
            return self.wait_exit()
        return None

    def connect(self):
        return socket.create_connection(
            (self.addresses["host"], self.addresses["port"]), timeout=DEADLINE_S
        )

    def send(self, lines):
        """Sends lines on one connection, half-closes, returns the answers."""
        with self.connect() as link:
            data = (
                "".join(line + "\n" for line in lines).encode()
                if isinstance(lines, list)
                else lines
            )
            answers = []
            done = threading.Thread(target=lambda: answers.extend(read_lines(link)))
            done.start()
            link.sendall(data)
            link.shutdown(socket.SHUT_WR)
            done.join(DEADLINE_S)
            if done.is_alive():
                raise AssertionError("no end of the answers")
        return [json.loads(answer) for answer in answers]

    def ctl(self, *arguments, check=None, input=None):
        done = subprocess.run(
            [f"{BIN}/overlordctl", *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            input=input,
            timeout=DEADLINE_S * 3,
        )
        if check is not None and done.returncode != check:
            raise AssertionError(
                f"overlordctl {' '.join(arguments)}: exit {done.returncode}, not {check}\n"
                f"{done.stdout}\n{done.stderr}\n" + "\n".join(self.log[-20:])
            )
        return done

    def query(self, goal, check=None):
        return self.ctl("query", "--config", self.config, goal, check=check)

    def status(self):
        return json.loads(
            self.ctl(
                "status",
                "--config",
                self.config,
                "--http",
                self.addresses["http"],
                "--json",
                check=0,
            ).stdout
        )

    def records(self):
        """All records of the journal, in order."""
        dump = subprocess.run(
            [f"{BIN}/journal_dump", self.state], capture_output=True, text=True, check=True
        )
        return [json.loads(line) for line in dump.stdout.splitlines()]

    def check(self):
        """fsck, replay and a verifier of others, the oracles of every test."""
        self.ctl("fsck", self.state, check=0)
        self.ctl("replay", self.state, check=0)
        complaint = self.foreign_complaint()
        if complaint:
            raise AssertionError(complaint)

    def vkey(self, name="e2e.example/log"):
        shown = self.ctl("keys", "show", "--state", self.state, check=0).stdout
        return next(line for line in shown.split() if line.startswith(name + "+"))

    def ed25519_vkeys(self):
        """Those of the log's keys that signed its checkpoint and that every verifier knows."""
        with open(os.path.join(self.state, "log", "checkpoint"), encoding="utf-8") as note:
            lines = note.read().split("\n")
        signed = [line.split(" ") for line in lines if line.startswith("\u2014 ")]
        ids = {base64.b64decode(words[2])[:4].hex() for words in signed}
        shown = self.ctl("keys", "show", "--state", self.state, check=0).stdout
        keys = [word.split("+", 2) for word in shown.split() if word.startswith(lines[0] + "+")]
        return [
            "+".join(key)
            for key in keys
            if key[1] in ids and base64.b64decode(key[2])[0] == 1
        ]

    def foreign_complaint(self):
        """What golang.org/x/mod says against the public log; nothing where it is not there, or
        where only a key of another type than Ed25519 signs."""
        if not os.path.exists(VERIFIER):
            return None
        log = os.path.join(self.state, "log")
        complaint = None
        for key in self.ed25519_vkeys():
            done = subprocess.run([VERIFIER, "log", log, key], capture_output=True, text=True)
            if done.returncode == 0:
                return None
            complaint = done.stderr
        return complaint

    def remove(self):
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.root, ignore_errors=True)


def read_lines(link):
    rest = b""
    while True:
        try:
            chunk = link.recv(65536)
        except ConnectionResetError:
            chunk = b""
        if not chunk:
            return [line.decode() for line in rest.split(b"\n") if line]
        rest += chunk


class Case(unittest.TestCase):
    slot_s = None  # of what is proved; None: the daemon's default

    def daemon(self, extra="", **settings):
        if self.slot_s is not None and "[proof]" not in extra:
            extra += f"[proof]\nslot_s = {self.slot_s}\n"
        daemon = Daemon(extra=extra, **settings)
        self.addCleanup(daemon.remove)
        return daemon
