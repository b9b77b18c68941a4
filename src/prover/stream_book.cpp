#include "stream_book.hpp"

#include <algorithm>

#include "overlord/attest/statement.hpp"
#include "overlord/attest/zk_store.hpp"
#include "overlord/base/assert.hpp"
#include "overlord/prover/prover.hpp"
#include "overlord/ledger/entry.hpp"
#include "overlord/tlog/tiles.hpp"

namespace overlord::prover {
namespace {

constexpr std::string_view kBookMagic = "zkobook2";
constexpr std::uint64_t kBookBytesMax = 64u << 20;
constexpr std::size_t kHashBytes = 32;

Path book_file(const Path& state_dir) {
    return proofs_directory(state_dir) / "book";
}

Result<Hash> take_hash(ByteReader& in) {
    const Result<ByteView> bytes = in.take(kHashBytes);
    if (!bytes) return bytes.error();
    Hash hash{};
    std::copy(bytes->begin(), bytes->end(), hash.begin());
    return hash;
}

// What the book says of one stream, in the order of the file.
struct Saved {
    Hash stream{};
    std::uint64_t rows = 0, sealed = 0, proved = 0;
    Hash bad_sum{}, total_sum{};
    std::uint64_t comparisons = 0;
    attest::SlotWindow published;
};

void put_saved(Bytes& out, const Stream& stream) {
    put_bytes(out, stream.header.stream);
    for (const std::uint64_t count : {stream.rows, stream.sealed, stream.proved}) {
        put_u64_le(out, count);
    }
    put_bytes(out, stream.sealed_bad_sum);
    put_bytes(out, stream.sealed_total_sum);
    put_u64_le(out, stream.comparisons);
    put_u64_le(out, stream.published.first);
    put_u64_le(out, stream.published.count);
}

Result<Saved> take_saved(ByteReader& in) {
    Saved saved;
    const auto hash = [&](Hash& value) {
        const Result<Hash> read = take_hash(in);
        if (read) value = *read;
        return read.has_value();
    };
    const auto number = [&](std::uint64_t& value) {
        const Result<std::uint64_t> read = in.u64();
        if (read) value = *read;
        return read.has_value();
    };
    const bool whole = hash(saved.stream) && number(saved.rows) && number(saved.sealed) &&
                       number(saved.proved) && hash(saved.bad_sum) && hash(saved.total_sum) &&
                       number(saved.comparisons) && number(saved.published.first) &&
                       number(saved.published.count);
    if (!whole) return Error{"book.damaged", "the book ends early"};
    return saved;
}

struct Book {
    StreamBook::Place place;
    std::optional<attest::StreamsEntry> announced;
    std::vector<Saved> streams;
    std::vector<Hash> waiting;
};

Result<Book> parse_book(ByteView bytes) {
    const Error damaged{"book.damaged", "the book is damaged"};
    if (bytes.size() < kBookMagic.size() + 4) return damaged;
    const ByteView body = bytes.first(bytes.size() - 4);
    if (crc32c(body) != get_u32_le(&bytes[body.size()])) return damaged;
    ByteReader in(body);
    const Result<ByteView> magic = in.take(kBookMagic.size());
    if (!magic || as_text(*magic) != kBookMagic) return damaged;
    Book book;
    const Result<std::uint64_t> record = in.u64();
    const Result<std::uint64_t> entries = in.u64();
    const Result<Hash> key = take_hash(in);
    const Result<std::uint64_t> slot_ns = in.u64();
    const Result<std::uint64_t> streams = in.u64();
    if (!record || !entries || !key || !slot_ns || !streams) return damaged;
    if (*slot_ns != 0) {
        book.announced = attest::StreamsEntry{0, *key, static_cast<DurationNs>(*slot_ns)};
    }
    book.place = {RecordIndex{*record}, *entries};
    for (std::uint64_t i = 0; i < *streams; ++i) {
        const Result<Saved> saved = take_saved(in);
        if (!saved) return saved.error();
        book.streams.push_back(*saved);
    }
    const Result<std::uint64_t> waiting = in.u64();
    if (!waiting) return damaged;
    for (std::uint64_t i = 0; i < *waiting; ++i) {
        const Result<Hash> digest = take_hash(in);
        if (!digest) return damaged;
        book.waiting.push_back(*digest);
    }
    if (!in.empty()) return damaged;
    return book;
}

}  // namespace

Status check_book(const Path& state_dir) {
    const Result<Bytes> bytes = read_file(book_file(state_dir), kBookBytesMax);
    if (!bytes) return bytes.error();
    const Result<Book> book = parse_book(*bytes);
    return book ? Status() : Status(book.error());
}

Result<StreamBook> StreamBook::open(const Path& state_dir, const tlog::TreeHead& head,
                                    StreamNames& names) {
    StreamBook book(state_dir, names);
    if (Status made = make_directories(proofs_directory(state_dir) / "plans"); !made) {
        return made.error();
    }
    if (Status files = book.read_files(); !files) return files.error();
    if (Status saved = book.read_book(); !saved) return saved.error();
    if (Status log = book.read_log(head); !log) return log.error();
    if (Status settled = book.settle(); !settled) return settled.error();
    return book;
}

// Every file of openings is a stream; of those of one system and plan entry, the one that began
// last goes on.
Status StreamBook::read_files() {
    const Path directory = proofs_directory(state_dir_);
    const Result<std::vector<std::string>> names = list_files(directory);
    if (!names) return names.error();
    for (const std::string& name : *names) {
        if (!name.ends_with(".slots")) continue;
        const Result<Openings> file = Openings::open(directory / name, Openings::Access::kRead);
        if (!file) return file.error();
        Result<attest::PlanControl> control = attest::parse_plan_control(file->header().entry);
        if (!control) return with_context(control.error(), name);
        const Result<StreamIndex> begun = begin(file->header(), std::move(*control));
        if (!begun) return begun.error();
    }
    return {};
}

// Without it, or with one that is damaged, everything is derived again: it holds nothing else.
Status StreamBook::read_book() {
    const Result<Bytes> bytes = read_file(book_file(state_dir_), kBookBytesMax);
    if (!bytes && bytes.error().code != "io.enoent") return bytes.error();
    Result<Book> book =
        bytes ? parse_book(*bytes) : Result<Book>(Error{"book.damaged", "there is no book"});
    if (!book) return {};
    for (const Saved& saved : book->streams) {
        const auto known = by_id_.find(saved.stream);
        if (known == by_id_.end()) {
            rows_lost_ = true;  // its file is gone
            Logged& logged = logged_[saved.stream];
            logged.any = false;
            continue;
        }
        Stream& stream = streams_[known->second];
        stream.rows = saved.rows;
        stream.sealed = saved.sealed;
        stream.proved = saved.proved;
        stream.sealed_bad_sum = saved.bad_sum;
        stream.sealed_total_sum = saved.total_sum;
        stream.comparisons = saved.comparisons;
        stream.published = saved.published;
    }
    place_ = book->place;
    announced_ = book->announced;
    waiting_ = std::move(book->waiting);
    if (rows_lost_) place_ = {};  // what the log says of the lost stream is before, too
    return {};
}

Status StreamBook::read_log(const tlog::TreeHead& head) {
    if (place_.entries > head.size.value) {
        return Error{"prover.book",
                     "proofs/book knows of " + std::to_string(place_.entries) +
                         " entries and the log has " + std::to_string(head.size.value) +
                         ": one of them is an old copy",
                     ErrorClass::kFatal};
    }
    if (place_.entries == head.size.value) return {};
    Result<tlog::TileReader> reader = tlog::TileReader::open(state_dir_ / "log", head);
    if (!reader) return reader.error();
    for (; place_.entries < head.size.value; ++place_.entries) {
        const Result<Bytes> entry = reader->entry(EntryIndex{place_.entries});
        if (!entry) return entry.error();
        if (Status read = read_entry(as_text(*entry)); !read) {
            return with_context(read.error(), "entry " + std::to_string(place_.entries));
        }
    }
    return {};
}

Status StreamBook::read_entry(std::string_view text) {
    if (ledger::entry_member(text, "kind") == "attestation") {
        const Result<attest::AttestationEntry> entry = attest::parse_entry(text);
        if (!entry) return entry.error();
        waiting_.push_back(entry->digest);
        return {};
    }
    const Result<attest::ZkEntry> entry = attest::parse_zk_entry(text);
    if (!entry) return entry.error();
    if (const auto* streams = std::get_if<attest::StreamsEntry>(&*entry)) {
        announced_ = attest::StreamsEntry{0, streams->key, streams->slot_ns};
    } else if (const auto* slot = std::get_if<attest::SlotEntry>(&*entry)) {
        Logged& logged = logged_[slot->stream];
        if (!logged.any) logged.begin = slot->slot;
        logged.any = true;
        logged.next_slot = slot->slot + 1;
        logged.bad_sum = slot->bad_sum;
        logged.total_sum = slot->total_sum;
    } else if (const auto* range = std::get_if<attest::RangeEntry>(&*entry)) {
        logged_[range->stream].next_proved = range->first + range->count;
    } else if (const auto* proof = std::get_if<attest::ProofEntry>(&*entry)) {
        std::erase(waiting_, proof->attestation);
        return read_document(proof->attestation);
    }
    return {};
}

Status StreamBook::read_document(const Hash& attestation) {
    const Result<std::optional<attest::ZkDocument>> document =
        attest::find_zk_document(state_dir_, attestation);
    // Of streams that another build has named: they have ended.
    if (!document && document.error().code == "zk.format") return {};
    if (!document) return document.error();
    if (!*document) return {};  // erased with its attestation; what it told was counted before
    for (const attest::ZkStatement& statement : (*document)->statements) {
        const auto known = by_id_.find(statement.stream);
        if (known != by_id_.end()) published(known->second, {statement.first, statement.count});
    }
    return {};
}

Status StreamBook::apply(Stream& stream, const Logged& logged) const {
    const zk::SlotNumber begin = stream.header.begin;
    const bool fits = (!logged.any || logged.next_slot > begin) &&
                      (logged.next_proved == 0 || logged.next_proved > begin);
    if (!fits) {
        return Error{"prover.conflict",
                     "the log has slots of stream " + to_hex(stream.header.stream) +
                         " from before it began",
                     ErrorClass::kFatal};
    }
    if (logged.any) {
        stream.sealed = logged.next_slot - begin;
        stream.sealed_bad_sum = logged.bad_sum;
        stream.sealed_total_sum = logged.total_sum;
    }
    if (logged.next_proved != 0) stream.proved = logged.next_proved - begin;
    stream.made = stream.sealed;
    stream.grouped = stream.proved;
    const std::optional<zk::Point> bad = zk::decode(stream.sealed_bad_sum);
    const std::optional<zk::Point> total = zk::decode(stream.sealed_total_sum);
    if (!bad || !total) {
        return Error{"prover.conflict", "a sum of stream " + to_hex(stream.header.stream) +
                                            " is no point of the group",
                     ErrorClass::kFatal};
    }
    stream.bad_sum = *bad;
    stream.total_sum = *total;
    return {};
}

// Rows from the book's count on were not synced for certain: those whose checksum is right are.
Status StreamBook::settle_rows(Stream& stream) {
    const Result<Openings> file =
        Openings::open(openings_file(state_dir_, stream.header.stream), Openings::Access::kRead);
    if (!file) return file.error();
    const Result<std::uint64_t> there = file->rows();
    if (!there) return there.error();
    if (*there < stream.rows) {
        stream.rows = 0;
        rows_lost_ = true;
    }
    // Erased rows are a beginning; zeros behind a good row are what a power cut left.
    bool good_before = stream.rows > 0;
    for (std::uint64_t index = stream.rows; index < *there; ++index) {
        const Result<std::optional<Row>> row = file->read(index);
        if (!row && row.error().code != "openings.row") return row.error();
        if (!row || (!*row && good_before)) break;
        good_before = good_before || row->has_value();
        if (good_before) stream.rows = index + 1;
    }
    return {};
}

Status StreamBook::settle() {
    for (Stream& stream : streams_) {
        if (Status rows = settle_rows(stream); !rows) return rows;
        const auto logged = logged_.find(stream.header.stream);
        const Status applied =
            apply(stream, logged == logged_.end() ? Logged() : logged->second);
        if (!applied) return applied;
    }
    if (rows_lost_) place_.next_record = {};
    return {};
}

Status StreamBook::save(const Place& place, const std::set<Hash>& attestations_waiting) {
    // The rows first: the book says that they are there.
    for (const StreamIndex index : dirty_) {
        Result<Openings> file = Openings::open(
            openings_file(state_dir_, streams_[index].header.stream), Openings::Access::kWrite);
        if (!file) return file.error();
        if (Status synced = file->sync(); !synced) return synced;
    }
    dirty_.clear();
    Bytes out;
    put_bytes(out, as_bytes(kBookMagic));
    put_u64_le(out, place.next_record.value);
    put_u64_le(out, place.entries);
    const attest::StreamsEntry announced = announced_.value_or(attest::StreamsEntry{});
    put_bytes(out, announced.key);
    put_u64_le(out, static_cast<std::uint64_t>(announced.slot_ns));
    put_u64_le(out, streams_.size());
    for (const Stream& stream : streams_) put_saved(out, stream);
    put_u64_le(out, attestations_waiting.size());
    for (const Hash& digest : attestations_waiting) put_bytes(out, digest);
    put_u32_le(out, crc32c(out));
    if (Status written = write_file_durable(book_file(state_dir_), out); !written) return written;
    place_ = place;
    return {};
}

std::optional<StreamIndex> StreamBook::find(std::string_view system,
                                            std::string_view entry) const {
    const auto found = newest_.find(std::pair(std::string(system), std::string(entry)));
    if (found == newest_.end()) return std::nullopt;
    return found->second;
}

std::vector<StreamIndex> StreamBook::of_system(std::string_view system) const {
    const auto found = by_system_.find(system);
    return found == by_system_.end() ? std::vector<StreamIndex>() : found->second;
}

Status StreamBook::name(StreamHeader& header) {
    for (std::uint32_t generation = 0; generation < zk::kGenerationsMax; ++generation) {
        names_->name(header, generation);
        if (by_id_.contains(header.stream)) continue;
        const auto logged = logged_.find(header.stream);
        const bool known = logged != logged_.end() && logged->second.any;
        if (!known || logged->second.begin == header.begin) return {};
    }
    return Error{"prover.generations",
                 "the streams of a control of " + header.system + " have ended " +
                     std::to_string(zk::kGenerationsMax) +
                     " times, and there is no name for another: begin a successor of the log",
                 ErrorClass::kFatal};
}

Result<StreamIndex> StreamBook::begin(StreamHeader header, attest::PlanControl control) {
    const Result<Openings> file =
        Openings::open(openings_file(state_dir_, header.stream), header);
    if (!file) return file.error();
    const StreamIndex index = streams_.size();
    Stream stream;
    stream.header = std::move(header);
    stream.control = std::move(control);
    stream.generation = names_->generation_of(stream.header);
    const auto logged = logged_.find(stream.header.stream);
    if (logged != logged_.end()) {
        if (Status applied = apply(stream, logged->second); !applied) return applied.error();
    }
    const std::pair key(stream.header.system, stream.header.entry);
    const auto newest = newest_.find(key);
    if (!stream.generation) {
        stream.ended = stream.closed = true;
    } else if (newest == newest_.end()) {
        newest_.emplace(key, index);
    } else if (streams_[newest->second].header.begin < stream.header.begin) {
        streams_[newest->second].ended = true;
        newest->second = index;
    } else {
        stream.ended = true;
    }
    by_system_[stream.header.system].push_back(index);
    by_id_[stream.header.stream] = index;
    streams_.push_back(std::move(stream));
    return index;
}

Status StreamBook::append(StreamIndex index, Row row) {
    Stream& stream = streams_[index];
    Result<Openings> file = Openings::open(openings_file(state_dir_, stream.header.stream),
                                           Openings::Access::kWrite);
    if (!file) return file.error();
    if (stream.rows > 0) {
        const Result<std::optional<Row>> before = file->read(stream.rows - 1);
        if (!before) return before.error();
        if (*before && (*before)->day == row.day) {
            row.place = (*before)->place + 1;
            row.sums.add((*before)->sums);
        }
    }
    if (Status written = file->write(stream.rows, row); !written) return written;
    ++stream.rows;
    dirty_.insert(index);
    return {};
}

Status StreamBook::skip_to(StreamIndex index, std::uint64_t rows) {
    Stream& stream = streams_[index];
    Result<Openings> file = Openings::open(openings_file(state_dir_, stream.header.stream),
                                           Openings::Access::kWrite);
    if (!file) return file.error();
    if (Status skipped = file->skip_to(rows); !skipped) return skipped;
    stream.rows = rows;
    dirty_.insert(index);
    return {};
}

void StreamBook::close(StreamIndex index) {
    Stream& stream = streams_[index];
    stream.ended = true;
    stream.closed = true;
    stream.rows = stream.made;  // of the rest there is no commitment
    stream.grouped = stream.made;
    const auto newest = newest_.find(std::pair(stream.header.system, stream.header.entry));
    if (newest != newest_.end() && newest->second == index) newest_.erase(newest);
}

Result<Openings> StreamBook::openings(StreamIndex index) const {
    return Openings::open(openings_file(state_dir_, streams_[index].header.stream),
                          Openings::Access::kRead);
}

void StreamBook::published(StreamIndex index, const attest::SlotWindow& window) {
    Stream& stream = streams_[index];
    if (stream.published == window) return;
    stream.published = window;
    ++stream.comparisons;
}

}  // namespace overlord::prover
