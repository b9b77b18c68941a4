"""fsck over a whole state directory: every kind of file, changed in one byte, cut and missing."""

import json
import os
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
        # What may be missing costs a start some time; keys may be kept elsewhere.
        spare = ("snapshots/", "attestations/by_evidence/", "log/attestations/", "lock", "keys/")
        derived = ("proofs/book", ".slots")
        for name in self.files(daemon):
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
                self.assertEqual(done.returncode, self.left(name), done.stdout + done.stderr)
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

    def left(self, name):
        """A damaged checkpoint is moved aside, and signed again by the next start only."""
        return 1 if name == "log/checkpoint" else 0

    def contents(self, daemon):
        found = {}
        for name in self.files(daemon):
            with open(os.path.join(daemon.state, name), "rb") as file:
                found[name] = file.read()
        return found

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
