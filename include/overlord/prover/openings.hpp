// The openings of one stream's slots: values and sums that its commitments hide, on disk in
// state_dir/proofs/STREAM.slots, mode 0600 (docs/formats/zk.md). Everything in it can be derived
// again from the journal, as long as the journal's keys are there.
//
// A header that names the stream is followed by rows of a fixed size, one a slot, in order. A row's
// sums go back to the beginning of its day only, the UTC day of log time whose key its record is
// under: erasing a day overwrites its rows and touches no other, and the sums of a window take one
// row a day.
//
// Readers may read while the owner appends. Each object belongs to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/time.hpp"
#include "overlord/ledger/record_keys.hpp"
#include "overlord/zk/scalar.hpp"
#include "overlord/zk/slot.hpp"

namespace overlord::prover {

inline constexpr std::size_t kRowBytes = 100;       // version 1: slots that are asserted
inline constexpr std::size_t kBoundRowBytes = 132;  // version 2: with what binds them to events
inline constexpr std::size_t kHeaderBytesMax = 8192;

struct StreamHeader {
    Hash stream{};
    Hash salt{};
    std::string system;
    std::string entry;  // the plan entry's text
    DurationNs slot_ns = 0;
    zk::SlotNumber begin = 0;
    bool event_bound = false;
    bool operator==(const StreamHeader&) const = default;
};

// What sums of commitments open to.
struct Sums {
    std::uint64_t bad = 0;
    std::uint64_t total = 0;
    zk::Scalar bad_blinding;
    zk::Scalar total_blinding;
    void add(const Sums& other);
    void subtract(const Sums& other);
    ~Sums();  // wipes the blindings
};

struct Row {
    zk::SlotValues values;
    ledger::Day day = 0;
    std::uint32_t place = 0;  // among the day's rows, from 0
    Sums sums;                // of the day's rows up to this one, with it
    Hash contributions{};     // of an event-bound slot: its list's digest; else zeros
};

class Openings {
public:
    // Makes the file or opens it, which must then be of this stream. Codes openings.header
    // (damaged, or of another stream), io.*.
    [[nodiscard]] static Result<Openings> open(const Path& file, const StreamHeader& header);
    enum class Access : std::uint8_t { kRead, kWrite };
    // One that is there. Codes openings.header, io.*.
    [[nodiscard]] static Result<Openings> open(const Path& file, Access access);

    [[nodiscard]] const StreamHeader& header() const { return header_; }

    // Rows in the file, by its length.
    [[nodiscard]] Result<std::uint64_t> rows() const;
    // Does the file end in the middle of a row?
    [[nodiscard]] Result<bool> torn() const;
    // Row of slot begin + index; nullopt where it was erased. Code openings.row: it is damaged, or
    // there is none.
    [[nodiscard]] Result<std::optional<Row>> read(std::uint64_t index) const;
    // Writes over what is there; durable after sync().
    [[nodiscard]] Status write(std::uint64_t index, const Row& row);
    [[nodiscard]] Status sync();

    // The slot's own values and blindings; nullopt where it was erased.
    [[nodiscard]] Result<std::optional<Sums>> slot(std::uint64_t index) const;
    // Of rows [first, first + count), count > 0; nullopt where one of them was erased.
    [[nodiscard]] Result<std::optional<Sums>> window(std::uint64_t first,
                                                     std::uint64_t count) const;

    // The first of rows [from, until) that is of day `day` or a later one; `until` where none is.
    // Days ascend; erased rows are of earlier ones.
    [[nodiscard]] Result<std::uint64_t> first_from(ledger::Day day, std::uint64_t from,
                                                   std::uint64_t until) const;

    // Overwrites the rows of days before `before` with zeros, durable when it returns. How many.
    [[nodiscard]] Result<std::uint64_t> erase(ledger::Day before);
    // Rows up to `index` that are not there become erased ones.
    [[nodiscard]] Status skip_to(std::uint64_t index);

private:
    [[nodiscard]] std::size_t row_bytes() const {
        return header_.event_bound ? kBoundRowBytes : kRowBytes;
    }
    [[nodiscard]] std::uint64_t row_at(std::uint64_t index) const {
        return rows_at_ + index * row_bytes();
    }
    [[nodiscard]] Result<std::uint64_t> first_kept(std::uint64_t count) const;
    Openings(Path name, FileHandle file, StreamHeader header, std::uint64_t rows_at)
        : name_(std::move(name)),
          file_(std::move(file)),
          header_(std::move(header)),
          rows_at_(rows_at) {}

    Path name_;
    FileHandle file_;
    StreamHeader header_;
    std::uint64_t rows_at_;  // where the rows begin
};

[[nodiscard]] Path proofs_directory(const Path& state_dir);
[[nodiscard]] Path openings_file(const Path& state_dir, const Hash& stream);

// Erases the rows of whole days of all streams that the scope covers, whether a prover runs or not.
// Doing it again is harmless. How many rows.
[[nodiscard]] Result<std::uint64_t> erase_openings(const Path& state_dir,
                                                   const ledger::ErasureScope& scope,
                                                   ledger::Day before);

}  // namespace overlord::prover
