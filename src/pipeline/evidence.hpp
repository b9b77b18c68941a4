// The digest of each system's evidence: SHA-256 over the commitments of its event records in order,
// as an attestation's subject carries it. Used by the ledger thread only.
//
// A query is answered from the state at its audit record, and its attestation may be made later. A
// pin keeps, for as long as it lives, what every digest was when the pin was set; only systems that
// have moved since cost anything.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "overlord/base/bytes.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::pipeline {

class Evidence {
public:
    // Records [0, end) and the commitments among them that are about the system.
    void add(std::string_view system, const Hash& commitment);

    [[nodiscard]] Hash digest(std::string_view system) const;
    // Whether any event of it was accepted, erased ones too.
    [[nodiscard]] bool knows(std::string_view system) const { return systems_.contains(system); }

    using Pin = std::uint64_t;
    [[nodiscard]] Pin pin();
    void unpin(Pin pin);
    [[nodiscard]] Hash digest(std::string_view system, Pin pin) const;

    void serialise(Bytes& out) const;
    [[nodiscard]] static Result<Evidence> restore(ByteReader& in);

private:
    using BySystem = std::map<std::string, crypto::Sha256, std::less<>>;
    BySystem systems_;
    std::map<Pin, BySystem> pins_;  // for each pin the systems that have moved since, as they were
    Pin next_pin_ = 1;
};

}  // namespace overlord::pipeline
