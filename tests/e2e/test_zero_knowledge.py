"""Zero knowledge from events to documents: slots, range proofs, what survives kills and erasure."""

import collections
import glob
import json
import os
import signal
import time
import unittest

import scenario
from harness import DEADLINE_S, Case, event

SECOND = 10**9
SLOT_S = 60
HOUR = 3660
PROOF = f"[proof]\nslot_s = {SLOT_S}\n[attest]\ninterval_s = 600\n"
SYSTEM = "production_system"


def hour(down=(), latency_ms=0.8, system=SYSTEM):
    """A compliant system, its heartbeats over an hour; `down`: seconds with status down."""
    made = scenario.compliant(system=system, heartbeats=70)
    for second in range(70, HOUR):
        status = "down" if second in down else "up"
        made.append(
            event(
                "telecoms.heartbeat",
                {"service": "core", "status": status},
                ns=scenario.START + second * SECOND,
                id=f"h{second}",
                system=system,
                source=f"//test/{system}",
            )
        )
        if second % 60 == 0:
            made.append(
                event(
                    "trading.trade",
                    {"latency_ms": latency_ms, "segregated": True},
                    ns=scenario.START + second * SECOND + 123_457,
                    id=f"t{second}",
                    system=system,
                    source=f"//test/{system}",
                )
            )
    return made


def failover(second, duration_ms):
    return event(
        "telecoms.failover",
        {"from_system": "a", "to_system": "b", "duration_ms": duration_ms},
        ns=scenario.START + second * SECOND + duration_ms,
        id=f"f{second}",
        source="//test/failovers",
    )


def settle(daemon):
    """Until every closed slot is in the log and no document is to come."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        proofs = daemon.status()["proofs"]
        if "stopped" in proofs:
            raise AssertionError(proofs["stopped"])
        if proofs["slots_committed"] > 0 and proofs["lag_slots"] == 0:
            return proofs
        time.sleep(0.05)
    raise AssertionError(f"the prover lags: {daemon.status()['proofs']}")


def public_entries(daemon):
    """The log's entries, from its public bundles."""
    found = []
    root = os.path.join(daemon.state, "log", "tile", "entries")
    names = {}
    for path in glob.glob(os.path.join(root, "**", "*"), recursive=True):
        if os.path.isfile(path):
            index = os.path.relpath(path, root).split(".p")[0].replace("x", "").replace("/", "")
            if int(index) not in names or os.path.getsize(path) > os.path.getsize(
                names[int(index)]
            ):
                names[int(index)] = path
    for index in sorted(names):
        with open(names[index], "rb") as file:
            data = file.read()
        while data:
            size = int.from_bytes(data[:2], "big")
            found.append(data[2 : 2 + size].decode())
            data = data[2 + size :]
    return [json.loads(entry) for entry in found]


def check_chain(case, entries):
    """Each stream's slots and range proofs one after the other, each once."""
    slots, ranges = collections.defaultdict(list), collections.defaultdict(list)
    for entry in entries:
        if entry["kind"] == "slot":
            slots[entry["stream"]].append(entry["slot"])
        if entry["kind"] == "range":
            ranges[entry["stream"]].append((entry["first"], entry["count"]))
    for stream, numbers in slots.items():
        case.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))), stream)
        covered = numbers[0]
        for first, count in ranges[stream]:
            case.assertEqual(first, covered, stream)
            covered += count
        case.assertLessEqual(covered, numbers[-1] + 1)
        case.assertLess(numbers[-1] + 1 - covered, 8)
    return slots


def documents(daemon):
    """By the digest of the attestation, those that are in the log."""
    found = {}
    for entry in public_entries(daemon):
        if entry["kind"] == "proof":
            path = os.path.join(daemon.state, "attestations", f"{entry['attestation']}.zk.json")
            with open(path, encoding="utf-8") as file:
                found[entry["attestation"]] = json.load(file)
    return found


def wait_for_document(daemon, digest):
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        found = documents(daemon)
        if digest in found:
            return found[digest]
        time.sleep(0.05)
    raise AssertionError(f"no document of {digest}: {daemon.status()['proofs']}")


def attest(daemon):
    """The digest of the attestation that a question gives."""
    answer = daemon.query(f"zk_overlords_compliant({SYSTEM}, P).", check=0).stdout
    return answer.split("sha256:'")[1].split("'")[0] if "sha256:'" in answer else (
        answer.split("sha256:")[1][:64]
    )


class ZeroKnowledge(Case):
    def test_an_hour_of_events_gives_slots_and_a_document(self):
        daemon = self.daemon(extra=PROOF).start()
        daemon.send(hour())
        proofs = settle(daemon)
        self.assertGreater(proofs["streams"], 6)
        digest = attest(daemon)
        document = wait_for_document(daemon, digest)
        self.assertEqual(document["attestation"], digest)
        held = {s["control"]: s["holds"] for s in document["statements"]}
        self.assertTrue(all(held.values()), held)
        self.assertIn("telecoms.uptime", held)
        slots = check_chain(self, public_entries(daemon))
        self.assertEqual(len(slots), proofs["streams"])
        told = {t["control"]: t["comparisons"] for t in daemon.status()["proofs"]["told"]}
        self.assertGreaterEqual(told["telecoms.uptime"], 1)
        daemon.stop()
        daemon.check()
        self.fsck_names_what_was_changed(daemon, digest)

    def fsck_names_what_was_changed(self, daemon, digest):
        for path in (
            glob.glob(os.path.join(daemon.state, "proofs", "*.slots"))[0],
            glob.glob(os.path.join(daemon.state, "proofs", "plans", "*.json"))[0],
            os.path.join(daemon.state, "attestations", f"{digest}.zk.json"),
            os.path.join(daemon.state, "keys", "proof.key"),
        ):
            with open(path, "r+b") as file:
                whole = file.read()
                file.seek(len(whole) - 50)
                file.write(bytes([whole[-50] ^ 1]))
            found = daemon.ctl("fsck", daemon.state)
            self.assertEqual(found.returncode, 1, path + found.stdout)
            with open(path, "wb") as file:
                file.write(whole)
        daemon.ctl("fsck", daemon.state, check=0)

    def test_event_bound_slots_are_shown_to_be_the_sums_of_their_events(self):
        daemon = self.daemon(extra=PROOF).start()
        events = hour()
        events += [failover(second, 20) for second in (180, 181, 185, 1020, 2400)]
        events.sort(key=lambda text: json.loads(text)["time"])
        half = len(events) // 2
        daemon.send(events[:half])
        daemon.process.send_signal(signal.SIGKILL)  # lists of open slots come back
        daemon.wait_exit()
        daemon.start()
        daemon.send(events[half:])
        settle(daemon)
        digest = attest(daemon)
        wait_for_document(daemon, digest)
        bundle = os.path.join(daemon.root, "full.json")
        shown = os.path.join(daemon.root, "contributions.json")
        words = ("proof", "--config", daemon.config, f"sha256:{digest}")
        daemon.ctl(*words, "--full", "-o", bundle, check=0)
        daemon.ctl(*words, "--contributions", "-o", shown, check=0)
        verify = ("verify", bundle, "--rules", daemon.rules, *self.keys_of(daemon))
        without = daemon.ctl(*verify, check=0)
        self.assertIn("event-bound (its events not shown)", without.stdout)
        verified = daemon.ctl(*verify, "--contributions", shown, check=0)
        failovers = sum('"type":"telecoms.failover"' in text for text in events)
        self.assertIn(f"event-bound: {failovers} contributions, sum checked", verified.stdout)
        self.assertIn("slot-asserted", verified.stdout)
        with open(shown) as file:
            lines = file.readlines()
        at = next(i for i, line in enumerate(lines) if '"events":[[' in line)
        slot = json.loads(lines[at])
        slot["events"].pop()
        lines[at] = json.dumps(slot, separators=(",", ":")) + "\n"
        with open(shown, "w") as file:
            file.writelines(lines)
        refused = daemon.ctl(*verify, "--contributions", shown, check=1)
        self.assertIn("zk.bound_switch", refused.stdout)
        daemon.stop()
        daemon.check()

    def test_drawn_events_are_found_in_their_slots(self):
        daemon = self.daemon(extra=PROOF).start()
        events = scenario.compliant(system=SYSTEM, heartbeats=70)
        events += [failover(second, second // 10) for second in (200, 201, 205, 400, 1200)]
        daemon.send(sorted(events, key=lambda text: json.loads(text)["time"]))
        settle(daemon)
        daemon.stop()
        keys = self.keys_of(daemon)
        folder = os.path.join(daemon.root, "sample")
        daemon.ctl("sample", daemon.state, "--count", "10000", "-o", folder, check=0)
        verify = ("verify", folder, *keys)
        self.assertIn("(--rules)", daemon.ctl(*verify, check=0).stdout)
        judged = daemon.ctl(*verify, "--rules", daemon.rules, check=0).stdout
        found = int(judged.split(" times an event that was drawn counts")[0].split()[-1])
        self.assertGreaterEqual(found, 4)  # the last failover's slot is open
        path = os.path.join(folder, "event-slots.json")
        with open(path) as file:
            shown = json.load(file)
        with_slots = next(stream for stream in shown["streams"] if stream["slots"])
        hidden = with_slots["slots"].pop()
        with open(path, "w") as file:
            json.dump(shown, file)
        refused = daemon.ctl(*verify, "--rules", daemon.rules, check=1)
        self.assertIn("sample.contribution", refused.stdout)
        hidden["opened"][0]["bad"] += 1
        with_slots["slots"].append(hidden)
        with open(path, "w") as file:
            json.dump(shown, file)
        self.assertIn("sample.slot", daemon.ctl(*verify, check=1).stdout)
        slots = os.path.join(daemon.root, "slots.json")
        daemon.ctl("sample", daemon.state, "--slots", "1000", "-o", slots, check=0)
        opened = daemon.ctl("verify", slots, *keys, check=0).stdout
        self.assertIn("the sum of 3 contributions", opened)
        daemon.check()

    def keys_of(self, daemon):
        shown = daemon.ctl("keys", "show", "--state", daemon.state, check=0).stdout
        keys = [word for word in shown.split() if word.count("+") >= 2]
        return [word for key in keys for word in ("--key", key)]

    def test_no_value_is_public(self):
        daemon = self.daemon(extra=PROOF).start()
        daemon.send(hour())
        settle(daemon)
        daemon.stop()
        members = {
            "streams": ["v", "kind", "at", "key", "slot_ns"],
            "slot": ["v", "kind", "at", "stream", "slot", "bad", "total", "bad_sum"]
            + ["total_sum", "switch"],
            "range": ["v", "kind", "at", "stream", "first", "count", "bits", "proof"],
            "proof": ["v", "kind", "at", "attestation", "digest"],
        }
        for entry in public_entries(daemon):
            if entry["kind"] in members:
                self.assertEqual(list(entry), members[entry["kind"]])
                self.assertNotIn(SYSTEM, json.dumps(entry))

    def test_other_values_and_the_same_verdict_look_the_same(self):
        # Attested once, when asked: how many documents a schedule gives depends on real time.
        asked = PROOF.replace("interval_s = 600", "interval_s = 0\non_change = false")
        shapes = []
        for latency_ms, failovers in ((0.8, 0), (0.31, 7)):
            daemon = self.daemon(extra=asked).start()
            events = hour(latency_ms=latency_ms)
            events += [failover(1800 + n, n) for n in range(failovers)]
            daemon.send(sorted(events, key=lambda text: json.loads(text)["time"]))
            settle(daemon)
            wait_for_document(daemon, attest(daemon))
            daemon.stop()
            shape = collections.Counter()
            for entry in public_entries(daemon):
                if entry["kind"] in ("slot", "range", "proof"):
                    lengths = tuple((k, len(str(v))) for k, v in entry.items() if k != "at")
                    shape[lengths] += 1
            shapes.append(shape)
        self.assertEqual(shapes[0], shapes[1])

    def test_what_fails_is_proved_to_fail(self):
        daemon = self.daemon(extra=PROOF).start()
        daemon.send(hour(down=range(600, 700)))
        settle(daemon)
        # Non-compliance is attested by schedule.
        deadline = time.monotonic() + DEADLINE_S
        failed = []
        while not failed and time.monotonic() < deadline:
            failed = [
                s
                for d in documents(daemon).values()
                for s in d["statements"]
                if s["control"] == "telecoms.uptime" and not s["holds"]
            ]
        self.assertTrue(failed)
        daemon.stop()
        daemon.check()

    def test_killed_in_the_middle_the_chain_is_unbroken(self):
        daemon = self.daemon(extra=PROOF).start()
        events = hour()
        for part in range(4):
            daemon.send(events[part * len(events) // 4 : (part + 1) * len(events) // 4])
            daemon.process.send_signal(signal.SIGKILL)
            daemon.wait_exit()
            daemon.start()
        settle(daemon)
        wait_for_document(daemon, attest(daemon))
        daemon.stop()
        check_chain(self, public_entries(daemon))
        records = [r for r in daemon.records() if r["kind"] == "slot"]
        closed = sum(record["count"] * len(record["values"]) for record in records)
        entries = [entry for entry in public_entries(daemon) if entry["kind"] == "slot"]
        self.assertEqual(len(entries), closed)
        daemon.check()

    def test_openings_are_erased_with_their_day(self):
        daemon = self.daemon(extra=PROOF.replace(f"= {SLOT_S}", "= 3600")).start()
        # An hour of one day and, after silence, another day's beginning.
        events = hour()
        daemon.send(events)
        later = scenario.START + 86_400 * SECOND  # slots of an hour: the day has few
        daemon.send(
            [
                event(
                    "telecoms.heartbeat",
                    {"service": "core", "status": "up"},
                    ns=later + second * SECOND,
                    id=f"late{second}",
                    source=f"//test/{SYSTEM}",
                )
                for second in range(0, 200, 2)
            ]
        )
        settle(daemon)
        files = glob.glob(os.path.join(daemon.state, "proofs", "*.slots"))
        before = {path: os.path.getsize(path) for path in files}
        erased = daemon.ctl(
            "erase", "--config", daemon.config, "--system", SYSTEM, "--until", "2026-01-30"
        )
        self.assertEqual(erased.returncode, 0, erased.stderr)
        zero_rows = 0
        for path in files:
            self.assertEqual(os.path.getsize(path), before[path])
            with open(path, "rb") as file:
                data = file.read()
            rows = data[int.from_bytes(data[12:16], "little") :]
            size = {1: 100, 2: 132}[int.from_bytes(data[8:12], "little")]
            zero_rows += sum(
                rows[i : i + size] == bytes(size) for i in range(0, len(rows), size)
            )
        self.assertGreater(zero_rows, 0)
        check_chain(self, public_entries(daemon))
        daemon.stop()
        daemon.check()


if __name__ == "__main__":
    unittest.main()
