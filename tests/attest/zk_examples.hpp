// A proof plan, entries and a document such as the daemon makes, for tests. The points are hashes
// and no points: the formats do not look into them.
#pragma once

#include "overlord/attest/slot_entry.hpp"
#include "overlord/attest/zk_document.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::attest {

inline Hash named(std::string_view text) {
    return crypto::sha256(as_bytes(text));
}

inline const std::string kExampleUptime =
    R"({"control":"telecoms.uptime","level":"telecoms","mode":"slot","form":"ratio",)"
    R"("strict":false,"p":"99999","q":"100000","measure":"telecoms:uptime",)"
    R"("declared":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",)"
    R"("limit":">= 99999r100000","window_ns":31536000000000000,"bits":32,)"
    R"("lateness_ns":60000000000})";
inline const std::string kExampleFailover =
    R"({"control":"telecoms.failover","level":"telecoms","mode":"event","form":"violations",)"
    R"("strict":false,"p":"1","q":"1","measure":"telecoms:failover_ms",)"
    R"("declared":"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",)"
    R"("limit":"=< 50","window_ns":7776000000000000,"bits":32,"lateness_ns":60000000000})";
inline const std::string kExampleNone =
    R"({"control":"gmp.batch_record","level":"gmp","mode":"none",)"
    R"~("why":"not marked with prove(slot)"})~";
inline const std::string kExampleState =
    R"({"control":"gmp.validation","level":"gmp","mode":"slot","form":"state",)"
    R"("strict":false,"p":"1","q":"1","measure":"","declared":"",)"
    R"("limit":"","window_ns":0,"bits":8,"lateness_ns":60000000000})";

inline const std::string kExamplePlan =
    R"({"v":1,"slot_ns":60000000000,"controls":[)" + kExampleUptime + "," + kExampleFailover + "," +
    kExampleNone + "," + kExampleState +
    R"(],"levels":[{"level":"telecoms","controls":["telecoms.uptime","telecoms.failover"],)"
    R"("conjunction":true},{"level":"gmp","controls":["gmp.batch_record","gmp.validation"],)"
    R"("conjunction":false}]})";

inline SlotEntry example_slot() {
    SlotEntry entry;
    entry.at = 1769690232790123456;
    entry.stream = named("stream");
    entry.slot = 29494837;
    entry.bad = named("bad");
    entry.total = named("total");
    entry.bad_sum = named("bad sum");
    entry.total_sum = named("total sum");
    entry.switch_hash = named("switch");
    return entry;
}

inline RangeEntry example_range() {
    return {1769690232790123456, named("stream"), 29494837, 8, 32, Bytes(32 * (9 + 2 * 9), 7)};
}

inline ZkDocument example_document() {
    ZkDocument document;
    document.origin = "overlords.example.org/site1";
    document.size = TreeSize{812};
    document.root = named("root");
    document.attestation = named("attestation");
    document.bundle = named("bundle");
    document.system = "production_system";
    document.plan = kExamplePlan;
    document.stream_key = named("stream key");
    document.statements = {{"telecoms.uptime", named("uptime"), {named("tag 1"), {}}, 0, 29494837,
                            60, 29494837, true},
                           {"gmp.validation", named("validation"), {named("tag 2"), {}}, 3,
                            29494896, 1, 29494837, false}};
    document.proofs = {{0, 2, Bytes(736, 9)}};
    return document;
}

}  // namespace overlord::attest
