"""A selection of the fault matrix for every run: one cell of each call and fault, by a fixed draw,
and the cells that have found something once. All of it: scripts/faults."""

import io
import os
import random
import re
import shutil
import subprocess
import unittest

from fault_matrix import BEGINNINGS, SHORT_WRITE, describe, print_table, print_wrong, run_matrix

FOUND_ONCE = (
    # No start completed the state: the journal was begun, and a key was missing.
    r"^keys/attestation\.key\.tmp:openat:1:SIGKILL$",
    # The last line said what happened without its code.
    r"^log/checkpoint\.tmp:rename:2:ENOSPC$",
)


def select(cells):
    draw = random.Random(20260129)
    kinds = {}
    for cell in cells:
        kinds.setdefault((cell.call, cell.fault), []).append(cell)
    chosen = [draw.choice(same) for _, same in sorted(kinds.items())]
    return chosen + [c for c in cells if any(re.search(p, describe(c)) for p in FOUND_ONCE)]


class FaultMatrix(unittest.TestCase):
    def test_a_fault_at_any_call_loses_nothing_and_is_told(self):
        self.need_strace()
        if not os.path.exists(SHORT_WRITE):
            self.fail(f"{SHORT_WRITE} is not built")
        plan, results = run_matrix(BEGINNINGS["fresh"], select, jobs=2)
        text = io.StringIO()
        print_wrong(results, text)
        print_table(plan, results, text)
        print(text.getvalue())
        self.assertFalse(any(result.wrong for result in results), text.getvalue())
        met = [result for result in results if result.outcome != "not reached"]
        self.assertGreater(len(met), 40, text.getvalue())

    def need_strace(self):
        if shutil.which("strace") is None:
            self.skipTest("SKIPPED: strace is not installed")
        probe = subprocess.run(["strace", "-D", "-o", "/dev/null", "true"], capture_output=True)
        if probe.returncode != 0:
            self.skipTest("SKIPPED: no process may be traced here")
        if os.environ.get("OVERLORD_SANITIZE"):
            self.skipTest("SKIPPED: the sanitizers' runtime cannot be traced or preloaded before")


if __name__ == "__main__":
    unittest.main()
