"""What a daemon wrote, before the eyes of others: its log after a kill by Go and by Python with
openssl, its attestations' envelopes by securesystemslib."""

import base64
import glob
import os
import subprocess
import sys
import unittest
import venv

import scenario
from harness import BIN, SOURCE, Case

# Debian's 0.26 knows no DSSE envelopes.
LIBRARY = "securesystemslib[crypto]>=1.1"

CHECK_ENVELOPES = '''
import json, sys
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

files = sys.argv[2:]
public = load_pem_public_key(open(sys.argv[1], "rb").read())
for file in files:
    text = open(file).read()
    envelope = Envelope.from_dict(json.loads(text))
    keyid = json.loads(text)["signatures"][0]["keyid"]
    key = SSlibKey.from_crypto(public, keyid=keyid)
    assert list(envelope.verify([key], 1)) == [keyid], file
    for change in ("payload", "payload_type"):
        other = Envelope.from_dict(json.loads(text))
        value = getattr(other, change)
        setattr(other, change, value[:-1] + (b"x" if isinstance(value, bytes) else "x"))
        try:
            other.verify([key], 1)
        except VerificationError:
            continue
        raise SystemExit(f"{file}: accepted with another {change}")
print(f"securesystemslib accepts {len(files)} envelopes and refuses them tampered with")
'''


def library_python():
    """A Python with securesystemslib, made once; or why there is none."""
    home = os.path.join(os.path.dirname(BIN), "foreign", "python")
    python = os.path.join(home, "bin", "python")
    probe = [python, "-c", "from securesystemslib.dsse import Envelope"]
    if os.path.exists(python) and subprocess.run(probe, capture_output=True).returncode == 0:
        return python, None
    try:
        venv.create(home, with_pip=True, clear=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return None, f"no virtual environment can be made: {error}"
    install = [python, "-m", "pip", "install", "--quiet", "--timeout", "15", LIBRARY]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode != 0:
        return None, f"{LIBRARY} cannot be installed: {done.stderr.strip().splitlines()[-1]}"
    return python, None


class Foreign(Case):
    def attested(self):
        daemon = self.daemon().start()
        daemon.send(scenario.compliant())
        daemon.query("zk_overlords_compliant(production_system, P)", check=0)
        return daemon

    def test_the_log_of_a_killed_daemon_is_accepted_by_python_and_openssl(self):
        daemon = self.attested()
        daemon.process.kill()
        daemon.wait_exit()
        daemon.start()
        daemon.stop()
        daemon.check()  # by Go too
        pem = os.path.join(daemon.root, "log.pem")
        self.write_pem(daemon, "e2e.example/log", pem)
        verifier = os.path.join(SOURCE, "tests", "foreign", "verify.py")
        done = subprocess.run(
            [sys.executable, verifier, "log", os.path.join(daemon.state, "log"), pem],
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_envelopes_are_accepted_by_securesystemslib(self):
        python, reason = library_python()
        if python is None:
            print("SKIPPED:", reason)
            self.skipTest(reason)
        daemon = self.attested()
        daemon.stop()
        envelopes = glob.glob(os.path.join(daemon.state, "attestations", "*.dsse.json"))
        self.assertGreater(len(envelopes), 0)
        pem = os.path.join(daemon.root, "attestation.pem")
        self.write_pem(daemon, "e2e.example/log/attestation", pem)
        script = [python, "-c", CHECK_ENVELOPES, pem, *envelopes]
        done = subprocess.run(script, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        print(done.stdout.strip())

    def write_pem(self, daemon, name, path):
        raw = base64.b64decode(daemon.vkey(name).split("+", 2)[2])
        self.assertEqual(raw[0], 1)
        der = bytes.fromhex("302a300506032b6570032100") + raw[1:]
        text = base64.b64encode(der).decode()
        with open(path, "w") as file:
            file.write(f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n")


if __name__ == "__main__":
    unittest.main()
