#!/usr/bin/env python3
"""Each rule of the lint finds what it is for, and leaves alone what is right beside it."""

import tempfile
import unittest
from pathlib import Path

import structure
import text
from lint import findings
from tree import Tree

TABLE = """
[modules]
base = []
event = ["base", "evaluate/messages.hpp"]
evaluate = ["base"]
prolog = ["base"]
net = ["event"]
daemon = ["*"]
[vendors]
"SWI-" = ["src/prolog/"]
"toml++" = ["src/daemon/config.cpp"]
"""
HEADER = "// What this is.\n#pragma once\n"
UNFINISHED_WORD = "TO" "DO"


def function(lines):
    return "int f(int a) {\n" + "    ++a;\n" * (lines - 2) + "}\n"


# rule -> what must be found, as {file: text} and the "FILE:LINE" of the finding
BROKEN = {
    "arrow": [
        ({"src/event/a.cpp": '\n#include "overlord/net/server.hpp"\n'}, "src/event/a.cpp:2"),
        ({"src/net/a.cpp": '#include "overlord/base/time.hpp"\n'}, "src/net/a.cpp:1"),
        ({"src/event/a.cpp": '#include "overlord/evaluate/state.hpp"\n'}, "src/event/a.cpp:1"),
        ({"src/novel/a.cpp": "int a;\n"}, "src/novel/a.cpp:1"),
        ({"src/net/a.cpp": '#include "../event/json_reader.hpp"\n'}, "src/net/a.cpp:1"),
        ({"src/net/CMakeLists.txt": "overlord_module(net\n    USES event base\n    LINKS x)\n"},
         "src/net/CMakeLists.txt:2"),
    ],
    "cycle": [
        ({"src/daemon/a.cpp": '#include "overlord/net/b.hpp"\n',
          "include/overlord/net/b.hpp": HEADER + '#include "overlord/daemon/c.hpp"\n'},
         "src/daemon/a.cpp:1"),
    ],
    "vendor": [
        ({"src/event/a.cpp": "#include <SWI-Prolog.h>\n"}, "src/event/a.cpp:1"),
        ({"src/daemon/main.cpp": "#include <toml++/toml.h>\n"}, "src/daemon/main.cpp:1"),
    ],
    "file-size": [
        ({"include/overlord/base/a.hpp": HEADER + "\n" * 249}, "include/overlord/base/a.hpp:1"),
        ({"src/base/a.cpp": "\n" * 601}, "src/base/a.cpp:1"),
        ({"tests/base/a_test.cpp": "\n" * 801}, "tests/base/a_test.cpp:1"),
        ({"rules/gmp.pl": "\n" * 501}, "rules/gmp.pl:1"),
    ],
    "function-size": [
        ({"src/base/a.cpp": "namespace a {\nstruct B {\n" + function(71) + "};\n}\n"},
         "src/base/a.cpp:3"),
    ],
    "prolog-border": [
        ({"src/evaluate/a.cpp": "int a = PL_get_arg(1);\n"}, "src/evaluate/a.cpp:1"),
    ],
    "buf-malloc": [({"src/prolog/a.cpp": "int a = BUF_MALLOC;\n"}, "src/prolog/a.cpp:1")],
    "detach": [({"src/net/a.cpp": "worker.detach();\n"}, "src/net/a.cpp:1")],
    "sleep": [({"src/net/a.cpp": "std::this_thread::sleep_for(1s);\n"}, "src/net/a.cpp:1")],
    "impure": [({"src/evaluate/a.cpp": "auto t = system_clock::now();\n"}, "src/evaluate/a.cpp:1")],
    "float": [({"src/event/a.cpp": "double a = 0.99999;\n"}, "src/event/a.cpp:1")],
    "empty-test": [
        ({"tests/base/a_test.cpp": "REQUIRE(true);\n"}, "tests/base/a_test.cpp:1"),
        ({"tests/base/a_test.cpp": "SUCCEED();\n"}, "tests/base/a_test.cpp:1"),
    ],
    "unfinished": [
        ({"src/base/a.cpp": f"// {UNFINISHED_WORD}: later\n"}, "src/base/a.cpp:1"),
        ({"docs/a.md": f"# A\n{UNFINISHED_WORD}\n"}, "docs/a.md:2"),
    ],
    "columns": [({"src/base/a.cpp": "// " + "x" * 98 + "\n"}, "src/base/a.cpp:1")],
    "tab": [({"src/base/a.cpp": "\tint a;\n"}, "src/base/a.cpp:1")],
    "trailing-space": [
        ({"docs/a.md": "# A \n"}, "docs/a.md:1"),
        ({"docs/a.md": "# A\r\n"}, "docs/a.md:1"),
    ],
    "final-newline": [({"src/base/a.cpp": "int a;\nint b;"}, "src/base/a.cpp:2")],
    "contract": [
        ({"include/overlord/base/a.hpp": "#pragma once\n"}, "include/overlord/base/a.hpp:1"),
        ({"include/overlord/base/a.hpp": "// A.\n"}, "include/overlord/base/a.hpp:1"),
    ],
    "line-number": [
        ({"docs/a.md": "# A\nSee src/base/a" ".cpp:12.\n"}, "docs/a.md:2"),
        ({"docs/a.md": "# A\nSee line 12 of base/a.cpp.\n"}, "docs/a.md:2"),
    ],
    "link": [
        ({"docs/a.md": "# A\n[b](b.md)\n"}, "docs/a.md:2"),
        ({"docs/a.md": "# A\n[b](#a-b)\n"}, "docs/a.md:2"),
    ],
}

RIGHT = {
    "include/overlord/base/a.hpp": HEADER + "\n" * 248,
    "src/event/a.cpp": '#include "overlord/base/a.hpp"\n'
                       '#include "overlord/evaluate/messages.hpp"\n',
    "src/net/CMakeLists.txt": "overlord_module(net USES event SOURCES b.cpp)\n",
    "src/net/b.cpp": '#include "b.hpp"\n#include "overlord/event/a.hpp"\n',
    "src/prolog/a.cpp": "#include <SWI-Prolog.h>\nint a = PL_get_arg(1);\n",
    "src/daemon/config.cpp": '#include <toml++/toml.h>\n#include "overlord/net/b.hpp"\n',
    "src/base/a.cpp": function(70) + "// PL_x double detach()\n" + 'auto a = "sleep_for(1)";\n',
    "src/event/c.cpp": "int a = 1'000'000;  // double\nauto b = R\"(double)\";\nchar c = '\"';\n",
    "src/event/d.cpp": "// lint: allow float: a gauge for people\ndouble a;\n",
    "src/event/e.cpp": "double a;  // lint: allow float: a gauge for people\n",
    "tests/base/a_test.cpp": "REQUIRE(true_or(false));\n",
    "tests/vectors/a.json": "\t",
    "docs/a.md": "# A b, c!\n[a](#a-b-c) [b](../src/event/a.cpp) [c](https://example.org/x)\n"
                 "```\n[d](nowhere.md)\n```\n`telecoms.pl:14:5: error`\n",
    "build/a.cpp": "\tint a;",
}


class LintTest(unittest.TestCase):
    def tree_of(self, files):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for name, content in ({"tests/lint/arrows.toml": TABLE} | files).items():
            path = Path(folder.name) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode())
        return Tree(folder.name)

    def check(self, files):
        return findings(self.tree_of(files))

    def test_each_rule_finds_what_it_is_for(self):
        for rule, cases in BROKEN.items():
            for files, place in cases:
                with self.subTest(rule=rule, place=place):
                    found = [str(f) for f in self.check(files) if f.rule == rule]
                    self.assertEqual(1, len(found), found)
                    self.assertTrue(found[0].startswith(f"{place}: {rule}: "), found[0])

    def test_what_is_right_is_left_alone(self):
        self.assertEqual([], [str(f) for f in self.check(RIGHT)])

    def test_an_exception_needs_a_reason(self):
        found = self.check({"src/event/a.cpp": "double a;  // lint: allow float:\n"})
        self.assertEqual(["float"], [f.rule for f in found])

    def test_an_exception_covers_its_own_rule_only(self):
        found = self.check({"src/event/a.cpp": "double a;  // lint: allow tab: no\n"})
        self.assertEqual(["float"], [f.rule for f in found])

    def test_every_rule_has_a_case(self):
        banned = {rule for _, _, _, rule, _ in text.BANNED_CODE}
        self.assertLessEqual(banned, BROKEN.keys())
        trees = [self.tree_of(files) for cases in BROKEN.values() for files, _ in cases]
        for rule in structure.RULES + text.RULES:
            with self.subTest(rule=rule.__name__):
                self.assertTrue(any(list(rule(tree)) for tree in trees))


if __name__ == "__main__":
    unittest.main()
