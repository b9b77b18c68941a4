// Digests of the state (docs/formats/state.md), under way beside the stream.
//
// Digest = SHA-256(label || 0x00 || SHA-256(part 0) || SHA-256(part 1) || ...). It is due at exact
// records while the stream goes on, and a busy daemon's state takes a second to write out. So a
// part is digested right before it changes for the first time after that record, and the others a
// few beside each item. When the next digest is due before the last one is finished, as where the
// hour turns near a multiple of kStateEvery records, both are under way.
#include <algorithm>

#include "core.hpp"
#include "limits.hpp"
#include "state_hash.hpp"

namespace overlord::evaluate {
namespace {

// Digests under way at a time. Multiples and hours give two; a third means that hours of log time
// pass within fewer records than there are systems, and nobody waits for those.
constexpr std::size_t kDigestsMax = 2;
// What digesting the events of a kind costs, in systems: at most kRetainedMax events.
constexpr std::size_t kKindInSystems = 16;

}  // namespace

// Every change of a system goes through here first.
System& Core::open(SystemIndex index) {
    for (StateDigest& digest : digests_) digest_part(digest, retained_.size() + index);
    return *systems_[index];
}

RetainedKind& Core::open_kind(std::size_t kind) {
    for (StateDigest& digest : digests_) digest_part(digest, kind);
    return retained_[kind];
}

void Core::begin_state() {
    if (digests_.size() == kDigestsMax) finish_state();
    StateDigest& digest = digests_.emplace_back();
    digest.state = {records_, now_, {}};
    scratch_.clear();
    write_global(scratch_);
    digest.global = crypto::sha256(scratch_.bytes());
    digest.parts.resize(retained_.size() + systems_.size());
}

// False: it was digested before, or is no part of the state at that record.
bool Core::digest_part(StateDigest& digest, std::size_t part) {
    if (part >= digest.parts.size() || digest.parts[part]) return false;
    scratch_.clear();
    if (part < retained_.size()) {
        write_kind(scratch_, retained_[part]);
    } else {
        write_system(scratch_, *systems_[part - retained_.size()], digest.state.at);
    }
    digest.parts[part] = crypto::sha256(scratch_.bytes());
    return true;
}

// Of the oldest one under way: a later one is never finished before it.
void Core::digest_some(std::size_t most) {
    while (most > 0 && !digests_.empty()) {
        StateDigest& digest = digests_.front();
        if (digest.next == digest.parts.size()) {
            finish_state();
            continue;
        }
        const std::size_t part = digest.next++;
        if (!digest_part(digest, part)) continue;
        most -= std::min(most, part < retained_.size() ? kKindInSystems : 1);
    }
}

void Core::finish_state() {
    StateDigest& digest = digests_.front();
    crypto::Sha256 hash = begin_state_hash();
    hash.update(digest.global);
    for (std::size_t part = 0; part < digest.parts.size(); ++part) {
        digest_part(digest, part);
        hash.update(*digest.parts[part]);
    }
    digest.state.digest = hash.digest();
    states_.push_back(digest.state);
    digests_.pop_front();
}

}  // namespace overlord::evaluate
