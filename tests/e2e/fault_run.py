"""One scripted run of the daemon under strace, with one fault injected, and the judgement after it.

The script is short and always the same, so that the K-th call of a kind is the same call in every
run: the first start of a state (or the next one after a kill), events, questions that seal and
attest, enough bytes for new journal segments, the snapshot of the stop. What the run acknowledged,
and every checkpoint that was published, is kept; the judgement is made on a start without faults.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading

import scenario
from harness import BIN, DEADLINE_S, Daemon, event

# Everything that changes a file, or makes a change last. `write` is not among them: the daemon
# writes files with pwrite64 and pwritev2 only, and `write` goes to sockets and standard error.
CALLS = (
    "openat,pwrite64,pwritev2,sync_file_range,fsync,fdatasync,syncfs,rename,renameat,renameat2,"
    "unlink,unlinkat,rmdir,link,linkat,mkdir,mkdirat,ftruncate,fallocate,close,flock,fchmod"
).split(",")
ERRORS = ("EIO", "ENOSPC", "EINTR")
SETTINGS = "[journal]\nsegment_mib = 1\n[seal]\ninterval_ms = 60000\n"
GOAL = "zk_overlords_compliant(production_system, P)"
BIG_EVENTS = 75  # of 30 kB: two segments of 1 MiB are filled


def script():
    """The batches of events, each sent on a connection of its own."""
    small = scenario.compliant()
    big = [
        event(
            "gmp.batch",
            {
                "id": f"big-{n}",
                "input": "x" * 30_000,
                "output": "t",
                "process": ["mix", "press"],
                "timestamp": "2026-01-29T12:00:00Z",
            },
            ns=scenario.START + 70 * scenario.SECOND + n,
            id=f"big-{n}",
        )
        for n in range(BIG_EVENTS)
    ]
    third = BIG_EVENTS // 3
    return [small[:60], small[60:], big[:third], big[third : 2 * third], big[2 * third :]]


def ids(lines):
    return [json.loads(line)["id"] for line in lines]


class Call:
    """One call of the write path as strace saw it: who, what, on which file of the state."""

    def __init__(self, thread, name, path):
        self.thread, self.name = thread, name
        self.path = path  # below the state; None for a file or socket outside


def read_trace(file, state):
    """All calls in their order, and those in which a fault was injected."""
    calls, injected = [], []
    begun = re.compile(r"^(\d+) +(\w+)\((.*)$")
    resumed = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>")
    inside = re.compile(re.escape(state) + r'(/[^">]*)?[">]')
    last = {}
    with open(file, errors="replace") as lines:
        for line in lines:
            if found := begun.match(line):
                path = inside.search(found[3])
                call = Call(found[1], found[2], (path[1] or "/")[1:] if path else None)
                calls.append(call)
                last[call.thread] = call
            elif not (found := resumed.match(line)):
                continue
            # A call that SIGKILL ended has no result.
            if "(INJECTED)" in line or line.rstrip().endswith("= ?"):
                injected.append(last[found[1]])
    return calls, injected


class Run:
    """The outcome of one scripted run."""

    def __init__(self):
        self.acked, self.checkpoints, self.log = set(), [], []
        self.answers, self.code, self.ready = [], None, False


class Subject(Daemon):
    """A daemon that may be started under strace, and whose end at any step is no failure here."""

    def __init__(self, root=None, extra=""):
        super().__init__(root=root, extra=SETTINGS + extra)
        self.trace = os.path.join(self.root, "trace")
        os.makedirs(os.path.join(self.root, "seen"), exist_ok=True)

    def start_with(self, wrapper, env=None):
        """Like start(), through a wrapper; true if the daemon became ready."""
        self.write_config()
        self.log, self.addresses = [], {}
        self.process = subprocess.Popen(
            [*wrapper, f"{BIN}/overlordd", "--config", self.config],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",  # a damaged name in a message
            env=dict(os.environ, **(env or {})),
        )
        ready = threading.Event()
        self.reader = threading.Thread(target=self.read_log, args=(ready,), daemon=True)
        self.reader.start()
        if not ready.wait(DEADLINE_S):
            self.process.kill()
            raise AssertionError("neither ready nor ended:\n" + "\n".join(self.log))
        if not self.addresses:
            self.process.terminate()  # it has ended, or it is read-only
        return bool(self.addresses)

    def read_log(self, ready):
        for line in self.process.stderr:
            self.log.append(line.rstrip("\n"))
            if line.startswith("read-only "):
                ready.set()
            found = re.search(r"ready ingest=(\S+):(\d+) repl=(\S+) http=(\S+)", line)
            if found:
                self.addresses = {
                    "host": found[1],
                    "port": int(found[2]),
                    "repl": found[3],
                    "http": found[4],
                }
                ready.set()
        ready.set()

    def strace(self, options):
        return [
            "strace", "-D", "-f", "-q", "-y", "-s", "0", "-e", "signal=none",
            "-o", self.trace, *options,
        ]  # fmt: skip

    def checkpoint(self):
        try:
            with open(os.path.join(self.state, "log", "checkpoint")) as file:
                return file.read()
        except FileNotFoundError:
            return None

    def offer(self, lines):
        """Sends lines; returns the ids that were acknowledged before the connection ended."""
        received = bytearray()
        try:
            with self.connect() as link:
                link.sendall("".join(line + "\n" for line in lines).encode())
                link.shutdown(socket.SHUT_WR)
                while chunk := link.recv(65536):
                    received += chunk
        except OSError:
            pass  # the daemon ended: what it had answered before counts
        count = 0
        for answer in received.split(b"\n")[:-1]:
            count = json.loads(answer).get("durable", count)
        return set(ids(lines)[:count])

    def scripted_run(self, wrapper, env=None):
        run = Run()
        run.ready = self.start_with(wrapper, env)
        if run.ready:
            for lines in script():
                run.acked |= self.offer(lines)
                # Seals, signs and, when it complies, attests.
                run.answers.append(self.query(GOAL).returncode)
                run.checkpoints.append(self.checkpoint())
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        run.code = self.wait_exit()
        run.checkpoints.append(self.checkpoint())
        run.log = list(self.log)
        return run


# ---------------------------------------------------------------------------------------------
# The judgement


def leaf_hashes(state, size):
    """The leaf hashes of the public log, from its level-0 tiles."""
    leaves = []
    for tile in range((size + 255) // 256):
        name = os.path.join(state, "log", "tile", "0", f"{tile:03d}")
        width = min(256, size - tile * 256)
        with open(name if width == 256 else f"{name}.p/{width}", "rb") as file:
            content = file.read()
        leaves += [content[i : i + 32] for i in range(0, len(content), 32)]
    return leaves


def root_of(leaves):
    """RFC 9162 2.1.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def head_of(checkpoint):
    lines = checkpoint.split("\n")
    return int(lines[1]), base64.b64decode(lines[2])


def inconsistent(state, checkpoints):
    """Those of the checkpoints whose root is not that of the same beginning of the present log."""
    with open(os.path.join(state, "log", "checkpoint")) as file:
        size, root = head_of(file.read())
    leaves = leaf_hashes(state, size)
    bad = [] if root_of(leaves) == root else ["the present one"]
    for text in {text for text in checkpoints if text}:
        old_size, old_root = head_of(text)
        if old_size > size or root_of(leaves[:old_size]) != old_root:
            bad.append(text)
    return bad


def wrong_counts(subject, expected):
    """Events of `expected` that are not in the journal exactly once, and any that are twice."""
    counts = {}
    for record in subject.records():
        if record["kind"] == "event":
            counts[record["event"]["id"]] = counts.get(record["event"]["id"], 0) + 1
    lost = sorted(id for id in expected if id not in counts)
    doubled = sorted(id for id, count in counts.items() if count > 1)
    return [f"lost: {lost}"] * bool(lost) + [f"doubled: {doubled}"] * bool(doubled)


def judge(subject, run):
    """What is wrong after a start without faults; an empty list is a pass."""
    if not subject.start_with([]):
        subject.wait_exit()
        return ["the next start failed: " + "\n".join(subject.log)]
    wrong = wrong_counts(subject, run.acked)
    for lines in script():
        if subject.offer(lines) != set(ids(lines)):
            wrong.append("events are not taken after the restart")
    if subject.stop() != 0:
        wrong.append("the restarted daemon failed: " + "\n".join(subject.log))
    wrong += wrong_counts(subject, [id for lines in script() for id in ids(lines)])
    for oracle in ("fsck", "replay"):
        done = subject.ctl(oracle, subject.state)
        if done.returncode != 0:
            wrong.append(f"{oracle}: {done.stdout}{done.stderr}")
    complaint = subject.foreign_complaint()
    wrong += [f"golang.org/x/mod: {complaint}"] * bool(complaint)
    wrong += [f"fork: {text}" for text in inconsistent(subject.state, run.checkpoints)]
    return wrong
