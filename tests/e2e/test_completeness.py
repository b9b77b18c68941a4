"""What each source sent and what is missing: sequence numbers, restarts, heartbeats, and what
`completeness` and `sample` make of them."""

import hashlib
import json
import random
import signal
import threading
import time
import unittest

from harness import Case, event, read_lines

BEAT = {"service": "core", "status": "up"}
START = 1_769_690_232 * 10**9
SECOND = 10**9


def beat(number, *, source="//gw", ns=None, id=None, run=0):
    """Number `number` of a source, as a heartbeat event with a CloudEvents `sequence`."""
    made = json.loads(
        event(
            "telecoms.heartbeat",
            BEAT,
            ns=START + number * 10**6 if ns is None else ns,
            id=id or f"r{run}-{number}",
            source=source,
        )
    )
    made["sequence"] = str(number)
    made["sequencetype"] = "Integer"
    return json.dumps(made, separators=(",", ":"))


def later(seconds, id):
    """An event without a number that moves log time on."""
    return event("telecoms.heartbeat", BEAT, ns=START + seconds * SECOND, id=id, source="//clock")


class Completeness(Case):
    def of_kind(self, daemon, kind):
        return [record for record in daemon.records() if record["kind"] == kind]

    def gaps(self, daemon):
        return [
            (record["source"], record["first"], record["last"])
            for record in self.of_kind(daemon, "gap")
            if "source" in record
        ]

    def test_a_lost_number_becomes_a_record_and_a_reordered_one_does_not(self):
        daemon = self.daemon().start()
        numbers = list(range(1, 400))
        lost = {50, 51, 52, 300}
        sent = [n for n in numbers if n not in lost]
        random.Random(5).shuffle(chunk := sent[100:140])
        sent[100:140] = chunk
        daemon.send([beat(n, ns=START) for n in sent])
        self.assertEqual(self.gaps(daemon), [])  # within the grace
        daemon.send([later(11, "t1")])
        daemon.stop()
        self.assertEqual(self.gaps(daemon), [("//gw", 50, 52), ("//gw", 300, 300)])
        daemon.check()

    def test_connections_that_reorder_make_no_gap(self):
        daemon = self.daemon().start()
        # However the four interleave, at most 60 ranges are open: less than a source may have.
        numbers = list(range(1, 241))
        threads = [
            threading.Thread(
                target=daemon.send, args=([beat(n, ns=START) for n in numbers[part::4]],)
            )
            for part in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        daemon.send([later(30, "t1")])
        daemon.stop()
        self.assertEqual(self.gaps(daemon), [])
        self.assertEqual(self.of_kind(daemon, "restart"), [])
        daemon.check()

    def test_a_source_that_begins_again_is_a_restart_after_its_gaps(self):
        daemon = self.daemon().start()
        daemon.send([beat(n, ns=START) for n in (1, 2, 3, 7)])
        daemon.send([later(12, "t1")])
        daemon.send([beat(n, ns=START + 12 * SECOND, run=1) for n in (1, 2, 4)])
        daemon.send([later(40, "t2")])
        daemon.stop()
        notes = [
            record
            for record in daemon.records()
            if record["kind"] == "restart" or record["kind"] == "gap" and "source" in record
        ]
        told = [(note["kind"], note["first"], note["last"]) for note in notes]
        self.assertEqual(told, [("gap", 4, 6), ("restart", 1, 7), ("gap", 3, 3)])
        daemon.check()

    def test_heartbeats_count_everything_once(self):
        daemon = self.daemon().start()
        good = [beat(n, ns=START + n * SECOND) for n in range(1, 131)]
        daemon.send(good)
        daemon.send(good[:5])  # duplicates
        bad = good[0].replace("r0-1", "bad").replace('"status":"up"', '"status":"sideways"')
        late = beat(500, ns=START - 3600 * SECOND, id="late")
        daemon.send(["nonsense", bad, late])
        daemon.stop()
        records = daemon.records()
        beats = [record for record in records if record["kind"] == "heartbeat"]
        self.assertEqual(records[records.index(beats[-1]) + 1]["kind"], "stop")
        totals = {}
        for record in beats:
            for name, *counts in record["sources"]:
                totals[name] = [a + b for a, b in zip(totals.get(name, [0] * 6), counts)]
        # received, accepted, rejected, duplicate, late, evaluated
        self.assertEqual(totals["//gw"], [137, 131, 1, 5, 1, 130])
        self.assertEqual(totals[""], [1, 0, 1, 0, 0, 0])
        firsts = [record["first"] for record in beats]
        self.assertEqual(firsts, [0] + [record["n"] for record in beats[:-1]])
        daemon.check()

    def test_no_heartbeat_where_nothing_came(self):
        daemon = self.daemon(extra="[completeness]\nheartbeat_s = 1").start()
        daemon.stop()
        daemon.start()
        daemon.stop()
        self.assertEqual(self.of_kind(daemon, "heartbeat"), [])
        daemon.check()

    def test_after_a_kill_no_note_is_missing_and_none_is_double(self):
        daemon = self.daemon(clock="wall", extra="[completeness]\ngap_grace_s = 0").start()
        lost = set(range(37, 6000, 37))
        number, kills, generator = 1, 0, random.Random(3)
        while kills < 5:
            link = daemon.connect()
            answers = []
            reader = threading.Thread(target=lambda: answers.extend(read_lines(link)))
            reader.start()
            stop_at = number + generator.randrange(200, 700)
            try:
                while number < stop_at:
                    if number not in lost:
                        line = beat(number, ns=time.time_ns() - SECOND, id=f"w{number}")
                        link.sendall(line.encode() + b"\n")
                    number += 1
            except OSError:
                pass
            daemon.stop(signal.SIGKILL)
            reader.join()
            link.close()
            kills += 1
            daemon.start()
            # What had no answer is sent again, as a sender would; lost numbers stay lost.
            recorded = {
                int(record["event"]["sequence"])
                for record in self.of_kind(daemon, "event")
                if "sequence" in record["event"]
            }
            again = [n for n in range(1, number) if n not in lost and n not in recorded]
            daemon.send(
                [beat(n, ns=time.time_ns() - SECOND, id=f"w{n}") for n in again]
            )
        daemon.stop()
        expected = {n for n in lost if n < number - 1}
        told = [n for _, first, last in self.gaps(daemon) for n in range(first, last + 1)]
        # A number that was in flight at a kill may be noted as missing and come later; each lost
        # one is noted exactly once.
        for n in expected:
            self.assertEqual(told.count(n), 1, n)
        self.assertEqual(len(told), len(set(told)))
        daemon.check()

    # --- overlordctl completeness and sample ---

    def report(self, daemon, *arguments, check):
        done = daemon.ctl("completeness", *arguments, daemon.state, "--json", check=check)
        return json.loads(done.stdout)

    def of_source(self, report, name):
        return next(source for source in report["sources"] if source["source"] == name)

    def test_completeness_accounts_for_every_number(self):
        daemon = self.daemon().start()
        daemon.send([beat(n, ns=START) for n in (1, 2, 3, 6, 7)])
        # What is due is noted before the seal that a published receipt tells of.
        daemon.send(['{"receipts":["published"]}', later(12, "t1")])
        daemon.send([beat(5, ns=START + 12 * SECOND), "nonsense"])  # late; without a source
        daemon.stop()
        daemon.start()
        daemon.send([beat(n, ns=START + 30 * SECOND, run=1) for n in (1, 2)])
        daemon.send([later(60, "t2")])
        daemon.stop()
        report = self.report(daemon, check=0)
        self.assertTrue(report["complete"], report["shortcomings"])
        source = self.of_source(report, "//gw")
        self.assertEqual(
            [(g["first"], g["last"], g["recorded"], g["still_missing"]) for g in source["gaps"]],
            [(4, 5, True, 1)],
        )
        self.assertEqual(source["filled_late"], 1)
        self.assertEqual([(r["last"], r["first"]) for r in source["restarts"]], [(7, 1)])
        self.assertEqual((source["accepted"], source["received"]), (8, 8))
        self.assertEqual(self.of_source(report, "")["rejected"], 1)
        self.assertEqual(report["differences"], [])
        self.assertEqual([run["end"] for run in report["runs"]], ["stopped", "stopped"])
        records = daemon.records()
        self.assertEqual(report["journal"]["records"], len(records))
        self.assertEqual(report["journal"]["sealed"], len(records))
        self.assertEqual(report["journal"]["holes"], [])
        text = daemon.ctl("completeness", daemon.state, check=0).stdout
        self.assertTrue(text.endswith("complete\n"), text)
        # A period: what happened before it does not count in it.
        part = self.report(daemon, "--from", "2026-01-29T12:37:40Z", check=0)
        self.assertEqual(self.of_source(part, "//gw")["accepted"], 2)
        self.assertEqual(self.of_source(part, "//gw")["gaps"], [])
        self.assertEqual(daemon.ctl("completeness", daemon.root).returncode, 2)
        daemon.check()

    def test_completeness_says_no_where_a_gap_has_no_record(self):
        daemon = self.daemon(extra="[completeness]\ngap_grace_s = 3600").start()
        daemon.send([beat(n, ns=START) for n in (1, 2, 4)])
        daemon.stop(signal.SIGKILL)
        report = self.report(daemon, check=1)
        self.assertEqual(len(report["shortcomings"]), 1)
        self.assertIn("numbers 3 to 3", report["shortcomings"][0])
        self.assertEqual([run["end"] for run in report["runs"]], ["open"])
        daemon.start()
        daemon.send([beat(3, ns=START)])
        daemon.stop()
        report = self.report(daemon, check=0)
        self.assertEqual([run["end"] for run in report["runs"]], ["unclean", "stopped"])
        self.assertEqual(self.of_source(report, "//gw")["gaps"], [])
        daemon.check()

    def test_a_sample_of_a_stopped_daemon_verifies(self):
        daemon = self.daemon().start()
        daemon.send([beat(n) for n in range(1, 300)])
        daemon.stop()
        folder = f"{daemon.root}/sample"
        made = daemon.ctl("sample", daemon.state, "--count", "12", "-o", folder, "--json", check=0)
        self.assertEqual(json.loads(made.stdout)["drawn"], 12)
        keys = daemon.ctl("keys", "show", "--config", daemon.config, check=0).stdout.split()
        key = next(word for word in keys if word.startswith("e2e.example/log+"))
        report = json.loads(daemon.ctl("verify", folder, "--key", key, "--json", check=0).stdout)
        self.assertTrue(report["valid"])

    def test_a_changed_configuration_is_an_entry_without_a_value(self):
        daemon = self.daemon()
        digests = []
        for extra in ("", "", "[systems.secret_name]\nlevels = [\"telecoms\"]", ""):
            daemon.extra = extra
            daemon.start()
            daemon.stop()
            entries = [
                json.loads(change["entry"]) for change in self.report(daemon, check=0)["changes"]
            ]
            digests = [entry["digest"] for entry in entries if entry["kind"] == "config"]
        self.assertEqual(len(digests), 3)  # the second start changed nothing
        self.assertEqual(digests[0], digests[2])
        self.assertNotEqual(digests[0], digests[1])
        entries = [change["entry"] for change in self.report(daemon, check=0)["changes"]]
        self.assertNotIn("secret_name", "".join(entries))
        # Who holds the salt and the settings can show what an entry stands for.
        with open(f"{daemon.state}/config/salt", "rb") as file:
            salt = file.read()
        with open(f"{daemon.state}/config/{digests[1]}.toml", "rb") as file:
            settings = file.read()
        self.assertIn(b"secret_name", settings)
        self.assertEqual(
            hashlib.sha256(b"zk-overlords/config/v1\0" + salt + settings).hexdigest(), digests[1]
        )
        # No unsalted digest of a private thing is public: the start record's differ.
        private = {r["limits"] for r in daemon.records() if r["kind"] == "start"}
        for entry in entries:
            for digest in private:
                self.assertNotIn(digest, entry)
        daemon.check()


if __name__ == "__main__":
    unittest.main()
