"""The main path: events in over TCP, verdicts, a signed log out, an answer at the REPL."""

import os
import re
import time
import unittest

import scenario
from harness import Case, event


class MainPath(Case):
    def test_a_port_that_is_chosen_at_the_start_is_explained(self):
        daemon = self.daemon().start()  # its configuration says port 0
        told = daemon.ctl("send", "--config", daemon.config, "-", input="", check=2).stderr
        self.assertIn("give --to HOST:PORT", told)

    def test_what_finds_no_daemon_points_to_the_status(self):
        daemon = self.daemon().start()
        daemon.stop()
        told = daemon.query("true", check=3).stderr
        self.assertIn("overlordctl status says whether", told)
        told = daemon.ctl("hold", "--config", daemon.config, check=3).stderr
        self.assertIn("overlordctl status says whether", told)

    def test_compliant_system_is_attested_and_the_proof_verifies(self):
        daemon = self.daemon().start()
        lines = scenario.compliant()
        answers = daemon.send(lines)
        self.assertEqual(answers[-1], {"durable": len(lines)}, answers)

        answer = daemon.query("zk_overlords_compliant(production_system, P)", check=0).stdout
        found = re.search(
            r"P = zkproof\(sha256:'?([0-9a-f]{64})'?, \[telecoms, trading, gmp, itil\], valid\)",
            answer,
        )
        self.assertTrue(found, answer)

        # Unchanged evidence under the same rules gives the same attestation.
        again = daemon.query("zk_overlords_compliant(production_system, P)", check=0).stdout
        self.assertIn(found[1], again)

        bundle = os.path.join(daemon.root, "proof.json")
        daemon.ctl("proof", "--config", daemon.config, "sha256:" + found[1], "-o", bundle, check=0)
        keys = self.keys(daemon)
        daemon.ctl("verify", bundle, *keys, check=0)
        self.assertNotEqual(
            daemon.ctl("verify", bundle, *keys[:2]).returncode, 0
        )  # one role's key is missing

        record = os.path.join(daemon.root, "event.json")
        daemon.ctl("proof", "--config", daemon.config, "75", "-o", record, check=0)
        daemon.ctl("verify", record, *keys, check=0)
        self.assertEqual(daemon.stop(), 0)
        daemon.check()

    def keys(self, daemon):
        shown = daemon.ctl("keys", "show", "--config", daemon.config, check=0).stdout.split()
        return [
            word
            for key in shown
            if re.fullmatch(r"\S+\+[0-9a-f]{8}\+\S+", key)
            for word in ("--key", key)
        ]

    def test_a_slow_trade_is_explained_and_the_system_recovers(self):
        daemon = self.daemon().start()
        daemon.send(scenario.compliant())
        last = scenario.START + 100 * scenario.SECOND
        daemon.send(
            [event("trading.trade", {"latency_ms": 3, "segregated": True}, ns=last, id="slow")]
        )
        self.assertEqual(daemon.query("zk_overlords_compliant(production_system, P)").returncode, 1)
        why = daemon.ctl("why", "--config", daemon.config, "production_system").stdout
        self.assertIn("trading.latency", why)
        self.assertIn("trading.pl", why)

        self.assertEqual(daemon.stop(), 0)
        daemon.check()

    def test_missing_evidence_is_unknown_and_never_compliant(self):
        daemon = self.daemon().start()
        daemon.send(
            [
                event(
                    "telecoms.redundancy",
                    {"group": "g", "healthy": 4, "required": 2},
                    ns=scenario.START,
                    id="r1",
                )
            ]
        )
        answer = daemon.query("zk_overlords_compliant(production_system, P)")
        self.assertEqual(answer.returncode, 1)
        self.assertIn("unknown", answer.stdout + answer.stderr)
        self.assertEqual(
            daemon.query("telecoms_redundancy(production_system, V)", check=0).returncode, 0
        )
        self.assertEqual(daemon.query("zk_overlords_compliant(nobody, P)").returncode, 2)
        daemon.stop()
        daemon.check()

    def test_state_survives_a_restart(self):
        daemon = self.daemon().start()
        lines = scenario.compliant()
        daemon.send(lines)
        first = daemon.query("zk_overlords_compliant(production_system, P)", check=0).stdout
        self.assertEqual(daemon.stop(), 0)
        daemon.start()
        self.assertEqual(daemon.send(lines)[-1], {"durable": len(lines)})  # all duplicates
        second = daemon.query("zk_overlords_compliant(production_system, P)", check=0).stdout
        self.assertEqual(first, second)
        daemon.stop()
        daemon.check()

    def test_on_the_wall_clock_downtime_is_a_gap_and_time_is_judged(self):
        daemon = self.daemon(clock="wall").start()
        now = time.time_ns()
        beat = {"service": "core", "status": "up"}
        answers = daemon.send(
            [
                event("telecoms.heartbeat", beat, ns=now, id="1"),
                event("telecoms.heartbeat", beat, ns=now + 60 * 10**9, id="2"),
                event("telecoms.heartbeat", beat, ns=now - 3600 * 10**9, id="3"),
            ]
        )
        self.assertEqual([a["code"] for a in answers if "code" in a], ["time.future"])
        self.assertEqual(daemon.status()["events"]["late"], 1)
        self.assertEqual(daemon.query("zk_overlords_compliant(production_system, P)").returncode, 1)
        self.assertEqual(daemon.stop(), 0)
        stopped = time.monotonic()
        while time.monotonic() - stopped < 1.1:  # downtime of a second is worth a record
            time.sleep(0.05)
        daemon.start()
        daemon.send([event("telecoms.heartbeat", beat, ns=time.time_ns(), id="4")])
        self.assertEqual(daemon.stop(), 0)
        kinds = [record["kind"] for record in daemon.records()]
        self.assertEqual(kinds.count("gap"), 1)
        self.assertEqual(kinds[kinds.index("gap") + 1], "start")
        daemon.check()

    def test_rejects_name_the_line_and_the_reason_and_the_rest_goes_on(self):
        daemon = self.daemon().start()
        good = event(
            "telecoms.failover",
            {"from_system": "a", "to_system": "b", "duration_ms": 23},
            ns=scenario.START,
            id="f1",
        )
        bad = event(
            "telecoms.failover", {"from_system": "a", "to_system": "b"}, ns=scenario.START, id="f2"
        )
        conflict = good.replace("23", "24")
        answers = daemon.send([good, bad, "{nonsense", conflict, good, "", ":- halt."])
        rejects = {answer["line"]: answer for answer in answers if "line" in answer}
        self.assertEqual(
            {
                2: "schema.missing_field",
                3: "json.syntax",
                4: "duplicate.conflict",
                7: "json.syntax",
            },
            {line: answer["code"] for line, answer in rejects.items()},
        )
        self.assertEqual(rejects[2]["reason"], "data.duration_ms is required")
        self.assertEqual(rejects[2]["id"], "f2")
        self.assertEqual(answers[-1], {"durable": 7})
        daemon.stop()
        daemon.check()


if __name__ == "__main__":
    unittest.main()
