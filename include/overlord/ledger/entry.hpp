// Entries of the public log: one line of JSON each, written once by one writer and hashed as stored
// (docs/formats/records.md). Pure functions, any thread.
//
//   {"v":1,"kind":"block","at":1769690232790123456,"first":12000,"count":734,"root":"<base64>"}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/base/time.hpp"

namespace overlord::ledger {

// C2SP tlog-tiles: an entry's length is 16 bits.
inline constexpr std::size_t kEntryBytesMax = 65535;
// Records in one block at most; a seal makes several blocks of more. Bounds what one proof reads.
inline constexpr std::uint64_t kBlockRecordsMax = 16384;

// Records [first, first + count) and the root of their inner tree: RFC 6962, the leaf data of a
// record being its 32-byte commitment.
struct BlockEntry {
    TimeNs at = 0;
    RecordIndex first;
    std::uint64_t count = 0;
    Hash root{};
    bool operator==(const BlockEntry&) const = default;
};

[[nodiscard]] std::string compose(const BlockEntry& block);

// nullopt for an entry of another kind. Code entry.syntax for a line that is no entry, or a block
// entry in any spelling but the one above.
[[nodiscard]] Result<std::optional<BlockEntry>> parse_block(std::string_view entry);

// What later starts need to know of an entry that is not a block.
[[nodiscard]] std::optional<std::uint64_t> start_epoch(std::string_view entry);  // of kind `start`
[[nodiscard]] bool is_close(std::string_view entry);  // of kind `close`: nothing may follow it

// Code log.closed: why nothing is added to the log that this entry of kind `close` ended.
[[nodiscard]] Error closed_by(std::string_view entry);

// The value of a member of one of our own entries, which have one spelling: "name":VALUE. A string
// comes without its quotes; empty where there is no such member.
[[nodiscard]] std::string entry_member(std::string_view entry, std::string_view name);

// Is this a line that may be appended: `{"v":1,"kind":"KIND",...}`, no line feed, not too long, and
// not of kind block, which only the ledger writes? Codes entry.syntax, entry.too_large.
[[nodiscard]] Status check_extra_entry(std::string_view entry);

}  // namespace overlord::ledger
