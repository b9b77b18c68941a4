"""Every system call of the write path, times every fault: the matrix of docs/reliability.md.

  fault_matrix.py [--jobs N] [--cells REGEX] [--sample N] [--from fresh|killed] [--progress]

A recorded run says which calls there are. Then one run for each of them and each of EIO, ENOSPC,
EINTR (the call fails and does nothing) and SIGKILL (the process ends before the call), injected by
strace; short writes come from a preloaded library, since strace cannot make a write short. After
each the state is started without faults and judged (fault_run.py). Prints a table of counts, and
ends with 1 if a cell is wrong.

strace counts the calls of each thread by itself, and those of libraries too. So a call is named by
its file and its index among the calls of its kind on this file (-P). That needs files of the same
name in every run; attestations are named by digests, so that they are left out, and counted.
"""

import argparse
import collections
import concurrent.futures
import os
import random
import re
import shutil
import sys
import tempfile
import threading

from fault_run import (
    CALLS,
    ERRORS,
    GOAL,
    Subject,
    judge,
    read_trace,
    script,
)
from harness import BIN

FAULTS = (*ERRORS, "SIGKILL", "short")
WRITES = ("pwrite64", "pwritev2")
SHORT_WRITE = os.path.join(BIN, "libshort_write.so")
MESSAGES = {"EIO": "io.eio", "ENOSPC": "io.enospc", "EINTR": "io.eintr"}

Cell = collections.namedtuple("Cell", "path call index fault")
Result = collections.namedtuple("Result", "cell outcome injected wrong log")


def describe(cell):
    return f"{cell.path or '.'}:{cell.call}:{cell.index}:{cell.fault}"


class Plan:
    """Which calls there are, from two runs without faults."""

    def __init__(self, begin):
        self.begin = begin
        first, second = self.record(), self.record()
        self.paths = {call.path for call in first} & {call.path for call in second}
        self.unnamed = sum(call.path not in self.paths for call in first)
        self.last = collections.Counter()  # (path, call) -> the highest index in one thread
        for calls in (first, second):
            self.count([call for call in calls if call.path in self.paths])

    def record(self):
        subject = Subject()
        try:
            self.begin(subject)
            run = subject.scripted_run(subject.strace(["-e", "trace=" + ",".join(CALLS)]))
            if run.code != 0:
                raise AssertionError("a run without faults failed:\n" + "\n".join(run.log))
            calls, _ = read_trace(subject.trace, subject.state)
        finally:
            subject.remove()
        return [call for call in calls if call.path is not None]

    def count(self, calls):
        of_thread = collections.Counter()
        for call in calls:
            of_thread[call.path, call.name, call.thread] += 1
            index = of_thread[call.path, call.name, call.thread]
            self.last[call.path, call.name] = max(self.last[call.path, call.name], index)

    def cells(self):
        for path, call in sorted(self.last):
            faults = FAULTS if call in WRITES else FAULTS[:-1]
            for index in range(1, self.last[path, call] + 1):
                yield from (Cell(path, call, index, fault) for fault in faults)


def options(cell, state):
    """strace's, for this cell."""
    what = "signal=SIGKILL" if cell.fault == "SIGKILL" else f"error={cell.fault}"
    inject = f"inject={cell.call}:{what}:when={cell.index}"
    return ["-e", f"trace={cell.call}", "-e", inject, "-P", os.path.join(state, cell.path)]


def run_short(cell, subject):
    report = os.path.join(subject.root, "short")
    environment = {
        "LD_PRELOAD": SHORT_WRITE,
        "OVERLORD_SHORT_WRITE": f"{cell.index}:{os.path.join(subject.state, cell.path)}",
        "OVERLORD_SHORT_WRITE_LOG": report,
    }
    run = subject.scripted_run([], environment)
    injected = []
    if os.path.exists(report):
        with open(report) as file:
            injected = [line.split()[1][len(subject.state) + 1 :] for line in file]
    return run, injected


def run_cell(begin, cell, root):
    """In a state of its own; the path is the same in every run of a worker."""
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(root)
    subject = Subject(root=root)
    try:
        begin(subject)
        if cell.fault == "short":
            run, injected = run_short(cell, subject)
        else:
            run = subject.scripted_run(subject.strace(options(cell, subject.state)))
            _, hit = read_trace(subject.trace, subject.state)
            injected = [call.path for call in hit]
        outcome = "not reached" if not injected else "stopped" if run.code != 0 else "absorbed"
        wrong = [] if not injected else told(cell, run, injected) + judge(subject, run)
        return Result(cell, outcome, injected, wrong, run.log)
    finally:
        subject.remove()


def told(cell, run, injected):
    """What standard error has to say: the reason's code, and the file."""
    if cell.fault == "SIGKILL" or run.code == 0:
        return []
    text = "\n".join(run.log)
    if cell.fault == "short":
        return [f"a short write stopped the daemon: {text}"]
    wrong = [] if MESSAGES[cell.fault] in text else [f"no {MESSAGES[cell.fault]} in: {text}"]
    if not any(path is None or path.removesuffix(".tmp") in text for path in injected):
        wrong.append(f"none of {injected} in: {text}")
    return wrong


def fresh(_):
    """The first start of a state."""


def killed_before(subject):
    """A state that a killed daemon left: a part of the script was acknowledged, not all sealed."""
    subject.start_with([])
    for lines in script()[:2]:
        subject.offer(lines)
    subject.query(GOAL)
    subject.offer(script()[2])
    subject.process.kill()
    subject.wait_exit()


BEGINNINGS = {"fresh": fresh, "killed": killed_before}


class Workers:
    """Threads that run cells, each in its own folder."""

    def __init__(self, begin, jobs):
        self.begin, self.jobs = begin, jobs
        self.folder = tempfile.mkdtemp(prefix="overlord-matrix-")
        self.roots = [os.path.join(self.folder, str(n)) for n in range(jobs)]
        self.lock = threading.Lock()

    def run(self, cell):
        with self.lock:
            root = self.roots.pop()
        try:
            return run_cell(self.begin, cell, root)
        finally:
            with self.lock:
                self.roots.append(root)

    def run_all(self, cells):
        try:
            with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
                yield from pool.map(self.run, cells)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def run_matrix(begin, choose, jobs, progress=lambda done, of: None):
    """The plan, and the results of the cells that `choose` takes from all of them."""
    plan = Plan(begin)
    cells = choose(list(plan.cells()))
    results = []
    for result in Workers(begin, jobs).run_all(cells):
        results.append(result)
        progress(len(results), len(cells))
    return plan, results


def print_table(plan, results, out=sys.stdout):
    """call x fault: runs in which the fault was met, and in how many of them the daemon stopped."""
    counts = collections.Counter()
    for result in results:
        if result.outcome != "not reached":
            counts[result.cell.call, result.cell.fault, result.outcome] += 1
    rows = sorted({call for call, _, _ in counts})
    print(f"{'call':16}" + "".join(f"{fault:>16}" for fault in FAULTS), file=out)
    for call in rows:
        columns = []
        for fault in FAULTS:
            stopped, absorbed = (counts[call, fault, how] for how in ("stopped", "absorbed"))
            columns.append(f"{stopped + absorbed} ({stopped})" if stopped + absorbed else "-")
        print(f"{call:16}" + "".join(f"{column:>16}" for column in columns), file=out)
    met = sum(counts.values())
    print(
        f"{sum(plan.last.values())} calls on files of the state; "
        f"{plan.unnamed} more on attestations' files were not struck.",
        file=out,
    )
    print(f"{met} runs with a fault ({len(results) - met} more in which the call did not occur); ",
          f"in parentheses: the daemon stopped. Wrong: {sum(bool(r.wrong) for r in results)}",
          file=out, sep="")


def print_wrong(results, out=sys.stdout):
    for result in results:
        if result.wrong:
            cell = describe(result.cell)
            print(f"WRONG {cell} on {result.injected} ({result.outcome})", file=out)
            for line in result.wrong:
                print("   ", line, file=out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cells", default="", help="only cells that match, PATH:CALL:INDEX:FAULT")
    parser.add_argument("--sample", type=int, help="so many of them, by chance")
    parser.add_argument("--from", dest="begin", choices=BEGINNINGS, default="fresh")
    parser.add_argument("--progress", action="store_true", help="on standard error")
    options = parser.parse_args()

    def choose(cells):
        cells = [cell for cell in cells if re.search(options.cells, describe(cell))]
        if options.sample:
            cells = random.Random(1).sample(cells, min(options.sample, len(cells)))
        return cells

    def progress(done, of):
        if options.progress and done % 50 == 0:
            print(f"{done} of {of}", file=sys.stderr, flush=True)

    plan, results = run_matrix(BEGINNINGS[options.begin], choose, options.jobs, progress)
    print_wrong(results)
    print_table(plan, results)
    return 1 if any(result.wrong for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
