"""Rules about single lines: banned calls and words, layout, and the links of the documentation."""

import re

from tree import Finding

COLUMNS_MAX = 100

# pattern, where it is banned, rule, what to do instead
BANNED_CODE = [
    (r"\bPL_\w+", ("include/", "src/"), ("src/prolog/",), "prolog-border",
     "only src/prolog talks to SWI-Prolog"),
    (r"\bBUF_MALLOC\b", ("include/", "src/"), (), "buf-malloc",
     "aborts the process beyond 256 bytes in SWI-Prolog 9.0.4: use BUF_STACK"),
    (r"\bdetach\s*\(\s*\)", ("include/", "src/"), (), "detach",
     "a thread has an owner that joins it"),
    (r"\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(", ("include/", "src/"), (), "sleep",
     "wait for the event itself"),
    (r"\b(system_clock|steady_clock|clock_gettime|random_device|[io]fstream|fopen)\b",
     ("include/overlord/evaluate/", "src/evaluate/"), (), "impure",
     "the evaluator is a pure function of its records"),
    (r"\b(float|double)\b",
     tuple(f"{folder}{module}/" for folder in ("include/overlord/", "src/")
           for module in ("event", "rules", "evaluate", "ledger", "tlog", "attest")), (), "float",
     "evidence is exact: use Number"),
    (r"\b(REQUIRE|CHECK)\s*\(\s*(true|1\s*==\s*1)\s*\)|\bSUCCEED\s*\(", ("tests/",), (),
     "empty-test", "a test must be able to fail"),
]
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
LINE_CITED = re.compile(
    r"\b[\w/.-]+\.(?:cpp|hpp|py):\d+|#L\d+\b|\blines? \d+ (?:of|in) [\w/.-]+\.\w+")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")


def banned_code(tree):
    for pattern, folders, owners, rule, instead in BANNED_CODE:
        for file in tree.under(*folders):
            if not file.is_cpp or (owners and file.path.startswith(owners)):
                continue
            for number, line in enumerate(file.code, 1):
                match = re.search(pattern, line)
                if match:
                    yield Finding(file.path, number, rule, f"{match.group(0).strip()}: {instead}")


def unfinished(tree):
    for file in tree.files:
        for number, line in enumerate(file.lines, 1):
            match = UNFINISHED.search(line)
            if match:
                yield Finding(file.path, number, "unfinished",
                              f"{match.group(0)}: finish it or describe it")


def layout(tree):
    for file in tree.files:
        for number, line in enumerate(file.lines, 1):
            if file.is_code and len(line) > COLUMNS_MAX:
                yield Finding(file.path, number, "columns",
                              f"{len(line)}, the limit is {COLUMNS_MAX}")
            if "\t" in line and file.suffix != ".go":
                yield Finding(file.path, number, "tab", "use spaces")
            if line != line.rstrip():
                yield Finding(file.path, number, "trailing-space", "remove it")
        if file.text and not file.text.endswith("\n"):
            yield Finding(file.path, len(file.lines), "final-newline", "end the last line")


def contracts(tree):
    """A header is a contract: it says first what it is."""
    for file in tree.under("include/"):
        if not file.lines[0].startswith("//"):
            yield Finding(file.path, 1, "contract", "begin with a comment that says what this is")
        if file.suffix == ".hpp" and "#pragma once" not in file.lines:
            yield Finding(file.path, 1, "contract", "#pragma once is missing")


def cited_lines(tree):
    for file in documents(tree):
        for number, line in enumerate(file.lines, 1):
            match = LINE_CITED.search(line)
            if match:
                yield Finding(file.path, number, "line-number",
                              f"{match.group(0)}: name the function, lines move")


def links(tree):
    for file in documents(tree):
        for number, line in prose(file):
            for target in LINK.findall(re.sub(r"`[^`]*`", "``", line)):
                problem = check_link(tree, file, target)
                if problem:
                    yield Finding(file.path, number, "link", f"{target}: {problem}")


def documents(tree):
    return [file for file in tree.files if file.suffix == ".md"]


def prose(file):
    """Numbered lines outside fenced code."""
    fenced = False
    for number, line in enumerate(file.lines, 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield number, line


def check_link(tree, file, target):
    if re.match(r"^[a-z][a-z0-9+.-]*:", target):
        return None  # another site: not ours to check without a network
    name, _, anchor = target.partition("#")
    path = (tree.root / file.path).parent / name if name else tree.root / file.path
    if not path.exists():
        return "no such file"
    if anchor and path.suffix == ".md" and anchor not in headings(path):
        return "no such heading"
    return None


def headings(path):
    """The anchors that renderers give to headings: lower case, words joined by '-'."""
    anchors = set()
    for line in path.read_text(encoding="utf-8").split("\n"):
        match = re.match(r"^#{1,6}\s+(.*?)\s*$", line)
        if match:
            words = re.sub(r"[^\w\- ]", "", match.group(1).lower())
            anchors.add(words.replace(" ", "-"))
    return anchors


RULES = [banned_code, unfinished, layout, contracts, cited_lines, links]
