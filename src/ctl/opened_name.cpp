#include "opened_name.hpp"

namespace overlord::ctl {

Result<NamingGround> read_naming(const attest::ProvenEntry& entry, const std::string& origin,
                                 const tlog::TreeHead& head) {
    const Status included =
        tlog::verify_inclusion({entry.index.value, head.size},
                               tlog::leaf_hash(as_bytes(entry.entry)), entry.hashes, head.root);
    if (!included) {
        return Error{"sample.slot", "how the log names streams: " + included.error().message};
    }
    const Result<attest::ZkEntry> parsed = attest::parse_zk_entry(entry.entry);
    const auto* announced = parsed ? std::get_if<attest::StreamsEntry>(&*parsed) : nullptr;
    if (announced != nullptr) return NamingGround{origin, *announced};
    return Error{"sample.slot", "entry " + std::to_string(entry.index.value) +
                                    " does not say how the log names streams"};
}

Status check_name(const OpenedName& name, const NamingGround& ground) {
    const Status tagged = zk::verify_stream_tag(
        ground.announced.key, {ground.origin, name.system, name.entry}, name.tag);
    const Hash salt = zk::stream_salt(name.tag.point, name.generation);
    const bool right = tagged && name.slot_ns == ground.announced.slot_ns &&
                       name.generation < zk::kGenerationsMax &&
                       zk::stream_id(salt, {name.system, name.entry, name.slot_ns}) == name.stream;
    if (right) return {};
    return Error{"sample.slot", "stream " + to_hex(name.stream) + " is not that of " + name.system};
}

}  // namespace overlord::ctl
