"""What makes a journal hard to replay: each of these once gave other records the second time."""

import os
import re
import shutil
import signal
import socket
import time
import unittest

from harness import DEADLINE_S, SOURCE, Case, event, read_lines

BEAT = {"service": "core", "status": "up"}


class Replay(Case):
    def test_a_goal_that_is_not_utf8_is_refused_and_leaves_no_record(self):
        daemon = self.daemon().start()
        with socket.socket(socket.AF_UNIX) as session:
            session.settimeout(DEADLINE_S)
            session.connect(daemon.addresses["repl"])
            session.sendall(b"\xff\xfe.\nX = 1.\nhalt.\n")
            answers = b"\n".join(line.encode() for line in read_lines(session))
        self.assertIn(b"not UTF-8", answers)
        self.assertIn(b"X = 1", answers)
        daemon.stop(signal.SIGKILL)
        daemon.start()
        daemon.stop()
        daemon.check()

    def test_a_batch_of_many_systems_on_the_wall_clock(self):
        daemon = self.daemon(clock="wall").start()
        now = time.time_ns()
        lines = [
            event("telecoms.heartbeat", BEAT, ns=now, id=f"b{n}", system=f"system-{n}")
            for n in range(3000)
        ]
        self.assertEqual(daemon.send(lines)[-1], {"durable": len(lines)})
        daemon.stop(signal.SIGKILL)
        daemon.ctl("replay", daemon.state, check=0)
        daemon.start()
        self.assertFalse(any("derived differently" in line for line in daemon.log), daemon.log)
        daemon.stop()
        daemon.check()

    def test_rules_that_change_while_deadlines_fall_due(self):
        daemon = self.daemon(clock="wall")
        rules = os.path.join(daemon.root, "rules")
        shutil.copytree(os.path.join(SOURCE, "rules"), rules)
        daemon.rules = rules
        daemon.start()
        now = time.time_ns()
        spare = {"group": "g", "healthy": 2, "required": 1}
        daemon.send(
            [
                event("telecoms.heartbeat", BEAT, ns=now, id="1"),
                event("telecoms.redundancy", spare, ns=now, id="2"),
            ]
        )
        self.wait(2.5)  # the heartbeat's cover ends: deadlines that change nothing yet
        pack = os.path.join(rules, "telecoms.pl")
        with open(pack) as file:
            text = file.read()
        with open(pack, "w") as file:
            file.write(re.sub(r"Spare >= 2\.", "Spare >= 1.", text))
        before = daemon.status()["bundle"]
        daemon.process.send_signal(signal.SIGHUP)
        while daemon.status()["bundle"] == before:
            self.wait(0.05)
        daemon.query("telecoms_redundancy(production_system, S)", check=0)
        self.assertEqual(daemon.stop(), 0)
        records = daemon.records()
        switch = next(i for i, r in enumerate(records) if r.get("reason") == "rules")
        judged = [
            i
            for i, r in enumerate(records)
            if r["kind"] == "verdict"
            and ["telecoms.redundancy", "compliant", "1", ""] in r["controls"]
        ]
        self.assertTrue(judged and min(judged) > switch, "judged by rules that were not active yet")
        daemon.check()

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.05)

    def test_the_clock_of_a_state_stays(self):
        daemon = self.daemon(clock="event").start()
        daemon.send([event("telecoms.heartbeat", BEAT, ns=10**18, id="1")])
        daemon.stop()
        daemon.clock = "wall"
        daemon.start(expect_ready=False)
        self.assertEqual(daemon.wait_exit(), 1)
        self.assertIn("state.clock", daemon.log[-1])
        daemon.check()

    def test_a_broken_rule_folder_does_not_keep_a_state_from_starting(self):
        daemon = self.daemon()
        rules = os.path.join(daemon.root, "rules")
        shutil.copytree(os.path.join(SOURCE, "rules"), rules)
        daemon.rules = rules
        daemon.start()
        daemon.stop(signal.SIGKILL)
        with open(os.path.join(rules, "gmp.pl"), "a") as pack:
            pack.write("broken(.\n")
        daemon.start()
        said = "\n".join(daemon.log)
        self.assertIn("gmp.pl:", said)
        self.assertIn("stay", said)
        daemon.stop()
        daemon.check()


if __name__ == "__main__":
    unittest.main()
