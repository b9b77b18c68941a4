// Which events have been seen: the last 65,536 ids of each source, at most 4 million in all.
// Used by the ledger thread only; the keys are made wherever a line is decoded.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "overlord/base/bytes.hpp"

namespace overlord::pipeline {

// A sender may resend what it sent before a reconnect; 65,536 unacknowledged events of 250 bytes
// are 16 MiB, twice what our own client keeps. 4 million ids cost about 110 MB.
inline constexpr std::size_t kIdsPerSourceMax = 65'536;
inline constexpr std::size_t kIdsMax = 4'000'000;

// 64-bit hashes under a secret of this state, so that nobody can choose colliding ids.
struct EventKey {
    std::uint64_t source = 0;
    std::uint64_t id = 0;       // of source and id together
    std::uint64_t content = 0;  // of the event's exact bytes
};

// Makes keys; copyable, any thread.
class EventKeyer {
public:
    explicit EventKeyer(const Hash& secret) : secret_(secret) {}
    [[nodiscard]] EventKey key(std::string_view source, std::string_view id,
                               std::string_view raw) const;

private:
    Hash secret_;
};

class Dedupe {
public:
    Dedupe(std::size_t ids_per_source_max = kIdsPerSourceMax, std::size_t ids_max = kIdsMax);

    enum class Seen {
        kNew,
        kSame,      // accepted before, the same bytes
        kConflict,  // accepted before, other bytes
    };
    [[nodiscard]] Seen look_up(const EventKey& key) const;

    // Remembers an accepted event, forgetting the oldest id of its source, or of the source that
    // has been quiet for longest, where a bound is reached.
    void remember(const EventKey& key);

    [[nodiscard]] std::size_t size() const { return size_; }

    void serialise(Bytes& out) const;
    [[nodiscard]] static Result<Dedupe> restore(ByteReader& in,
                                                std::size_t ids_per_source_max = kIdsPerSourceMax,
                                                std::size_t ids_max = kIdsMax);

private:
    // Open addressing with linear probing, in 256 shards so that growing one never takes long. The
    // key 0 marks a free slot; ids hash to it with probability 2^-64 and are then stored as 1.
    struct Slot {
        std::uint64_t id = 0;
        std::uint64_t content = 0;
    };
    struct Shard {
        std::vector<Slot> slots;
        std::size_t used = 0;
        [[nodiscard]] const Slot* find(std::uint64_t id) const;
        void insert(Slot slot);
        void erase(std::uint64_t id);
        [[nodiscard]] std::size_t home(std::uint64_t id) const;
        [[nodiscard]] std::size_t after(std::size_t at) const {
            return ++at == slots.size() ? 0 : at;  // a division here costs more than all the rest
        }
    };
    struct Source {
        std::uint64_t name = 0;
        std::deque<Slot> ids;  // oldest first; whole, because a snapshot writes them in this order
    };

    [[nodiscard]] Shard& shard(std::uint64_t id) { return shards_[id & 255]; }
    [[nodiscard]] const Shard& shard(std::uint64_t id) const { return shards_[id & 255]; }
    void forget_oldest(Source& source);

    std::size_t ids_per_source_max_;
    std::size_t ids_max_;
    std::size_t size_ = 0;
    std::vector<Shard> shards_;
    std::list<Source> sources_;  // least recently active first
    std::unordered_map<std::uint64_t, std::list<Source>::iterator> by_name_;
};

}  // namespace overlord::pipeline
