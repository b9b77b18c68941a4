// What the tests of this folder share: a log that grows in a directory, witnesses with counted
// keys, and a wall clock that stands still.
#pragma once

#include <span>

#include "../tlog/sample.hpp"
#include "overlord/base/time.hpp"
#include "overlord/tlog/policy.hpp"
#include "overlord/tlog/tiles.hpp"
#include "overlord/tlog/witness.hpp"
#include "overlord/witness/store.hpp"

namespace overlord::witness::sample {

using tlog::sample::TemporaryDirectory;

// Real in what it measures, fixed in what it says: 2026-01-01.
class FixedClock final : public Clock {
public:
    TimeNs now() override { return 1'767'225'600 * kSecondNs; }
    TimeNs monotonic() override { return system_clock().monotonic(); }
};

inline tlog::VerifierKey log_key() { return *tlog::VerifierKey::parse(tlog::sample::kLogVkey); }

inline tlog::KeySigner witness_key(int n) {
    const auto seed = static_cast<std::uint8_t>(100 + n);
    return {"w" + std::to_string(n) + ".example", tlog::sample::counting_key(seed)};
}

inline tlog::VerifierKey witness_vkey(int n) {
    const tlog::VerifierKey key = witness_key(n).verifier();
    return {key.name, tlog::SignatureType::kCosignature, key.key};
}

inline std::string sign(const tlog::TreeHead& head, std::uint8_t seed = 0) {
    tlog::KeySigner signer(tlog::sample::kLogName, tlog::sample::counting_key(seed));
    return *tlog::sign_checkpoint({tlog::sample::kLogName, head, {}}, signer);
}

// The log's public tree on the disk, with `salt` in each entry: two logs of one key that differ.
class Log {
public:
    explicit Log(std::string salt = "") : salt_(std::move(salt)) {
        writer_.emplace(*tlog::TileWriter::create(directory.path));
    }
    tlog::TreeHead grow_to(std::uint64_t size) {
        std::vector<std::string> texts;
        for (std::uint64_t i = writer_->size().value; i < size; ++i)
            texts.push_back(salt_ + tlog::sample::entry(i));
        std::vector<ByteView> views;
        for (const std::string& text : texts) views.push_back(as_bytes(text));
        REQUIRE(writer_->append(views));
        return writer_->head();
    }
    tlog::Proof consistency(std::uint64_t from) {
        tlog::TileReader reader = *tlog::TileReader::open(directory.path, writer_->head());
        return *reader.consistency({from}, writer_->size());
    }
    TemporaryDirectory directory;

private:
    std::string salt_;
    std::optional<tlog::TileWriter> writer_;
};

inline std::string request(std::uint64_t old, const tlog::Proof& proof, const std::string& note) {
    return tlog::AddCheckpoint{{old}, proof, note}.to_text();
}

}  // namespace overlord::witness::sample
