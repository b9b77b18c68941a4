#!/usr/bin/env python3
"""Every console block of docs/rules/tools.md, run as it stands.

    rules_tools_test.py BIN_DIR
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
PAGE = (ROOT / "docs/rules/tools.md").read_text()


def steps():
    """Pairs of a command and what the page says it prints."""
    for block in re.findall(r"^```console\n(.*?)^```", PAGE, re.S | re.M):
        for step in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = step.partition("\n")
            yield command, output


def matches(shown, printed):
    """A line of three dots on the page stands for any lines, none too."""
    pattern = "".join("(?:.*\n)*" if line == "...\n" else re.escape(line)
                      for line in shown.splitlines(keepends=True))
    return re.fullmatch(pattern, printed) is not None


class ToolsPageTest(unittest.TestCase):
    def test_each_command_prints_what_the_page_says(self):
        environment = {**os.environ, "PATH": BIN + os.pathsep + os.environ["PATH"], "LC_ALL": "C"}
        count = 0
        with tempfile.TemporaryDirectory() as folder:
            for command, output in steps():
                shown = re.fullmatch(r"cat (\S+)", command)
                if shown:  # a file that the reader writes
                    (Path(folder) / shown.group(1)).write_text(output)
                run = subprocess.run(command, shell=True, cwd=folder, env=environment, text=True,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
                if not matches(output, run.stdout):
                    self.assertEqual(output, run.stdout, f"$ {command}")
                self.assertIn(run.returncode, (0, 1), f"$ {command}")
                count += 1
        self.assertLess(10, count)

    def test_each_word_of_rules_is_on_a_page(self):
        pages = "".join(path.read_text() for path in (ROOT / "docs/rules").glob("*.md"))
        run = subprocess.run([Path(BIN) / "overlordctl", "rules"], capture_output=True, text=True)
        words = run.stderr.rsplit("one of ", 1)[1].strip().split(", ")
        self.assertLess(6, len(words))
        missing = [word for word in words if f"overlordctl rules {word}" not in pages]
        self.assertEqual([], missing, "explain these in docs/rules/")

    def test_both_editors_start_the_server_in_five_lines(self):
        for language in ("lua", "elisp"):
            block = re.search(rf"```{language}\n(.*?)```", PAGE, re.S).group(1)
            self.assertEqual(5, block.count("\n"), language)
            self.assertRegex(block, r'"overlordctl",? "rules",? "lsp"')


if __name__ == "__main__":
    unittest.main()
