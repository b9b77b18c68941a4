// The attestations that were made: state_dir/attestations/, found by digest and by evidence.
//
// DIGEST.dsse.json is the envelope, durable before put() returns. by_evidence/KEY names the digest
// of the latest attestation about that evidence; it is written afterwards, so a crash between the
// two costs no more than a second attestation about unchanged evidence. Belongs to one thread.
#pragma once

#include <optional>

#include "overlord/attest/dsse.hpp"
#include "overlord/base/bytes.hpp"
#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"

namespace overlord::attest {

class EnvelopeStore {
public:
    // Makes the directories where they are missing.
    [[nodiscard]] static Result<EnvelopeStore> open(const Path& state_dir);

    // Keeps the envelope under the digest of its payload. A kFatal error: whether it is kept is
    // unknown. `evidence` as of evidence_key().
    [[nodiscard]] Status put(const Envelope& envelope, const Hash& evidence);

    // Envelopes are read back as they were written and their digest is computed again; the code is
    // store.corrupt where it differs. Empty: there is none.
    [[nodiscard]] Result<std::optional<Envelope>> find(const Hash& digest) const;
    [[nodiscard]] Result<std::optional<Envelope>> find_by_evidence(const Hash& evidence) const;

private:
    explicit EnvelopeStore(Path directory) : directory_(std::move(directory)) {}
    [[nodiscard]] Path envelope_path(const Hash& digest) const;
    [[nodiscard]] Path evidence_path(const Hash& evidence) const;

    Path directory_;
};

}  // namespace overlord::attest
