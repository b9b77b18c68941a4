// Which controls of a system are proved in zero knowledge, as attestations say it: those of its
// last slot record. A pure function of the records, so that replay finds the same. Ledger thread
// only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "overlord/attest/proof_plan.hpp"
#include "overlord/attest/statement.hpp"
#include "overlord/ledger/record.hpp"

namespace overlord::pipeline {

// The controls that each system's last slot record speaks about.
class SlottedSystems {
public:
    void add(const ledger::SlotMembers& slot);
    // What an attestation says of them under this plan: nothing where the last record has another.
    [[nodiscard]] attest::ProvedControls proved(std::string_view system,
                                                std::string_view plan) const;

    void serialise(Bytes& out) const;
    [[nodiscard]] static Result<SlottedSystems> restore(ByteReader& in);

private:
    struct Last {
        std::string plan;  // digest, hex
        std::vector<std::string> controls;
    };
    std::map<std::string, Last, std::less<>> systems_;
};

}  // namespace overlord::pipeline
