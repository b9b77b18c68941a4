// Strong integers: an index, a count and a size are different kinds and do not mix by accident.
#pragma once

#include <compare>
#include <cstdint>

namespace overlord {

template <class Tag>
struct Strong {
    std::uint64_t value = 0;
    auto operator<=>(const Strong&) const = default;
    Strong& operator++() {
        ++value;
        return *this;
    }
};

using RecordIndex = Strong<struct RecordIndexTag>;  // position of a record in the journal, from 0
using EntryIndex = Strong<struct EntryIndexTag>;  // position of an entry in the public log, from 0
using TreeSize = Strong<struct TreeSizeTag>;      // number of leaves of a Merkle tree

}  // namespace overlord
