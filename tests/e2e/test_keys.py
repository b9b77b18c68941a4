"""Keys and succession: rotation with kills at each step, clones and old guards, closing a log and
opening the next one."""

import base64
import calendar
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest
import urllib.request

import scenario
from harness import BIN, DEADLINE_S, Case, event


SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"


def some_events(first, count):
    return [
        event(
            "trading.trade",
            {"latency_ms": 0.5, "segregated": True},
            ns=scenario.START + n * 1_000_000,
            id=f"e{n}",
        )
        for n in range(first, first + count)
    ]


def read(path):
    with open(path, "rb") as file:
        return file.read()


class KeysCase(Case):
    def end(self, daemon):
        """A daemon that did not become ready: it has ended, or serves its log read-only."""
        if daemon.process.poll() is None:
            daemon.process.terminate()
        return daemon.wait_exit()

    def keys(self, daemon, role="log"):
        """vkey -> state, by the roster."""
        shown = json.loads(daemon.ctl("keys", "show", "--state", daemon.state, "--json").stdout)
        return {key["vkey"]: key["state"] for key in shown if key["role"] == role}

    def rotate(self, daemon, *options, check=0):
        done = daemon.ctl("keys", "rotate", "--config", daemon.config, *options, check=check)
        return done.stdout.strip()

    def retire(self, daemon, *options, check=0):
        return daemon.ctl("keys", "retire", "--config", daemon.config, *options, check=check)

    def signers(self, daemon):
        """How many lines of the log itself the published checkpoint has."""
        checkpoint = read(f"{daemon.state}/log/checkpoint").decode()
        return checkpoint.count("\u2014 e2e.example/log ")

    def verify(self, daemon, *keys, check=0):
        options = [option for key in keys for option in ("--key", key)]
        return daemon.ctl("verify", f"{daemon.state}/log", *options, check=check).stdout

    def key_entries(self, daemon):
        """(role, state) of the `key` entries, in order."""
        return [
            (entry["role"], entry["state"])
            for entry in self.entries(daemon)
            if entry["kind"] == "key"
        ]

    def entries(self, daemon):
        found = []
        root = f"{daemon.state}/log/tile/entries"
        names = sorted(os.listdir(root), key=lambda name: name.split(".")[0])
        for name in names:
            path = os.path.join(root, name)
            if os.path.isdir(path):
                path = os.path.join(path, max(os.listdir(path), key=int))
            with open(path, "rb") as file:
                data = file.read()
            while data:
                size = int.from_bytes(data[:2], "big")
                found.append(json.loads(data[2 : 2 + size]))
                data = data[2 + size :]
        return found


class Rotation(KeysCase):
    def test_a_rotation_with_an_overlap_from_one_key_to_the_next(self):
        daemon = self.daemon().start()
        daemon.send(some_events(0, 5))
        (old,) = self.keys(daemon)
        self.assertEqual(self.signers(daemon), 1)
        kept = read(f"{daemon.state}/log/checkpoint").decode()

        new = self.rotate(daemon)
        self.assertNotEqual(new, old)
        self.assertEqual(self.keys(daemon), {old: "retiring", new: "active"})
        daemon.send(some_events(5, 5))
        self.assertEqual(self.signers(daemon), 2)
        self.verify(daemon, old)
        self.verify(daemon, new)
        proof = f"{daemon.root}/event.json"
        daemon.ctl("proof", "3", "--state", daemon.state, "-o", proof, check=0)

        self.retire(daemon)
        self.assertEqual(self.keys(daemon), {old: "retired", new: "active"})
        daemon.send(some_events(10, 5))
        self.assertEqual(self.signers(daemon), 1)
        self.assertTrue(os.path.exists(f"{daemon.state}/keys/retired/log.key"))
        self.verify(daemon, new)
        # The proof of before still verifies with the old key, and with the new one.
        daemon.ctl("verify", proof, "--key", old, check=0)
        daemon.ctl("verify", proof, "--key", new, check=0)
        # Who knows the first key only follows the log's own entries.
        story = self.verify(daemon, old)
        self.assertIn("introduces the key " + new, story)
        self.assertIn("retires the key " + old, story)
        self.assertIn(old.split("+")[0], kept)
        # A handover that was taken away, or is of another log, vouches for nothing.
        handover = f"{daemon.state}/log/handover"
        (name,) = os.listdir(handover)
        shutil.move(f"{handover}/{name}", f"{daemon.root}/aside")
        self.verify(daemon, old, check=1)
        with open(f"{handover}/{name}", "w", encoding="utf-8") as file:
            file.write(kept)
        self.verify(daemon, old, check=1)
        shutil.move(f"{daemon.root}/aside", f"{handover}/{name}")
        self.verify(daemon, old)
        # The same over HTTP.
        url = f"http://{daemon.addresses['http']}/log"
        self.assertIn("introduces the key", daemon.ctl("verify", url, "--key", old, check=0).stdout)

        self.assertEqual(self.retire(daemon, check=1).returncode, 1)
        self.assertIn("keys.last", self.retire(daemon, new, "--json", check=1).stdout)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(
            self.key_entries(daemon),
            [
                ("log", "active"),
                ("attestation", "active"),
                ("log", "retiring"),
                ("log", "active"),
                ("log", "retired"),
            ],
        )
        audits = [r["text"] for r in daemon.records() if r["kind"] == "audit"]
        self.assertIn(f"rotate log {new}", audits)
        self.assertIn(f"retire log {old}", audits)
        daemon.check()

    def test_kill_9_at_each_step_of_rotations_and_retirements(self):
        daemon = self.daemon().start()
        known = set(self.keys(daemon))
        for step, when in enumerate((0, 0.002, 0.004, 0.008, 0.012, 0.02, 0.03, 0.05)):
            for command in ("keys.rotate", "keys.retire"):
                link = socket.socket(socket.AF_UNIX)
                link.connect(f"{daemon.root}/admin.sock")
                link.sendall(json.dumps({"command": command}).encode() + b"\n")
                time.sleep(when)  # where the kill falls, not what is waited for
                daemon.process.kill()
                daemon.wait_exit()
                link.close()
                daemon.start()
                daemon.send(some_events(step * 10, 3))
                states = self.keys(daemon)
                self.assertIn("active", states.values())
                for vkey, state in states.items():
                    if state != "retired":
                        self.verify(daemon, vkey)
                known |= set(states)
        self.assertEqual(daemon.stop(), 0)
        # What the roster says, the log says: for each key its last state.
        last = {}
        for entry in self.entries(daemon):
            if entry["kind"] == "key" and entry["role"] == "log":
                last[entry["vkey"]] = entry["state"]
        self.assertEqual(last, self.keys(daemon))
        first = next(iter(last))
        self.verify(daemon, first)
        daemon.check()

    def test_an_overlap_that_ends_by_itself(self):
        daemon = self.daemon().start()
        (old,) = self.keys(daemon)
        new = self.rotate(daemon, "--overlap", "1s")
        self.wait_for(lambda: self.keys(daemon) == {old: "retired", new: "active"})
        # One that ended while no daemon ran is seen to by the next.
        newest = self.rotate(daemon, "--overlap", "1s")
        daemon.stop(signal.SIGKILL)
        daemon.start()
        self.wait_for(
            lambda: self.keys(daemon) == {old: "retired", new: "retired", newest: "active"}
        )
        self.assertEqual(daemon.stop(), 0)
        self.verify(daemon, old)
        daemon.check()

    def test_when_a_retiring_key_ends_is_shown(self):
        daemon = self.daemon().start()
        (old,) = self.keys(daemon)
        self.rotate(daemon)
        shown = ["keys", "show", "--config", daemon.config]
        told = daemon.ctl(*shown, check=0).stdout
        self.assertIn("# retiring until `overlordctl keys retire` (log, ", told)
        self.retire(daemon)
        self.rotate(daemon, "--overlap", "30d")
        told = daemon.ctl(*shown, check=0).stdout
        ends = re.search(r"# retiring until (\S+Z) \(log, ", told)[1]
        in_json = json.loads(daemon.ctl(*shown, "--json", check=0).stdout)
        retiring = [key for key in in_json if key.get("state") == "retiring"]
        self.assertEqual([key["until"] for key in retiring], [ends])
        end = calendar.timegm(time.strptime(ends[:19], "%Y-%m-%dT%H:%M:%S"))
        self.assertTrue(29 < (end - time.time()) / 86400 <= 30, ends)
        self.assertEqual(daemon.stop(), 0)
        self.assertNotIn(old, [key["vkey"] for key in retiring])

    def test_a_configuration_whose_keys_need_more_is_refused(self):
        daemon = self.daemon()
        secret = f"{daemon.root}/secret"

        def check(extra, code):
            daemon.extra = extra
            daemon.write_config()
            done = subprocess.run(
                [f"{BIN}/overlordd", "--config", daemon.config, "--check-config"],
                capture_output=True,
                text=True,
            )
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
            return done.stderr

        self.assertIn("[keys] passphrase", check('[keys]\nlog = "sealed"\n', 2))
        self.assertIn("[keys] log", check('[keys]\nlog = "pkcs11:log"\n', 2))
        for key in ("passphrase", "pkcs11_pin"):
            named = f'[keys]\n{key} = "{secret}"\n'
            self.assertIn(secret, check(named, 2))  # it is not there
            with open(os.open(secret, os.O_CREAT | os.O_WRONLY, 0o644), "w") as file:
                file.write("of a test\n")
            os.chmod(secret, 0o644)
            self.assertIn("others may read it", check(named, 2))
            os.chmod(secret, 0o600)
            check(named, 0)
            os.unlink(secret)
        check('[keys]\nlog = "sealed"\npassphrase = "credential:passphrase"\n', 0)

    def test_the_key_of_attestations_is_exchanged_and_old_ones_stay_valid(self):
        daemon = self.daemon().start()
        daemon.send(scenario.compliant())
        goal = "zk_overlords_compliant(production_system, P)"
        first = daemon.query(goal, check=0).stdout
        (old,) = self.keys(daemon, "attestation")
        new = self.rotate(daemon, "--attestation")
        self.assertEqual(self.keys(daemon, "attestation"), {old: "retired", new: "active"})
        later = scenario.START + 70 * scenario.SECOND
        status = {"service": "core", "status": "up"}
        daemon.send([event("telecoms.heartbeat", status, ns=later, id="later")])
        second = daemon.query(goal, check=0).stdout
        self.assertNotEqual(first, second)
        log = next(iter(self.keys(daemon)))
        for text, key in ((first, old), (second, new)):
            digest = re.search("[0-9a-f]{64}", text)[0]
            bundle = f"{daemon.root}/{digest[:8]}.json"
            daemon.ctl("proof", f"sha256:{digest}", "--state", daemon.state, "-o", bundle, check=0)
            daemon.ctl("verify", bundle, "--key", log, "--key", key, check=0)
        daemon.stop(signal.SIGKILL)
        daemon.start()
        self.assertEqual(self.keys(daemon, "attestation"), {old: "retired", new: "active"})
        self.assertEqual(daemon.stop(), 0)
        daemon.check()

    def test_a_second_key_signs_beside_the_first_and_a_sealed_one_follows(self):
        secret = "passphrase of a test"
        daemon = self.daemon()
        passphrase = f"{daemon.root}/passphrase"
        with open(os.open(passphrase, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(secret + "\n")
        daemon.extra = f'[keys]\npassphrase = "{passphrase}"\n'
        daemon.start()
        (first,) = self.keys(daemon)
        daemon.ctl("keys", "add", "--config", daemon.config, "--source", "sealed", check=0)
        states = self.keys(daemon)
        self.assertEqual(sorted(states.values()), ["active", "active"])
        daemon.send(some_events(0, 3))
        self.assertEqual(self.signers(daemon), 2)
        daemon.stop(signal.SIGKILL)
        daemon.start()
        daemon.send(some_events(3, 3))
        self.assertEqual(self.signers(daemon), 2)
        self.retire(daemon, first)
        self.assertEqual(self.signers(daemon), 1)
        with open(f"/proc/{daemon.process.pid}/task/{daemon.process.pid}/children") as file:
            for child in file.read().split():
                with open(f"/proc/{child}/cmdline", "rb") as line:
                    self.assertNotIn(secret.encode(), line.read())
        self.assertEqual(daemon.stop(), 0)
        daemon.check()

    @unittest.skipUnless(os.path.exists(SOFTHSM), "SKIPPED: SoftHSM is not installed (softhsm2)")
    def test_an_ecdsa_key_in_a_token_takes_over_and_openssl_verifies_it(self):
        daemon = self.daemon()
        os.mkdir(f"{daemon.root}/tokens")
        with open(f"{daemon.root}/softhsm2.conf", "w") as file:
            file.write(f"directories.tokendir = {daemon.root}/tokens\n")
        with open(os.open(f"{daemon.root}/pin", os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write("1234\n")
        token = {"SOFTHSM2_CONF": f"{daemon.root}/softhsm2.conf"}
        os.environ.update(token)
        self.addCleanup(os.environ.pop, "SOFTHSM2_CONF")
        subprocess.run(
            "softhsm2-util --init-token --free --label overlords --pin 1234 --so-pin 5678".split(),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        where = ["--pkcs11-module", SOFTHSM, "--pkcs11-token", "overlords"]
        where += ["--pkcs11-pin", f"{daemon.root}/pin", "--algorithm", "ecdsa"]
        made = ["keys", "new", "e2e.example/log", "--pkcs11", "log-ec", *where]
        vkey = daemon.ctl(*made, check=0).stdout.strip()
        daemon.extra = (
            f'[keys]\npkcs11_module = "{SOFTHSM}"\npkcs11_token = "overlords"\n'
            f'pkcs11_pin = "{daemon.root}/pin"\n'
        )
        daemon.start()
        (first,) = self.keys(daemon)
        self.assertEqual(self.rotate(daemon, "--source", "pkcs11:log-ec"), vkey)
        daemon.send(some_events(0, 3))
        self.assertEqual(self.signers(daemon), 2)
        self.verify(daemon, first)
        self.verify(daemon, vkey)
        self.retire(daemon)
        daemon.stop(signal.SIGKILL)
        daemon.start()
        daemon.send(some_events(3, 3))
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(self.signers(daemon), 1)
        self.verify(daemon, first)

        text, line = read(f"{daemon.state}/log/checkpoint").decode().split("\n\n")
        files = {name: f"{daemon.root}/{name}" for name in ("text", "sig", "pem")}
        with open(files["text"], "w") as file:
            file.write(text + "\n")
        with open(files["sig"], "wb") as file:
            file.write(base64.b64decode(line.split(" ")[2])[4:])
        with open(files["pem"], "w") as file:
            file.write(daemon.ctl("keys", "show", vkey, "--format", "pem", check=0).stdout)
        subprocess.run(
            ["openssl", "dgst", "-sha256", "-verify", files["pem"], "-signature", files["sig"]]
            + [files["text"]],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        daemon.check()

    def wait_for(self, seen):
        deadline = time.monotonic() + DEADLINE_S
        while not seen():
            self.assertLess(time.monotonic(), deadline, "it did not come about in time")
            time.sleep(0.02)


class Guard(KeysCase):
    def test_a_copied_state_is_a_clone_until_it_is_adopted(self):
        daemon = self.daemon().start()
        daemon.send(some_events(0, 5))
        self.assertEqual(daemon.stop(), 0)
        copy = self.daemon()
        shutil.copytree(daemon.state, copy.state)
        copy.start(expect_ready=False)
        self.end(copy)
        self.assertTrue(self.said(copy, "signer.clone"), copy.log)
        # The first one goes on as if nothing were.
        daemon.start()
        self.assertEqual(daemon.stop(), 0)
        shutil.rmtree(copy.state)
        shutil.copytree(daemon.state, copy.state)
        adopted = json.loads(
            copy.ctl("keys", "adopt", "--config", copy.config, "--json", check=0).stdout
        )
        copy.start()
        copy.send(some_events(5, 5))
        self.assertEqual(copy.stop(), 0)
        starts = [entry for entry in self.entries(copy) if entry["kind"] == "start"]
        self.assertEqual([entry["epoch"] for entry in starts], [1, 2, 3])
        self.assertEqual([entry.get("adopted") for entry in starts], [None, None, 3])
        self.assertEqual(adopted["adopted"], 3)
        copy.check()

    def test_an_old_guard_is_refused_however_often_and_adopted_by_a_checkpoint(self):
        daemon = self.daemon().start()
        daemon.send(some_events(0, 5))
        self.assertEqual(daemon.stop(), 0)
        guard = f"{daemon.state}/keys/log.guard"
        old = read(guard)
        for n in (5, 10):
            daemon.start()
            daemon.send(some_events(n, 5))
            self.assertEqual(daemon.stop(), 0)
        with open(guard, "wb") as file:
            file.write(old)
        for _ in range(4):
            daemon.start(expect_ready=False)
            self.end(daemon)
            self.assertTrue(self.said(daemon, "signer.guard_old"), daemon.log)
        self.assertEqual(read(guard), old)
        daemon.ctl("keys", "adopt", "--config", daemon.config, check=0)
        daemon.start()
        self.assertEqual(daemon.stop(), 0)
        # Lost altogether it is made anew too, and not by the daemon.
        os.unlink(guard)
        daemon.start(expect_ready=False)
        self.end(daemon)
        self.assertTrue(self.said(daemon, "signer.guard_missing"), daemon.log)
        daemon.ctl("keys", "adopt", "--config", daemon.config, check=0)
        daemon.start()
        self.assertEqual(daemon.stop(), 0)
        daemon.check()

    def test_what_shows_a_fork_or_a_newer_state_is_not_adopted(self):
        daemon = self.daemon().start()
        daemon.send(some_events(0, 5))
        self.assertEqual(daemon.stop(), 0)
        twin = self.daemon()
        shutil.copytree(daemon.state, twin.state)
        first = self.kept(daemon, "first")
        twin.ctl("keys", "adopt", "--state", twin.state, check=0)
        for each, lines in ((daemon, some_events(5, 7)), (twin, some_events(20, 9))):
            for line in lines:  # a seal each, so that sizes are met in both
                each.start()
                each.send([line])
                self.assertEqual(each.stop(), 0)
        fork = self.kept(twin, "fork")
        newest = self.kept(daemon, "newest")
        for _ in range(12):
            daemon.start()
            self.assertEqual(daemon.stop(), 0)
        sizes = [int(read(file).split(b"\n")[1]) for file in (first, newest, fork)]
        size = int(read(f"{daemon.state}/log/checkpoint").split(b"\n")[1])
        self.assertLess(max(sizes), size)
        guard = f"{daemon.state}/keys/log.guard"
        adopt = ["keys", "adopt", "--config", daemon.config]
        before = read(guard)
        # Smaller than the log, and of another history all the same.
        refused = daemon.ctl(*adopt, "--checkpoint", fork, check=1)
        self.assertIn("two histories", refused.stderr)
        self.assertEqual(read(guard), before)
        os.unlink(guard)
        daemon.ctl(*adopt, "--checkpoint", newest, "--checkpoint", fork, check=1)
        self.assertFalse(os.path.exists(guard))
        # A guard that is made anew knows at least the journal's own head.
        shutil.move(f"{daemon.state}/log/checkpoint", f"{daemon.root}/aside")
        told = json.loads(
            daemon.ctl(*adopt, "--checkpoint", first, "--json", check=0).stdout
        )
        self.assertEqual(told["size"], size)
        # One that is larger than the journal's: something newer was signed.
        shutil.move(f"{daemon.root}/aside", f"{twin.root}/newer")
        old = self.daemon()
        shutil.copytree(daemon.state, old.state)
        os.unlink(f"{old.state}/keys/log.guard")
        daemon.start()
        self.assertEqual(daemon.stop(), 0)
        newer = self.kept(daemon, "newer")
        refused = old.ctl(
            "keys", "adopt", "--state", old.state, "--checkpoint", newer, check=1
        )
        self.assertIn("not the newest", refused.stderr)
        daemon.check()

    def kept(self, daemon, name):
        shutil.copyfile(f"{daemon.state}/log/checkpoint", f"{daemon.root}/{name}")
        return f"{daemon.root}/{name}"

    def test_a_state_that_is_in_use_is_not_adopted(self):
        daemon = self.daemon().start()
        refused = daemon.ctl("keys", "adopt", "--config", daemon.config, "--json", check=3)
        self.assertIn("state.locked", refused.stdout)
        self.assertEqual(daemon.stop(), 0)

    def said(self, daemon, code):
        return any(code in line for line in daemon.log)


class Succession(KeysCase):
    def test_a_log_is_closed_and_its_successor_opened(self):
        old = self.daemon().start()
        old.send(some_events(0, 5))
        new = self.daemon()
        vkey = new.ctl(
            "keys", "new", "e2e.example/next", "--state", new.state, check=0
        ).stdout.strip()
        (old_vkey,) = self.keys(old)
        close = ["log", "close", "--config", old.config, "--successor-origin", "e2e.example/next"]
        self.assertEqual(old.ctl(*close, "--successor-key", old_vkey).returncode, 1)
        # It is for good, so not in favour of itself: not by its name, not by a key of its own.
        own = ["log", "close", "--config", old.config, "--successor-origin", "e2e.example/log"]
        renamed = self.renamed_key(old, "e2e.example/next")
        for refused in (
            old.ctl(*own, "--successor-key", old_vkey, check=1),
            old.ctl(*close, "--successor-key", renamed, check=1),
        ):
            self.assertIn("needs another", refused.stderr)
        checkpoint = old.ctl(*close, "--successor-key", vkey, check=0).stdout
        status = json.loads(self.page_when_read_only(old, "/api/v1/status"))
        self.assertFalse(status["ready"])
        self.assertEqual(status["read_only"]["code"], "log.closed")
        self.wait_closed(old)
        self.assertEqual(read(f"{old.state}/log/checkpoint").decode(), checkpoint)
        last = self.entries(old)[-1]
        self.assertEqual((last["kind"], last["successor"]), ("close", "e2e.example/next"))
        said = [line for line in old.log if line.startswith("read-only log.closed")]
        self.assertIn("e2e.example/next", said[0])
        self.assertIn(vkey, said[0])
        # No start adds anything.
        old.start(expect_ready=False)
        self.wait_closed(old)
        self.assertTrue(any("e2e.example/next" in line for line in old.log), old.log)
        self.assertEqual(self.entries(old)[-1], last)
        old.ctl("fsck", old.state, check=0)

        # The successor: refused with another key or an open log, then begun.
        section = '[succession]\npredecessor = "{}"\npredecessor_key = "{}"\n'
        new.origin = "e2e.example/next"
        new.extra = section.format(f"{old.state}/log", vkey)
        new.start(expect_ready=False)
        self.assertEqual(new.wait_exit(), 1)
        self.assertTrue(any("succession.checkpoint" in line for line in new.log), new.log)
        new.extra = section.format(f"{old.state}/log", old_vkey)
        new.start()
        new.send(some_events(5, 5))
        self.assertEqual(new.stop(), 0)
        first = self.entries(new)[0]
        self.assertEqual((first["kind"], first["predecessor"]), ("open", "e2e.example/log"))
        new.start()  # what it continues is looked at once
        self.assertEqual(new.stop(), 0)
        new.check()

        both = ["verify", f"{old.state}/log", f"{new.state}/log", "--key", old_vkey, "--key", vkey]
        story = new.ctl(*both, check=0).stdout
        self.assertIn("its successor is e2e.example/next", story)
        self.assertIn("continues the log e2e.example/log", story)
        self.assertIn("each names the other", story)
        both[1], both[2] = both[2], both[1]
        new.ctl(*both, check=1)

    def page_when_read_only(self, daemon, path):
        deadline = time.monotonic() + DEADLINE_S
        while True:
            for line in daemon.log:
                found = re.search(r"read-only: status, metrics and the log at http://(\S+)", line)
                if found:
                    with urllib.request.urlopen(f"http://{found[1]}{path}", timeout=30) as page:
                        return page.read()
            self.assertLess(time.monotonic(), deadline, "\n".join(daemon.log))
            time.sleep(0.02)

    def renamed_key(self, daemon, name):
        """The daemon's own key as one of another log."""
        (vkey,) = self.keys(daemon)
        key = base64.b64decode(vkey.split("+", 2)[2])
        id = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex()
        return f"{name}+{id}+{base64.b64encode(key).decode()}"

    def test_a_predecessor_that_is_open_or_closed_for_another_is_refused(self):
        old = self.daemon().start()
        (old_vkey,) = self.keys(old)
        self.assertEqual(old.stop(), 0)
        new = self.daemon()
        new.origin = "e2e.example/next"
        new.extra = (
            f'[succession]\npredecessor = "{old.state}/log"\npredecessor_key = "{old_vkey}"\n'
        )
        new.start(expect_ready=False)
        self.assertEqual(new.wait_exit(), 1)
        self.assertTrue(any("succession.close" in line for line in new.log), new.log)
        old.start()
        other = old.ctl(
            "keys", "new", "e2e.example/next", "-o", f"{old.root}/other.key", check=0
        ).stdout.strip()
        close = ["log", "close", "--config", old.config, "--successor-origin", "e2e.example/next"]
        old.ctl(*close, "--successor-key", other, check=0)
        self.wait_closed(old)
        new.start(expect_ready=False)
        self.assertEqual(new.wait_exit(), 1)
        self.assertTrue(any("is not this log" in line for line in new.log), new.log)

    def wait_closed(self, daemon):
        """Until the daemon says that the log is closed; it may serve it on, read-only."""
        deadline = time.monotonic() + DEADLINE_S
        while not any("log.closed" in line for line in daemon.log):
            self.assertLess(time.monotonic(), deadline, "\n".join(daemon.log))
            time.sleep(0.02)
        self.end(daemon)


class Administration(KeysCase):
    def test_the_socket_is_there_for_the_daemons_user_and_goes_with_it(self):
        daemon = self.daemon().start()
        path = f"{daemon.root}/admin.sock"
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        unknown = daemon.ctl(
            "keys", "rotate", "--config", daemon.config, "--source", "ftp", "--json", check=1
        )
        self.assertIn("keys.source", unknown.stdout)
        self.assertEqual(daemon.stop(), 0)
        self.assertFalse(os.path.exists(path))
        gone = daemon.ctl("keys", "rotate", "--config", daemon.config, "--json", check=3)
        self.assertIn("admin.unavailable", gone.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
