"""Starting again: from a snapshot, from an older one, and when neither can be used."""

import json
import os
import signal
import time
import unittest

from harness import Case, event

BEAT = {"service": "core", "status": "up"}


class Start(Case):
    def filled(self, clock="event", rounds=2):
        """A daemon that was started and stopped `rounds` times, with 1,000 events each."""
        daemon = self.daemon(clock=clock)
        begin = 10**18 if clock == "event" else time.time_ns()
        for part in range(rounds):
            daemon.start()
            lines = [
                event("telecoms.heartbeat", BEAT, ns=begin + n * 10**6, id=f"b{n}")
                for n in range(part * 1000, part * 1000 + 1000)
            ]
            self.assertEqual(daemon.send(lines)[-1], {"durable": 1000})
            self.assertEqual(daemon.stop(), 0)
        return daemon

    def snapshots(self, daemon):
        folder = os.path.join(daemon.state, "snapshots")
        names = sorted(name for name in os.listdir(folder) if name.endswith(".snap"))
        return [os.path.join(folder, name) for name in names]

    def flip(self, path, at):
        with open(path, "r+b") as file:
            file.seek(at)
            byte = file.read(1)
            file.seek(at)
            file.write(bytes([byte[0] ^ 1]))

    def said(self, daemon, text):
        return [line for line in daemon.log if text in line]

    def test_the_log_names_each_snapshot_and_replay_derives_it(self):
        for clock in ("event", "wall"):
            with self.subTest(clock=clock):
                daemon = self.filled(clock=clock)
                report = json.loads(daemon.ctl("replay", daemon.state, "--json", check=0).stdout)
                self.assertGreaterEqual(report["snapshots"], 2)
                daemon.start()
                self.assertFalse(self.said(daemon, "passed over"), daemon.log)
                daemon.stop()
                daemon.check()

    def test_a_damaged_snapshot_is_passed_over_for_the_one_before(self):
        daemon = self.filled()
        older, newest = self.snapshots(daemon)
        self.flip(newest, os.path.getsize(newest) // 2)
        daemon.start()
        self.assertEqual(len(self.said(daemon, "passed over")), 1, daemon.log)
        self.assertTrue(self.said(daemon, "its digest does not match"))
        daemon.stop()
        os.remove(newest)
        daemon.check()

    def test_without_a_usable_snapshot_the_journal_is_read_from_its_start(self):
        daemon = self.filled()
        damaged = self.snapshots(daemon)
        for path in damaged:
            self.flip(path, 100)
        daemon.start()
        self.assertEqual(len(self.said(daemon, "passed over")), 2, daemon.log)
        again = [event("telecoms.heartbeat", BEAT, ns=10**18 + 999 * 10**6, id="b999")]
        self.assertEqual(daemon.send(again)[-1], {"durable": 1})
        self.assertEqual(daemon.status()["events"]["duplicate"], 1)
        daemon.stop()
        for path in set(damaged) & set(self.snapshots(daemon)):
            os.remove(path)
        daemon.check()

    def test_a_snapshot_that_the_log_contradicts_is_not_used(self):
        daemon = self.filled()
        newest = self.snapshots(daemon)[-1]
        # Another daemon's snapshot at the same record: whole, and not the one that was logged.
        other = self.filled()
        theirs = self.snapshots(other)[-1]
        self.assertEqual(os.path.basename(theirs), os.path.basename(newest))
        with open(theirs, "rb") as source, open(newest, "wb") as target:
            target.write(source.read())
        daemon.start()
        self.assertTrue(self.said(daemon, "the log names another one at this record"), daemon.log)
        daemon.stop()
        os.remove(newest)
        daemon.check()

    def test_a_kill_between_a_snapshot_and_its_entry_costs_nothing(self):
        daemon = self.filled()
        daemon.extra = "[engine]\nsnapshot_records = 1000\n"
        daemon.start()
        before = self.snapshots(daemon)
        n = 2000
        while self.snapshots(daemon) == before:
            daemon.send([event("telecoms.heartbeat", BEAT, ns=10**18 + n * 10**6, id=f"c{n}")])
            n += 1
        daemon.stop(signal.SIGKILL)
        daemon.start()
        self.assertFalse(self.said(daemon, "passed over"), daemon.log)
        daemon.stop()
        daemon.check()


if __name__ == "__main__":
    unittest.main()
