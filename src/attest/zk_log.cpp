// Step 3 of the verification: where the sums of each window come from.
#include <algorithm>

#include "overlord/attest/zk_verify.hpp"
#include "overlord/zk/point.hpp"

namespace overlord::attest {
namespace {

zk::SlotNumber last_of(const ZkStatement& statement) {
    return statement.first + statement.count - 1;
}

Error refuse(const char* code, const ZkStatement& statement, const std::string& what) {
    return Error{code, statement.control + ": " + what};
}

Status check_head(const tlog::TreeHead& head, TreeSize size, const Hash& root, const char* whose) {
    if (head.size != size || head.root == root) return {};
    return Error{"zk.root", "the first " + std::to_string(size.value) +
                                " entries lead to the root " + to_base64(head.root) +
                                ", not to that of the " + whose + ", " + to_base64(root)};
}

// Of a compact proof.
template <class Entry>
Result<Entry> read_end(const ZkStatement& statement, const std::string& text) {
    const Result<ZkEntry> entry = parse_zk_entry(text);
    if (!entry) return with_context(entry.error(), statement.control);
    const auto* wanted = std::get_if<Entry>(&*entry);
    if (wanted != nullptr && wanted->stream == statement.stream) return *wanted;
    return refuse("zk.end", statement, "an end of the window is another stream's, or no slot's");
}

Status check_points(const ZkStatement& statement, const SlotEntry& slot) {
    for (const zk::PointBytes& bytes : {slot.bad, slot.total, slot.bad_sum, slot.total_sum}) {
        if (!zk::decode(bytes)) {
            return refuse("zk.point", statement, "slot " + std::to_string(slot.slot) +
                                                     " holds what is no canonical point");
        }
    }
    return {};
}

Result<SlotSums> sums_before(const ZkStatement& statement, const std::string& text) {
    const Result<SlotEntry> slot = read_end<SlotEntry>(statement, text);
    if (!slot) return slot.error();
    if (Status points = check_points(statement, *slot); !points) return points.error();
    if (statement.first > statement.begin) {
        if (slot->slot + 1 == statement.first) return SlotSums{slot->bad_sum, slot->total_sum};
        return refuse("zk.end", statement, "slot " + std::to_string(slot->slot) +
                                               " is not the one before the window");
    }
    // Of the first slot of a stream, and of no other, the sums are its own commitments.
    if (slot->slot != statement.begin || slot->bad_sum != slot->bad ||
        slot->total_sum != slot->total) {
        return refuse("zk.begin", statement, "slot " + std::to_string(slot->slot) +
                                                 " is not the stream's first");
    }
    return SlotSums{};
}

Result<SlotSums> sums_after(const ZkCase& zk, const ZkStatement& statement,
                            const EndEntries& entries) {
    const Result<SlotEntry> slot = read_end<SlotEntry>(statement, entries.last);
    if (!slot) return slot.error();
    if (Status points = check_points(statement, *slot); !points) return points.error();
    const zk::SlotNumber last = last_of(statement);
    if (slot->slot != last) {
        return refuse("zk.end", statement, "slot " + std::to_string(slot->slot) +
                                               " is not the window's last");
    }
    const Result<RangeEntry> range = read_end<RangeEntry>(statement, entries.range);
    if (!range) return range.error();
    if (range->first > last || last - range->first >= range->count) {
        return refuse("zk.end", statement, "the range entry does not cover the window's last slot");
    }
    if (range->bits != zk.control_of(statement).bits) {
        return refuse("zk.range_bits", statement, "the range entry is about values of " +
                                                      std::to_string(range->bits) + " bits");
    }
    return SlotSums{slot->bad_sum, slot->total_sum};
}

}  // namespace

ZkLogReader::ZkLogReader(const ZkCase& zk, unsigned threads)
    : zk_(zk), walk_({zk.document.origin, threads, false}) {
    for (std::size_t i = 0; i < zk.document.statements.size(); ++i) {
        const ZkStatement& statement = zk.document.statements[i];
        for (std::uint32_t g = 0; g < zk::kGenerationsMax; ++g) {
            generations_[zk.name_of(statement, g)] = {i, {}, {}, 0};
        }
        walk_.follow(statement.stream, zk.control_of(statement).bits);
        if (statement.first > statement.begin) walk_.mark(statement.stream, statement.first - 1);
        walk_.mark(statement.stream, last_of(statement));
    }
}

Status ZkLogReader::see(EntryIndex index, std::string_view entry) {
    OVERLORD_ASSERT(index.value == frontier_.size().value);
    frontier_.append(tlog::leaf_hash(as_bytes(entry)));
    if (Status root = see_root(); !root) return root;
    const bool spoken_of = index.value < zk_.document.size.value;
    if (spoken_of) {
        if (Status walked = walk_.see(index, entry); !walked) return walked;
    }
    const Result<ZkEntry> parsed = parse_zk_entry(entry);
    if (!parsed) return spoken_of ? Status(parsed.error()) : Status();
    if (const auto* proof = std::get_if<ProofEntry>(&*parsed)) return see_proof(index, *proof);
    const auto* slot = std::get_if<SlotEntry>(&*parsed);
    if (slot == nullptr || !spoken_of) return {};
    if (const auto named = generations_.find(slot->stream); named != generations_.end()) {
        if (!named->second.first) named->second.first = index;
        named->second.last = index;
        named->second.last_slot = std::max(named->second.last_slot, slot->slot);
    }
    return shown_ ? shown_(*slot) : Status();
}

Status ZkLogReader::see_root() {
    const TreeSize size = frontier_.size();
    const LogPosition& attested = zk_.attested.statement.log;
    if (size != attested.size && size != zk_.document.size) return {};
    const tlog::TreeHead head = frontier_.head();
    if (Status same = check_head(head, attested.size, attested.root, "attestation"); !same) {
        return same;
    }
    return check_head(head, zk_.document.size, zk_.document.root, "document");
}

// One document to an attestation: whoever could make several would show the one he likes.
Status ZkLogReader::see_proof(EntryIndex index, const ProofEntry& proof) {
    if (proof.attestation != zk_.attested.digest) return {};
    if (index.value < zk_.document.size.value) {
        return Error{"zk.logged", "entry " + std::to_string(index.value) +
                                      " named a document of this attestation before this one "
                                      "was made, " + to_hex(proof.digest)};
    }
    if (proof.digest == zk_.digest) {
        logged_ = true;
        return {};
    }
    return Error{"zk.logged", "the log names another document for this attestation, " +
                                  to_hex(proof.digest)};
}

Status check_announced(const ZkCase& zk, const StreamsEntry& announced) {
    if (announced.key == zk.document.stream_key && announced.slot_ns == zk.plan.slot_ns) return {};
    return Error{"zk.streams", "the log has announced streams of another key, or slots of another "
                               "length, than the document says"};
}

Status ZkLogReader::check_streams() const {
    if (walk_.announced()) return check_announced(zk_, *walk_.announced());
    return Error{"zk.streams", "the log has not announced how it names streams"};
}

// Two streams of one control side by side would be two answers to choose from.
Status ZkLogReader::check_generations(std::size_t statement) const {
    const ZkStatement& shown = zk_.document.statements[statement];
    const Generation& own = generations_.at(shown.stream);
    for (const auto& [name, other] : generations_) {
        if (other.statement != statement || name == shown.stream || !other.last) continue;
        const bool before = own.first && *other.last < *own.first;
        if (before && other.last_slot < shown.begin) continue;
        return refuse("zk.stream_twice", shown,
                      "the log has another stream of this control and system, " + to_hex(name) +
                          ", with a slot in entry " + std::to_string(other.last->value) +
                          ": behind the beginning of the one that is shown, or for the same time");
    }
    return {};
}

std::size_t ZkLogReader::generations_before(std::size_t statement) const {
    const Hash& shown = zk_.document.statements[statement].stream;
    return static_cast<std::size_t>(
        std::count_if(generations_.begin(), generations_.end(), [&](const auto& one) {
            return one.second.statement == statement && one.second.first && one.first != shown;
        }));
}

Result<std::vector<WindowEnds>> ZkLogReader::finish() {
    if (Status checked = walk_.finish(); !checked) return checked.error();
    if (frontier_.size() < zk_.document.size) {
        return Error{"zk.size", "the log ends before entry " +
                                    std::to_string(zk_.document.size.value)};
    }
    if (Status streams = check_streams(); !streams) return streams.error();
    std::vector<WindowEnds> ends;
    for (std::size_t i = 0; i < zk_.document.statements.size(); ++i) {
        const ZkStatement& statement = zk_.document.statements[i];
        if (Status alone = check_generations(i); !alone) return alone.error();
        const StreamState* stream = walk_.find(statement.stream);
        if (stream == nullptr || stream->covered == stream->begin) {
            return refuse("zk.window", statement, "its stream has no slot with a range proof");
        }
        if (stream->begin != statement.begin) {
            return refuse("zk.begin", statement, "its stream begins with slot " +
                                                     std::to_string(stream->begin) + ", not with " +
                                                     std::to_string(statement.begin));
        }
        const zk::SlotNumber last = last_of(statement);
        const zk::SlotNumber newest =
            std::min(stream->covered - 1,
                     slot_of_instant(zk_.attested.statement.at, zk_.plan.slot_ns));
        if (newest != last) {
            return refuse("zk.window", statement,
                          "the last slot with a range proof, up to the attestation's instant, is " +
                              std::to_string(newest) + ", the window ends with " +
                              std::to_string(last));
        }
        WindowEnds end;
        if (statement.first > statement.begin) {
            end.before = walk_.sums_after(statement.stream, statement.first - 1).value();
        }
        end.after = walk_.sums_after(statement.stream, last).value();
        ends.push_back(end);
    }
    return ends;
}

Result<std::vector<WindowEnds>> ends_of(const ZkCase& zk, std::span<const EndEntries> entries) {
    OVERLORD_ASSERT(entries.size() == zk.document.statements.size());
    std::vector<WindowEnds> ends;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const ZkStatement& statement = zk.document.statements[i];
        const Result<SlotSums> before = sums_before(statement, entries[i].before);
        if (!before) return before.error();
        const Result<SlotSums> after = sums_after(zk, statement, entries[i]);
        if (!after) return after.error();
        ends.push_back({*before, *after});
    }
    return ends;
}

}  // namespace overlord::attest
