"""Instructions that one event costs on the main path, held against the committed figure.

    instructions.py PROGRAM RULES FIGURE [--update]

More than a tenth above the figure fails. Without valgrind, or where it does not run, the test is
skipped (77): it guards against a slow change, and is no proof of anything else.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
TOLERANCE = 0.10


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(SKIPPED)


def count(program, rules):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=measured",
             f"--callgrind-out-file={os.path.join(folder, 'out')}", program, rules],
            capture_output=True, text=True)
    events = re.search(r"^events (\d+)$", done.stdout, re.M)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not events or not collected:
        print(done.stdout[-500:], done.stderr[-2000:])
        skip("the program does not run under valgrind here")
    return int(collected[1]) / int(events[1])


def main():
    program, rules, figure = sys.argv[1:4]
    if subprocess.run([program, rules], stdout=subprocess.DEVNULL).returncode != 0:
        sys.exit(f"{program} fails by itself")
    if not shutil.which("valgrind"):
        skip("valgrind is not installed")
    now = count(program, rules)
    if "--update" in sys.argv:
        with open(figure, "w") as out:
            out.write(f"{now:.0f}\n")
    with open(figure) as text:
        was = int(text.read())
    share = now / was - 1
    print(f"{now:.0f} instructions an event, committed {was}: {share:+.1%}")
    if share < -TOLERANCE:
        print("much better than committed: run this with --update and commit the figure")
    sys.exit(1 if share > TOLERANCE else 0)


main()
