#!/usr/bin/env python3
"""The documents tell the truth about the code beside them.

    docs_test.py [OVERLORDCTL]
"""

import os
import re
import subprocess
import sys
import tomllib
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OVERLORDCTL = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else None

# Codes that an operator meets; those of rejected events are in docs/formats/.
FAMILIES = "config engine io journal key ledger log net process salt signer state".split()
CODE = re.compile(r'(?<!/ )"((?:' + "|".join(FAMILIES) + r')\.(?!hpp)[a-z_]+)"')  # / "x": a path


def documents():
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def configuration_keys():
    with open(ROOT / "config/overlordd.toml", "rb") as file:
        sections = tomllib.load(file)
    return {f"{section}.{key}" for section, keys in sections.items() if isinstance(keys, dict)
            for key in keys}


class DocsTest(unittest.TestCase):
    def test_each_error_that_an_operator_meets_is_explained(self):
        operations = (ROOT / "docs/operations.md").read_text()
        codes = {code for path in (ROOT / "src").rglob("*.cpp")
                 for code in CODE.findall(path.read_text())}
        codes = {code for code in codes - configuration_keys() if not code.startswith("io.")}
        missing = sorted(code for code in codes if f"`{code}`" not in operations)
        self.assertEqual([], missing, "explain these in docs/operations.md")

    def test_the_commands_of_the_readme_are_there(self):
        for command in re.findall(r"^(scripts/\w+)", (ROOT / "README.md").read_text(), re.M):
            self.assertTrue(os.access(ROOT / command, os.X_OK), command)

    def test_the_rule_that_the_readme_shows_is_one_of_ours(self):
        readme = (ROOT / "README.md").read_text()
        clause = re.search(r"```prolog\n.*?\n\n(.+?)```", readme, re.S).group(1)
        self.assertIn(clause, (ROOT / "rules/telecoms.pl").read_text())

    def test_each_overlordctl_command_in_the_documents_exists(self):
        if OVERLORDCTL is None or not OVERLORDCTL.exists():
            self.skipTest("overlordctl is not built")
        named = {name for path in documents()
                 for name in re.findall(r"overlordctl ([a-z]+)\b", path.read_text())}
        self.assertLess(5, len(named))
        for name in sorted(named):
            run = subprocess.run([OVERLORDCTL, "help", name], capture_output=True, text=True)
            self.assertEqual(0, run.returncode, f"{name}: {run.stderr}")


if __name__ == "__main__":
    unittest.main()
