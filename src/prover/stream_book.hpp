// What the prover knows of its streams, in memory and in state_dir/proofs/: the openings of each,
// how far its slots are committed and proved in the log, and what was published about it. Belongs
// to the worker.
//
// The file `book` says it as of some minutes ago; open() brings it up to the log's head.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "overlord/attest/slot_entry.hpp"
#include "overlord/attest/proof_plan.hpp"
#include "overlord/base/strong.hpp"
#include "overlord/prover/openings.hpp"
#include "overlord/prover/stream_names.hpp"
#include "overlord/tlog/merkle.hpp"
#include "overlord/zk/point.hpp"

namespace overlord::prover {

// Counts of slots from the stream's first one: rows >= made >= sealed, made >= grouped >= proved.
struct Stream {
    StreamHeader header;
    attest::PlanControl control;
    // Of those of its control and system; nothing where another key named it: it has ended.
    std::optional<std::uint32_t> generation;
    std::uint64_t rows = 0;     // have openings
    std::uint64_t made = 0;     // their entry was handed out
    std::uint64_t sealed = 0;   // their entry is in the log
    std::uint64_t grouped = 0;  // are in range entries that were handed out
    std::uint64_t proved = 0;   // are in range entries in the log
    zk::Point bad_sum;          // of slots [0, made)
    zk::Point total_sum;
    zk::PointBytes sealed_bad_sum{};  // of slots [0, sealed)
    zk::PointBytes sealed_total_sum{};
    bool ended = false;   // no slot follows: what is left is grouped as it is
    bool closed = false;  // nor a proof: openings were erased before it
    // Of the first rows that were looked at, the last one that says no more than that all was bad,
    // because its slot holds more than a pair can say (docs/rules/reference.md, "Proofs").
    std::uint64_t looked_at = 0;
    std::optional<std::uint64_t> overfull;
    // What was published of it: how many windows, and the last one.
    std::uint64_t comparisons = 0;
    attest::SlotWindow published;

    [[nodiscard]] zk::SlotNumber next_slot() const { return header.begin + rows; }
};

using StreamIndex = std::size_t;

class StreamBook {
public:
    struct Place {
        RecordIndex next_record;  // slot records below have rows
        std::uint64_t entries = 0;
    };

    // From the files and the log up to `head`. Codes book.damaged is no error: then all is derived
    // again, from record 0. Codes openings.*, tile.*, io.*.
    // `names` outlives the book.
    [[nodiscard]] static Result<StreamBook> open(const Path& state_dir, const tlog::TreeHead& head,
                                                 StreamNames& names);

    // Durable: the rows, then the book.
    [[nodiscard]] Status save(const Place& place, const std::set<Hash>& attestations_waiting);

    [[nodiscard]] const Place& place() const { return place_; }
    // Attestations that are in the log and have no document, in the log's order.
    [[nodiscard]] const std::vector<Hash>& attestations_waiting() const { return waiting_; }
    // How the log says that it names its streams.
    [[nodiscard]] const std::optional<attest::StreamsEntry>& announced() const {
        return announced_;
    }
    void announced(const attest::StreamsEntry& sealed) { announced_ = sealed; }

    [[nodiscard]] const std::vector<Stream>& streams() const { return streams_; }
    [[nodiscard]] Stream& at(StreamIndex index) { return streams_[index]; }
    [[nodiscard]] const Stream& at(StreamIndex index) const { return streams_[index]; }
    // The newest one of a system's plan entry.
    [[nodiscard]] std::optional<StreamIndex> find(std::string_view system,
                                                  std::string_view entry) const;
    [[nodiscard]] std::vector<StreamIndex> of_system(std::string_view system) const;

    // Gives the header of a stream that begins with header.begin the first name that is free: no
    // other stream has it, or it is this one's, from before its files were lost. Code
    // prover.generations: there is none.
    [[nodiscard]] Status name(StreamHeader& header);
    // A new stream; the log may know it already, from before its files were lost.
    [[nodiscard]] Result<StreamIndex> begin(StreamHeader header, attest::PlanControl control);
    // The next row: `slot` has its sums as if it were the day's first.
    [[nodiscard]] Status append(StreamIndex index, Row slot);
    // The slots up to `rows` were erased from the journal: there are no openings of them.
    [[nodiscard]] Status skip_to(StreamIndex index, std::uint64_t rows);
    // No further slot, and no further proof of those there are.
    void close(StreamIndex index);

    [[nodiscard]] Result<Openings> openings(StreamIndex index) const;
    // A document says this of the stream.
    void published(StreamIndex index, const attest::SlotWindow& window);

private:
    // What the log's entries say of a stream.
    struct Logged {
        zk::SlotNumber begin = 0;        // the first slot entry
        zk::SlotNumber next_slot = 0;    // behind the last slot entry
        zk::SlotNumber next_proved = 0;  // behind the last range entry; 0: none
        zk::PointBytes bad_sum{};
        zk::PointBytes total_sum{};
        bool any = false;
    };
    StreamBook(Path state_dir, StreamNames& names)
        : state_dir_(std::move(state_dir)), names_(&names) {}
    [[nodiscard]] Status read_files();
    [[nodiscard]] Status read_book();
    [[nodiscard]] Status read_log(const tlog::TreeHead& head);
    [[nodiscard]] Status read_entry(std::string_view text);
    [[nodiscard]] Status read_document(const Hash& attestation);
    [[nodiscard]] Status settle();
    [[nodiscard]] Status settle_rows(Stream& stream);
    [[nodiscard]] Status apply(Stream& stream, const Logged& logged) const;

    Path state_dir_;
    StreamNames* names_;
    Place place_;
    std::optional<attest::StreamsEntry> announced_;
    std::vector<Stream> streams_;
    std::map<std::pair<std::string, std::string>, StreamIndex, std::less<>> newest_;
    std::map<std::string, std::vector<StreamIndex>, std::less<>> by_system_;
    std::map<Hash, StreamIndex> by_id_;
    std::map<Hash, Logged> logged_;  // of the entries that were read
    std::vector<Hash> waiting_;
    std::set<StreamIndex> dirty_;  // rows not synced yet
    bool rows_lost_ = false;
};

}  // namespace overlord::prover
