"""The files under review, and what a rule says about them."""

import os
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

# What is not ours to lay out: what programs made, and bytes kept as others wrote them.
SKIPPED_FOLDERS = {".git", ".cache", "build", "__pycache__", "corpus", "vectors"}
CODE = {".cpp", ".hpp", ".h", ".pl", ".plt", ".py", ".sh", ".cmake", ".toml"}
TEXT = CODE | {".md", ".txt", ".json", ".service", ".conf", ".yml", ".yaml", ".go", ".rs"}


@dataclass(frozen=True, order=True)
class Finding:
    """One line of the report. line 0 = the whole file."""
    path: str
    line: int
    rule: str
    text: str

    def __str__(self):
        return f"{self.path}:{max(self.line, 1)}: {self.rule}: {self.text}"


@dataclass
class File:
    path: str  # relative to the root, with /
    text: str
    lines: list = field(init=False)

    def __post_init__(self):
        self.lines = self.text.split("\n")

    @property
    def suffix(self):
        return Path(self.path).suffix

    @property
    def is_cpp(self):
        return self.suffix in {".cpp", ".hpp", ".h"}

    @property
    def is_code(self):
        return self.suffix in CODE or self.path.endswith("CMakeLists.txt") or self.is_script

    @property
    def is_script(self):
        return self.text.startswith("#!")

    @cached_property
    def code(self):
        """Lines of C++ without comments and the contents of literals."""
        return blank_comments_and_literals(self.text).split("\n")

    def allows(self, finding):
        """`lint: allow RULE: reason` on the line, on the one before, or anywhere for a file."""
        wanted = re.compile(r"lint: allow " + re.escape(finding.rule) + r": \S")
        around = slice(max(finding.line - 2, 0), finding.line)
        near = self.lines if finding.line == 0 else self.lines[around]
        return any(wanted.search(line) for line in near)


class Tree:
    def __init__(self, root):
        self.root = Path(root)
        self.files = sorted(self._read(), key=lambda file: file.path)

    def under(self, *prefixes):
        return [file for file in self.files if file.path.startswith(prefixes)]

    def _read(self):
        for folder, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
            for path in (Path(folder) / name for name in names):
                relative = path.relative_to(self.root).as_posix()
                if path.is_symlink():
                    continue
                if path.suffix in TEXT or (path.suffix == "" and path.read_bytes()[:2] == b"#!"):
                    yield File(relative, path.read_bytes().decode("utf-8"))


TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/"""                         # comments
    r"""|R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)\""""  # raw strings
    r"""|"(?:\\.|[^"\\\n])*\""""                      # strings
    r"""|(?<![0-9a-fA-F])'(?:\\[^\n']*|[^'\\\n])'""",  # characters, not 1'000
    re.DOTALL)


def blank_comments_and_literals(text):
    """The same text with the same line breaks, comments and literals emptied."""
    def blank(match):
        token = match.group(0)
        breaks = "\n" * token.count("\n")
        return breaks if token.startswith("/") else '""' + breaks
    return TOKEN.sub(blank, text)
