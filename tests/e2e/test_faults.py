"""What must not hurt: kills, other daemons, broken files and rules, events that kill the engine."""

import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time
import unittest

import scenario
from harness import DEADLINE_S, SOURCE, Case, event

KILLS = int(os.environ.get("OVERLORD_KILLS", "50"))


def journal_events(daemon):
    """id -> how often it is in the journal."""
    counts = {}
    for record in daemon.records():
        if record["kind"] == "event":
            counts[record["event"]["id"]] = counts.get(record["event"]["id"], 0) + 1
    return counts


class Sender(threading.Thread):
    """Sends numbered events as fast as they are taken, and notes which ones were acknowledged."""

    def __init__(self, daemon, first):
        super().__init__()
        self.daemon_under_test, self.next, self.acked = daemon, first, first
        self.first = first

    def run(self):
        try:
            with self.daemon_under_test.connect() as link:
                link.settimeout(DEADLINE_S)
                reader = threading.Thread(target=self.read, args=(link,))
                reader.start()
                try:
                    while True:
                        lines = []
                        for _ in range(50):
                            lines.append(
                                event(
                                    "trading.trade",
                                    {"latency_ms": 0.5, "segregated": True},
                                    ns=scenario.START + self.next * 1_000_001,
                                    id=f"k{self.next}",
                                )
                            )
                            self.next += 1
                        link.sendall(("\n".join(lines) + "\n").encode())
                except OSError:
                    pass
                reader.join()
        except OSError:
            pass

    def read(self, link):
        rest = b""
        while True:
            try:
                chunk = link.recv(65536)
            except OSError:
                return
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                answer = json.loads(line)
                if "durable" in answer:
                    self.acked = self.first + answer["durable"]


class Kills(Case):
    def test_every_acknowledged_event_survives_kill_9_exactly_once(self):
        daemon = self.daemon()
        chance = random.Random(7)
        acknowledged = 0
        for _ in range(KILLS):
            daemon.start()
            sender = Sender(daemon, acknowledged)
            sender.start()
            time.sleep(chance.uniform(0.02, 0.15))
            daemon.process.kill()
            daemon.wait_exit()
            sender.join(DEADLINE_S)
            # What was sent and not acknowledged is sent again by the next one under the same ids.
            acknowledged = sender.acked
        self.assertGreater(acknowledged, KILLS)
        daemon.start()
        daemon.stop()
        counts = journal_events(daemon)
        missing = [n for n in range(acknowledged) if counts.get(f"k{n}") != 1]
        self.assertEqual(missing, [], "acknowledged events that are not there exactly once")
        self.assertTrue(all(count == 1 for count in counts.values()))
        daemon.check()

    def test_sigterm_under_load_loses_nothing_that_was_read(self):
        daemon = self.daemon().start()
        sender = Sender(daemon, 0)
        sender.start()
        while sender.acked < 1000:
            self.assertTrue(sender.is_alive())
            time.sleep(0.01)
        self.assertEqual(daemon.stop(), 0)
        sender.join(DEADLINE_S)
        counts = journal_events(daemon)
        self.assertTrue(all(counts.get(f"k{n}") == 1 for n in range(sender.acked)))
        daemon.check()


class Children(Case):
    def child(self, daemon, name):
        pid = daemon.process.pid
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            children = file.read().split()
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                children += file.read().split()
        for child in children:
            with open(f"/proc/{child}/comm") as file:
                if file.read().strip() == name[:15]:
                    return int(child)
        raise AssertionError(f"no {name} among {children}")

    def test_a_killed_engine_is_replaced_and_no_connection_drops(self):
        daemon = self.daemon().start()
        daemon.send(scenario.compliant())
        with daemon.connect() as link:
            for round_ in range(3):
                os.kill(self.child(daemon, "overlord-engine"), signal.SIGKILL)
                link.sendall(
                    event(
                        "trading.trade",
                        {"latency_ms": 0.5, "segregated": True},
                        ns=scenario.START + (100 + round_) * scenario.SECOND,
                        id=f"after-{round_}",
                    ).encode()
                    + b"\n"
                )
                answer = b""
                while not answer.endswith(b"\n"):
                    answer += link.recv(4096)
                self.assertEqual(json.loads(answer), {"durable": round_ + 1})
        self.assertEqual(daemon.status()["engine"]["starts"], 4)
        daemon.query("trading_latency(production_system, L)", check=0)
        daemon.stop()
        daemon.check()

    def test_a_killed_signer_is_replaced(self):
        daemon = self.daemon().start()
        os.kill(self.child(daemon, "overlord-signer"), signal.SIGKILL)
        daemon.send(scenario.compliant())
        daemon.query("zk_overlords_compliant(production_system, P)", check=0)
        self.assertEqual(daemon.stop(), 0)
        daemon.check()


class FullDisk(Case):
    def test_a_full_disk_stops_the_daemon_with_the_reason_and_loses_nothing(self):
        daemon = self.daemon(extra="[journal]\nsegment_mib = 1\n")
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=16m", "overlord-e2e", daemon.root],
            capture_output=True,
            text=True,
        )
        if mounted.returncode != 0:
            self.skipTest("no small file system can be mounted here: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", daemon.root], check=True)
        daemon.start()
        daemon.send(scenario.compliant()[:1])  # the day's keys are a file of their own
        ballast = os.path.join(daemon.root, "ballast")
        with open(ballast, "wb") as file:
            try:
                while True:
                    file.write(b"x" * 65536)
                    file.flush()
            except OSError:
                pass
        sender = Sender(daemon, 0)
        sender.start()
        self.assertEqual(daemon.wait_exit(), 1)
        sender.join(DEADLINE_S)
        self.assertIn("io.enospc", daemon.log[-1])
        self.assertIn("No space left", daemon.log[-1])
        self.assertGreater(sender.acked, 0)
        os.unlink(ballast)
        daemon.start()
        self.assertEqual(daemon.stop(), 0)
        counts = journal_events(daemon)
        missing = [n for n in range(sender.acked) if counts.get(f"k{n}") != 1]
        self.assertEqual(missing, [], "acknowledged events that are not there exactly once")
        daemon.check()

    def test_a_full_disk_is_told_a_segment_early_and_the_daemon_goes_on(self):
        daemon = self.daemon(extra="[journal]\nsegment_mib = 8\n")
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24m", "overlord-e2e", daemon.root],
            capture_output=True,
            text=True,
        )
        if mounted.returncode != 0:
            self.skipTest("no small file system can be mounted here: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", daemon.root], check=True)
        daemon.start()
        # Two segments fit, a third does not: it is asked for when the second one begins. Refused
        # lines are records like others, and no fact of a snapshot.
        sent = 0

        def warned():
            return [line for line in daemon.log if "cannot be prepared" in line]

        while not warned():
            self.assertLess(sent, 16 << 20, "two segments are full, and nothing was said")
            self.assertEqual(daemon.send(["x" * 30_000] * 20)[-1], {"durable": 20})
            sent += 20 * 30_000
        self.assertIn("io.enospc", warned()[0])
        journal = os.path.join(daemon.state, "journal")
        self.assertEqual([n for n in os.listdir(journal) if n.endswith(".tmp")], [])
        space = os.statvfs(daemon.root)
        self.assertGreaterEqual(space.f_bavail * space.f_frsize, 1 << 20)
        # The rest of the segment is there, and so is the room for the public log.
        for n in range(10):
            beat = event(
                "telecoms.heartbeat",
                {"service": "core", "status": "up"},
                ns=scenario.START + n * 10**9,
                id=f"after{n}",
            )
            self.assertEqual(daemon.send([beat])[-1], {"durable": 1})
        self.assertEqual(daemon.stop(), 0)
        daemon.check()

    def test_a_state_that_cannot_be_written_is_refused_with_the_reason(self):
        daemon = self.daemon()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=200m", "overlord-e2e", daemon.root],
            capture_output=True,
            text=True,
        )
        if mounted.returncode != 0:
            self.skipTest("no file system can be mounted here: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", daemon.root], check=True)
        daemon.start()
        daemon.stop()
        remount = ["mount", "-o", "remount,ro", daemon.root]
        subprocess.run(remount, check=True)
        daemon.write_config = lambda: None
        daemon.start(expect_ready=False)
        self.assertEqual(daemon.wait_exit(), 1)
        self.assertIn("state.readonly: cannot write in ", daemon.log[-1])


class Refusals(Case):
    def refused(self, daemon, *words):
        daemon.start(expect_ready=False)
        self.assertEqual(daemon.wait_exit(), 1)
        for word in words:
            self.assertIn(word, "\n".join(daemon.log))

    def test_a_second_daemon_on_the_same_state(self):
        first = self.daemon().start()
        second = self.daemon()
        second.state = first.state
        self.refused(second, "state.locked", first.state)
        first.send(scenario.compliant())
        first.stop()
        first.check()

    def test_rules_that_do_not_load_name_file_line_and_reason(self):
        daemon = self.daemon()
        rules = os.path.join(daemon.root, "rules")
        shutil.copytree(os.path.join(SOURCE, "rules"), rules)
        daemon.rules = rules
        with open(os.path.join(rules, "itil.pl"), "a") as pack:
            pack.write("\nitil_extra(X) :- shell(X).\n")
        self.refused(daemon, "itil.pl:", "error[", "shell/1")

    def test_a_broken_bundle_on_reload_leaves_the_old_one_in_place(self):
        daemon = self.daemon()
        rules = os.path.join(daemon.root, "rules")
        shutil.copytree(os.path.join(SOURCE, "rules"), rules)
        daemon.rules = rules
        daemon.start()
        daemon.send(scenario.compliant())
        before = daemon.status()["bundle"]
        with open(os.path.join(rules, "trading.pl")) as pack:
            good = pack.read()
        with open(os.path.join(rules, "trading.pl"), "w") as pack:
            pack.write(good + "\nbroken(.\n")
        daemon.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: any("trading.pl:" in line for line in daemon.log))
        self.assertEqual(daemon.status()["bundle"], before)
        # A good one takes over between two events.
        with open(os.path.join(rules, "trading.pl"), "w") as pack:
            pack.write(good.replace("LatencyMs =< 1\n", "LatencyMs =< 2\n"))
        daemon.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: daemon.status()["bundle"] != before)
        daemon.send(
            [
                event(
                    "trading.trade",
                    {"latency_ms": 1.5, "segregated": True},
                    ns=scenario.START + 80 * scenario.SECOND,
                    id="t1.5",
                )
            ]
        )
        self.assertEqual(
            daemon.query("trading_latency(production_system, L)", check=0).returncode, 0
        )
        self.assertEqual(daemon.stop(), 0)
        daemon.start()  # recovers under the bundle that was active last
        self.assertNotEqual(daemon.status()["bundle"], before)
        daemon.stop()
        daemon.check()

    def wait_for(self, condition):
        end = time.monotonic() + DEADLINE_S
        while not condition():
            self.assertLess(time.monotonic(), end, "what was waited for did not happen")
            time.sleep(0.02)

    def edit_config(self, daemon, old, new):
        with open(daemon.config) as file:
            text = file.read()
        self.assertIn(old, text)

        def write():
            with open(daemon.config, "w") as file:
                file.write(text.replace(old, new))

        daemon.write_config = write

    def test_a_state_of_another_origin(self):
        daemon = self.daemon().start()
        daemon.stop()
        self.edit_config(daemon, "e2e.example/log", "other.example/log")
        self.refused(daemon, "origin")

    def test_a_port_beyond_loopback(self):
        daemon = self.daemon()
        daemon.write_config()
        self.edit_config(
            daemon, '[ingest]\nlisten = "127.0.0.1:0"', '[ingest]\nlisten = "0.0.0.0:0"'
        )
        daemon.start(expect_ready=False)
        self.assertNotEqual(daemon.wait_exit(), 0)
        self.assertIn("TLS", "\n".join(daemon.log))

    def test_a_flipped_byte_is_refused_or_found(self):
        daemon = self.daemon().start()
        daemon.send(scenario.compliant())
        daemon.query("zk_overlords_compliant(production_system, P)", check=0)
        daemon.stop()
        chance = random.Random(11)
        for folder, _, names in os.walk(daemon.state):
            if os.path.basename(folder) in ("run", "snapshots", "by_evidence"):
                continue  # derived, and checked by digest when they are read
            for name in names:
                # Nothing depends on the salt key of a segment that has not begun.
                pointers = ("lock", "crash.marker", "active", "last")
                if name in (*pointers, "00000001.key", "00000001.seg"):
                    continue
                path = os.path.join(folder, name)
                size = os.path.getsize(path)
                if size == 0:
                    continue
                with self.subTest(file=os.path.relpath(path, daemon.state)):
                    with open(path, "rb") as file:
                        good = file.read()
                    # In a journal segment the used part is at the front.
                    at = chance.randrange(min(size, 6000))
                    os.chmod(path, 0o600)
                    with open(path, "r+b") as file:
                        file.seek(at)
                        file.write(bytes([good[at] ^ 0x10]))
                    found = daemon.ctl("fsck", daemon.state).returncode != 0
                    if not found and folder.endswith("keys"):
                        self.refused(
                            daemon
                        )  # keys and guard are the signer's and the daemon's to check
                        found = True
                    if not found:
                        found = daemon.ctl("replay", daemon.state).returncode != 0
                    with open(path, "wb") as file:
                        file.write(good)
                    self.assertTrue(found, f"byte {at} of {path}")
        daemon.check()


LOOP = """:- module(extra, [extra_loop/2, extra_compliant/1, extra_event/2]).
:- telemetry(ping(n:integer)).
:- measure(pings, count(ping), over(1, h)).
:- control('extra.loop', extra_loop/2, [title("Loops"), basis(target), cites(["none"])]).
extra_loop(System, Count) :-
    measured(System, pings, Count),
    spin(Count).
spin(Count) :-
    spin(Count).
extra_compliant(System) :-
    extra_loop(System, _).
:- check(ping, extra_event/2).
extra_event(Event, Proof) :-
    Event = ping(timestamp(_), n(N)),
    observed(Event, Index),
    grow(N),
    event_proof(Index, Proof).
grow(N) :-
    (   N < 1000
    ->  true
    ;   length(List, N),
        length(List, _)
    ).
"""


class BadRules(Case):
    def extra(self):
        daemon = self.daemon(extra="[engine]\nstack_mib = 64\n")
        rules = os.path.join(daemon.root, "rules")
        shutil.copytree(os.path.join(SOURCE, "rules"), rules)
        with open(os.path.join(rules, "extra.pl"), "w") as pack:
            pack.write(LOOP)
        daemon.rules = rules
        return daemon

    def test_a_rule_that_loops_is_unknown_with_the_reason(self):
        daemon = self.extra().start()
        daemon.send([event("extra.ping", {"n": 1}, ns=scenario.START, id="p1")])
        why = daemon.ctl("why", "--config", daemon.config, "production_system").stdout
        self.assertIn("extra.loop", why)
        self.assertIn("limit", why)
        self.assertEqual(
            daemon.status()["systems"]["production_system"]["levels"]["extra"], "unknown"
        )
        daemon.stop()
        daemon.check()

    def test_an_event_that_kills_the_engine_is_quarantined(self):
        daemon = self.extra().start()
        before = event("extra.ping", {"n": 1}, ns=scenario.START, id="p1")
        killer = event("extra.ping", {"n": 10**12}, ns=scenario.START + 1, id="p2")
        after = event("extra.ping", {"n": 2}, ns=scenario.START + 2, id="p3")
        answers = daemon.send([before, killer, after])
        self.assertEqual(answers[-1], {"durable": 3}, answers)
        self.assertEqual([a["code"] for a in answers if "code" in a], ["engine.poison"])
        status = daemon.status()
        self.assertEqual(status["engine"]["poisoned"], 1)
        self.assertEqual(status["events"]["accepted"], 2)
        daemon.stop()
        daemon.check()


if __name__ == "__main__":
    unittest.main()
