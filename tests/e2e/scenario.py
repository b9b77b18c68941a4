"""A system that complies on all four levels, as events on the event clock."""

from harness import event

START = 1_769_690_232 * 10**9 + 790_123_456
SECOND = 10**9


def compliant(system="production_system", start=START, heartbeats=70):
    """Events in time order; complies at the end."""
    made = []

    def add(offset_ns, kind, data):
        made.append(
            event(
                kind,
                data,
                ns=start + offset_ns,
                id=f"{kind}-{len(made)}",
                system=system,
                source=f"//test/{system}",
            )
        )

    for second in range(heartbeats):
        add(second * SECOND, "telecoms.heartbeat", {"service": "core", "status": "up"})
    base = (heartbeats - 1) * SECOND
    add(base + 1, "telecoms.redundancy", {"group": "core", "healthy": 4, "required": 2})
    add(
        base + 2,
        "telecoms.failover",
        {"from_system": "primary", "to_system": "backup_1", "duration_ms": 23},
    )
    for trade in range(110):
        add(base + 1000 + trade, "trading.trade", {"latency_ms": 0.8, "segregated": True})
    add(
        base + 2000,
        "trading.access",
        {
            "actor": "ann",
            "actor_side": "research",
            "resource": "notes",
            "resource_side": "research",
            "decision": "allow",
        },
    )
    add(
        base + 2001,
        "gmp.batch",
        {
            "id": "B1",
            "input": "api",
            "output": "tablets",
            "process": ["mix", "press"],
            "timestamp": "2026-01-29T12:00:00Z",
        },
    )
    add(
        base + 2002,
        "gmp.validation",
        {"item": "press", "protocol": "P1", "report": "R1", "status": "approved"},
    )
    add(
        base + 2003,
        "gmp.change",
        {
            "id": "C1",
            "request": "new seal",
            "approval": "yes",
            "requester": "ann",
            "approver": "bob",
        },
    )
    add(
        base + 2004,
        "itil.incident",
        {
            "id": "I1",
            "priority": 2,
            "reported": "2026-01-29T12:00:00Z",
            "responded": "2026-01-29T12:09:00Z",
        },
    )
    add(
        base + 2005,
        "itil.change",
        {"id": "C2", "cab_approved": True, "board": "CAB", "requester": "ann", "approver": "bob"},
    )
    add(base + 2006, "itil.service_level", {"service": "shop", "good": 3600, "total": 3600})
    return made
