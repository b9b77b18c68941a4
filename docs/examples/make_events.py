#!/usr/bin/env python3
"""Writes the example events of the demonstration.

    docs/examples/make_events.py [FOLDER]

The systems, people, lots and figures are made up for the purpose: nothing here was measured
anywhere. The same program writes the same bytes every time. The files are for the event clock
([clock] source = "event"), to be sent one after the other: sorted by time, every id once, each
file going on where the one before it ends, so that uptime sees no silence between them.

    compliant.jsonl    production_system complies on all four levels
    slow_trade.jsonl   one trade of 3 ms: trading no longer complies
    recovered.jsonl    an hour later the slow trade has left its window: trading complies again
"""

import json
import sys
from datetime import datetime, timezone
from pathlib import Path

SYSTEM = "production_system"
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
START = int(datetime(2026, 1, 29, 12, 0, tzinfo=timezone.utc).timestamp()) * SECOND

SERVICES = ["voice-core", "signalling"]
HEARTBEAT_SECONDS = 120  # of compliant.jsonl; uptime needs 60 heartbeats
TRADES = 120             # the precision of time needs 100
RECOVERY_SECONDS = 4_020  # the window of one hour, and the minutes until its last slot is closed
END_OF_COMPLIANT = START + HEARTBEAT_SECONDS * SECOND


class Events:
    """Gathers events and writes them in the order of their time."""

    def __init__(self, prefix):
        self.prefix = prefix
        self.rows = []

    def add(self, time, kind, source, data):
        self.rows.append((time, len(self.rows), kind, source, data))

    def write(self, path):
        lines = []
        for number, (time, _, kind, source, data) in enumerate(sorted(self.rows), 1):
            lines.append(json.dumps({
                "specversion": "1.0",
                "id": f"{self.prefix}-{number}",
                "source": source,
                "type": kind,
                "subject": SYSTEM,
                "time": text(time),
                "data": data,
            }, separators=(",", ":")))
        path.write_text("\n".join(lines) + "\n", encoding="ascii")
        print(f"{path.name}: {len(lines)} events")


def text(time):
    """RFC 3339 with nine digits; times inside data use it too."""
    whole = datetime.fromtimestamp(time // SECOND, timezone.utc)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{time % SECOND:09d}Z"


def heartbeats(events, start, seconds):
    """Every service says once a second that it is up, each at its own fraction of the second."""
    for second in range(seconds):
        for index, service in enumerate(SERVICES):
            time = start + second * SECOND + (index + 1) * 137_000_003
            events.add(time, "telecoms.heartbeat", f"//gw-{index + 1}/core",
                       {"service": service, "status": "up"})


def redundancy(events, time):
    for group, healthy, required in [("voice-core", 4, 2), ("signalling", 5, 2)]:
        events.add(time, "telecoms.redundancy", "//gw-1/core",
                   {"group": group, "healthy": healthy, "required": required})


def trade(events, time, latency_ms):
    events.add(time, "trading.trade", "//matching-1/gateway",
               {"latency_ms": latency_ms, "segregated": True, "desk": "rates",
                "instrument": "FGBL"})


def trades(events, start, count, step):
    """Latencies of 0.41 to 0.89 ms, at times that are round to no more than the ns."""
    for number in range(count):
        time = start + number * step + 211 * SECOND // 1_000 + number * 7_919
        trade(events, time, round(0.41 + (number * 17 % 49) / 100, 2))


def telecoms(events):
    heartbeats(events, START, HEARTBEAT_SECONDS)
    redundancy(events, START + 2 * SECOND + 40_000_007)
    events.add(START + 37 * SECOND + 790_123_456, "telecoms.failover", "//gw-7/core",
               {"from_system": "primary", "to_system": "backup_1", "duration_ms": 23})


def trading(events):
    trades(events, START + SECOND, TRADES, SECOND // 2)
    events.add(START + 20 * SECOND + 500_000_011, "trading.access", "//access-1/pam",
               {"actor": "m.ortiz", "actor_side": "private", "resource": "deal-room-4",
                "resource_side": "private", "decision": "allow"})


def gmp(events):
    lot = START - 95 * MINUTE
    events.add(START + 25 * SECOND + 300_000_001, "gmp.batch", "//mes-2/line-3",
               {"id": "B-2026-0117", "input": "API lot 88-4, excipient lot 12-9",
                "process": ["weigh", "granulate", "dry", "compress", "coat"],
                "output": "48200 tablets", "timestamp": text(lot)})
    events.add(START + 26 * SECOND + 300_000_003, "gmp.validation", "//qms-1/documents",
               {"item": "line-3 coating", "protocol": "VP-114", "report": "VR-114",
                "status": "approved"})
    events.add(START + 27 * SECOND + 300_000_007, "gmp.change", "//qms-1/documents",
               {"id": "CC-0231", "request": "new spray nozzle on line 3", "approval": "QA-2026-019",
                "requester": "j.lindqvist", "approver": "p.adeyemi"})


def itil(events):
    responded = START + 28 * SECOND + 120_000_017
    events.add(responded, "itil.incident", "//servicedesk-1/tickets",
               {"id": "INC-20411", "priority": 2, "reported": text(responded - 9 * MINUTE),
                "responded": text(responded)})
    events.add(START + 31 * SECOND + 250_000_009, "itil.change", "//servicedesk-1/tickets",
               {"id": "CHG-0907", "cab_approved": True, "board": "CAB 2026-01-27",
                "requester": "s.moreau", "approver": "h.tanaka"})
    for service in SERVICES:
        events.add(START + 33 * SECOND + 250_000_013, "itil.service_level", "//monitor-1/slm",
                   {"service": service, "good": 3600, "total": 3600})


def compliant():
    events = Events("c")
    for level in (telecoms, trading, gmp, itil):
        level(events)
    return events


def slow_trade():
    events = Events("s")
    trade(events, END_OF_COMPLIANT + 4_000_019, 3)
    return events


def recovered():
    events = Events("r")
    heartbeats(events, END_OF_COMPLIANT, RECOVERY_SECONDS)
    for minute in range(RECOVERY_SECONDS // 60):
        redundancy(events, END_OF_COMPLIANT + minute * MINUTE + 40_000_007)
    trades(events, END_OF_COMPLIANT + SECOND, RECOVERY_SECONDS // 10, 10 * SECOND)
    return events


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    for name, make in [("compliant", compliant), ("slow_trade", slow_trade),
                       ("recovered", recovered)]:
        make().write(folder / f"{name}.jsonl")


if __name__ == "__main__":
    main()
