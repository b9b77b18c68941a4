#include "overlord/prover/stream_names.hpp"

namespace overlord::prover {

StreamNames::StreamNames(crypto::Secret key, std::string origin)
    : key_(std::move(key)),
      origin_(std::move(origin)),
      public_(zk::stream_key(key_.view(), origin_)) {}

const zk::StreamTag& StreamNames::tag(const std::string& system, const std::string& entry) {
    const std::pair whose(system, entry);
    const auto known = tags_.find(whose);
    if (known != tags_.end()) return known->second;
    return tags_.emplace(whose, zk::make_stream_tag(key_.view(), {origin_, system, entry}))
        .first->second;
}

void StreamNames::name(StreamHeader& header, std::uint32_t generation) {
    header.salt = zk::stream_salt(tag(header.system, header.entry).point, generation);
    header.stream = zk::stream_id(header.salt, {header.system, header.entry, header.slot_ns});
}

std::optional<std::uint32_t> StreamNames::generation_of(const StreamHeader& header) {
    StreamHeader named = header;
    for (std::uint32_t generation = 0; generation < zk::kGenerationsMax; ++generation) {
        name(named, generation);
        if (named == header) return generation;
    }
    return std::nullopt;
}

}  // namespace overlord::prover
