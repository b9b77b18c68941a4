"""Old copies of parts of a state, put back as a hand, a backup or a snapshot of a disk may do.

What is older than what was signed must not be gone on with; what can be derived again is.
"""

import os
import shutil
import unittest

from fault_run import GOAL, Subject, ids, inconsistent, script, wrong_counts


class Restored(unittest.TestCase):
    def setUp(self):
        """A state with a copy from the middle of its life, stopped at both times."""
        self.subject = Subject()
        self.addCleanup(self.subject.remove)
        self.live(script()[:3])
        self.old = os.path.join(self.subject.root, "old")
        shutil.copytree(self.subject.state, self.old)
        self.live(script()[3:])
        self.newest = self.subject.checkpoint()

    def live(self, batches):
        self.assertTrue(self.subject.start_with([]), self.subject.log)
        for lines in batches:
            self.assertEqual(self.subject.offer(lines), set(ids(lines)))
            self.subject.query(GOAL)
        self.assertEqual(self.subject.stop(), 0)

    def put_back(self, *parts):
        for part in parts:
            place = os.path.join(self.subject.state, part)
            copy = os.path.join(self.old, part)
            if os.path.isdir(place):
                shutil.rmtree(place)
                shutil.copytree(copy, place)
            else:
                shutil.copy2(copy, place)

    def assert_refused(self, *words):
        before = self.subject.checkpoint()
        self.assertFalse(self.subject.start_with([]), self.subject.log)
        self.subject.wait_exit()
        text = "\n".join(self.subject.log)
        for word in words:
            self.assertIn(word, text)
        self.assertEqual(self.subject.checkpoint(), before, "something was signed or published")

    def assert_goes_on(self):
        """All events are there, and the log extends the newest head that was published."""
        self.assertTrue(self.subject.start_with([]), self.subject.log)
        self.assertEqual(self.subject.stop(), 0)
        self.assertEqual(wrong_counts(self.subject, [id for b in script() for id in ids(b)]), [])
        self.assertEqual(inconsistent(self.subject.state, [self.newest]), [])
        self.subject.check()

    def test_everything_but_the_keys_is_refused(self):
        parts = [name for name in os.listdir(self.old) if name not in ("keys", "lock", "run")]
        self.put_back(*parts)
        self.assert_refused("log.rollback", "older")

    def test_the_journal_alone_is_refused(self):
        self.put_back("journal")
        self.assert_refused("log.rollback", "older")

    def test_a_journal_without_its_last_segment_is_refused(self):
        journal = os.path.join(self.subject.state, "journal")
        segments = sorted(name for name in os.listdir(journal) if name.endswith(".seg"))
        for name in segments[1:]:
            os.unlink(os.path.join(journal, name))
        self.assert_refused("log.rollback")

    def test_the_public_log_alone_is_derived_again(self):
        self.put_back("log")
        self.assert_goes_on()

    def test_a_public_log_that_is_gone_is_derived_again(self):
        shutil.rmtree(os.path.join(self.subject.state, "log"))
        self.assert_goes_on()

    def test_snapshots_alone_cost_only_time(self):
        self.put_back("snapshots")
        self.assert_goes_on()

    def test_a_guard_that_is_gone_is_refused(self):
        os.unlink(os.path.join(self.subject.state, "keys", "log.guard"))
        self.assert_refused("log.guard")

    def test_a_copy_cannot_run_with_the_keys_of_the_first(self):
        self.assertTrue(self.subject.start_with([]), self.subject.log)
        copy = Subject()
        self.addCleanup(copy.remove)
        shutil.copytree(self.subject.state, copy.state, ignore=shutil.ignore_patterns("keys"))
        os.symlink(os.path.join(self.subject.state, "keys"), os.path.join(copy.state, "keys"))
        self.assertFalse(copy.start_with([]), copy.log)
        copy.wait_exit()
        self.assertIn("signer.locked", "\n".join(copy.log))
        self.assertEqual(self.subject.stop(), 0)


if __name__ == "__main__":
    unittest.main()
