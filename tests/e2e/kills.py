"""SIGKILLs under load: of the daemon, the engine, the signer, and of all three at once.

  kills.py [COUNT] [--seed N] [--progress]

A sender sends numbered events as fast as they are taken, and notes what was acknowledged. After a
moment drawn by chance one of the four is killed, in turn; where the daemon lives on, it has to go
on acknowledging. At the end every acknowledged event is in the journal once, and every checkpoint
that was seen is one of the log. Prints counts; ends with 1 when something is wrong.
"""

import argparse
import collections
import os
import random
import signal
import sys
import time

from fault_run import inconsistent
from harness import DEADLINE_S, Daemon
from test_faults import Sender, journal_events

TARGETS = ("daemon", "engine", "signer", "all")


def children_of(pid):
    """The daemon's processes by name."""
    found = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children") as file:
            for child in file.read().split():
                with open(f"/proc/{child}/comm") as name:
                    found[name.read().strip()] = int(child)
    return found


class Kills:
    def __init__(self, seed):
        self.daemon = Daemon(extra="[journal]\nsegment_mib = 1\n")
        self.chance = random.Random(seed)
        self.checkpoints, self.acked = [], 0
        self.sender = None
        self.counts = collections.Counter()

    def ensure_running(self):
        if self.daemon.process is None or self.daemon.process.poll() is not None:
            self.daemon.start()
            self.sender = Sender(self.daemon, self.acked)
            self.sender.start()

    def see_checkpoint(self):
        try:
            with open(os.path.join(self.daemon.state, "log", "checkpoint")) as file:
                self.checkpoints.append(file.read())
        except FileNotFoundError:
            pass  # not published yet

    def kill(self, target):
        children = children_of(self.daemon.process.pid)
        pids = {
            "daemon": [self.daemon.process.pid],
            "engine": [children.get("overlord-engine")],
            "signer": [children.get("overlord-signer")],
        }
        pids["all"] = pids["daemon"] + pids["engine"] + pids["signer"]
        alive = [pid for pid in pids[target] if pid is not None]  # not just being started again
        for pid in alive:
            os.kill(pid, signal.SIGKILL)
        self.counts[target] += bool(alive)

    def wait_for_more(self):
        """The daemon lives on: it acknowledges again."""
        before, end = self.sender.acked, time.monotonic() + DEADLINE_S
        while self.sender.acked == before:
            if time.monotonic() > end or not self.sender.is_alive():
                return "\n".join(self.daemon.log[-5:]) or "no more acknowledgements"
            time.sleep(0.005)
        return None

    def round(self, target):
        self.ensure_running()
        time.sleep(self.chance.uniform(0.01, 0.2))
        self.see_checkpoint()
        self.kill(target)
        if target in ("engine", "signer"):
            complaint = self.wait_for_more()
            return f"after a kill of the {target}: {complaint}" if complaint else None
        self.daemon.wait_exit()
        self.sender.join(DEADLINE_S)
        self.acked = self.sender.acked
        self.see_checkpoint()
        return None

    def finish(self):
        self.ensure_running()
        if self.daemon.stop() != 0:
            return ["the last stop failed: " + "\n".join(self.daemon.log[-5:])]
        self.sender.join(DEADLINE_S)
        self.acked = self.sender.acked
        counts = journal_events(self.daemon)
        lost = [n for n in range(self.acked) if f"k{n}" not in counts]
        doubled = [id for id, count in counts.items() if count > 1]
        self.counts["acknowledged"], self.counts["found"] = self.acked, len(counts)
        self.counts["lost"], self.counts["doubled"] = len(lost), len(doubled)
        wrong = [f"lost {lost[:10]}"] * bool(lost) + [f"doubled {doubled[:10]}"] * bool(doubled)
        wrong += [f"fork: {text}" for text in inconsistent(self.daemon.state, self.checkpoints)]
        self.counts["checkpoints"] = len(set(self.checkpoints))
        try:
            self.daemon.check()
        except AssertionError as failure:
            wrong.append(str(failure))
        return wrong


def run(count, seed, progress=lambda done: None):
    kills = Kills(seed)
    wrong = []
    try:
        for number in range(count):
            complaint = kills.round(TARGETS[number % len(TARGETS)])
            if complaint:
                wrong.append(complaint)
                break
            progress(number + 1)
        wrong += kills.finish()
    finally:
        kills.daemon.remove()
        if kills.sender:
            kills.sender.join(DEADLINE_S)
    return kills.counts, wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int, nargs="?", default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--progress", action="store_true", help="on standard error")
    options = parser.parse_args()

    def progress(done):
        if options.progress and done % 20 == 0:
            print(f"{done} of {options.count}", file=sys.stderr, flush=True)

    counts, wrong = run(options.count, options.seed, progress)
    for line in wrong:
        print("WRONG", line)
    print("killed:", ", ".join(f"{target} {counts[target]}" for target in TARGETS))
    print(
        f"{counts['acknowledged']} events acknowledged, {counts['found']} in the journal, "
        f"{counts['lost']} lost, {counts['doubled']} doubled; "
        f"{counts['checkpoints']} different checkpoints seen"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
