#!/usr/bin/env python3
"""The example events are what their program writes, and fit together as it promises."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "docs/examples"
FILES = ["compliant.jsonl", "slow_trade.jsonl", "recovered.jsonl"]  # in the order of sending


def events(name):
    return [json.loads(line) for line in (EXAMPLES / name).read_text().splitlines()]


class ExamplesTest(unittest.TestCase):
    def test_the_program_writes_these_files(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, "-B", EXAMPLES / "make_events.py", folder], check=True,
                           stdout=subprocess.DEVNULL)
            for name in FILES:
                self.assertEqual((EXAMPLES / name).read_bytes(), (Path(folder) / name).read_bytes(),
                                 f"{name}: run docs/examples/make_events.py")

    def test_sent_one_after_the_other_they_are_sorted_and_every_id_comes_once(self):
        sent = [event for name in FILES for event in events(name)]
        times = [event["time"] for event in sent]  # one format, so text order is time order
        self.assertEqual(sorted(times), times)
        self.assertEqual(len(sent), len({event["id"] for event in sent}))

    def test_no_service_is_silent_for_more_than_a_second(self):
        beats = {}
        for name in FILES:
            for event in events(name):
                if event["type"] == "telecoms.heartbeat":
                    beats.setdefault(event["data"]["service"], []).append(event["time"])
        self.assertEqual(2, len(beats))
        for times in beats.values():
            fractions = {time[20:] for time in times}
            self.assertEqual(1, len(fractions))
            self.assertEqual(120 + 4020, len(times))

    def test_only_the_slow_trade_is_slow(self):
        slow = [event["id"] for name in FILES for event in events(name)
                if event["data"].get("latency_ms", 0) > 1]
        self.assertEqual(["s-1"], slow)


if __name__ == "__main__":
    unittest.main()
