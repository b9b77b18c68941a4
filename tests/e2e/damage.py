"""Changed bytes and cut files over everything in a stopped state.

  damage.py [COUNT] [--seed N] [--progress]

One state with all kinds of files in it: several segments, seals, attestations, snapshots, rules.
COUNT times one file is damaged, by chance: a bit or a byte is changed, or the file is cut. Then
`overlordctl fsck` is asked, then replay, and if neither finds it, the daemon is started: it has to
refuse, to repair (fsck and replay are clean and all events are there afterwards), or the file is
one of those that nothing is proven with (HARMLESS). What is found has to be found with the name of
the file. Prints a table; ends with 1 when a change was missed.
"""

import argparse
import collections
import os
import random
import shutil
import sys

from fault_run import GOAL, Subject, ids, script, wrong_counts

HARMLESS = {
    "lock": "has no content; only held",
    "crash.marker": "which item the engine is at, while it is; cleared at a start",
    "run": "sockets",
    "snapshots": "derived from the journal; a damaged one is not used, and another is made",
}


class Damage:
    """One change to one file, which can be taken back."""

    def __init__(self, state, path, chance):
        self.file, self.path = os.path.join(state, path), path
        with open(self.file, "rb") as file:
            self.good = file.read()
        self.mode = os.stat(self.file).st_mode & 0o777
        size = len(self.good)
        if chance.random() < 0.2:
            self.bad = self.good[: chance.randrange(size)]
            self.what = f"cut to {len(self.bad)} of {size} bytes"
        else:
            # Big files are mostly the zeros of what is not used yet: half of the changes are in
            # what is.
            used = len(self.good.rstrip(b"\0")) or size
            at = chance.randrange(used if chance.random() < 0.5 else size)
            flip = 1 << chance.randrange(8) if chance.random() < 0.5 else chance.randrange(1, 256)
            self.bad = self.good[:at] + bytes([self.good[at] ^ flip]) + self.good[at + 1 :]
            self.what = f"byte {at} of {size} changed by {flip:#04x}"

    def takes_only_zeros(self):
        """What is cut off has not been used yet."""
        return self.bad.rstrip(b"\0") == self.good.rstrip(b"\0")

    def is_undone(self):
        if not os.path.exists(self.file):
            return False
        with open(self.file, "rb") as file:
            return file.read() == self.good

    def write(self, content):
        os.chmod(self.file, 0o600)
        with open(self.file, "wb") as file:
            file.write(content)
        os.chmod(self.file, self.mode)


def group_of(path):
    """For the table: folders, with the rule bundles as one and the tiles as one."""
    parts = path.split("/")
    if parts[0] == "rules" and len(parts) == 3 and parts[1] != "settings":
        return "rules/BUNDLE/"
    if path.startswith("log/tile/"):
        return "log/tile/"
    return path if len(parts) == 1 or parts[0] == "log" else "/".join(parts[:-1]) + "/"


class State:
    def __init__(self):
        self.subject = Subject()
        run = self.subject.scripted_run([])
        assert run.code == 0, "\n".join(run.log)
        # A second life, so that there is a recovery in it.
        assert self.subject.start_with([])
        self.subject.query(GOAL)
        assert self.subject.stop() == 0
        self.good = os.path.join(self.subject.root, "good")
        shutil.copytree(self.subject.state, self.good)
        self.files = [
            os.path.relpath(os.path.join(folder, name), self.subject.state)
            for folder, _, names in os.walk(self.subject.state)
            for name in names
            if os.path.getsize(os.path.join(folder, name)) > 0
        ]
        self.files.sort()

    def put_back(self):
        """In place: in another folder of keys the guard would be that of a copy."""
        for folder, names, files in os.walk(self.subject.state, topdown=False):
            for name in files:
                os.unlink(os.path.join(folder, name))
            for name in names:
                if os.path.join(folder, name) != os.path.join(self.subject.state, "keys"):
                    os.rmdir(os.path.join(folder, name))
        shutil.copytree(self.good, self.subject.state, dirs_exist_ok=True)

    def judge(self, damage):
        """(how it was found, what is wrong with that or None)"""
        subject = self.subject
        for oracle in ("fsck", "replay"):
            done = subject.ctl(oracle, subject.state)
            if done.returncode != 0:
                return oracle, self.named(damage, done.stdout + done.stderr)
        ready = subject.start_with([])
        if not ready:
            subject.wait_exit()
            return "refused at the start", self.named(damage, "\n".join(subject.log))
        stopped = subject.stop()
        again = [subject.ctl(oracle, subject.state).returncode for oracle in ("fsck", "replay")]
        lost = wrong_counts(subject, [id for lines in script() for id in ids(lines)])
        if stopped != 0 or any(again) or lost:
            return "missed", f"started, then: stop {stopped}, fsck and replay {again}, {lost}"
        if damage.is_undone():
            return "repaired at the start", None
        if damage.path.split("/")[0] in HARMLESS or damage.takes_only_zeros():
            return "harmless", None
        return "missed", "the daemon started, and the file is still damaged"

    @staticmethod
    def named(damage, text):
        """The name, or the number that stands in it; of a rule bundle its folder, which is named
        by the digest of all of its files together."""
        folder, name = os.path.split(damage.path)
        if damage.path in text or name in text or name.split(".")[0] in text:
            return None
        if group_of(damage.path) == "rules/BUNDLE/" and folder in text:
            return None
        return "found without its name: " + text.strip()[-300:]


def run(count, seed, progress=lambda done: None):
    chance = random.Random(seed)
    state = State()
    table, wrong = collections.Counter(), []
    try:
        for number in range(count):
            damage = Damage(state.subject.state, chance.choice(state.files), chance)
            damage.write(damage.bad)
            how, problem = state.judge(damage)
            table[group_of(damage.path), how] += 1
            if problem:
                wrong.append(f"{damage.path}: {damage.what}: {how}: {problem}")
            if how in ("fsck", "replay"):
                damage.write(damage.good)
            else:
                state.put_back()
            progress(number + 1)
    finally:
        state.subject.remove()
    return table, wrong


def print_table(table, out=sys.stdout):
    ways = ("fsck", "replay", "refused at the start", "repaired at the start", "harmless", "missed")
    groups = sorted({group for group, _ in table})
    print(f"{'damaged':24}" + "".join(f"{way:>23}" for way in ways), file=out)
    for group in groups:
        print(f"{group:24}" + "".join(f"{table[group, way] or '-':>23}" for way in ways), file=out)
    totals = [sum(table[group, way] for group in groups) for way in ways]
    print(f"{'all: ' + str(sum(totals)):24}" + "".join(f"{n or '-':>23}" for n in totals), file=out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int, nargs="?", default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--progress", action="store_true", help="on standard error")
    options = parser.parse_args()

    def progress(done):
        if options.progress and done % 100 == 0:
            print(f"{done} of {options.count}", file=sys.stderr, flush=True)

    table, wrong = run(options.count, options.seed, progress)
    for line in wrong:
        print("WRONG", line)
    print_table(table)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
