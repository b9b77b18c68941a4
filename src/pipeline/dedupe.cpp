#include "dedupe.hpp"

#include <utility>

#include "overlord/crypto/sha256.hpp"

namespace overlord::pipeline {
namespace {

__extension__ using Wide = unsigned __int128;

std::uint64_t first_word(const Hash& hash) {
    const std::uint64_t word = get_u64_le(hash.data());
    return word == 0 ? 1 : word;  // 0 marks a free slot
}

// The lengths keep ("ab","c") and ("a","bc") apart.
std::uint64_t keyed(const Hash& secret, std::string_view label, std::string_view a,
                    std::string_view b) {
    Bytes lengths;
    put_u32_le(lengths, static_cast<std::uint32_t>(a.size()));
    return first_word(crypto::sha256({secret, as_bytes(label), lengths, as_bytes(a), as_bytes(b)}));
}

}  // namespace

EventKey EventKeyer::key(std::string_view source, std::string_view id, std::string_view raw) const {
    return {keyed(secret_, "s", source, {}), keyed(secret_, "i", source, id),
            keyed(secret_, "c", raw, {})};
}

Dedupe::Dedupe(std::size_t ids_per_source_max, std::size_t ids_max)
    : ids_per_source_max_(ids_per_source_max), ids_max_(ids_max), shards_(256) {}

// Shards are chosen by the low bits, places in a shard by the high ones, so that both spread.
std::size_t Dedupe::Shard::home(std::uint64_t id) const {
    return static_cast<std::size_t>((static_cast<Wide>(id) * slots.size()) >> 64);
}

const Dedupe::Slot* Dedupe::Shard::find(std::uint64_t id) const {
    if (slots.empty()) return nullptr;
    for (std::size_t at = home(id);; at = after(at)) {
        if (slots[at].id == id) return &slots[at];
        if (slots[at].id == 0) return nullptr;
    }
}

void Dedupe::Shard::insert(Slot slot) {
    if ((used + 1) * 8 > slots.size() * 7) {  // at most 7/8 full
        std::vector<Slot> old = std::exchange(slots, std::vector<Slot>(slots.size() * 3 / 2 + 64));
        used = 0;
        for (const Slot& moved : old)
            if (moved.id != 0) insert(moved);
    }
    std::size_t at = home(slot.id);
    while (slots[at].id != 0) at = after(at);
    slots[at] = slot;
    ++used;
}

// Backward-shift deletion: whatever was pushed past the freed slot moves up, so no tombstones.
void Dedupe::Shard::erase(std::uint64_t id) {
    const Slot* found = find(id);
    if (found == nullptr) return;
    const std::size_t size = slots.size();
    std::size_t hole = static_cast<std::size_t>(found - slots.data());
    const auto distance = [size](std::size_t from, std::size_t to) {
        return to >= from ? to - from : to + size - from;
    };
    for (std::size_t at = after(hole); slots[at].id != 0; at = after(at)) {
        if (distance(home(slots[at].id), at) < distance(hole, at)) continue;
        slots[hole] = slots[at];
        hole = at;
    }
    slots[hole] = Slot{};
    --used;
}

Dedupe::Seen Dedupe::look_up(const EventKey& key) const {
    const Slot* slot = shard(key.id).find(key.id);
    if (slot == nullptr) return Seen::kNew;
    return slot->content == key.content ? Seen::kSame : Seen::kConflict;
}

void Dedupe::forget_oldest(Source& source) {
    const std::uint64_t id = source.ids.front().id;
    shard(id).erase(id);
    source.ids.pop_front();
    --size_;
}

void Dedupe::remember(const EventKey& key) {
    if (look_up(key) != Seen::kNew) return;
    auto found = by_name_.find(key.source);
    if (found == by_name_.end()) {
        sources_.push_back(Source{key.source, {}});
        found = by_name_.emplace(key.source, std::prev(sources_.end())).first;
    } else {
        sources_.splice(sources_.end(), sources_, found->second);
    }
    Source& source = *found->second;
    if (source.ids.size() >= ids_per_source_max_) forget_oldest(source);
    if (size_ >= ids_max_) {
        Source& quietest = sources_.front();
        forget_oldest(quietest);
        if (quietest.ids.empty() && &quietest != &source) {
            by_name_.erase(quietest.name);
            sources_.pop_front();
        }
    }
    source.ids.push_back({key.id, key.content});
    shard(key.id).insert({key.id, key.content});
    ++size_;
}

void Dedupe::serialise(Bytes& out) const {
    out.reserve(out.size() + 8 + sources_.size() * 16 + size_ * 16);
    put_u64_le(out, sources_.size());
    for (const Source& source : sources_) {
        put_u64_le(out, source.name);
        put_u64_le(out, source.ids.size());
        for (const Slot& slot : source.ids) {
            put_u64_le(out, slot.id);
            put_u64_le(out, slot.content);
        }
    }
}

Result<Dedupe> Dedupe::restore(ByteReader& in, std::size_t ids_per_source_max,
                               std::size_t ids_max) {
    Dedupe dedupe(ids_per_source_max, ids_max);
    Result<std::uint64_t> sources = in.u64();
    if (!sources) return sources.error();
    for (std::uint64_t s = 0; s < *sources; ++s) {
        Result<std::uint64_t> name = in.u64();
        if (!name) return name.error();
        Result<std::uint64_t> count = in.u64();
        if (!count) return count.error();
        for (std::uint64_t i = 0; i < *count; ++i) {
            Result<std::uint64_t> id = in.u64();
            if (!id) return id.error();
            Result<std::uint64_t> content = in.u64();
            if (!content) return content.error();
            dedupe.remember({*name, *id, *content});
        }
    }
    return dedupe;
}

}  // namespace overlord::pipeline
