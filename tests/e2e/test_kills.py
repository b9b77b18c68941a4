"""A few of the kills of scripts/faults for every run."""

import unittest

import kills


class KillsUnderLoad(unittest.TestCase):
    def test_kills_of_daemon_engine_signer_and_all_lose_nothing(self):
        counts, wrong = kills.run(16, seed=7)
        self.assertEqual(wrong, [])
        self.assertEqual([counts[target] for target in kills.TARGETS], [4, 4, 4, 4])
        self.assertGreater(counts["acknowledged"], 1000)


if __name__ == "__main__":
    unittest.main()
