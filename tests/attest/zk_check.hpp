// Verifies a made log in full, the way overlordctl verify --full does.
#pragma once

#include <catch2/catch.hpp>

#include "overlord/attest/zk_verify.hpp"
#include "zk_log.hpp"

namespace overlord::attest {

inline Attested attested_of(const zk_log::Example& example) {
    return {example.statement, attestation_digest(example.envelope.payload)};
}

inline Result<ZkFindings> verify_fully(const zk_log::Example& example, unsigned threads = 0) {
    const Result<ZkCase> zk = open_zk(example.document_line(), attested_of(example));
    if (!zk) return zk.error();
    const Status rules = check_rules(*zk, {example.bundle, example.plan_text});
    if (!rules) return rules.error();
    ZkLogReader reader(*zk, threads);
    for (std::size_t i = 0; i < example.entries.size(); ++i) {
        const Status seen = reader.see(EntryIndex{i}, example.entries[i]);
        if (!seen) return seen.error();
    }
    const Result<std::vector<WindowEnds>> ends = reader.finish();
    if (!ends) return ends.error();
    const Status proven = check_statements(*zk, *ends);
    if (!proven) return proven.error();
    return judge(*zk);
}

// "" where it verifies.
inline std::string refusal(const zk_log::Example& example) {
    const Result<ZkFindings> findings = verify_fully(example);
    if (findings) return "";
    INFO(findings.error().message);
    CHECK_FALSE(findings.error().message.empty());
    return findings.error().code;
}

}  // namespace overlord::attest
