"""Verdicts that wait, waivers that end, and rule files that no gate may let through."""

import os
import signal
import time
import unittest
import urllib.request

import scenario
from harness import DEADLINE_S, Case, event

START = scenario.START // scenario.SECOND * scenario.SECOND
MINUTE = 60 * scenario.SECOND

PACK = """:- module(oven, [oven_compliant/1, cool/2, clean/2]).
:- telemetry(heat(celsius:number)).
:- telemetry(dirt(grams:number)).
:- measure(heat, last(heat, celsius), [stale_after(10, d)]).
:- measure(dirt, last(dirt, grams), [stale_after(10, d)]).
:- control('oven.cool', cool/2, [title("t"), basis(target), cites("x"), for(5, min)]).
cool(S, V) :- measured(S, heat, V), V =< LIMIT.
:- control('oven.clean', clean/2, [title("t"), basis(target), cites("x")]).
clean(S, V) :- measured(S, dirt, V), V =< 10.
oven_compliant(S) :- cool(S, _), clean(S, _).
:- waiver('oven.clean', stove, [owner("A. Baker"), reason("spring cleaning"), until("UNTIL")]).
"""

# Each with the text behind a good pack's, and what the message names.
BROKEN = {
    "syntax": ("broken(.", "rules.syntax"),
    "encoding": (b"p('\xe9').", "rules.encoding"),
    "initialization": (":- initialization(shell(true)).", "rules.directive"),
    "shell": ("p(X) :- shell(X).", "rules.forbidden"),
    "assert on the kernel": ("p :- assertz(zko_answers:now(1)).", "rules.forbidden"),
    "a kernel predicate": ("measured(_, _, 1).", "rules.forbidden"),
    "term expansion": ("term_expansion(a, b).", "rules.forbidden"),
    "a giant term": ("p(" + "f(" * 1500 + "a" + ")" * 1500 + ").", "rules.size"),
    "a giant clause": ('p("' + "x" * 70_000 + '").', "rules.size"),
    "a giant number": ("p(" + "7" * 20_000 + ").", "rules.size"),
}


class Verdicts(Case):
    def oven(self):
        daemon = self.daemon()
        daemon.rules = os.path.join(daemon.root, "rules")
        os.mkdir(daemon.rules)
        self.write(daemon, 100)
        return daemon

    def write(self, daemon, limit, more=b""):
        until = START // scenario.SECOND + 20 * 60
        text = PACK.replace("LIMIT", str(limit)).replace(
            "UNTIL", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(until))
        )
        with open(os.path.join(daemon.rules, "oven.pl"), "wb") as pack:
            pack.write(text.encode() + more)

    def measure(self, daemon, minute, **values):
        lines = [
            event(
                "oven.heat" if name == "celsius" else "oven.dirt",
                {name: value},
                ns=START + minute * MINUTE,
                id=f"{name}{minute}",
                system="stove",
            )
            for name, value in values.items()
        ]
        self.assertEqual(daemon.send(lines)[-1], {"durable": len(lines)})

    def reload(self, daemon):
        before = daemon.status()["bundle"]
        daemon.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: daemon.status()["bundle"] != before)

    def wait_for(self, condition):
        end = time.monotonic() + DEADLINE_S
        while not condition():
            self.assertLess(time.monotonic(), end, "what was waited for did not happen")
            time.sleep(0.02)

    def test_a_wait_and_a_waiver_are_replayed_through_a_change_of_rules(self):
        daemon = self.oven().start()
        self.measure(daemon, 0, celsius=90, grams=20)
        self.measure(daemon, 1, celsius=120)
        self.measure(daemon, 3, celsius=120)
        self.write(daemon, 110)  # other rules in the middle of the wait: they fail too
        self.reload(daemon)
        self.measure(daemon, 4, celsius=125)
        daemon.stop(signal.SIGKILL)
        daemon.start()
        self.measure(daemon, 8, celsius=125)
        self.measure(daemon, 30, celsius=90)
        self.assertEqual(daemon.stop(), 0)
        waited, waived, over = [], [], []
        for record in daemon.records():
            if record["kind"] != "verdict":
                continue
            minute = (record["at"] - START) // MINUTE
            for row in record["controls"]:
                if row[0] == "oven.cool" and row[1] == "non_compliant":
                    waited.append(minute)
                if row[0] == "oven.clean" and row[1] != "unknown":  # before its first event
                    (waived if len(row) == 7 else over).append(minute)
                    self.assertEqual(row[1], "non_compliant")
        self.assertEqual(min(waited), 6)
        self.assertEqual(min(waived), 0)
        self.assertEqual(min(over), 20)
        self.assertLess(max(waived), 20)
        daemon.check()

    def test_the_status_lists_waivers_until_somebody_removes_them(self):
        daemon = self.oven().start()
        states = []
        for minute in (0, 21):
            self.measure(daemon, minute, celsius=90, grams=20)
            daemon.query("true", check=0)  # seals, and the status follows
            (waiver,) = daemon.status()["waivers"]
            states.append(waiver.pop("state"))
        self.assertEqual(states, ["ends_soon", "ended"])
        self.assertEqual(
            waiver,
            {"control": "oven.clean", "system": "stove", "owner": "A. Baker",
             "reason": "spring cleaning", "until": waiver["until"]},
        )
        http = daemon.addresses["http"]
        shown = daemon.ctl("status", "--http", http, "--config", daemon.config, check=0).stdout
        line = f"  ended  oven.clean of stove until {waiver['until']}, A. Baker: spring cleaning\n"
        self.assertIn(line, shown)
        with urllib.request.urlopen(f"http://{http}/metrics", timeout=DEADLINE_S) as page:
            metrics = page.read().decode()
        self.assertIn('overlord_waivers{state="ended"} 1\n', metrics)
        self.assertIn('overlord_waivers{state="active"} 0\n', metrics)

    def test_every_class_of_broken_rules_leaves_the_old_ones_in_place(self):
        daemon = self.oven().start()
        self.measure(daemon, 0, celsius=90, grams=5)
        before = daemon.status()["bundle"]
        for name, (text, code) in BROKEN.items():
            with self.subTest(name):
                seen = len(daemon.log)
                more = text if isinstance(text, bytes) else text.encode()
                self.write(daemon, 100, more + b"\n")
                daemon.process.send_signal(signal.SIGHUP)
                line = f"oven.pl:{PACK.count(chr(10)) + 1}:"
                self.wait_for(lambda: any(code in said for said in daemon.log[seen:]))
                said = "\n".join(daemon.log[seen:])
                self.assertIn(line, said)
                self.assertEqual(daemon.status()["bundle"], before)
        # A module named like the kernel's.
        other = os.path.join(daemon.rules, "zko_gate.pl")
        self.write(daemon, 100)
        with open(other, "w") as pack:
            pack.write(":- module(zko_gate, [p/1]).\np(1).\n")
        seen = len(daemon.log)
        daemon.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: any("zko_gate.pl:1:" in said for said in daemon.log[seen:]))
        self.assertEqual(daemon.status()["bundle"], before)
        os.remove(other)
        # What only running shows is bounded, and the others are judged all the same.
        self.write(
            daemon,
            100,
            b":- control('oven.endless', endless/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
            b"endless(S, V) :- measured(S, heat, V), loop(V).\nloop(V) :- loop(V).\n"
            b":- control('oven.search', search/2, [title(\"t\"), basis(target), cites(\"x\")]).\n"
            b"search(S, V) :- measured(S, heat, V), numlist(1, 30, L), permutation(L, P), "
            b"nth1(1, P, 31).\n",
        )
        path = os.path.join(daemon.rules, "oven.pl")
        with open(path) as pack:
            good = pack.read()
        with open(path, "w") as pack:
            pack.write(good.replace("clean/2]).", "clean/2, endless/2, search/2]).", 1))
        self.reload(daemon)
        self.measure(daemon, 1, celsius=91)
        reply = daemon.query("why(stove, W), member(why(Id, unknown, _, _, _, _, R, _, _), W)")
        self.assertIn("oven.endless", reply.stdout)
        self.assertIn("oven.search", reply.stdout)
        self.assertIn("inference limit", reply.stdout)
        self.assertEqual(daemon.stop(), 0)
        daemon.check()

    def test_a_check_warns_of_waivers_that_are_over(self):
        daemon = self.oven()
        fine = daemon.ctl("rules", "check", daemon.rules, "--at", "2026-01-29T12:00:00Z", check=0)
        self.assertNotIn("waiver_expired", fine.stdout)
        late = daemon.ctl("rules", "check", daemon.rules, "--at", "2027-01-01T00:00:00Z", check=0)
        line = PACK.count(chr(10))
        self.assertIn(f"oven.pl:{line}:1: warning[rules.waiver_expired]", late.stdout)

    def test_a_start_with_broken_rules_names_file_line_and_reason(self):
        daemon = self.oven()
        self.write(daemon, 100, b"p(X) :- shell(X).\n")
        daemon.start(expect_ready=False)
        self.assertNotEqual(daemon.wait_exit(), 0)
        said = "\n".join(daemon.log)
        self.assertIn(f"oven.pl:{PACK.count(chr(10)) + 1}:9: error[rules.forbidden]", said)
        self.assertIn("shell/1", said)


if __name__ == "__main__":
    unittest.main()
