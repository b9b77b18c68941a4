"""Time stamps of checkpoints by a local authority made of `openssl ts`."""

import http.server
import os
import shutil
import subprocess
import tempfile
import threading
import unittest
import urllib.request

import scenario
from harness import Case, eventually

CONFIG = """
[ tsa ]
default_tsa = tsa_config
[ tsa_config ]
serial = {root}/serial
crypto_device = builtin
signer_cert = {root}/tsa.pem
certs = {root}/ca.pem
signer_key = {root}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
"""


class Authority:
    """A certificate authority, a time stamping key under it, and an HTTP server."""

    def __init__(self):
        self.root = tempfile.mkdtemp(prefix="overlord-tsa-")
        self.behaviour = "good"
        self.old_answer = None
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                     "/CN=test CA", "-keyout", self.file("ca.key"), "-out", self.file("ca.pem"))
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test TSA",
                     "-keyout", self.file("tsa.key"), "-out", self.file("tsa.csr"))
        with open(self.file("ext"), "w") as out:
            out.write("extendedKeyUsage = critical,timeStamping\n")
        self.openssl("x509", "-req", "-in", self.file("tsa.csr"), "-CA", self.file("ca.pem"),
                     "-CAkey", self.file("ca.key"), "-CAcreateserial", "-days", "2", "-extfile",
                     self.file("ext"), "-out", self.file("tsa.pem"))
        with open(self.file("tsa.cnf"), "w") as out:
            out.write(CONFIG.format(root=self.root))
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = authority.answer(body)
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/tsa"

    def file(self, name):
        return os.path.join(self.root, name)

    def openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], capture_output=True)
        if done.returncode != 0:
            raise AssertionError(f"openssl {arguments}: {done.stderr.decode()}")

    def answer(self, request):
        if self.behaviour == "garbage":
            return b"\x30\x03garbage"
        if self.behaviour == "replay":
            return self.old_answer
        with open(self.file("request"), "wb") as out:
            out.write(request)
        self.openssl("ts", "-reply", "-config", self.file("tsa.cnf"), "-section", "tsa_config",
                     "-queryfile", self.file("request"), "-out", self.file("answer"))
        with open(self.file("answer"), "rb") as file:
            self.old_answer = file.read()
        return self.old_answer

    def remove(self):
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.root, ignore_errors=True)


class Timestamps(Case):
    def setUp(self):
        self.authority = Authority()
        self.addCleanup(self.authority.remove)
        self.running = self.daemon(
            extra=f'[timestamp]\nurl = "{self.authority.url}"\ninterval_s = 1\n'
        )

    def stamps(self):
        folder = os.path.join(self.running.state, "log", "timestamps")
        names = os.listdir(folder) if os.path.isdir(folder) else []
        return sorted(
            (os.path.join(folder, name) for name in names if name.endswith(".tsr")),
            key=lambda path: int(os.path.basename(path)[:-4]),
        )

    def log_key(self):
        shown = self.running.ctl("keys", "show", "--config", self.running.config, check=0).stdout
        return next(word for word in shown.split() if word.startswith("e2e.example/log+"))

    def test_a_checkpoint_is_stamped_and_openssl_verifies_it(self):
        self.running.start()
        self.running.send(scenario.compliant()[:5])
        token = eventually(self.stamps)[0]
        ca = self.authority.file("ca.pem")
        note = token[:-4] + ".checkpoint"
        verified = subprocess.run(
            ["openssl", "ts", "-verify", "-in", token, "-data", note, "-CAfile", ca],
            capture_output=True,
            text=True,
        )
        self.assertIn("Verification: OK", verified.stdout + verified.stderr)
        verify = ("timestamp", "verify", token, "--key", self.log_key(), "--ca")
        self.assertIn("saw it at 2", self.running.ctl(*verify, ca, check=0).stdout)

        stranger = Authority()
        self.addCleanup(stranger.remove)
        self.running.ctl(*verify, stranger.file("ca.pem"), check=1)
        with open(note, "rb") as file:
            good = file.read()
        with open(note, "wb") as out:  # another note under the same signature line
            out.write(good + good.split(b"\n\n")[1])
        self.assertIn("does not verify", self.running.ctl(*verify, ca, check=1).stdout)
        with open(note, "wb") as out:
            out.write(good)
        published = urllib.request.urlopen(
            f"http://{self.running.addresses['http']}/log/timestamps/{os.path.basename(token)}"
        )
        self.assertEqual(published.headers["Content-Type"], "application/timestamp-reply")
        published.close()
        self.assertGreaterEqual(self.running.status()["timestamp"]["tokens"], 1)
        self.assertEqual(self.running.stop(), 0)
        self.running.check()

    def test_fsck_names_a_stamp_of_another_checkpoint_and_a_changed_one(self):
        self.running.start()
        self.running.send(scenario.compliant()[:5])
        eventually(self.stamps)
        self.running.send(scenario.compliant())
        eventually(lambda: len(self.stamps()) > 1)
        self.assertEqual(self.running.stop(), 0)
        first, second = self.stamps()[:2]
        checked = self.running.ctl("fsck", self.running.state, check=0).stdout
        self.assertIn("log/timestamps: the authority's signatures", checked)
        with open(first, "rb") as file:
            good = file.read()
        with open(second, "rb") as file:
            other = file.read()
        with open(first, "wb") as out:
            out.write(other)
        wrong = self.running.ctl("fsck", self.running.state, check=1).stdout
        name = f"log/timestamps/{os.path.basename(first)}"
        self.assertIn(f"{name}: a time stamp of another document", wrong)
        with open(first, "wb") as out:
            out.write(good)
        note = first[:-4] + ".checkpoint"
        with open(note, "rb") as file:
            lines = file.read().split(b"\n")
        lines[2] = b"A" * 43 + b"="  # a root of another log
        with open(note, "wb") as out:
            out.write(b"\n".join(lines))
        wrong = self.running.ctl("fsck", self.running.state, check=1).stdout
        self.assertIn(name[:-4] + ".checkpoint: ", wrong)

    def test_answers_that_are_not_to_our_question_are_not_kept(self):
        self.running.start()
        self.running.send(scenario.compliant()[:5])
        eventually(self.stamps)
        for behaviour in ("replay", "garbage"):
            self.authority.behaviour = behaviour
            kept = self.stamps()
            before = self.running.status()["timestamp"]["failures"]
            lines = scenario.compliant()
            self.running.send(lines[: 6 if behaviour == "replay" else 8])
            eventually(lambda: self.running.status()["timestamp"]["failures"] > before)
            self.assertEqual(self.stamps(), kept)
        self.assertIn("problem", self.running.status()["timestamp"])
        self.assertEqual(self.running.process.poll(), None)
        self.authority.behaviour = "good"
        eventually(lambda: "problem" not in self.running.status()["timestamp"])
        self.assertEqual(self.running.stop(), 0)
        self.running.check()


if __name__ == "__main__":
    unittest.main()
