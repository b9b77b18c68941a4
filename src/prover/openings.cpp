#include "overlord/prover/openings.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "overlord/base/assert.hpp"
#include "overlord/crypto/keys.hpp"

namespace overlord::prover {
namespace {

constexpr std::string_view kMagic = "zkoslots";
// magic, version u32, length of the header u32, its checksum u32; then the name.
constexpr std::size_t kFixedHeaderBytes = 20;
constexpr std::uint32_t kRowSeed = 0x726f7773;  // a row of zeros has no valid checksum

constexpr std::uint32_t kVersionAsserted = 1;
constexpr std::uint32_t kVersionBound = 2;

Error damaged_header(const Path& file, std::string_view why) {
    return Error{"openings.header", file.string() + ": " + std::string(why), ErrorClass::kFatal};
}

Bytes encode(const StreamHeader& header) {
    Bytes name;
    put_bytes(name, header.stream);
    put_bytes(name, header.salt);
    put_u64_le(name, static_cast<std::uint64_t>(header.slot_ns));
    put_u64_le(name, header.begin);
    put_text(name, header.system);
    put_text(name, header.entry);
    Bytes out;
    put_bytes(out, as_bytes(kMagic));
    put_u32_le(out, header.event_bound ? kVersionBound : kVersionAsserted);
    put_u32_le(out, static_cast<std::uint32_t>(kFixedHeaderBytes + name.size()));
    put_u32_le(out, crc32c(name));
    put_bytes(out, name);
    return out;
}

Result<StreamHeader> decode_name(ByteView bytes) {
    ByteReader in(bytes);
    StreamHeader header;
    const Result<ByteView> stream = in.take(32);
    if (!stream) return stream.error();
    const Result<ByteView> salt = in.take(32);
    if (!salt) return salt.error();
    const Result<std::uint64_t> slot_ns = in.u64();
    if (!slot_ns) return slot_ns.error();
    const Result<std::uint64_t> begin = in.u64();
    if (!begin) return begin.error();
    Result<std::string> system = in.text();
    if (!system) return system.error();
    Result<std::string> entry = in.text();
    if (!entry) return entry.error();
    std::copy(stream->begin(), stream->end(), header.stream.begin());
    std::copy(salt->begin(), salt->end(), header.salt.begin());
    header.slot_ns = static_cast<DurationNs>(*slot_ns);
    header.begin = *begin;
    header.system = std::move(*system);
    header.entry = std::move(*entry);
    return header;
}

// {bad u32, total u32, bad_sum u64, total_sum u64, r_bad_sum, r_total_sum, day i32, place u32,
// contributions (of an event-bound slot), crc u32}
Bytes encode(const Row& row, std::size_t row_bytes) {
    Bytes out;
    out.reserve(row_bytes);
    put_u32_le(out, static_cast<std::uint32_t>(row.values.bad));
    put_u32_le(out, static_cast<std::uint32_t>(row.values.total));
    put_u64_le(out, row.sums.bad);
    put_u64_le(out, row.sums.total);
    put_bytes(out, row.sums.bad_blinding.encode());
    put_bytes(out, row.sums.total_blinding.encode());
    put_u32_le(out, static_cast<std::uint32_t>(row.day));
    put_u32_le(out, row.place);
    if (row_bytes == kBoundRowBytes) put_bytes(out, row.contributions);
    put_u32_le(out, crc32c(out, kRowSeed));
    OVERLORD_ASSERT(out.size() == row_bytes);
    return out;
}

std::optional<Row> decode(const Bytes& bytes) {
    const std::size_t crc_at = bytes.size() - 4;
    const ByteView view(bytes);
    if (crc32c(view.first(crc_at), kRowSeed) != get_u32_le(&bytes[crc_at])) return std::nullopt;
    const std::optional<zk::Scalar> bad = zk::Scalar::decode(view.subspan(24, 32));
    const std::optional<zk::Scalar> total = zk::Scalar::decode(view.subspan(56, 32));
    if (!bad || !total) return std::nullopt;
    Row row;
    row.values = {get_u32_le(&bytes[0]), get_u32_le(&bytes[4])};
    row.sums.bad = get_u64_le(&bytes[8]);
    row.sums.total = get_u64_le(&bytes[16]);
    row.sums.bad_blinding = *bad;
    row.sums.total_blinding = *total;
    row.day = static_cast<ledger::Day>(get_u32_le(&bytes[88]));
    row.place = get_u32_le(&bytes[92]);
    if (bytes.size() == kBoundRowBytes) {
        std::copy_n(&bytes[96], row.contributions.size(), row.contributions.begin());
    }
    return row;
}

bool is_erased(ByteView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

Sums::~Sums() {
    zk::wipe(std::span<zk::Scalar>(&bad_blinding, 1));
    zk::wipe(std::span<zk::Scalar>(&total_blinding, 1));
}

void Sums::add(const Sums& other) {
    bad += other.bad;
    total += other.total;
    bad_blinding += other.bad_blinding;
    total_blinding += other.total_blinding;
}

void Sums::subtract(const Sums& other) {
    bad -= other.bad;
    total -= other.total;
    bad_blinding -= other.bad_blinding;
    total_blinding -= other.total_blinding;
}

Path proofs_directory(const Path& state_dir) {
    return state_dir / "proofs";
}

Path openings_file(const Path& state_dir, const Hash& stream) {
    return proofs_directory(state_dir) / (to_hex(stream) + ".slots");
}

Result<Openings> Openings::open(const Path& file, Access access) {
    const int flags = (access == Access::kWrite ? O_RDWR : O_RDONLY) | O_CLOEXEC;
    Result<FileHandle> handle = open_file(file, flags);
    if (!handle) return std::move(handle).error();
    Bytes fixed(kFixedHeaderBytes);
    const Result<std::size_t> got = read_at(*handle, file, fixed, 0);
    if (!got) return got.error();
    if (*got != fixed.size() || as_text(ByteView(fixed).first(kMagic.size())) != kMagic) {
        return damaged_header(file, "is no file of openings");
    }
    const std::uint32_t version = get_u32_le(&fixed[8]);
    const std::uint32_t length = get_u32_le(&fixed[12]);
    if (version != kVersionAsserted && version != kVersionBound) {
        return damaged_header(file, "has version " + std::to_string(version));
    }
    if (length < kFixedHeaderBytes || length > kHeaderBytesMax) {
        return damaged_header(file, "the header's length is wrong");
    }
    Bytes name(length - kFixedHeaderBytes);
    const Result<std::size_t> rest = read_at(*handle, file, name, kFixedHeaderBytes);
    if (!rest) return rest.error();
    Result<StreamHeader> header = decode_name(name);
    if (*rest != name.size() || crc32c(name) != get_u32_le(&fixed[16]) || !header) {
        return damaged_header(file, "the header is damaged");
    }
    header->event_bound = version == kVersionBound;
    return Openings(file, std::move(*handle), std::move(*header), length);
}

Result<Openings> Openings::open(const Path& file, const StreamHeader& header) {
    const Bytes bytes = encode(header);
    if (bytes.size() > kHeaderBytesMax) {
        return Error{"openings.header", "the name of a stream is too long", ErrorClass::kFatal};
    }
    Result<Openings> found = open(file, Access::kWrite);
    if (!found && found.error().code == "io.enoent") {
        // Whole under its name or not there; rows are appended afterwards.
        if (Status made = write_file_durable(file, bytes); !made) return made.error();
        found = open(file, Access::kWrite);
    }
    if (!found) return found;
    if (!(found->header() == header)) return damaged_header(file, "is of another stream");
    return found;
}

Result<std::uint64_t> Openings::rows() const {
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) return io_error("look at " + name_.string(), errno);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    return size <= rows_at_ ? 0 : (size - rows_at_) / row_bytes();
}

Result<bool> Openings::torn() const {
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) return io_error("look at " + name_.string(), errno);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    return size > rows_at_ && (size - rows_at_) % row_bytes() != 0;
}

Result<std::optional<Row>> Openings::read(std::uint64_t index) const {
    Bytes bytes(row_bytes());
    const Result<std::size_t> got = read_at(file_, name_, bytes, row_at(index));
    if (!got) return got.error();
    std::optional<Row> row = decode(bytes);
    const bool whole = *got == bytes.size() && (row || is_erased(bytes));
    crypto::wipe(bytes);
    if (whole) return row;
    return Error{"openings.row",
                 name_.string() + ": the row of slot " + std::to_string(header_.begin + index) +
                     (*got == bytes.size() ? " is damaged" : " is not there"),
                 ErrorClass::kFatal};
}

Status Openings::write(std::uint64_t index, const Row& row) {
    Bytes bytes = encode(row, row_bytes());
    const Status written = write_at(file_, name_, bytes, row_at(index));
    crypto::wipe(bytes);
    return written;
}

Status Openings::sync() {
    if (::fdatasync(file_.get()) != 0) return io_error("sync " + name_.string(), errno);
    return {};
}

Result<std::optional<Sums>> Openings::slot(std::uint64_t index) const {
    return window(index, 1);
}

// Backwards, a day at a time: the last row of each day has the day's sums, and of the first day
// those before the window are taken off.
Result<std::optional<Sums>> Openings::window(std::uint64_t first, std::uint64_t count) const {
    OVERLORD_ASSERT(count > 0);
    Sums sums;
    std::uint64_t last = first + count - 1;
    for (;;) {
        const Result<std::optional<Row>> row = read(last);
        if (!row) return row.error();
        if (!*row || (*row)->place > last) return std::optional<Sums>();
        sums.add((*row)->sums);
        const std::uint64_t day_begin = last - (*row)->place;
        if (day_begin > first) {
            last = day_begin - 1;
            continue;
        }
        if (day_begin == first) return std::optional<Sums>(sums);
        const Result<std::optional<Row>> before = read(first - 1);
        if (!before) return before.error();
        if (!*before) return std::optional<Sums>();
        sums.subtract((*before)->sums);
        return std::optional<Sums>(sums);
    }
}

// Days are in order, so what was erased before is a beginning of the rows.
Result<std::uint64_t> Openings::first_kept(std::uint64_t count) const {
    std::uint64_t low = 0;
    std::uint64_t high = count;
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        const Result<std::optional<Row>> row = read(middle);
        if (!row && row.error().code != "openings.row") return row.error();
        if (row && !*row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

Result<std::uint64_t> Openings::first_from(ledger::Day day, std::uint64_t from,
                                           std::uint64_t until) const {
    while (from < until) {
        const std::uint64_t middle = from + (until - from) / 2;
        const Result<std::optional<Row>> row = read(middle);
        if (!row) return row.error();
        if (*row && (*row)->day >= day) {
            until = middle;
        } else {
            from = middle + 1;
        }
    }
    return until;
}

Result<std::uint64_t> Openings::erase(ledger::Day before) {
    const Result<std::uint64_t> count = rows();
    if (!count) return count.error();
    const Result<std::uint64_t> first = first_kept(*count);
    if (!first) return first.error();
    std::uint64_t end = *first;  // behind the last row that goes
    for (std::uint64_t index = *first; index < *count; ++index) {
        const Result<std::optional<Row>> row = read(index);
        if (!row && row.error().code != "openings.row") return row.error();
        // One that is damaged goes with the next good one, if that does; the last ones may have
        // been cut short by a crash and are derived again.
        if (!row || !*row) continue;
        if ((*row)->day >= before) break;
        end = index + 1;
    }
    if (end == *first) return std::uint64_t{0};
    const Bytes zeros((end - *first) * row_bytes());
    const Status wiped = write_at(file_, name_, zeros, row_at(*first));
    if (!wiped) return wiped.error();
    if (Status synced = sync(); !synced) return synced.error();
    return end - *first;
}

Status Openings::skip_to(std::uint64_t index) {
    const Result<std::uint64_t> count = rows();
    if (!count) return count.error();
    if (index <= *count) return {};
    const Bytes zeros((index - *count) * row_bytes());
    return write_at(file_, name_, zeros, row_at(*count));
}

Result<std::uint64_t> erase_openings(const Path& state_dir, const ledger::ErasureScope& scope,
                                     ledger::Day before) {
    const Path directory = proofs_directory(state_dir);
    std::uint64_t erased = 0;
    if (!std::filesystem::exists(directory)) return erased;
    const Result<std::vector<std::string>> names = list_files(directory);
    if (!names) return names.error();
    for (const std::string& name : *names) {
        if (!name.ends_with(".slots")) continue;
        Result<Openings> openings = Openings::open(directory / name, Openings::Access::kWrite);
        if (!openings) return openings.error();
        if (!scope.covers(ledger::OwnerKind::kSystem, openings->header().system)) continue;
        const Result<std::uint64_t> rows = openings->erase(before);
        if (!rows) return rows.error();
        erased += *rows;
    }
    return erased;
}

}  // namespace overlord::prover
