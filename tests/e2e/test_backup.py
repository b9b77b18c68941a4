"""Backup and restore as docs/operations.md describes them."""

import os
import shutil
import unittest

from harness import Case
import test_erasure  # not its class: its tests would run here too
from test_erasure import DAY_TWO, NEXT_DAY, trade


class Backup(Case):
    two_days, erase = test_erasure.Erasure.two_days, test_erasure.Erasure.erase

    def test_what_is_derived_comes_back_from_the_journal(self):
        daemon = self.two_days()
        daemon.stop()
        for folder in ("log", "snapshots"):
            shutil.rmtree(os.path.join(daemon.state, folder))
        daemon.start()
        self.assertEqual(daemon.send([trade(200, NEXT_DAY + 9, "desk_b")])[-1], {"durable": 1})
        daemon.stop()
        daemon.check()

    def test_a_whole_copy_goes_on_in_another_place(self):
        daemon = self.two_days()
        daemon.stop()
        copy = os.path.join(daemon.root, "restored")
        shutil.copytree(daemon.state, copy, symlinks=True)
        shutil.rmtree(daemon.state)
        os.rename(copy, daemon.state)
        daemon.start(expect_ready=False)
        self.assertIn("read-only signer.clone", "\n".join(daemon.log))
        daemon.stop()
        daemon.ctl("keys", "adopt", "--config", daemon.config, check=0)  # the only one, says who
        daemon.start()
        self.assertEqual(daemon.send([trade(200, NEXT_DAY + 9, "desk_b")])[-1], {"durable": 1})
        daemon.stop()
        daemon.check()

    def test_after_an_erasure_the_snapshot_is_part_of_the_backup(self):
        daemon = self.two_days()
        self.erase(daemon, "--system", "desk_a", "--until", DAY_TWO)
        daemon.stop()
        snapshots, backup = os.path.join(daemon.state, "snapshots"), daemon.root + "/backup"
        shutil.copytree(snapshots, backup)
        shutil.rmtree(snapshots)
        daemon.start(expect_ready=False)
        self.assertEqual(daemon.wait_exit(), 1)
        self.assertIn("journal.erased", daemon.log[-1])
        told = daemon.ctl("fsck", daemon.state, check=1).stdout
        self.assertIn("DAMAGED: snapshots: ", told)
        self.assertIn("journal.erased", told)
        shutil.copytree(backup, snapshots, dirs_exist_ok=True)
        daemon.start()
        daemon.stop()
        daemon.check()

    def test_a_copy_by_the_text_is_whole(self):
        daemon = self.two_days()
        self.erase(daemon, "--system", "desk_a", "--until", DAY_TWO)
        daemon.ctl("keys", "rotate", "--config", daemon.config, check=0)
        daemon.stop()
        daemon.extra += "[completeness]\nheartbeat_s = 30\n"  # other settings, another file
        daemon.start()
        key = daemon.vkey()
        copy = os.path.join(daemon.root, "copy")
        for part in ("journal", "attestations", "rules", "config", "snapshots", "log/handover"):
            place = os.path.join(daemon.state, part)
            if os.path.exists(place):
                shutil.copytree(place, os.path.join(copy, part))
        daemon.stop()
        told = daemon.ctl("fsck", copy, "--key", key).stdout
        damaged = [line for line in told.splitlines() if line.startswith("DAMAGED")]
        self.assertEqual([line for line in damaged if "log/checkpoint" not in line], [], told)
        daemon.ctl("fsck", copy, "--key", key, "--repair", check=0)

    def test_an_old_copy_of_the_journal_does_not_bring_back_what_was_erased(self):
        daemon = self.two_days()
        daemon.stop()
        old = daemon.root + "/old"
        shutil.copytree(os.path.join(daemon.state, "journal"), old)
        daemon.start()
        self.erase(daemon, "--system", "desk_a", "--until", DAY_TWO)
        daemon.stop()
        # The keys are in no long-lived backup: the copy has the keys of today only.
        shutil.rmtree(old + "/keys")
        shutil.copytree(os.path.join(daemon.state, "journal/keys"), old + "/keys")
        folder = os.path.join(daemon.root, "look", "journal")
        shutil.copytree(old, folder)
        counts = daemon.ctl("fsck", os.path.dirname(folder)).stdout
        self.assertRegex(counts, r"2\d erased")  # twenty events and the verdicts they brought


if __name__ == "__main__":
    unittest.main()
