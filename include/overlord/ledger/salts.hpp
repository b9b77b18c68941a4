// Salts of the records' commitments, derived so that they cost no storage and can be destroyed by
// period: salt(n) = SHA-256("zko/salt/v1" || K || n as 8 bytes big-endian), K = the 32 random bytes
// in state_dir/journal/salts/SSSSSSSS.key of the journal segment that holds record n. Removing a
// key file makes the records of its segment impossible to tell from their commitments, for good;
// every proof of another record stays valid.
//
// A SaltKeys belongs to one thread. Keys are kept in locked memory, at most kKeysHeldMax at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <utility>

#include "overlord/base/bytes.hpp"
#include "overlord/base/file.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/ledger/disk.hpp"

namespace overlord::ledger {

inline constexpr std::size_t kKeysHeldMax = 8;  // a block spans two segments, a proof one block

class SaltKeys {
public:
    // `directory` is state_dir/journal/salts.
    explicit SaltKeys(Path directory) : directory_(std::move(directory)) {}

    // Makes the key of a segment, durable when this returns. An existing key is kept: it may have
    // been used. Returns the key's check digest, which the segment's header repeats.
    [[nodiscard]] static Result<Hash> create(const Path& directory, std::uint32_t segment,
                                             Disk& disk);

    // Code salt.missing when the key was destroyed or lost, salt.damaged when it is not 32 bytes.
    [[nodiscard]] Result<Hash> salt(std::uint32_t segment, RecordIndex n);

    // SHA-256("zko/salt-check/v1" || K): tells a damaged or exchanged key from the right one.
    [[nodiscard]] Result<Hash> check_digest(std::uint32_t segment);

private:
    [[nodiscard]] Result<ByteView> key(std::uint32_t segment);

    Path directory_;
    std::deque<std::pair<std::uint32_t, crypto::Secret>> held_;
};

}  // namespace overlord::ledger
