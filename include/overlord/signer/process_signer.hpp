// The client's side of overlord-signer, the process that owns the log's private key.
//
// Belongs to one thread. A signer that died is started again, once for each call: its guard decides
// what it signs, so asking a second time cannot do harm.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "overlord/base/file.hpp"
#include "overlord/signer/local_signer.hpp"

namespace overlord::signer {

struct ProcessOptions {
    Path program;  // overlord-signer
    SignerOptions signer;
    int timeout_ms = 10'000;  // for one answer; a disk that takes longer is broken
};

class ProcessSigner final : public tlog::CheckpointSigner {
public:
    // Starts the process and waits until it has read key and guard. Its errors come back as they
    // are; signer.gone and signer.timeout (class kRetry) where there was no answer.
    [[nodiscard]] static Result<std::unique_ptr<ProcessSigner>> start(ProcessOptions options);
    ProcessSigner(const ProcessSigner&) = delete;
    ~ProcessSigner() override;  // ends the process and waits for it

    [[nodiscard]] const tlog::VerifierKey& verifier() const override;
    [[nodiscard]] std::vector<tlog::VerifierKey> verifiers() const override;
    [[nodiscard]] std::vector<tlog::VerifierKey> verifiers_so_far() const override;
    [[nodiscard]] Result<tlog::TreeHead> last() override;
    [[nodiscard]] Result<tlog::SignerStart> begin(const tlog::LogMemory& memory) override;
    [[nodiscard]] Result<std::string> sign(const tlog::Checkpoint& checkpoint,
                                           const tlog::Proof& consistency) override;

    // As LocalSigner's. The roster is as of the last answer.
    [[nodiscard]] const tlog::Roster& roster() const { return roster_; }
    [[nodiscard]] Result<tlog::VerifierKey> add(const AddKey& request);
    [[nodiscard]] Status retire(const tlog::VerifierKey& key);
    [[nodiscard]] Status log_told();

    [[nodiscard]] pid_t process_id() const { return process_; }

private:
    explicit ProcessSigner(ProcessOptions options) : options_(std::move(options)) {}
    [[nodiscard]] Status launch();
    [[nodiscard]] Status spawn();
    [[nodiscard]] Status read_greeting();
    [[nodiscard]] Status begin_again();
    [[nodiscard]] Status take_roster(const Bytes& request);
    [[nodiscard]] Result<Bytes> exchange(const Bytes& request);
    [[nodiscard]] Result<Bytes> ask(const Bytes& request);
    void stop();

    ProcessOptions options_;
    tlog::Roster roster_;
    std::uint64_t epoch_ = 0;  // of the last begin() that succeeded
    FileHandle channel_;
    pid_t process_ = -1;
};

}  // namespace overlord::signer
