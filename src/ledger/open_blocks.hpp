// The records since the last seal, as the trees their blocks will have. Private to the module.
#pragma once

#include <string>
#include <vector>

#include "overlord/ledger/entry.hpp"
#include "overlord/tlog/merkle.hpp"

namespace overlord::ledger {

class OpenBlocks {
public:
    OpenBlocks() = default;
    explicit OpenBlocks(RecordIndex first) : first_(first) {}

    void add(const Hash& commitment) {
        if (parts_.empty() || parts_.back().size().value == kBlockRecordsMax) parts_.emplace_back();
        parts_.back().append(tlog::leaf_hash(commitment));
    }
    [[nodiscard]] bool empty() const { return parts_.empty(); }
    [[nodiscard]] RecordIndex first() const { return first_; }

    [[nodiscard]] std::vector<std::string> entries(TimeNs at) const {
        std::vector<std::string> out;
        RecordIndex first = first_;
        for (const tlog::Frontier& part : parts_) {
            out.push_back(compose(BlockEntry{at, first, part.size().value, part.root()}));
            first.value += part.size().value;
        }
        return out;
    }

private:
    RecordIndex first_;
    std::vector<tlog::Frontier> parts_;
};

}  // namespace overlord::ledger
