// A statement such as the daemon makes, for tests.
#pragma once

#include "overlord/attest/statement.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::attest {

inline const std::string kExampleClaim =
    R"({"verdict":"non_compliant","provisional":true,)"
    R"("bundle":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",)"
    R"("levels":[{"level":"telecoms","verdict":"non_compliant","controls":[)"
    R"({"control":"telecoms.failover","version":1,"verdict":"non_compliant","value":"82",)"
    R"("count":3}]}]})";

inline Statement example_statement() {
    Statement statement;
    statement.system = "production_system";
    statement.subject_digest = crypto::sha256(as_bytes("the commitments"));
    statement.claim = kExampleClaim;
    statement.log.origin = "overlords.example.org/site1";
    statement.log.size = TreeSize{12};
    statement.log.root = crypto::sha256(as_bytes("root"));
    statement.log.records = RecordIndex{734};
    statement.at = 1769690232790123456;
    statement.clock = "synchronized, error at most 12 ms";
    return statement;
}

}  // namespace overlord::attest
