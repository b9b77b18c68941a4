"""Interoperation with stock witnesses and a stock client; run by witness.sh."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import unittest

from harness import DEADLINE_S, eventually
from test_witness import WitnessCase, checkpoint_size

STOCK = os.environ["OVERLORD_STOCK_DIR"]
EMPTY_ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Interoperation(WitnessCase):
    def run_beside(self, *arguments, **settings):
        process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, text=True, **settings)

        def end():
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(DEADLINE_S)
            for stream in (process.stdout, process.stderr):
                if stream:
                    stream.close()

        self.addCleanup(end)
        return process

    def stock(self, *arguments):
        done = subprocess.run(
            [f"{STOCK}/witness", *arguments], capture_output=True, text=True, timeout=DEADLINE_S
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def stock_witness(self, name):
        """(its line of a policy, its key)"""
        process = self.run_beside(
            f"{STOCK}/witness", "serve", name, self.log_vkey, stdout=subprocess.PIPE
        )
        found = re.match(r"ready (\S+) (\S+)\n", process.stdout.readline())
        self.assertTrue(found)
        return f"witness {name} {found[2]} {found[1]}\n", found[2]

    def litewitness(self, name):
        root = tempfile.mkdtemp(prefix="overlord-lite-")
        self.addCleanup(shutil.rmtree, root, ignore_errors=True)
        agent, key = f"{root}/agent", f"{root}/key"
        self.run_beside("ssh-agent", "-D", "-a", agent, stdout=subprocess.DEVNULL)
        eventually(lambda: os.path.exists(agent))
        quiet = {"check": True, "capture_output": True}
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], **quiet)
        subprocess.run(["ssh-add", key], env=dict(os.environ, SSH_AUTH_SOCK=agent), **quiet)
        shown = subprocess.run(["ssh-keygen", "-l", "-f", key], text=True, **quiet).stdout
        database = sqlite3.connect(f"{root}/db")
        database.executescript(
            "CREATE TABLE log (origin TEXT PRIMARY KEY, tree_size INTEGER NOT NULL,"
            " tree_hash TEXT NOT NULL);"
            "CREATE TABLE key (origin TEXT NOT NULL, key TEXT NOT NULL,"
            " FOREIGN KEY(origin) REFERENCES log(origin));"
        )
        database.execute("INSERT INTO log VALUES ('e2e.example/log', 0, ?)", (EMPTY_ROOT,))
        database.execute("INSERT INTO key VALUES ('e2e.example/log', ?)", (self.log_vkey,))
        database.commit()
        database.close()
        port = free_port()
        process = self.run_beside(
            *(f"{STOCK}/litewitness", "-name", name, "-db", f"{root}/db", "-ssh-agent", agent),
            *("-listen", f"127.0.0.1:{port}", "-key", shown.split()[1]),
            stderr=subprocess.PIPE,
        )
        seen = []
        while True:
            line = process.stderr.readline()
            self.assertTrue(line, "".join(seen))
            seen.append(line)
            found = re.search(r"vkey=(\S+)", line)
            if found:
                vkey = found[1].strip('"')
                return f"witness {name} {vkey} http://127.0.0.1:{port}\n", vkey

    def test_our_client_and_stock_witnesses(self):
        daemon = self.first_start()
        witnesses = [self.stock_witness("stock.example")]
        if os.path.exists(f"{STOCK}/litewitness"):
            witnesses.append(self.litewitness("lite.example"))
        names = " ".join(line.split()[1] for line, _ in witnesses)
        rule = f"group G all {names}\nquorum G\n"
        self.configure(daemon, [line for line, _ in witnesses], rule)
        daemon.extra += "[seal]\ninterval_ms = 10\n"
        kept = daemon.state + ".kept"
        shutil.copytree(daemon.state, kept)
        daemon.start()
        for _ in range(5):
            self.send_one(daemon)
            self.all_witnessed(daemon)
        note = os.path.join(daemon.state, "log", "checkpoint.witnessed")
        keys = [vkey for _, vkey in witnesses]
        print(self.stock("check", note, self.log_vkey, *keys), end="")
        size = checkpoint_size(daemon)
        self.assertEqual(daemon.stop(), 0)
        daemon.check()

        # The older copy with its guard: stock witnesses tell only sizes, and that is believed.
        shutil.rmtree(daemon.state)
        shutil.copytree(kept, daemon.state)
        daemon.start(expect_ready=False)
        line = eventually(lambda: next((t for t in daemon.log if t.startswith("read-only ")), None))
        self.assertRegex(line, r"^read-only (log\.rollback|signer\.\w+): ")
        print(f"witnessed up to {size} by {names}; an older copy is read-only")
        self.assertEqual(daemon.stop(), 0)

    def test_our_witness_and_a_stock_client(self):
        daemon = self.first_start()
        daemon.extra = "[seal]\ninterval_ms = 10\n"
        ours = self.witness("ours.example")
        daemon.start()
        snapshots = []
        log = os.path.join(daemon.state, "log")
        while not snapshots or len(snapshots) < 12:
            before = checkpoint_size(daemon)
            self.send_one(daemon)
            eventually(lambda: checkpoint_size(daemon) > before)
            copy = os.path.join(daemon.root, f"log-{len(snapshots)}")
            # Tiles first may be behind the checkpoint: it is copied when nothing moves but what is
            # not there yet.
            shutil.copytree(log, copy, ignore=shutil.ignore_patterns("*.tmp"))
            snapshots.append(copy)
        self.assertEqual(daemon.stop(), 0)
        address = f"http://127.0.0.1:{ours.port}"
        told = self.stock("feed", address, self.log_vkey, ours.vkey, *snapshots)
        print(told, end="")
        self.assertEqual(told.count("cosigned "), len(snapshots))
        self.assertIn("refused what it had to", told)


if __name__ == "__main__":
    unittest.main()
