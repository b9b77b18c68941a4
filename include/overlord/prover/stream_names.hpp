// The names that keys/proof.key gives to the streams of one log, with what shows that they are the
// only ones (zk/stream_tag.hpp). Owns the key. An object belongs to one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "overlord/crypto/keys.hpp"
#include "overlord/prover/openings.hpp"
#include "overlord/zk/stream_tag.hpp"

namespace overlord::prover {

class StreamNames {
public:
    StreamNames(crypto::Secret key, std::string origin);

    [[nodiscard]] const zk::PointBytes& key() const { return public_; }  // for `streams` entries
    // Made once; the same for all generations.
    [[nodiscard]] const zk::StreamTag& tag(const std::string& system, const std::string& entry);
    // Gives the header the salt and the name of this generation.
    void name(StreamHeader& header, std::uint32_t generation);
    // Of a stream that has a name of this key; nothing where another one named it.
    [[nodiscard]] std::optional<std::uint32_t> generation_of(const StreamHeader& header);

private:
    crypto::Secret key_;
    std::string origin_;
    zk::PointBytes public_;
    std::map<std::pair<std::string, std::string>, zk::StreamTag> tags_;
};

}  // namespace overlord::prover
