"""Why a control fails: the daemon's answer, and the same from its events and rules without it."""

import json
import os
import unittest

import scenario
from harness import Case, event


class Explain(Case):
    def test_the_daemon_and_a_file_of_events_tell_the_same(self):
        daemon = self.daemon().start()
        last = scenario.START + 100 * scenario.SECOND
        slow = event("trading.trade", {"latency_ms": 3, "segregated": True}, ns=last, id="slow")
        lines = scenario.compliant() + [slow]
        daemon.send(lines)

        asked = ("rules", "explain", "trading.latency", "production_system", "--config",
                 daemon.config)
        told = daemon.ctl(*asked, check=1).stdout
        self.assertIn("trading.latency of production_system does not hold", told)
        self.assertIn("because: measured 3 ms, limit =< 1 ms, over by 2 ms  (trading.pl:", told)
        self.assertIn("verdict: non_compliant; records ", told)

        events = os.path.join(daemon.root, "events.jsonl")
        with open(events, "w") as out:
            out.writelines(line + "\n" for line in lines)
        online = json.loads(daemon.ctl(*asked, "--json", check=1).stdout)
        offline = json.loads(
            daemon.ctl("rules", "explain", daemon.rules, "trading.latency", "--system",
                       "production_system", "--events", events, "--json", check=1).stdout)
        for one in (online, offline):
            one.pop("records")  # the daemon's log begins with its start
        self.assertEqual(online, offline)

        good = daemon.ctl("rules", "explain", "telecoms_failover(production_system, _)",
                          "--config", daemon.config, check=0).stdout
        self.assertIn("telecoms_failover(production_system, ", good)
        self.assertEqual(
            2, daemon.ctl("rules", "explain", "shell(ls)", "--config", daemon.config).returncode)
        self.assertEqual(0, daemon.stop())
        daemon.check()

    def test_rules_are_compared_with_those_that_the_daemon_has_archived(self):
        daemon = self.daemon().start()
        digests = [name for name in os.listdir(os.path.join(daemon.state, "rules"))
                   if len(name) == 64]
        self.assertEqual(1, len(digests))
        same = daemon.ctl("rules", "diff", digests[0], daemon.rules, "--config", daemon.config)
        self.assertEqual((0, "the same bundle\n"), (same.returncode, same.stdout), same.stderr)
        self.assertEqual(0, daemon.stop())


if __name__ == "__main__":
    unittest.main()
