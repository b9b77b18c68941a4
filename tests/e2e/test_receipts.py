"""Receipts in three states: on the ingest connection, from send --wait, at the REPL, in status."""

import json
import os
import socket
import subprocess
import unittest

import scenario
from harness import BIN, DEADLINE_S, Case, event, read_lines
from test_witness import WitnessCase


def beat(number, **settings):
    return event(
        "telecoms.heartbeat",
        {"service": "core", "status": "up"},
        ns=scenario.START + number * scenario.SECOND,
        id=f"h{number}",
        **settings,
    )


class Receipts(Case):
    def test_published_follows_durable_and_the_log_shows_the_size(self):
        daemon = self.daemon().start()
        subscribe = '{"receipts":["published"]}'
        lines = [subscribe, beat(0), "nonsense", "", beat(1), beat(1)]
        answers = daemon.send(lines)
        durable = [answer["durable"] for answer in answers if "durable" in answer]
        published = [answer for answer in answers if "published" in answer]
        self.assertEqual(durable[-1], len(lines))
        self.assertEqual(published[-1]["published"], len(lines))
        order = [("durable" in answer, answer) for answer in answers if "line" not in answer]
        told = 0
        for is_durable, answer in order:
            if is_durable:
                told = answer["durable"]
            else:
                self.assertLessEqual(answer["published"], told)
        status = daemon.status()
        self.assertGreaterEqual(
            status["positions"]["published"]["size"], published[-1]["size"]
        )
        self.assertIsNone(status["positions"]["witnessed"])
        # The subscription became no record; a late one is a refused line like any other.
        late = daemon.send([beat(2), subscribe])
        self.assertEqual([a["code"] for a in late if "code" in a], ["event.missing_attribute"])
        daemon.stop()
        rejects = [record for record in daemon.records() if record["kind"] == "reject"]
        self.assertEqual(len(rejects), 2)
        daemon.check()

    def test_send_waits_for_published_and_says_how_far_lines_came(self):
        daemon = self.daemon().start()
        file = os.path.join(daemon.root, "events")
        with open(file, "w") as out:
            out.write("".join(line + "\n" for line in scenario.compliant()))
        to = f"{daemon.addresses['host']}:{daemon.addresses['port']}"
        count = len(scenario.compliant())
        done = daemon.ctl("send", "--to", to, "--wait", "published", file, check=0)
        self.assertEqual(
            json.loads(done.stdout),
            {"sent": count, "durable": count, "published": count, "duplicate": 0, "rejected": 0},
        )
        self.assertEqual(daemon.ctl("send", "--to", to, "--wait", "soon", file).returncode, 2)
        daemon.stop()
        daemon.check()

    def test_send_prints_its_summary_when_the_connection_is_lost_for_good(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        to = f"127.0.0.1:{listener.getsockname()[1]}"
        with subprocess.Popen(
            [f"{BIN}/overlordctl", "send", "--to", to, "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as sender:
            link, _ = listener.accept()
            sender.stdin.write("a\nb\n")
            sender.stdin.close()
            received = b""
            while received.count(b"\n") < 2:
                received += link.recv(4096)
            link.sendall(b'{"durable":1}\nthis is no answer\n')
            code = sender.wait(DEADLINE_S)
            self.assertEqual(code, 3)
            self.assertEqual(json.loads(sender.stdout.read())["durable"], 1)
            self.assertIn("no answer", sender.stderr.read())
            link.close()

    def test_the_answer_about_compliance_names_its_position(self):
        daemon = self.daemon().start()
        daemon.send(scenario.compliant())
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(daemon.addresses["repl"])
            link.sendall(b"zk_overlords_compliant(production_system, P).\nX = 1.\n")
            link.shutdown(socket.SHUT_WR)
            lines = read_lines(link)
        bound = [n for n, line in enumerate(lines) if "P = zkproof(" in line]
        self.assertEqual(len(bound), 1, lines)
        self.assertRegex(
            lines[bound[0]],
            r"^\?- P = zkproof\(sha256:'?[0-9a-f]{64}'?, "
            r"\[telecoms, trading, gmp, itil\], valid\)\.$",
        )
        self.assertRegex(
            lines[bound[0] + 1], r"^% durable record \d+, published size \d+, not witnessed$"
        )
        self.assertEqual(sum(line.startswith("% durable") for line in lines), 1, lines)
        daemon.stop()
        daemon.check()


class Witnessed(WitnessCase):
    def test_send_waits_for_a_real_witness_and_a_sample_is_drawn_by_what_it_saw(self):
        daemon = self.first_start()
        witness = self.witness("witness.example/w1")
        self.configure(daemon, [witness.line()], "quorum witness.example/w1\n")
        daemon.start()
        to = f"{daemon.addresses['host']}:{daemon.addresses['port']}"
        lines = "".join(beat(n) + "\n" for n in range(200, 220))
        done = daemon.ctl("send", "--to", to, "--wait", "witnessed", "-", input=lines, check=0)
        self.assertEqual(
            json.loads(done.stdout),
            {"sent": 20, "durable": 20, "published": 20, "witnessed": 20}
            | {"duplicate": 0, "rejected": 0},
        )
        positions = daemon.status()["positions"]
        self.assertGreater(positions["witnessed"]["size"], 0)
        self.all_witnessed(daemon)
        daemon.stop()
        folder = os.path.join(daemon.root, "sample")
        made = daemon.ctl("sample", daemon.state, "--count", "5", "-o", folder, "--json", check=0)
        self.assertTrue(json.loads(made.stdout)["witnessed"])
        keys = ("--key", self.log_vkey, "--key", witness.vkey)
        report = daemon.ctl("verify", folder, *keys, check=0).stdout
        self.assertIn("it is cosigned by witness.example/w1", report)
        daemon.check()

    def test_where_there_are_no_witnesses_send_says_so_at_once(self):
        daemon = self.daemon().start()
        to = f"{daemon.addresses['host']}:{daemon.addresses['port']}"
        done = daemon.ctl("send", "--to", to, "--wait", "witnessed", "-", input=beat(0) + "\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no witnesses", done.stderr)
        summary = json.loads(done.stdout)
        self.assertEqual((summary["published"], summary["witnessed"]), (1, 0))
        daemon.stop()
        daemon.check()


if __name__ == "__main__":
    unittest.main()
