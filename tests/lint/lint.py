#!/usr/bin/env python3
"""Checks the rules of this project that neither the compiler nor a formatter sees.

    tests/lint/lint.py [ROOT]

Prints one line for each finding, FILE:LINE: RULE: TEXT, and exits 1 if there is one. Where a rule
makes a place worse, break it there and say why, on the line or the one before:

    // lint: allow RULE: the reason
"""

import sys
from pathlib import Path

import structure
import text
from tree import Tree


def findings(tree):
    by_path = {file.path: file for file in tree.files}
    found = {f for rule in structure.RULES + text.RULES for f in rule(tree)}
    return sorted(f for f in found if not by_path[f.path].allows(f))


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    found = findings(Tree(root))
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
