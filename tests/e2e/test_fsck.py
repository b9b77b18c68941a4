"""fsck over a whole state directory: every kind of file, changed in one byte, cut and missing."""

import json
import os
import shutil
import unittest

import scenario
from harness import Case, event


class Fsck(Case):
    def stopped(self):
        """A daemon that made everything there is, in two runs, and was stopped."""
        daemon = self.daemon(
            extra="[journal]\nsegment_mib = 1\n[attest]\npublish = true\n"
        ).start()
        daemon.send(scenario.compliant())
        daemon.query("zk_overlords_compliant(production_system, P)", check=0)
        self.assertEqual(daemon.stop(), 0)
        daemon.start()
        # More than one segment, so that a finished one, the last and a prepared one are there.
        beat = {"service": "core", "status": "up"}
        start = scenario.START + 1000 * scenario.SECOND
        daemon.send(
            [
                event("telecoms.heartbeat", beat, ns=start + n * 10**6, id=f"x{n}")
                for n in range(6000)
            ]
        )
        self.assertEqual(daemon.stop(), 0)
        return daemon

    def files(self, daemon):
        found = []
        for folder, _, names in os.walk(daemon.state):
            found += [os.path.relpath(os.path.join(folder, n), daemon.state) for n in names]
        return sorted(found)

    def fsck(self, daemon):
        done = daemon.ctl("fsck", daemon.state, "--json")
        return done.returncode, json.loads(done.stdout)

    def places(self, path):
        """Some bytes of each part of a file; of a segment those that are in use too."""
        size = os.path.getsize(path)
        places = {0, 1, size // 3, size // 2, size - 2, size - 1}
        if path.endswith(".seg"):
            places |= {9, 20, 60, 100, 155, 200, 4096, 4096 + 30, 4096 + 70, 5000, 20_000}
        return sorted(at for at in places if 0 <= at < size)

    def changed(self, path, content):
        mode = os.stat(path).st_mode if os.path.exists(path) else 0o644
        if os.path.exists(path):
            os.chmod(path, 0o600)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, mode)

    def test_a_changed_byte_in_any_file_is_found_and_the_file_named(self):
        daemon = self.stopped()
        code, report = self.fsck(daemon)
        self.assertEqual(code, 0, report)
        self.assertEqual(report["notes"], [], report)
        for part in ("keys", "snapshots", "bundles", "settings", "attestations", "others"):
            self.assertGreater(report["counts"][part], 0, part)
        kinds = set()
        for name in self.files(daemon):
            path = os.path.join(daemon.state, name)
            with open(path, "rb") as file:
                good = file.read()
            for at in self.places(path):
                bad = bytearray(good)
                bad[at] ^= 0x20
                self.changed(path, bytes(bad))
                code, report = self.fsck(daemon)
                named = [f["file"] for f in report["findings"]]
                self.assertEqual(code, 1, f"{name}: a change at {at} is not found: {report}")
                self.assertTrue(
                    any(name.startswith(found) or self.about(found, name) for found in named),
                    f"{name}: a change at {at} is blamed on {named}",
                )
                self.assertTrue(all(f["cause"] for f in report["findings"]), report)
                kinds.add(name.split("/")[0])
            self.changed(path, good)
        self.assertLessEqual(
            {"journal", "log", "keys", "rules", "snapshots", "attestations"}, kinds
        )
        self.assertEqual(self.fsck(daemon)[0], 0)

    def unbegun(self, name, content):
        """A segment that was only prepared holds nothing, in any size."""
        return name.endswith(".seg") and not any(content)

    def about(self, found, name):
        """A bundle of rules has one digest over its files."""
        return name.startswith("rules/") and os.path.dirname(name) == found

    def test_cut_and_missing_files_are_found(self):
        daemon = self.stopped()
        for name in self.files(daemon):
            path = os.path.join(daemon.state, name)
            with open(path, "rb") as file:
                good = file.read()
            if not good or self.unbegun(name, good):
                continue
            # What a key file has behind its keys are zeros, as many as there may be.
            self.changed(path, good[:100] if name.startswith("journal/keys/") else good[:-1])
            self.assertEqual(self.fsck(daemon)[0], 1, f"{name} is cut by a byte")
            self.changed(path, good)
        # What may be missing costs a start some time.
        spare = ("snapshots/", "attestations/by_evidence/", "log/attestations/", "lock")
        spare += ("keys/log.lock",)
        derived = ("proofs/book", ".slots")
        # A document that was written right before the stop is not in the log yet: nobody can miss
        # it, and fsck says so of it.
        told = json.dumps(self.fsck(daemon)[1])
        for name in self.files(daemon):
            if name.endswith(".zk.json") and name in told:
                continue
            if name.startswith(spare) or name.endswith(derived):
                continue
            path = os.path.join(daemon.state, name)
            os.rename(path, daemon.root + "/aside")
            code, report = self.fsck(daemon)
            with open(daemon.root + "/aside", "rb") as file:
                unbegun = self.unbegun(name, file.read())
            pointer = name in ("rules/settings/last", "rules/active", "config/told")
            older = ".p/" in name and int(name.split("/")[-1]) < report["size"] % 256
            self.assertTrue(
                code == 1 or unbegun or pointer or older, f"{name} is missing: {report}"
            )
            os.rename(daemon.root + "/aside", path)

    def test_each_derived_file_is_repaired_and_nothing_else_is_touched(self):
        daemon = self.stopped()
        repaired = 0
        for name in self.files(daemon):
            path = os.path.join(daemon.state, name)
            if not os.path.exists(path):
                continue  # a partial tile of an old size, gone when the tiles were written again
            with open(path, "rb") as file:
                good = file.read()
            if not good or self.unbegun(name, good):
                continue
            bad = bytearray(good)
            bad[len(bad) // 2] ^= 0x20
            self.changed(path, bytes(bad))
            before = self.contents(daemon)
            done = daemon.ctl("fsck", daemon.state, "--repair")
            after = self.contents(daemon)
            if name.startswith(("log/", "snapshots/", "attestations/")):
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertIn("repaired: ", done.stdout)
                repaired += 1
            else:
                self.assertEqual(done.returncode, 1, name)
                self.assertEqual(before, after, name)
            for other in before:
                if other.startswith(("journal/0", "journal/keys", "keys/", "rules/")):
                    self.assertEqual(before[other], after[other], other)
            # What looks like a write that was cut short is the next start's business.
            if name.startswith("journal/") and "torn tail" not in done.stdout:
                self.assertIn("put the file back from a backup", done.stderr)
            if name.startswith("log/tile"):
                self.assertEqual(after.get(name, good), good)  # one of an old size may be gone
            self.changed(path, good)
        self.assertGreater(repaired, 8)
        quarantined = os.path.join(daemon.state, "journal/quarantine/checkpoint")
        self.assertTrue(os.path.exists(quarantined))
        os.remove(quarantined)
        self.assertEqual(self.fsck(daemon)[0], 0)
        daemon.start()
        self.assertEqual(daemon.stop(), 0)
        daemon.check()

    def contents(self, daemon):
        found = {}
        for name in self.files(daemon):
            with open(os.path.join(daemon.state, name), "rb") as file:
                found[name] = file.read()
        return found

    def test_repair_makes_the_whole_public_log_again(self):
        daemon = self.stopped()
        with open(os.path.join(daemon.state, "log/checkpoint"), "rb") as file:
            checkpoint = file.read()
        shutil.rmtree(os.path.join(daemon.state, "log"))
        done = daemon.ctl("fsck", daemon.state, "--repair", check=0)
        self.assertIn("entries and the tiles over them written again", done.stdout)
        self.assertIn("not there until the next start", done.stdout)
        self.assertTrue(os.path.isdir(os.path.join(daemon.state, "log/tile")))
        daemon.start()
        self.assertEqual(daemon.stop(), 0)
        self.assertGreater(
            self.size(os.path.join(daemon.state, "log/checkpoint")), int(checkpoint.split()[1])
        )
        daemon.check()

    def size(self, checkpoint):
        with open(checkpoint, "rb") as file:
            return int(file.read().split()[1])

    def test_a_day_of_keys_that_is_gone_is_counted_to_the_end(self):
        daemon = self.stopped()
        folder = os.path.join(daemon.state, "journal/keys")
        for name in os.listdir(folder):
            os.remove(os.path.join(folder, name))
        done = daemon.ctl("fsck", daemon.state, check=1)
        listed = [line for line in done.stdout.splitlines() if line.startswith("DAMAGED: ")]
        code, report = self.fsck(daemon)
        self.assertEqual(len(report["findings"]), len(listed) - 1)
        self.assertGreater(report["findings_left_out"], 5000)
        self.assertEqual(
            listed[-1], f"DAMAGED: and {report['findings_left_out']} more findings"
        )

    def rotated(self):
        """A log with three keys, one of them sealed, one retired, and an erasure."""
        secret = "a passphrase of tests"
        daemon = self.daemon()
        passphrase = os.path.join(daemon.root, "passphrase")
        with open(os.open(passphrase, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(secret + "\n")
        daemon.extra = f'[keys]\npassphrase = "{passphrase}"\n'
        daemon.start()
        daemon.send(scenario.compliant())
        daemon.query("zk_overlords_compliant(production_system, P)", check=0)
        admin = ["--config", daemon.config]
        daemon.ctl("keys", "rotate", *admin, check=0)
        daemon.ctl("keys", "retire", *admin, check=0)
        daemon.ctl("keys", "rotate", *admin, "--source", "sealed", check=0)
        daemon.ctl("keys", "rotate", *admin, "--attestation", check=0)
        self.assertEqual(daemon.stop(), 0)
        return daemon

    def test_what_a_start_needs_and_what_cannot_be_made_again_is_missed(self):
        daemon = self.rotated()
        old_key = next(
            line for line in daemon.ctl("keys", "show", "--state", daemon.state).stdout.split()
            if line.startswith("e2e.example/log+")
        )
        self.assertEqual(self.fsck(daemon)[0], 0)
        names = sorted(os.listdir(os.path.join(daemon.state, "keys")))
        sealed = [name for name in names if name.endswith(".sealed")]
        self.assertEqual(len(sealed), 1, names)
        handovers = os.listdir(os.path.join(daemon.state, "log/handover"))
        self.assertEqual(len(handovers), 2)
        needed = {f"keys/{name}" for name in names if name.endswith((".key", ".roster", ".guard"))}
        needed |= {f"keys/{sealed[0]}"} | {f"log/handover/{name}" for name in handovers}
        self.assertGreaterEqual(len(needed), 8)
        for name in sorted(needed):
            path = os.path.join(daemon.state, name)
            os.rename(path, daemon.root + "/aside")
            code, report = self.fsck(daemon)
            os.rename(daemon.root + "/aside", path)
            self.assertEqual(code, 1, f"{name} is missing: {report}")
            self.assertIn(name, [finding["file"] for finding in report["findings"]])
        for name in handovers:
            path = os.path.join(daemon.state, "log/handover", name)
            with open(path, "rb") as file:
                good = file.read()
            for at in range(0, len(good), 7):
                bad = bytearray(good)
                bad[at] ^= 0x20
                self.changed(path, bytes(bad))
                code, report = self.fsck(daemon)
                self.assertEqual(code, 1, f"a change at {at} of {good}")
                self.assertIn(f"log/handover/{name}", [f["file"] for f in report["findings"]])
            self.changed(path, good)
        for folder in ("keys", "log/handover"):
            path = os.path.join(daemon.state, folder)
            os.rename(path, daemon.root + "/aside")
            code, report = self.fsck(daemon)
            if folder == "log/handover":
                told = daemon.ctl(
                    "verify", os.path.join(daemon.state, "log"), "--key", self.first_key(daemon),
                    check=1,
                )
                self.assertIn("log/handover/", told.stdout + told.stderr)
                self.assertNotIn("the 0 keys", told.stdout + told.stderr)
            os.rename(daemon.root + "/aside", path)
            self.assertEqual(code, 1, f"{folder} is missing: {report}")
            self.assertTrue(
                any(f["file"].startswith(folder) for f in report["findings"]), report
            )
        self.assertTrue(old_key)
        # A backup keeps its keys apart, and has no checkpoint either.
        for name in ("keys", "log/checkpoint"):
            os.rename(os.path.join(daemon.state, name), f"{daemon.root}/{os.path.basename(name)}")
        done = daemon.ctl("fsck", daemon.state, "--key", old_key, "--json")
        report = json.loads(done.stdout)
        self.assertIn("keys/: not here", report["not_checked"])
        self.assertEqual([f["file"] for f in report["findings"]], ["log/checkpoint"])
        for name in ("keys", "log/checkpoint"):
            os.rename(f"{daemon.root}/{os.path.basename(name)}", os.path.join(daemon.state, name))

        # Without the roster nobody knows that the sealed key is there, and it is said so.
        roster = os.path.join(daemon.state, "keys/log.roster")
        os.rename(roster, daemon.root + "/aside")
        shown = daemon.ctl("keys", "show", "--state", daemon.state, check=0)
        self.assertIn("log.roster", shown.stderr)
        daemon.start(expect_ready=False)
        self.assertEqual(daemon.wait_exit(), 1)
        self.assertIn("log.roster", daemon.log[-1])
        os.rename(daemon.root + "/aside", roster)
        daemon.start()
        self.assertEqual(daemon.stop(), 0)
        daemon.check()

    def first_key(self, daemon):
        """The log's first key, which is retired."""
        shown = json.loads(
            daemon.ctl("keys", "show", "--state", daemon.state, "--json", check=0).stdout
        )
        (first,) = [
            key["vkey"] for key in shown
            if key.get("role") == "log" and key["state"] == "retired"
        ]
        return first

    def test_a_roster_from_an_old_copy_is_found(self):
        daemon = self.daemon().start()
        daemon.send(scenario.compliant())
        roster = os.path.join(daemon.state, "keys/log.roster")
        copies = []

        def keep():
            with open(roster, "rb") as file:
                copies.append(file.read())

        keep()
        daemon.ctl("keys", "rotate", "--config", daemon.config, check=0)
        keep()
        daemon.ctl("keys", "retire", "--config", daemon.config, check=0)
        self.assertEqual(daemon.stop(), 0)
        keep()
        for old, word in ((copies[0], "does not have the key"), (copies[1], "retiring")):
            self.changed(roster, old)
            code, report = self.fsck(daemon)
            self.assertEqual(code, 1)
            causes = [f["cause"] for f in report["findings"] if f["file"] == "keys/log.roster"]
            self.assertTrue(any(word in cause for cause in causes), report)
        self.changed(roster, copies[2])
        self.assertEqual(self.fsck(daemon)[0], 0)

    def test_an_attestation_of_a_state_that_was_put_back_is_no_scrap(self):
        daemon = self.daemon().start()
        daemon.send(scenario.compliant()[:10])
        self.assertEqual(daemon.stop(), 0)
        old = os.path.join(daemon.root, "old")
        shutil.copytree(os.path.join(daemon.state, "journal"), old)
        daemon.start()
        daemon.send(scenario.compliant()[10:])
        daemon.query("zk_overlords_compliant(production_system, P)", check=0)
        self.assertEqual(daemon.stop(), 0)
        shutil.rmtree(os.path.join(daemon.state, "journal"))
        shutil.copytree(old, os.path.join(daemon.state, "journal"))
        code, report = self.fsck(daemon)
        self.assertEqual(code, 1)
        notes = [n["text"] for n in report["notes"] if n["file"].startswith("attestations/")]
        self.assertTrue(notes)
        for text in notes:
            self.assertNotIn("nobody was given it", text)
            self.assertIn("keep it", text)

    def test_repair_needs_the_daemon_stopped(self):
        daemon = self.daemon().start()
        done = daemon.ctl("fsck", daemon.state, "--repair")
        self.assertEqual(done.returncode, 1)
        self.assertIn("another daemon uses", done.stderr)

    def test_the_scrub_finds_damage_in_the_old_part_and_the_daemon_goes_on(self):
        daemon = self.stopped()
        path = os.path.join(daemon.state, "journal/00000000.seg")
        with open(path, "rb") as file:
            good = file.read()
        bad = bytearray(good)
        bad[9000] ^= 0x20
        self.changed(path, bytes(bad))
        daemon.extra = daemon.extra + "[scrub]\nkib_per_second = 100000\n"
        daemon.start()
        while not daemon.status()["scrub"]["findings"]:
            pass
        finding = daemon.status()["scrub"]["findings"][0]
        self.assertEqual(finding["file"], "journal/00000000.seg")
        self.assertIn("offset", finding["place"])
        self.assertTrue(finding["cause"])
        said = [line for line in daemon.log if "scrub: journal/00000000.seg" in line]
        self.assertEqual(len(said), 1, daemon.log)
        self.assertIn("restore the segment from a copy", said[0])
        late = scenario.START + 2000 * scenario.SECOND
        beat = event("telecoms.heartbeat", {"service": "core", "status": "up"}, ns=late, id="z")
        self.assertEqual(daemon.send([beat])[-1], {"durable": 1})
        self.assertEqual(daemon.stop(), 0)
        self.changed(path, good)
        daemon.check()

    def test_what_is_not_damage_is_a_note(self):
        daemon = self.stopped()
        for name in ("notes.txt", "keys/old", "log/readme", "snapshots/x.tmp", "journal/x"):
            with open(os.path.join(daemon.state, name), "w") as file:
                file.write("x")
        code, report = self.fsck(daemon)
        self.assertEqual(code, 0, report)
        self.assertEqual(
            {note["file"] for note in report["notes"]},
            {"notes.txt", "keys/old", "log/readme", "snapshots/x.tmp", "journal/x"},
        )

    def test_an_old_guard_is_found(self):
        daemon = self.daemon().start()
        daemon.send(scenario.compliant())
        daemon.stop()
        guard = os.path.join(daemon.state, "keys/log.guard")
        with open(guard, "rb") as file:
            old = file.read()
        daemon.start()
        daemon.stop()
        self.changed(guard, old)
        code, report = self.fsck(daemon)
        self.assertEqual(code, 1)
        self.assertEqual([f["file"] for f in report["findings"]], ["keys/log.guard"], report)
        self.assertIn("put back from an old copy", report["findings"][0]["cause"])


if __name__ == "__main__":
    unittest.main()
