"""A monitor that follows a log over HTTP, what it cosigns, and what it says of a log that lies; and
the commands of docs/verify.md about zero knowledge, as they are printed there."""

import functools
import hashlib
import http.server
import os
import re
import shlex
import shutil
import signal
import subprocess
import threading
import time
import unittest
import urllib.request

import scenario
from harness import BIN, DEADLINE_S, SOURCE, Case, event
from test_zero_knowledge import attest, public_entries, settle, wait_for_document

SECOND = 10**9
SYSTEM = "production_system"
PROOF = "[proof]\nslot_s = 60\n[attest]\ninterval_s = 0\non_change = false\n"


def heartbeats(first, count, begin):
    return [
        event("telecoms.heartbeat", {"service": "core", "status": "up"},
              ns=begin + (first + n) * SECOND, id=f"h{first + n}", source=f"//test/{SYSTEM}")
        for n in range(count)
    ]


class Served:
    """A folder under http://127.0.0.1:PORT/, until the test ends."""

    def __init__(self, case, folder):
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_):
                pass

        handler = functools.partial(Quiet, directory=folder)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        case.addCleanup(thread.join)
        case.addCleanup(server.server_close)
        case.addCleanup(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_address[1]}"


class Following:
    """overlordctl monitor while it follows a log."""

    def __init__(self, case, *arguments):
        self.process = subprocess.Popen(
            [f"{BIN}/overlordctl", "monitor", *arguments, "--interval", "100ms"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        case.addCleanup(self.end)
        self.lines = []
        self.changed = threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()

    def wait_for(self, pattern, accept=lambda found: True):
        """The first line, of all so far and to come, that matches and is accepted."""
        deadline = time.monotonic() + DEADLINE_S
        at = 0
        with self.changed:
            while True:
                for line in self.lines[at:]:
                    found = re.search(pattern, line)
                    if found and accept(found):
                        return found
                at = len(self.lines)
                if not self.changed.wait_for(
                    lambda: len(self.lines) > at, deadline - time.monotonic()
                ):
                    raise AssertionError(f"no line like {pattern}:\n" + "\n".join(self.lines))

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(DEADLINE_S)
        self.reader.join(DEADLINE_S)
        self.process.stdout.close()
        return code


class Monitor(Case):
    def fresh_daemon(self):
        """Its log time is that of this machine, so that its log is not silent."""
        self.begin = time.time_ns() // SECOND * SECOND - 600 * SECOND
        daemon = self.daemon(extra=PROOF).start()
        daemon.send(scenario.compliant(start=self.begin, heartbeats=300))
        settle(daemon)
        return daemon

    def key_file(self, daemon):
        path = os.path.join(daemon.root, "log.vkey")
        with open(path, "w", encoding="utf-8") as file:
            file.write(daemon.vkey() + "\n")
        return path

    def watch(self, daemon, url, *more):
        return ("monitor", url, "--key", daemon.vkey(), "--state",
                os.path.join(daemon.root, "m1"), "--silence", "30", *more)

    def test_a_log_that_grows_is_followed_and_cosigned(self):
        daemon = self.fresh_daemon()
        url = f"http://{daemon.addresses['http']}/log"
        following = Following(self, *self.watch(daemon, url)[1:], "--name", "m1.example.org",
                              "--listen", "127.0.0.1:0")
        ready = following.wait_for(r"ready monitor=(127\.0\.0\.1:\d+) vkey=(\S+) size=0")
        first = int(following.wait_for(r"^cosigned: (\d+) entries, [1-9]\d* streams").group(1))
        daemon.send(heartbeats(300, 280, self.begin))
        settle(daemon)
        digest = attest(daemon)
        wait_for_document(daemon, digest)
        size = len(public_entries(daemon))  # with the document's own
        self.assertGreater(size, first)
        following.wait_for(r"^cosigned: (\d+) entries", lambda found: int(found[1]) >= size)
        page = hashlib.sha256(daemon.origin.encode()).hexdigest()
        cosigned = f"http://{ready[1]}/{page}/checkpoint"
        with urllib.request.urlopen(cosigned, timeout=DEADLINE_S) as answer:
            note = answer.read().decode()
        self.assertIn("\n\u2014 m1.example.org ", note)
        self.assertEqual(
            urllib.request.urlopen(f"http://{ready[1]}/healthz", timeout=DEADLINE_S).read(),
            b"ok\n",
        )
        self.assertEqual([line for line in following.lines if "ALARM" in line], [])
        self.documented_commands(daemon, digest, url, cosigned, ready[2])
        self.assertEqual(following.end(), 0)
        # It goes on where it was, and its own copy of the log is whole.
        shown = daemon.ctl(*self.watch(daemon, url, "--once"), check=0).stdout
        self.assertRegex(shown, r"^cosigned: ")
        self.assertEqual(daemon.ctl(*self.watch(daemon, url, "--vkey"), check=0).stdout.strip(),
                         ready[2])
        daemon.stop()
        daemon.check()

    def documented_commands(self, daemon, digest, url, cosigned, monitor):
        """docs/verify.md, "Does the verdict follow": each line, with the places of this test."""
        root = daemon.root
        with open(os.path.join(root, "keys.txt"), "w", encoding="utf-8") as file:
            file.write(daemon.ctl("keys", "show", "--config", daemon.config, check=0).stdout)
        shutil.copytree(os.path.join(SOURCE, "rules"), os.path.join(root, "rules"))
        daemon.ctl("proof", "--config", daemon.config, f"sha256:{digest}", "--full", "-o",
                   os.path.join(root, "full.json"), check=0)
        with open(os.path.join(SOURCE, "docs/verify.md"), encoding="utf-8") as file:
            text = file.read()
        section = text.split("### Does the verdict follow")[1].split("\n## ")[0]
        commands = re.findall(r"^overlordctl verify .*$", section, re.M)
        self.assertEqual(len(commands), 3)
        made = re.search(r"`overlordctl (proof sha256:DIGEST --cosigned \S+ -o proof\.json)`",
                         section)
        self.run_documented(daemon, made[1].replace("sha256:DIGEST", f"sha256:{digest}").replace(
            "http://m1.example.org/HEX/checkpoint", cosigned) +
            f" --config {shlex.quote(daemon.config)}")
        answers = []
        for command in commands:
            line = command.removeprefix("overlordctl ").replace(
                "https://log.example.org/log", url)
            line = re.sub(r"--monitor \S+", f"--monitor {monitor}", line)
            answers.append(self.run_documented(daemon, line).splitlines()[-1])
        self.assertIn("zero knowledge: yes, full", answers[0])
        self.assertIn("zero knowledge: yes, full", answers[1])
        self.assertIn("zero knowledge: yes, monitored by m1.example.org", answers[2])
        # The word of another monitor is not enough.
        other = daemon.ctl("monitor", url, "--key", daemon.vkey(), "--state",
                           os.path.join(root, "m2"), "--name", "m2.example.org", "--vkey",
                           check=0).stdout.strip()
        wrong = re.sub(r"--monitor \S+", f"--monitor {other}", commands[2])
        done = self.run_ctl(daemon, wrong.removeprefix("overlordctl "))
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("m2.example.org has not cosigned", done.stdout)

    def run_ctl(self, daemon, line):
        return subprocess.run(
            [f"{BIN}/overlordctl", *shlex.split(line)], cwd=daemon.root, capture_output=True,
            text=True, timeout=DEADLINE_S * 3,
        )

    def run_documented(self, daemon, line):
        done = self.run_ctl(daemon, line)
        self.assertEqual(done.returncode, 0, f"{line}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def test_a_log_that_forks_is_told_and_no_longer_cosigned(self):
        daemon = self.fresh_daemon()
        daemon.stop()
        before = os.path.join(daemon.root, "before")
        shutil.copytree(daemon.state, before, symlinks=True)
        served = Served(self, os.path.join(daemon.state, "log"))
        following = Following(self, *self.watch(daemon, served.url)[1:], "--name",
                              "m1.example.org")
        following.wait_for(r"^cosigned: (\d+) entries")
        daemon.start()
        daemon.send(heartbeats(300, 120, self.begin))
        settle(daemon)
        daemon.stop()
        with open(os.path.join(daemon.state, "log", "checkpoint"), encoding="utf-8") as note:
            size = int(note.read().split("\n")[1])
        following.wait_for(r"^cosigned: (\d+) entries", lambda found: int(found[1]) == size)
        # The older state goes on with other events, and past the log that was seen.
        shutil.rmtree(daemon.state)
        os.rename(before, daemon.state)
        daemon.start(expect_ready=False)
        if not daemon.addresses:
            daemon.stop()
            daemon.ctl("keys", "adopt", "--config", daemon.config, check=0)
            daemon.start()
        daemon.send(heartbeats(1000, 200, self.begin - 650 * SECOND))
        settle(daemon)
        deadline = time.monotonic() + DEADLINE_S
        more = 2000
        while daemon.status()["size"] <= size and time.monotonic() < deadline:
            daemon.send(heartbeats(more, 10, self.begin - 1600 * SECOND))
            more += 10
        self.assertGreater(daemon.status()["size"], size)
        following.wait_for(r"^ALARM log\.(fork|rollback): ")
        following.wait_for(r"^ALARM log\.fork: the entries of size \d+ do not lead to the root")
        self.assertEqual(following.end(), 0)
        once = daemon.ctl(*self.watch(daemon, served.url, "--once"), check=1)
        self.assertIn("ALARM log.fork", once.stderr)
        self.assertRegex(once.stdout, r"^not cosigned: ")

    def test_a_log_that_falls_silent_is_told(self):
        daemon = self.daemon(extra=PROOF).start()
        daemon.send(heartbeats(0, 300, scenario.START))  # of a day that is long over
        settle(daemon)
        url = f"http://{daemon.addresses['http']}/log"
        once = daemon.ctl(*self.watch(daemon, url, "--once", "--name", "m1.example.org"), check=1)
        self.assertIn("ALARM monitor.log_silent", once.stderr)
        self.assertRegex(once.stdout, r"^cosigned: ")
        following = Following(self, *self.watch(daemon, url)[1:])
        following.wait_for(r"^ALARM monitor\.log_silent: the log's newest entry is of 2026-01-29")
        # Nobody answers any more.
        daemon.stop()
        following.wait_for(r"^ALARM http\.")
        self.assertEqual(following.end(), 0)
        gone = daemon.ctl(*self.watch(daemon, url, "--once"), check=3)
        self.assertIn(f"{url}/checkpoint: ", gone.stderr)


if __name__ == "__main__":
    unittest.main()
