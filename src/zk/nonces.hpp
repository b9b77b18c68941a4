// The random scalars of a prover.
#pragma once

#include "overlord/zk/transcript.hpp"

namespace overlord::zk {

class NonceSource {
public:
    virtual ~NonceSource() = default;
    // From here on for the challenges that follow this transcript.
    virtual void restart(const Transcript& transcript) = 0;
    [[nodiscard]] virtual Scalar next() = 0;
};

// Merlin's transcript random generator: the transcript so far, the prover's secrets and 32 bytes of
// the system together. Should the system give the same bytes again (a snapshot of a virtual machine
// that is started twice), another transcript still has other nonces, and the same one the same
// proof. Repeating nonces under two challenges would reveal the values.
class SyntheticNonces : public NonceSource {
public:
    // `witness` is read at each restart and stays the caller's.
    explicit SyntheticNonces(ByteView witness) : witness_(witness), strobe_("") {}
    SyntheticNonces(const SyntheticNonces&) = delete;
    SyntheticNonces& operator=(const SyntheticNonces&) = delete;
    ~SyntheticNonces() override;
    void restart(const Transcript& transcript) override;
    [[nodiscard]] Scalar next() override;

private:
    ByteView witness_;
    Strobe strobe_;
};

}  // namespace overlord::zk
