#!/usr/bin/env python3
"""The tutorial and the cookbook of the rule language work as they are written.

    rules_pages_test.py BIN_DIR
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = sys.argv.pop(1)
ENVIRONMENT = {**os.environ, "PATH": BIN + os.pathsep + os.environ["PATH"], "LC_ALL": "C"}
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.S | re.M)


def run(command, folder):
    return subprocess.run(command, shell=True, cwd=folder, env=ENVIRONMENT, text=True, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


class TutorialTest(unittest.TestCase):
    """A block with a name is a file that the reader writes, with >> what is appended to it. Of what
    a command prints the page shows some lines, in their order."""

    def test_it_works_as_written(self):
        commands = 0
        with tempfile.TemporaryDirectory() as folder:
            for kind, name, text in BLOCK.findall((ROOT / "docs/rules/tutorial.md").read_text()):
                if name:
                    path = Path(folder) / name.removeprefix(">>")
                    before = path.read_text() if name.startswith(">>") else ""
                    path.write_text(before + text)
                if kind == "console":
                    for step in re.split(r"^\$ ", text, flags=re.M)[1:]:
                        self.step(folder, *step.split("\n", 1))
                        commands += 1
        self.assertLess(10, commands)

    def step(self, folder, command, shown):
        shown = shown.splitlines()
        if re.fullmatch(r"cat \S+", command):
            (Path(folder) / command.split()[1]).write_text("\n".join(shown) + "\n")
        output = run(command, folder).stdout.splitlines()
        rest = iter(output)
        for line in shown:
            self.assertTrue(any(line == one for one in rest),
                            f"$ {command}\nlacks: {line}\n" + "\n".join(output))


class CookbookTest(unittest.TestCase):
    """Each pattern is a part of a pack, and its tests pass."""

    def test_each_pattern_passes_its_tests(self):
        page = (ROOT / "docs/rules/cookbook.md").read_text()
        patterns = re.split(r"^## (?=\d+\. )", page, flags=re.M)[1:]
        self.assertLessEqual(20, len(patterns))
        self.assertEqual([str(n + 1) for n in range(len(patterns))],
                         [pattern.split(".")[0] for pattern in patterns])
        for pattern in patterns:
            with self.subTest(pattern.split("\n")[0]):
                self.pattern(pattern)

    def pattern(self, text):
        blocks = {name or "pack": block for kind, name, block in BLOCK.findall(text)
                  if kind == "prolog"}
        self.assertEqual({"pack", "tests"}, set(blocks))
        predicates = re.findall(r"^:- control\('cook\.\w+', (\w+)/2", blocks["pack"], re.M)
        self.assertLess(0, len(predicates))
        exports = ", ".join(f"{name}/2" for name in predicates)
        goals = ", ".join(f"{name}(System, _)" for name in predicates)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "cook.pl").write_text(
                f":- module(cook, [cook_compliant/1, {exports}]).\n\n{blocks['pack']}\n"
                f"cook_compliant(System) :- {goals}.\n")
            (Path(folder) / "cook.plt").write_text(
                f":- begin_tests(cook).\n\n{blocks['tests']}\n:- end_tests(cook).\n")
            check = run("overlordctl rules check .", folder)
            noted = [line for line in check.stdout.splitlines() if re.search(r"(error|warning)\[",
                                                                             line)]
            noted = [line for line in noted if "rules.missing_citation" not in line]
            self.assertEqual([], noted)
            count = len(re.findall(r"^test\(", blocks["tests"], re.M))
            self.assertLess(1, count)
            tested = run("overlordctl rules test .", folder).stdout
            self.assertIn(f"{count} of {count} tests passed", tested)


if __name__ == "__main__":
    unittest.main()
