"""A few of the changed bytes and cut files of scripts/faults for every run."""

import io
import unittest

import damage


class DamagedFiles(unittest.TestCase):
    def test_a_changed_byte_or_a_cut_in_any_file_is_found_by_name(self):
        table, wrong = damage.run(80, seed=20260129)
        text = io.StringIO()
        damage.print_table(table, text)
        self.assertEqual(wrong, [], text.getvalue())
        self.assertEqual(sum(table.values()), 80)


if __name__ == "__main__":
    unittest.main()
