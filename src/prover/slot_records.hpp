// Finds the slot records of the journal, in order. Where it was told their numbers it skips what
// lies between; what was there before, or came while it was far behind, it reads through. Belongs
// to the worker.
#pragma once

#include <deque>
#include <optional>
#include <span>

#include "overlord/ledger/journal_reader.hpp"
#include "overlord/ledger/record.hpp"
#include "works.hpp"

namespace overlord::prover {

class SlotRecords {
public:
    // From record `from`; those below `end` are read through.
    SlotRecords(Path journal, RecordIndex from, RecordIndex end)
        : journal_(std::move(journal)), next_(from), read_until_(end) {}

    // There is a slot record at each of these, ascending and durable.
    void known(std::span<const std::uint64_t> numbers);
    // Any record below `end` may be one.
    void unknown(RecordIndex end);

    struct Found {
        RecordIndex n;
        ledger::SlotMembers members;
        SlotKey key;  // valid until the next call
    };
    struct Step {
        std::optional<Found> found;
        bool more = false;  // false: there is none but for what comes later
    };
    // The next one, or after some thousands of others nothing yet. Codes journal.corrupt, key.*,
    // record.*, io.*.
    [[nodiscard]] Result<Step> next();

    [[nodiscard]] std::uint64_t waiting() const { return numbers_.size(); }

private:
    [[nodiscard]] Status go_to(RecordIndex n);
    [[nodiscard]] Result<std::optional<Found>> take(const ledger::RecordLine& line);

    Path journal_;
    std::optional<ledger::JournalReader> reader_;
    RecordIndex reader_at_;   // what its next() gives
    RecordIndex next_;        // not looked at yet
    RecordIndex read_until_;  // below it every record is looked at
    std::deque<std::uint64_t> numbers_;
};

}  // namespace overlord::prover
