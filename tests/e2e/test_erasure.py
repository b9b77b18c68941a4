"""Erasing records: what is gone is gone everywhere, and all else still proves."""

import json
import os
import shutil
import signal
import subprocess
import time
import unittest

from harness import BIN, Case, event

DAY = 86_400 * 10**9
START = 1_769_729_400 * 10**9  # 2026-01-29T23:30:00Z
NEXT_DAY = START + 3600 * 10**9  # an hour on, so that few minutes are to be proved
DAY_TWO = "2026-01-30"
PROVING_S = 300  # a whole day's slots, on a busy machine
MARK = "unmistakable-instrument"


def trade(n, ns, system, instrument="bond"):
    data = {"latency_ms": 0.5, "segregated": True, "instrument": instrument}
    return event("trading.trade", data, ns=ns, id=f"t{n}", system=system)


def files_with(folder, text):
    found = []
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                with open(os.path.join(path, name), "rb") as file:
                    content = file.read()
            except FileNotFoundError:
                continue  # a daemon at work has renamed or removed it
            if text.encode() in content:
                found.append(os.path.relpath(os.path.join(path, name), folder))
    return found


class Erasure(Case):
    def two_days(self, **settings):
        """desk_a and desk_b, 20 trades each on the 29th, one each on the 30th."""
        daemon = self.daemon(**settings).start()
        lines = []
        for n in range(40):
            system = "desk_a" if n % 2 == 0 else "desk_b"
            lines.append(trade(n, START + n, system, MARK if system == "desk_a" else "bond"))
        lines += [trade(98, NEXT_DAY, "desk_a"), trade(99, NEXT_DAY + 1, "desk_b")]
        self.assertEqual(daemon.send(lines)[-1], {"durable": 42})
        return daemon

    def erase(self, daemon, *arguments, check=0):
        return daemon.ctl("erase", "--config", daemon.config, *arguments, "--json", check=check)

    def numbers_of(self, daemon, system):
        return [
            record["n"]
            for record in daemon.records()
            if record.get("event", {}).get("subject") == system
        ]

    def keys_file(self, daemon):
        path = os.path.join(daemon.root, "keys.txt")
        shown = daemon.ctl("keys", "show", "--config", daemon.config, check=0).stdout
        with open(path, "w") as out:
            out.write(shown)
        return path

    def test_a_sample_shows_that_erased_records_were_there(self):
        daemon = self.two_days()
        self.erase(daemon, "--system", "desk_a", "--until", DAY_TWO)
        self.assertEqual(daemon.stop(), 0)
        folder = os.path.join(daemon.root, "sample")
        keys = self.keys_file(daemon)
        made = daemon.ctl("sample", daemon.state, "--count", "10000", "-o", folder, check=0)
        self.assertIn("of them erased", made.stdout)
        verified = daemon.ctl("verify", folder, "--key", keys, check=0).stdout
        self.assertIn("nothing shows what they said", verified)
        self.assertIn("is the word of whoever made the sample", verified)
        manifest = os.path.join(folder, "manifest.json")
        with open(manifest) as file:
            good = json.load(file)
        erased = good["erased"][0]
        proof = os.path.join(folder, f"record-{erased}.json")
        with open(proof) as file:
            self.assertEqual(json.load(file)["format"], "zk-overlords/erased-proof/v1")
        # One that is called erased and is not: its own proof is no erased proof, and another's is
        # of another record.
        shown = next(n for n in good["drawn"] if n not in good["erased"] and n < erased)
        changed = dict(good, erased=sorted(good["erased"] + [shown]))
        changed["kinds"] = [[k, n + (k == "erased") - (k == "start")] for k, n in good["kinds"]]
        with open(manifest, "w") as out:
            json.dump(changed, out)
        wrong = daemon.ctl("verify", folder, "--key", keys, check=1).stdout
        self.assertIn(f"record-{shown}.json: not an erased proof", wrong)
        shutil.copy(proof, os.path.join(folder, f"record-{shown}.json"))
        wrong = daemon.ctl("verify", folder, "--key", keys, check=1).stdout
        self.assertIn("proves another record", wrong)
        with open(manifest, "w") as out:
            json.dump(dict(good, erasure=good["tail"][0]), out)
        self.assertIn("erases no record", daemon.ctl("verify", folder, "--key", keys).stdout)

    def test_a_system_is_erased_and_the_other_still_proves(self):
        daemon = self.two_days()
        daemon.stop()
        self.assertTrue(files_with(daemon.state, MARK), "snapshots hold retained events")
        a, b = self.numbers_of(daemon, "desk_a"), self.numbers_of(daemon, "desk_b")
        daemon.start()
        answer = json.loads(
            self.erase(daemon, "--system", "desk_a", "--until", DAY_TWO).stdout
        )
        self.assertEqual(answer["keys"], 1)
        self.assertEqual(files_with(daemon.state, MARK), [])
        self.assertEqual(
            json.loads(self.erase(daemon, "--system", "desk_a", "--until", DAY_TWO).stdout),
            {"keys": 0},
        )
        proof = os.path.join(daemon.root, "proof.json")
        keys = self.keys_file(daemon)
        told = daemon.ctl("proof", "--config", daemon.config, str(a[0]), "-o", proof, check=1)
        self.assertIn("was erased", told.stderr)
        for n in (b[0], b[-1], a[-1]):
            daemon.ctl("proof", "--config", daemon.config, str(n), "-o", proof, check=0)
            daemon.ctl("verify", proof, "--key", keys, check=0)
        # Questions see what is left; and a kill does not bring anything back.
        asked = daemon.query("event(N, desk_a, _, trade(_, _, _))", check=0).stdout
        self.assertEqual(asked.count("N = "), 1)
        daemon.stop(signal.SIGKILL)
        daemon.start()
        self.assertEqual(daemon.send([trade(100, NEXT_DAY + 5, "desk_a")])[-1], {"durable": 1})
        daemon.stop()
        self.assertEqual(files_with(daemon.state, MARK), [])
        counted = json.loads(daemon.ctl("fsck", daemon.state, "--json", check=0).stdout)["counts"]
        self.assertGreaterEqual(counted["erased"], 20)
        replayed = json.loads(daemon.ctl("replay", daemon.state, "--json", check=0).stdout)
        self.assertEqual(replayed["differences"], 0)
        (range_,) = replayed["not_replayable"]
        self.assertLessEqual(range_[0], a[0])
        self.assertGreater(range_[1], a[-1])
        self.assertLess(range_[1], len(daemon.records()), "it went on behind the snapshot")
        daemon.check()

    def test_retention_classes_and_holds_refuse(self):
        daemon = self.two_days(
            extra='[proof]\nslot_s = 21600\n'  # a month passes at once
            '[retention]\nkeep_days = 0\n'
            '[retention.classes.desks]\nkeep_days = 30\nsystems = ["desk_a*"]\n'
        )
        refused = self.erase(daemon, "--system", "desk_a", "--until", DAY_TWO, check=1)
        self.assertIn("class desks", refused.stderr)
        everything = self.erase(daemon, "--all", "--until", DAY_TWO, check=1)
        self.assertIn("class desks", everything.stderr)
        daemon.ctl(
            "hold", "--config", daemon.config, "desk_b", "--reason", "case 17", check=0
        )
        held = self.erase(daemon, "--system", "desk_b", "--until", DAY_TWO, check=1)
        self.assertIn("case 17", held.stderr)
        daemon.stop(signal.SIGKILL)
        daemon.start()
        listed = daemon.ctl("hold", "--config", daemon.config, check=0).stdout
        self.assertIn("desk_b", listed)
        self.assertIn("case 17", listed)
        early = self.erase(daemon, "--system", "desk_b", "--until", "2026-02-01", check=1)
        self.assertIn("days that are over", early.stderr)
        daemon.ctl(
            "hold", "--config", daemon.config, "desk_b", "--release", "--reason", "closed", check=0
        )
        self.erase(daemon, "--system", "desk_b", "--until", DAY_TWO)
        # A month later the class lets go of its first day, and --expired finds it.
        daemon.send([trade(200, START + 31 * DAY, "desk_c")])
        done = json.loads(self.erase(daemon, "--expired").stdout)
        self.assertEqual(done["keys"], 1)
        audits = [r["reason"] for r in daemon.records() if r.get("kind") == "audit"]
        self.assertEqual([r for r in audits if r in ("hold", "release")], ["hold", "release"])
        daemon.stop()
        daemon.check()

    def test_a_hold_is_nowhere_but_in_the_records_so_no_file_lifts_it(self):
        daemon = self.two_days()
        daemon.ctl(
            "hold", "--config", daemon.config, "desk_b", "--reason", "case: 17", check=0
        )
        daemon.ctl("hold", "--config", daemon.config, "--everything", "--reason", "x", check=0)
        daemon.ctl(
            "hold", "--config", daemon.config, "--everything", "--release", "--reason", "y",
            check=0,
        )
        daemon.stop()
        whole = {"journal", "log", "keys", "rules", "snapshots", "attestations", "config"}
        for name in os.listdir(daemon.state):
            if name not in whole and os.path.isfile(os.path.join(daemon.state, name)):
                if name != "origin":
                    os.remove(os.path.join(daemon.state, name))
        for part in ("", "snapshots"):  # from the snapshot of the stop, then from record 0
            if part:
                for name in os.listdir(os.path.join(daemon.state, part)):
                    path = os.path.join(daemon.state, part, name)
                    if os.path.isfile(path):
                        os.remove(path)
            daemon.start()
            held = self.erase(daemon, "--system", "desk_b", "--until", DAY_TWO, check=1)
            self.assertIn("case: 17", held.stderr)
            listed = json.loads(
                daemon.ctl("hold", "--config", daemon.config, "--json", check=0).stdout
            )["holds"]
            self.assertEqual([hold["system"] for hold in listed], ["desk_b"])
            daemon.stop()
        daemon.check()

    def test_names_are_exact_and_texts_are_one_line(self):
        daemon = self.two_days()
        for name in ("DESK_A", "desk-a"):
            wrong = self.erase(daemon, "--system", name, "--until", DAY_TWO, check=1)
            self.assertIn("erasure.unknown", wrong.stdout + wrong.stderr)
            self.assertIn(name, wrong.stdout + wrong.stderr)
        hold = ("hold", "--config", daemon.config)
        told = daemon.ctl(*hold, "desk-b", "--reason", "case 17", check=0).stdout
        self.assertIn("no event of a system of this name", told)
        told = daemon.ctl(*hold, "desk_b", "--reason", "case 17", check=0).stdout
        self.assertEqual(told, "held: desk_b\n")
        for name, reason in (("desk_a", "two\nlines"), ("desk_a", "\x1b[2J"), ("d\n", "x"),
                             ("desk_a", "\u009b2J"), ("desk_a", "x" * 1025)):
            refused = daemon.ctl(*hold, name, "--reason", reason, check=1)
            self.assertNotIn("\x1b", refused.stdout + refused.stderr)
        listed = daemon.ctl(*hold, check=0).stdout
        self.assertEqual(len(listed.splitlines()), 2)

    def test_whole_days_are_erased_and_an_instant_is_told_so(self):
        daemon = self.two_days()
        told = self.erase(daemon, "--all", "--until", DAY_TWO + "T12:00:00Z", check=2).stderr
        self.assertIn(f"say --until {DAY_TWO}", told)
        erased = self.erase(daemon, "--all", "--until", DAY_TWO + "T00:00:00Z").stdout
        self.assertEqual(json.loads(erased)["keys"], 2)

    def test_what_has_no_term_does_not_expire(self):
        daemon = self.two_days()
        told = daemon.ctl("erase", "--config", daemon.config, "--expired", check=0).stdout
        self.assertIn("no term", told)
        self.assertNotIn("no key left", told)

    def test_an_interrupted_erasure_is_carried_out_by_the_next_start(self):
        daemon = self.two_days()
        daemon.stop(signal.SIGKILL)
        with open(os.path.join(daemon.state, "journal/keys/erasing"), "w") as intent:
            intent.write('{"scope":"system","system":"desk_a","before":20483}\n')
        daemon.start()
        self.assertEqual(files_with(daemon.state, MARK), [])
        self.assertIn("interrupted", "\n".join(daemon.log))
        erased = [r for r in daemon.records() if r.get("kind") == "erase"]
        self.assertEqual([(r["system"], r["keys"]) for r in erased], [("desk_a", 1)])
        daemon.stop()
        daemon.check()

    def a_day_later(self):
        """One day has passed at once: thousands of slots are to be proved."""
        daemon = self.daemon().start()
        daemon.send([trade(n, START - DAY + n, "desk_a", MARK) for n in range(20)])
        daemon.send([trade(98, NEXT_DAY, "desk_a")])
        return daemon

    def waiting(self, daemon):
        return daemon.status().get("erasures", [])

    def until_none_waits(self, daemon):
        deadline = time.monotonic() + PROVING_S
        left = []
        while time.monotonic() < deadline:
            found = self.waiting(daemon)
            if not found:
                return left
            left += [one["waiting_slots"] for one in found if one["waiting_slots"] is not None]
            time.sleep(0.2)
        raise AssertionError(f"an erasure waits: {self.waiting(daemon)}")

    def test_events_come_in_while_an_erasure_waits(self):
        daemon = self.a_day_later()
        asked = subprocess.Popen(
            [os.path.join(BIN, "overlordctl"), "erase", "--config", daemon.config, "--json",
             "--system", "desk_a", "--until", DAY_TWO],
            stdout=subprocess.PIPE, text=True,
        )
        with asked:
            # Noted, and then one batch after the other while it waits.
            while not os.path.exists(os.path.join(daemon.state, "journal/keys/waiting")):
                self.assertIsNone(asked.poll(), "the leap is too short: nothing had to wait")
            batches = 0
            while batches < 5:
                answer = daemon.send([trade(1000 + batches, NEXT_DAY + batches + 1, "desk_a")])
                self.assertEqual(answer[-1], {"durable": 1})
                batches += 1
            (one,) = self.waiting(daemon)
            self.assertIsNone(asked.poll())
            self.assertEqual((one["scope"], one["system"]), ("system", "desk_a"))
            # Whoever asks again waits for the same one.
            told = daemon.ctl("erase", "--config", daemon.config, "--system", "desk_a",
                              "--until", DAY_TWO, "--no-wait", check=0).stdout
            self.assertRegex(told, r"noted: it waits until at least \d+ slots")
            left = self.until_none_waits(daemon)
            self.assertGreater(max(left), 0)
            answer = json.loads(asked.communicate()[0])
        self.assertEqual(answer["keys"], 2)
        erased = [r for r in daemon.records() if r.get("kind") == "erase"]
        self.assertEqual([(r["system"], r["keys"]) for r in erased], [("desk_a", 2)])
        self.assertEqual(files_with(daemon.state, MARK), [])
        self.assertEqual(
            [n for n in os.listdir(os.path.join(daemon.state, "journal/keys")) if n == "waiting"],
            [],
        )
        proofs = daemon.status()["proofs"]
        self.assertGreater(proofs["slots_proved"], 1440)
        daemon.stop()
        daemon.check()

    def test_an_erasure_that_waits_survives_a_kill(self):
        daemon = self.a_day_later()
        erase = ("--system", "desk_a", "--until", DAY_TWO)
        noted = json.loads(self.erase(daemon, *erase, "--no-wait").stdout)
        self.assertGreater(noted["waiting_slots"], 0)
        for _ in range(2):
            daemon.stop(signal.SIGKILL)
            self.assertTrue(os.path.exists(os.path.join(daemon.state, "journal/keys/waiting")))
            daemon.ctl("fsck", daemon.state, check=0)
            daemon.start()
        self.until_none_waits(daemon)
        erased = [r for r in daemon.records() if r.get("kind") == "erase"]
        self.assertEqual([(r["system"], r["keys"]) for r in erased], [("desk_a", 2)])
        self.assertEqual(files_with(daemon.state, MARK), [])
        daemon.stop()
        daemon.check()

    def test_a_hold_is_stronger_than_an_erasure_that_waits(self):
        daemon = self.a_day_later()
        self.erase(daemon, "--system", "desk_a", "--until", DAY_TWO, "--no-wait")
        daemon.ctl("hold", "--config", daemon.config, "desk_a", "--reason", "case 17", check=0)
        self.until_none_waits(daemon)
        self.assertIn("is not carried out: erasure.held", "\n".join(daemon.log))
        self.assertEqual([r for r in daemon.records() if r.get("kind") == "erase"], [])
        daemon.stop()
        daemon.check()

    def test_room_is_given_back(self):
        daemon = self.daemon(extra="[journal]\nsegment_mib = 1\n").start()
        lines = [trade(n, START + n, f"desk_{n % 7}", "x" * 400) for n in range(6000)]
        self.assertEqual(daemon.send(lines)[-1], {"durable": 6000})
        daemon.send([trade(7000, NEXT_DAY, "desk_0")])
        journal = os.path.join(daemon.state, "journal")

        def room():
            segments = [name for name in os.listdir(journal) if name.endswith(".seg")]
            return [os.stat(os.path.join(journal, name)) for name in sorted(segments)]

        before = room()
        self.assertEqual(
            json.loads(self.erase(daemon, "--all", "--until", DAY_TWO).stdout)["keys"], 7
        )
        daemon.stop()
        daemon.start()  # goes on with the room where the stop interrupted it
        deadline = 600
        while os.path.exists(os.path.join(journal, "keys/freeing")) and deadline > 0:
            daemon.status()
            deadline -= 1
        after = room()[: len(before)]
        self.assertEqual([s.st_size for s in before], [s.st_size for s in after])
        # Six thousand events of 700 bytes; the segments in use and prepared keep theirs.
        freed = sum(s.st_blocks for s in before) - sum(s.st_blocks for s in after)
        self.assertGreater(freed * 512, 1_000_000)
        daemon.stop()
        daemon.check()


if __name__ == "__main__":
    unittest.main()
