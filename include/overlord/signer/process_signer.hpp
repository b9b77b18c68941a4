// The client's side of overlord-signer, the process that owns the log's private key.
//
// Belongs to one thread. A signer that died is started again, once for each call: its guard decides
// what it signs, so asking a second time cannot do harm.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "overlord/base/file.hpp"
#include "overlord/tlog/signer.hpp"

namespace overlord::signer {

struct ProcessOptions {
    Path program;  // overlord-signer
    tlog::SignerOptions signer;
    int timeout_ms = 10'000;  // for one answer; a disk that takes longer is broken
};

class ProcessSigner final : public tlog::CheckpointSigner {
public:
    // Starts the process and waits until it has read key and guard. Its errors come back as they
    // are; signer.gone and signer.timeout (class kRetry) where there was no answer.
    [[nodiscard]] static Result<std::unique_ptr<ProcessSigner>> start(ProcessOptions options);
    ProcessSigner(const ProcessSigner&) = delete;
    ~ProcessSigner() override;  // ends the process and waits for it

    [[nodiscard]] const tlog::VerifierKey& verifier() const override { return verifier_; }
    [[nodiscard]] Result<tlog::TreeHead> last() override;
    [[nodiscard]] Result<std::string> sign(const tlog::Checkpoint& checkpoint,
                                           const tlog::Proof& consistency) override;
    [[nodiscard]] pid_t process_id() const { return process_; }

private:
    explicit ProcessSigner(ProcessOptions options) : options_(std::move(options)) {}
    [[nodiscard]] Status launch();
    [[nodiscard]] Status spawn();
    [[nodiscard]] Status read_greeting();
    [[nodiscard]] Result<Bytes> exchange(const Bytes& request);
    [[nodiscard]] Result<Bytes> ask(const Bytes& request);
    void stop();

    ProcessOptions options_;
    tlog::VerifierKey verifier_;
    FileHandle channel_;
    pid_t process_ = -1;
};

}  // namespace overlord::signer
