"""Witnesses: quorums that lose and regain members; states that are not the newest of their log."""

import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

import scenario
from harness import BIN, DEADLINE_S, Case, Daemon, event, eventually


class Witness:
    """One `overlordctl witness` process; started again on the same port and state."""

    def __init__(self, name, log):
        self.name, self.log = name, log
        self.root = tempfile.mkdtemp(prefix="overlord-witness-")
        self.port, self.vkey, self.process = 0, None, None

    def start(self, *, create=False):
        arguments = [
            *("--listen", f"127.0.0.1:{self.port}", "--state", f"{self.root}/state"),
            *("--key", f"{self.root}/witness.key", "--log", self.log),
        ]
        if create:
            arguments += ["--create", "--name", self.name]
        self.process = subprocess.Popen(
            [f"{BIN}/overlordctl", "witness", *arguments],
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        line = self.process.stderr.readline()
        found = re.match(r"ready witness=127\.0\.0\.1:(\d+) vkey=(\S+)", line)
        if not found:
            raise AssertionError("the witness is not ready: " + line)
        self.port, self.vkey = int(found[1]), found[2]
        return self

    def stop(self, sig=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(sig)
            self.process.wait(DEADLINE_S)
        if self.process:
            self.process.stderr.close()
        self.process = None

    def remove(self):
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.root, ignore_errors=True)

    def line(self):
        return f"witness {self.name} {self.vkey} http://127.0.0.1:{self.port}\n"


class Babbler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(200)
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b"garbage")

    def log_message(self, *_):
        pass


def checkpoint_size(daemon, name="checkpoint"):
    try:
        with open(os.path.join(daemon.state, "log", name)) as note:
            return int(note.read().split("\n")[1])
    except FileNotFoundError:
        return 0


class WitnessCase(Case):
    def witness(self, name):
        witness = Witness(name, self.log_vkey)
        self.addCleanup(witness.remove)
        return witness.start(create=True)

    def first_start(self):
        """A state with a log key, stopped: whoever watches it has to know the key."""
        daemon = self.daemon()
        daemon.start()
        daemon.send(scenario.compliant()[:5])
        shown = daemon.ctl("keys", "show", "--config", daemon.config, check=0).stdout
        self.log_vkey = next(w for w in shown.split() if w.startswith("e2e.example/log+"))
        self.assertEqual(daemon.stop(), 0)
        self.sent = 0
        return daemon

    def configure(self, daemon, witnesses, rule, mode="best_effort"):
        policy = os.path.join(daemon.root, "policy")
        with open(policy, "w") as out:
            out.write(f"log {self.log_vkey}\n" + "".join(witnesses) + rule)
        daemon.extra = f'[witness]\npolicy = "{policy}"\nmode = "{mode}"\n'
        return policy

    def send_one(self, daemon):
        self.sent += 1
        when = scenario.START + (200 + self.sent) * scenario.SECOND
        line = event(
            "telecoms.heartbeat", {"service": "x", "status": "up"}, ns=when, id=f"w{self.sent}"
        )
        self.assertEqual(daemon.send([line])[-1], {"durable": 1})

    def all_witnessed(self, daemon):
        def caught_up():
            positions = daemon.status()["positions"]
            witnessed = positions["witnessed"] or {"records": 0}
            return witnessed["records"] == positions["durable"]["records"]

        eventually(caught_up)


class Quorum(WitnessCase):
    def test_a_quorum_survives_a_babbler_and_is_missed_and_found_again(self):
        daemon = self.first_start()
        w1, w2 = self.witness("w1.example"), self.witness("w2.example")
        babbler = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Babbler)
        self.addCleanup(babbler.server_close)
        self.addCleanup(babbler.shutdown)
        threading.Thread(target=babbler.serve_forever, daemon=True).start()
        fake = self.witness("w3.example")
        fake.stop()
        fake.port = babbler.server_address[1]
        rule = "group G 2 w1.example w2.example w3.example\nquorum G\n"
        policy = self.configure(daemon, [w1.line(), w2.line(), fake.line()], rule)
        daemon.start()
        self.send_one(daemon)
        self.all_witnessed(daemon)

        w2.stop(signal.SIGKILL)
        before = checkpoint_size(daemon, "checkpoint.witnessed")
        self.send_one(daemon)  # is answered durable all the same
        eventually(lambda: "problem" in daemon.status()["witnesses"]["w2.example"])
        eventually(lambda: checkpoint_size(daemon) > before)  # and published
        self.assertEqual(checkpoint_size(daemon, "checkpoint.witnessed"), before)
        self.assertEqual(daemon.process.poll(), None)

        w2.start()
        self.all_witnessed(daemon)
        witnesses = daemon.status()["witnesses"]
        self.assertIn("problem", witnesses["w3.example"])
        self.assertEqual(witnesses["w3.example"]["cosignatures"], 0)
        self.assertNotIn("problem", witnesses["w1.example"])
        metrics = urllib.request.urlopen(f"http://{daemon.addresses['http']}/metrics").read()
        self.assertIn(b'overlord_witness_up{witness="w1.example"} 1', metrics)
        self.assertIn(b'overlord_witness_up{witness="w3.example"} 0', metrics)
        self.assertIn(b"overlord_witnessed_age_seconds", metrics)

        self.verify(daemon, policy, [w1, w2, fake])
        self.assertEqual(daemon.stop(), 0)
        daemon.check()

    def verify(self, daemon, policy, witnesses):
        proof = os.path.join(daemon.root, "proof.json")
        daemon.ctl("proof", "--config", daemon.config, "3", "-o", proof, check=0)
        found = daemon.ctl("verify", proof, "--policy", policy, check=0).stdout
        self.assertIn("witness w1.example has cosigned", found)
        self.assertIn("the quorum: 2 of (w1.example, w2.example, w3.example)", found)
        log = os.path.join(daemon.state, "log")
        daemon.ctl("verify", log, "--policy", policy, check=0)
        daemon.ctl(
            "verify", f"http://{daemon.addresses['http']}/log", "--policy", policy, check=0
        )
        strict = os.path.join(daemon.root, "strict")
        with open(policy) as loose, open(strict, "w") as out:
            out.write(loose.read().replace("group G 2", "group G all"))
        refused = daemon.ctl("verify", proof, "--policy", strict, check=1).stdout
        self.assertIn("has not cosigned the checkpoint: 2 of 3 witnesses have", refused)
        daemon.ctl("verify", log, "--policy", strict, check=1)
        listed = daemon.ctl(
            "verify", proof, "--key", self.log_vkey, "--key", witnesses[1].vkey, check=0
        ).stdout
        self.assertIn("witness w2.example has cosigned", listed)
        self.assertNotIn("w1.example", listed)

    def test_a_policy_whose_address_is_none_is_refused_with_its_place(self):
        daemon = self.first_start()
        w1 = self.witness("w1.example")
        for url in ("ftp://x", "https://", "http://x:99999", "http://h/a?b"):
            line = w1.line().rsplit(" ", 1)[0] + f" {url}\n"
            self.configure(daemon, [line], "quorum w1.example\n")
            daemon.start(expect_ready=False)
            self.assertNotIn(daemon.wait_exit(), (0, -signal.SIGSEGV))
            self.assertTrue(daemon.log[-1].startswith("witness.policy: "), daemon.log)
            checked = subprocess.run(
                [f"{BIN}/overlordd", "--config", daemon.config, "--check-config"],
                capture_output=True,
                text=True,
            )
            self.assertEqual(checked.returncode, 2, checked.stderr)
            self.assertIn("witness w1.example: ", checked.stderr)

    def test_what_requires_a_quorum_shows_nothing_without_it(self):
        daemon = self.first_start()
        w1, w2 = self.witness("w1.example"), self.witness("w2.example")
        rule = "group G all w1.example w2.example\nquorum G\n"
        self.configure(daemon, [w1.line(), w2.line()], rule, mode="require")
        daemon.start()
        self.send_one(daemon)
        self.all_witnessed(daemon)

        w1.stop()
        shown = checkpoint_size(daemon)
        for _ in range(3):
            self.send_one(daemon)
        eventually(lambda: "problem" in daemon.status()["witnesses"]["w1.example"])
        self.assertEqual(checkpoint_size(daemon), shown)
        daemon.stop(signal.SIGKILL)
        self.assertEqual(checkpoint_size(daemon), shown)

        # Without its quorum a start cannot know whether this state is the newest one.
        daemon.start(expect_ready=False)
        self.assertEqual(daemon.wait_exit(), 1)
        self.assertTrue(daemon.log[-1].startswith("witness.unavailable: "), daemon.log)

        w1.start()
        daemon.start()
        self.send_one(daemon)
        self.all_witnessed(daemon)
        self.assertGreater(checkpoint_size(daemon), shown)
        self.assertEqual(
            checkpoint_size(daemon), checkpoint_size(daemon, "checkpoint.witnessed")
        )
        self.assertEqual(daemon.stop(), 0)
        daemon.check()


class NotTheNewest(WitnessCase):
    def copy(self, daemon):
        kept = daemon.state + ".kept"
        shutil.copytree(daemon.state, kept)
        return kept

    def restore(self, daemon, kept, *, guard):
        """Puts the older copy back; the guard may be newer, as when only data was restored.

        The folder of the keys stays where it is, as in a snapshot of the whole machine: in another
        one the guard would be a clone's.
        """
        newest = daemon.state + ".newest"
        keys = os.path.join(daemon.state, "keys")
        os.rename(daemon.state, newest)
        shutil.copytree(kept, daemon.state)
        shutil.rmtree(keys)
        os.rename(os.path.join(newest, "keys"), keys)
        if guard:
            shutil.copytree(os.path.join(kept, "keys"), keys, dirs_exist_ok=True)
        return newest

    def files(self, daemon):
        content = {}
        for folder, _, names in os.walk(daemon.state):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    content[os.path.relpath(path, daemon.state)] = file.read()
        return content

    def is_read_only(self, daemon, codes):
        """Waits for the line, and looks at everything that a read-only daemon still does."""

        def said():
            lines = [line for line in daemon.log if line.startswith("read-only ")]
            return lines[0] if lines else None

        line = eventually(said)
        code = line.split()[1].rstrip(":")
        self.assertIn(code, codes, line)
        address = eventually(
            lambda: next(
                (
                    found[1]
                    for found in (re.search(r"at http://(\S+)$", text) for text in daemon.log)
                    if found
                ),
                None,
            )
        )
        self.assertEqual(urllib.request.urlopen(f"http://{address}/healthz").status, 200)
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://{address}/readyz")
        self.assertEqual(refused.exception.code, 503)
        self.assertEqual(refused.exception.read().decode().strip(), line)
        refused.exception.close()
        status = daemon.ctl("status", "--http", address, "--json", check=3).stdout
        self.assertEqual(json.loads(status)["read_only"]["code"], code)
        self.assertIn(
            b"overlord_read_only 1", urllib.request.urlopen(f"http://{address}/metrics").read()
        )
        published = urllib.request.urlopen(f"http://{address}/log/checkpoint").read().decode()
        self.assertTrue(published.startswith("e2e.example/log\n"))
        if daemon.addresses:  # it took events before
            with self.assertRaises(ConnectionRefusedError):
                daemon.connect()
        before = self.files(daemon)
        daemon.process.send_signal(signal.SIGHUP)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(self.files(daemon), before)
        return line

    def test_an_older_copy_is_caught_by_the_guard(self):
        daemon = self.first_start()
        kept = self.copy(daemon)
        daemon.start()
        self.send_one(daemon)
        self.assertEqual(daemon.stop(), 0)
        self.restore(daemon, kept, guard=False)
        daemon.start(expect_ready=False)
        line = self.is_read_only(daemon, {"log.rollback"})
        self.assertIn("Put the newest state back", line)

    def test_an_older_copy_with_its_older_guard_is_caught_by_the_witness(self):
        daemon = self.first_start()
        w1 = self.witness("w1.example")
        self.configure(daemon, [w1.line()], "quorum w1.example\n")
        kept = self.copy(daemon)
        daemon.start()
        self.send_one(daemon)
        self.all_witnessed(daemon)
        self.assertEqual(daemon.stop(), 0)
        self.restore(daemon, kept, guard=True)
        daemon.start(expect_ready=False)
        line = self.is_read_only(daemon, {"log.rollback"})
        self.assertIn("witness w1.example has cosigned", line)
        self.assertIn("under our signature", line)

    def test_a_clone_that_runs_beside_its_original_is_caught_when_it_starts(self):
        daemon = self.first_start()
        w1 = self.witness("w1.example")
        self.configure(daemon, [w1.line()], "quorum w1.example\n")
        clone = self.daemon()
        clone.extra = daemon.extra
        shutil.copytree(daemon.state, clone.state)
        daemon.start()
        self.send_one(daemon)
        self.all_witnessed(daemon)
        clone.start(expect_ready=False)
        self.is_read_only(clone, {"log.rollback", "log.fork", "signer.clone"})
        self.send_one(daemon)  # the original goes on
        self.all_witnessed(daemon)
        self.assertEqual(daemon.stop(), 0)
        daemon.check()

    def test_a_clone_that_could_not_ask_is_caught_while_it_runs(self):
        daemon = self.first_start()
        w1 = self.witness("w1.example")
        self.configure(daemon, [w1.line()], "quorum w1.example\n")
        clone = self.daemon()
        clone.extra = daemon.extra + "[keys]\nbind_place = false\n"
        shutil.copytree(daemon.state, clone.state)
        daemon.start()
        self.send_one(daemon)
        self.all_witnessed(daemon)
        w1.stop()
        clone.start()  # nobody answers: it warns and starts
        self.assertTrue(any("not compared at the start" in line for line in clone.log), clone.log)
        self.send_one(clone)
        w1.start()
        self.is_read_only(clone, {"log.rollback", "log.fork"})
        self.assertEqual(daemon.stop(), 0)
        daemon.check()


if __name__ == "__main__":
    unittest.main()
