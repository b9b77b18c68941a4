// A signer that lives as long as a test, over several openings of a ledger.
#pragma once

#include <string>
#include <utility>

#include "overlord/tlog/signer.hpp"

namespace overlord::ledger::testing {

inline constexpr std::string_view kOrigin = "log.example.org/test";

class TestSigner final : public tlog::CheckpointSigner {
public:
    TestSigner() : signer_(std::string(kOrigin), crypto::SigningKey::from_seed(Bytes(32, 7))) {}
    const tlog::VerifierKey& verifier() const override { return signer_.verifier(); }
    Result<tlog::TreeHead> last() override { return last_; }
    Result<std::string> sign(const tlog::Checkpoint& checkpoint,
                             const tlog::Proof& consistency) override {
        if (failing) return Error{"signer.gone", "no answer", ErrorClass::kFatal};
        const tlog::TreeHead& head = checkpoint.head;
        const bool same = head == last_;
        if (last_.size.value > 0 && !same) {
            const Status grows = tlog::verify_consistency(last_, head, consistency);
            if (!grows) return grows.error();
        }
        last_ = head;
        return tlog::sign_checkpoint(checkpoint, signer_);
    }
    void forget() { last_ = {}; }
    bool failing = false;

private:
    tlog::KeySigner signer_;
    tlog::TreeHead last_;
};

}  // namespace overlord::ledger::testing
