"""The levels a system answers for are those of the configuration in force, whatever a snapshot or
the journal says, and the change itself is replayed byte for byte."""

import os
import signal
import subprocess
import unittest

import scenario
from harness import BIN, DEADLINE_S, Case, event, eventually
from test_zero_knowledge import SYSTEM, attest, settle, wait_for_document

ALL = ["telecoms", "trading", "gmp", "itil"]


def levels(names):
    listed = ", ".join(f'"{name}"' for name in names)
    configured = f"[systems.{SYSTEM}]\nlevels = [{listed}]\n"
    return "[proof]\nslot_s = 60\n[attest]\ninterval_s = 0\n" + configured


def heartbeats(first, count):
    return [
        event("telecoms.heartbeat", {"service": "core", "status": "up"},
              ns=scenario.START + second * scenario.SECOND, id=f"h{second}",
              source=f"//test/{SYSTEM}")
        for second in range(first, first + count)
    ]


class Levels(Case):
    def answered(self, daemon):
        """The levels that the daemon answers for, once a question has brought it up to date."""
        daemon.query(f"zk_overlords_compliant({SYSTEM}, _)")
        return sorted(daemon.status()["systems"][SYSTEM]["levels"])

    def change(self, daemon, names, sig=signal.SIGTERM):
        daemon.stop(sig)
        daemon.extra = levels(names)
        daemon.start()

    def test_a_change_of_levels_is_in_force_after_a_start(self):
        for sig in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(signal=sig.name):
                daemon = self.daemon(extra="[proof]\nslot_s = 0\n").start()
                daemon.send(scenario.compliant())
                self.assertEqual(self.answered(daemon), sorted(ALL))
                self.assertEqual(daemon.status()["engine"]["starts"], 1)
                for names in (["gmp"], ["itil", "common"], ALL, ["telecoms", "telecoms_ops"]):
                    self.change(daemon, names, sig)
                    self.assertEqual(self.answered(daemon), sorted(names))
                    daemon.stop(signal.SIGKILL)  # and stays so, from the journal alone
                    daemon.start()
                    self.assertEqual(self.answered(daemon), sorted(names))
                daemon.stop()
                daemon.start()
                self.assertEqual(daemon.status()["engine"]["starts"], 1)
                daemon.stop()
                daemon.check()

    def test_a_mistyped_level_is_found_before_a_start_and_by_it(self):
        daemon = self.daemon(extra=levels(["telcoms"]))
        daemon.write_config()
        checked = subprocess.run(
            [f"{BIN}/overlordd", "--config", daemon.config, "--check-config"],
            capture_output=True, text=True, timeout=DEADLINE_S,
        )
        self.assertEqual(checked.returncode, 2)
        self.assertIn(f'[systems.{SYSTEM}] levels: "telcoms" is no pack of', checked.stderr)
        daemon.start(expect_ready=False)
        self.assertEqual(daemon.wait_exit(), 1)
        self.assertIn("config.level: ", daemon.log[-1])

    def test_a_claim_lists_the_levels_that_the_system_answers_for_now(self):
        daemon = self.daemon(extra=levels(ALL)).start()
        daemon.send(scenario.compliant())
        before = attest(daemon)
        self.change(daemon, ["gmp", "itil"])
        answer = daemon.query(f"zk_overlords_compliant({SYSTEM}, P).", check=0).stdout
        self.assertIn("[gmp, itil], valid", answer)
        now = attest(daemon)
        self.assertNotEqual(now, before)
        daemon.stop()
        daemon.check()

    def test_a_crash_between_changes_leads_to_the_settings_of_the_records(self):
        """Records that were judged under levels of before are derived under those again."""
        daemon = self.daemon(extra=levels(["gmp"])).start()
        daemon.send(scenario.compliant(heartbeats=30))
        daemon.stop(signal.SIGKILL)
        self.assertFalse(os.path.exists(os.path.join(daemon.state, "snapshots")))
        daemon.extra = levels(ALL)
        daemon.start()
        self.assertEqual(self.answered(daemon), sorted(ALL))
        self.assertEqual([line for line in daemon.log if "derived differently" in line], [])
        daemon.stop()
        daemon.check()

    def test_proofs_go_on_when_levels_leave_and_come_back(self):
        """What came back is proved again; that its window has a hole is no plain yes."""
        daemon = self.daemon(extra=levels(ALL)).start()
        daemon.send(scenario.compliant(heartbeats=300))
        settle(daemon)
        self.change(daemon, ["gmp", "itil"])
        daemon.send(heartbeats(300, 600))
        settle(daemon)
        self.change(daemon, ALL)
        daemon.send(heartbeats(900, 300))
        settle(daemon)
        digest = attest(daemon)
        document = wait_for_document(daemon, digest)
        held = {s["control"]: s["holds"] for s in document["statements"]}
        self.assertTrue(held, document)
        bundle = os.path.join(daemon.root, "full.json")
        proof = ["proof", "--config", daemon.config, f"sha256:{digest}", "--full", "-o", bundle]
        # The document's file is there before the seal that logs it.
        eventually(lambda: daemon.ctl(*proof).returncode == 0)
        shown = daemon.ctl("keys", "show", "--state", daemon.state, check=0).stdout
        keys = [word for key in shown.split() if key.count("+") >= 2 for word in ("--key", key)]
        verified = daemon.ctl("verify", bundle, "--full", "--log", f"{daemon.state}/log",
                              "--rules", daemon.rules, *keys, check=1).stdout
        self.assertIn("production_system is compliant: that follows from the proofs", verified)
        self.assertIn("that is not shown: telecoms.uptime began anew within its window", verified)
        self.assertEqual(verified.count("\n  NO   "), 1, verified)
        daemon.stop()
        daemon.check()


if __name__ == "__main__":
    unittest.main()
