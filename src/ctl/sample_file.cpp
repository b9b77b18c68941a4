#include "sample_file.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "overlord/crypto/sha256.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/ledger/entry.hpp"
#include "overlord/ledger/proof.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/tlog/checkpoint.hpp"
#include "verification.hpp"

namespace overlord::ctl {
namespace {

using attest::Report;
using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "zk-overlords/sample/v1";
constexpr std::string_view kDomain{"zk-overlords/sample/v1\0", 23};
constexpr std::uint64_t kManifestBytesMax = 256u << 20;

void put_u64_be(Bytes& out, std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint64_t leading_u64_be(const Hash& hash) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8 | hash[i];
    return value;
}

std::string count_of(std::uint64_t count, const char* noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

// Everything that a check needs from the manifest, or a word on what it lacks.
template <class Read>
bool read_all(const Json& json, const char* name, Read read) {
    const auto rows = json.find(name);
    if (rows == json.end() || !rows->is_array()) return false;
    return std::all_of(rows->begin(), rows->end(), read);
}

bool read_numbers(const Json& json, const char* name, std::vector<std::uint64_t>& out) {
    return read_all(json, name, [&](const Json& row) {
        if (!row.is_number_unsigned()) return false;
        out.push_back(row.get<std::uint64_t>());
        return true;
    });
}

bool read_counts(const Json& json, const char* name, std::map<std::string, std::uint64_t>& out) {
    return read_all(json, name, [&](const Json& row) {
        if (!row.is_array() || row.size() != 2 || !row[0].is_string()) return false;
        if (!row[1].is_number_unsigned()) return false;
        return out.emplace(row[0].get<std::string>(), row[1].get<std::uint64_t>()).second;
    });
}

bool read_entry(const Json& row, ProvenEntry& out) {
    const bool good = row.is_object() && row.contains("index") && row.contains("entry") &&
                      row["index"].is_number_unsigned() && row["entry"].is_string();
    if (!good) return false;
    out.index = row["index"].get<std::uint64_t>();
    out.entry = row["entry"].get<std::string>();
    return read_all(row, "proof", [&](const Json& text) {
        if (!text.is_string()) return false;
        const Result<Hash> hash = hash_from_base64(text.get<std::string>());
        if (hash) out.proof.push_back(*hash);
        return hash.has_value();
    });
}

bool read_tail(const Json& json, std::vector<ProvenEntry>& out) {
    return read_all(json, "tail",
                    [&](const Json& row) { return read_entry(row, out.emplace_back()); });
}

bool read_erasure(const Json& json, std::optional<ProvenEntry>& out) {
    const auto found = json.find("erasure");
    return found == json.end() || read_entry(*found, out.emplace());
}

Json to_row(const ProvenEntry& entry) {
    Json row{{"index", entry.index}, {"entry", entry.entry}, {"proof", Json::array()}};
    for (const Hash& hash : entry.proof) row["proof"].push_back(to_base64(hash));
    return row;
}

// --- Checking ---

class Verification {
public:
    Verification(const Path& directory, const Trust& trust, const ExpectContributions& expect)
        : directory_(directory), trust_(trust), expect_(expect) {
        for (const tlog::VerifierKey& key : trust.keys)
            (key.is_cosigner() ? witnesses_ : logs_).push_back(key);
        report_.subject = "sample " + directory.string();
    }

    Report run() {
        report_.valid = open() && check_tail() && check_drawing() && check_proofs() &&
                        check_totals() && check_events();
        if (report_.valid)
            report_.assurance =
                (manifest_.erased.empty()
                     ? std::string("these records are in the log as they are, and nobody chose "
                                   "them")
                     : "the records shown are in the log as they are; the others were there, and "
                       "that they had to be erased is the word of whoever made the sample, who "
                       "can choose with it what you see") +
                "; of the totals only the number of records is proven, the rest is their maker's "
                "word, which the drawn records do not contradict";
        if (report_.valid && trust_.policy)
            check_cosignatures(manifest_.checkpoint, trust_, report_);
        return std::move(report_);
    }

private:
    bool fails(std::string text) {
        report_.fails(std::move(text));
        return false;
    }

    bool open() {
        const Result<std::string> text =
            read_text_file(directory_ / kManifestName, kManifestBytesMax);
        if (!text) return fails(text.error().message);
        Result<SampleManifest> manifest = parse_manifest(*text);
        if (!manifest) return fails(manifest.error().message);
        manifest_ = std::move(*manifest);
        const Result<tlog::SignedCheckpoint> opened =
            tlog::open_checkpoint(manifest_.checkpoint, logs_, witnesses_);
        if (!opened) return fails("checkpoint: " + opened.error().message);
        head_ = opened->checkpoint.head;
        origin_ = opened->checkpoint.origin;
        report_.holds("the checkpoint of " + std::to_string(head_.size.value) +
                      " entries is signed by " + opened->checkpoint.origin);
        tell_witnesses(*opened);
        return true;
    }

    // Who draws by a root that only the log has signed believes that there was no other.
    void tell_witnesses(const tlog::SignedCheckpoint& opened) {
        std::string names;
        for (const tlog::VerifiedSignature& signature : opened.note.verified)
            if (signature.key.is_cosigner())
                names += (names.empty() ? "" : ", ") + signature.key.name;
        if (!names.empty())
            report_.holds("it is cosigned by " + names + ", so the log could not try other roots");
        else
            report_.holds(
                "no witness whose key was given has cosigned it: weaker, the log could have made "
                "other roots until it liked the drawing");
    }

    bool check_included(const ProvenEntry& entry) {
        const Status included = tlog::verify_inclusion(
            {entry.index, head_.size}, tlog::leaf_hash(as_bytes(entry.entry)), entry.proof,
            head_.root);
        return included || fails("entry " + std::to_string(entry.index) + ": " +
                                 included.error().message);
    }

    // The last block under the head tells how many records there are.
    bool check_tail() {
        if (manifest_.tail.empty()) return fails("no entry shows how many records there are");
        std::uint64_t next = manifest_.tail.front().index;
        for (const ProvenEntry& tail : manifest_.tail) {
            if (tail.index != next++) return fails("the last entries are not without a hole");
            if (!check_included(tail)) return false;
            const auto block = ledger::parse_block(tail.entry);
            const bool first = &tail == &manifest_.tail.front();
            if (!block || block->has_value() != first)
                return fails("entry " + std::to_string(tail.index) +
                             (first ? " is no block" : " is a later block"));
            if (first && (*block)->first.value + (*block)->count != manifest_.records)
                return fails("the last block does not end with record " +
                             std::to_string(manifest_.records));
        }
        if (next != head_.size.value) return fails("entries are missing up to the checkpoint");
        report_.holds("the checkpoint covers exactly " + count_of(manifest_.records, "record"));
        return true;
    }

    bool check_drawing() {
        const std::vector<std::uint64_t> drawn =
            draw(head_.root, manifest_.records, manifest_.drawn.size());
        if (drawn != manifest_.drawn) return fails("other records than the root draws");
        report_.holds(count_of(drawn.size(), "record") + " drawn by the root");
        return true;
    }

    bool check_proofs() {
        const std::set<std::uint64_t> erased(manifest_.erased.begin(), manifest_.erased.end());
        if (!erased.empty() && !check_erasure(erased)) return false;
        std::uint64_t proven = 0;
        for (const std::uint64_t n : manifest_.drawn) {
            if (!(erased.contains(n) ? check_erased(n) : check_proof(n))) return false;
            proven += erased.contains(n) ? 0 : 1;
        }
        report_.holds(std::to_string(proven) + " of them proven to be in the log");
        if (!erased.empty())
            report_.holds(std::to_string(erased.size()) +
                          " of them erased, by what the maker says: they are in the log, and "
                          "nothing shows what they said");
        return true;
    }

    // Records can be erased only where the log says that it erased, and only older ones.
    bool check_erasure(const std::set<std::uint64_t>& erased) {
        for (const std::uint64_t n : erased) {
            if (std::ranges::find(manifest_.drawn, n) == manifest_.drawn.end())
                return fails("record " + std::to_string(n) + " is called erased and is not drawn");
        }
        const auto counted = manifest_.kinds.find("erased");
        if (counted == manifest_.kinds.end() || counted->second < erased.size())
            return fails("more records are called erased than the totals name");
        if (!manifest_.erasure) return fails("records are called erased, and no entry erases any");
        if (!check_included(*manifest_.erasure)) return false;
        const std::optional<RecordIndex> before = ledger::erased_before(manifest_.erasure->entry);
        if (!before || *erased.rbegin() >= before->value)
            return fails("entry " + std::to_string(manifest_.erasure->index) +
                         " erases no record " + std::to_string(*erased.rbegin()));
        report_.holds("the log says that it erased, among the records below " +
                      std::to_string(before->value));
        return true;
    }

    bool check_erased(std::uint64_t n) {
        const Result<std::string> text =
            read_text_file(directory_ / proof_name(n), kDocumentBytesMax);
        if (!text) return fails(text.error().message);
        const Result<ledger::VerifiedErased> erased = ledger::verify_erased_proof(*text, logs_);
        if (!erased) return fails(proof_name(n) + ": " + erased.error().message);
        const tlog::TreeHead& head = erased->checkpoint.checkpoint.head;
        if (erased->n.value == n && head.size == head_.size && head.root == head_.root)
            return true;
        return fails(proof_name(n) + " proves another record, or under another checkpoint");
    }

    bool check_proof(std::uint64_t n) {
        const Result<std::string> text =
            read_text_file(directory_ / proof_name(n), kDocumentBytesMax);
        if (!text) return fails(text.error().message);
        const Result<ledger::VerifiedEvent> event = ledger::verify_event_proof(*text, logs_);
        if (!event) return fails(proof_name(n) + ": " + event.error().message);
        const tlog::TreeHead& head = event->checkpoint.checkpoint.head;
        if (event->n.value != n || head.size != head_.size || head.root != head_.root)
            return fails(proof_name(n) + " proves another record, or under another checkpoint");
        const Result<ledger::RecordView> record = ledger::parse(event->record);
        if (!record) return fails(proof_name(n) + ": " + record.error().message);
        if (record->at < manifest_.first_at || record->at > manifest_.last_at)
            return fails(proof_name(n) + " is outside of the range that the totals name");
        ++drawn_kinds_[std::string(to_text(record->kind))];
        if (record->kind != ledger::RecordKind::kEvent) return true;
        const Result<event::Event> decoded = decoder_.decode(record->event);
        ++drawn_sources_[decoded ? std::string(decoded->source) : ""];
        events_.push_back({n, record->at, std::string(record->event)});
        return true;
    }

    // Whether the drawn events are part of the event-bound slots of their time.
    bool check_events() {
        const Result<std::string> text =
            read_text_file(directory_ / kEventSampleName, kManifestBytesMax);
        if (!text && text.error().code != "io.enoent") return fails(text.error().message);
        if (!text) {
            report_.holds("no event-bound stream is shown: nothing binds these events to slots");
            return true;
        }
        const Result<EventSample> sample = parse_event_sample(*text);
        if (!sample) return fails(sample.error().message);
        const EventGround ground{origin_, head_, manifest_.last_at};
        const Status good = check_event_sample(*sample, ground, events_, expect_, report_);
        return good || fails(good.error().message + " (" + good.error().code + ")");
    }

    bool check_totals() {
        std::uint64_t records = 0, events = 0;
        for (const auto& [kind, count] : manifest_.kinds) records += count;
        for (const auto& [source, count] : manifest_.sources) events += count;
        if (records != manifest_.records)
            return fails("the records by kind are " + std::to_string(records) + ", not " +
                         std::to_string(manifest_.records));
        const auto named = manifest_.kinds.find("event");
        if (events != (named == manifest_.kinds.end() ? 0 : named->second))
            return fails("the events by source are not as many as the events by kind");
        const auto contradicted = [](const auto& drawn, const auto& totals) {
            for (const auto& [name, count] : drawn) {
                const auto total = totals.find(name);
                if (total == totals.end() || total->second < count) return name;
            }
            return std::string();
        };
        const std::string kind = contradicted(drawn_kinds_, manifest_.kinds);
        if (!kind.empty()) return fails("more records of kind " + kind + " drawn than there are");
        const std::string source = contradicted(drawn_sources_, manifest_.sources);
        if (!source.empty()) return fails("more events of " + source + " drawn than there are");
        report_.holds("the totals add up: " + count_of(events, "event") + " of " +
                      count_of(manifest_.sources.size(), "source") + ", logged from " +
                      format_rfc3339(manifest_.first_at) + " to " +
                      format_rfc3339(manifest_.last_at));
        return true;
    }

    Path directory_;
    const Trust& trust_;
    const ExpectContributions& expect_;
    std::string origin_;
    std::vector<DrawnEvent> events_;
    Keys logs_, witnesses_;
    event::Decoder decoder_;
    SampleManifest manifest_;
    tlog::TreeHead head_;
    std::map<std::string, std::uint64_t> drawn_kinds_, drawn_sources_;
    Report report_;
};

}  // namespace

std::vector<std::uint64_t> draw(const Hash& root, std::uint64_t records, std::uint64_t count) {
    std::vector<std::uint64_t> drawn;
    std::set<std::uint64_t> seen;
    if (records == 0) return drawn;
    count = std::min(count, records);
    // Values in the incomplete last turn would favour small numbers: they are passed over.
    const std::uint64_t turns = UINT64_MAX / records;
    for (std::uint64_t counter = 0; drawn.size() < count; ++counter) {
        Bytes numbers;
        put_u64_be(numbers, records);
        put_u64_be(numbers, counter);
        const std::uint64_t value =
            leading_u64_be(crypto::sha256({as_bytes(kDomain), root, numbers}));
        if (value / records >= turns) continue;
        if (seen.insert(value % records).second) drawn.push_back(value % records);
    }
    return drawn;
}

std::string proof_name(std::uint64_t record) {
    return "record-" + std::to_string(record) + ".json";
}

std::string to_json(const SampleManifest& manifest) {
    Json json{{"format", kFormat},
              {"checkpoint", manifest.checkpoint},
              {"witnessed", manifest.witnessed},
              {"records", manifest.records},
              {"drawn", manifest.drawn},
              {"erased", manifest.erased},
              {"first_at", manifest.first_at},
              {"last_at", manifest.last_at}};
    json["kinds"] = Json::array();
    for (const auto& [kind, count] : manifest.kinds) json["kinds"].push_back({kind, count});
    json["sources"] = Json::array();
    for (const auto& [source, count] : manifest.sources)
        json["sources"].push_back({source, count});
    json["tail"] = Json::array();
    for (const ProvenEntry& tail : manifest.tail) json["tail"].push_back(to_row(tail));
    if (manifest.erasure) json["erasure"] = to_row(*manifest.erasure);
    return json.dump(1) + "\n";
}

Result<SampleManifest> parse_manifest(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    SampleManifest manifest;
    const auto has = [&](const char* name, auto is) {
        const auto found = json.find(name);
        return found != json.end() && is(*found);
    };
    const auto is_text = [](const Json& value) { return value.is_string(); };
    const auto is_flag = [](const Json& value) { return value.is_boolean(); };
    const auto is_count = [](const Json& value) { return value.is_number_unsigned(); };
    const auto is_time = [](const Json& value) { return value.is_number_integer(); };
    const bool good =
        json.is_object() && has("format", is_text) && json["format"] == kFormat &&
        has("checkpoint", is_text) && has("witnessed", is_flag) && has("records", is_count) &&
        has("first_at", is_time) && has("last_at", is_time) &&
        read_numbers(json, "drawn", manifest.drawn) &&
        read_numbers(json, "erased", manifest.erased) &&
        read_counts(json, "kinds", manifest.kinds) &&
        read_counts(json, "sources", manifest.sources) && read_tail(json, manifest.tail) &&
        read_erasure(json, manifest.erasure) &&
        manifest.drawn.size() <= kSampleMax;
    if (!good)
        return Error{"sample.malformed", "the manifest is not that of a sample of version 1"};
    manifest.checkpoint = json["checkpoint"].get<std::string>();
    manifest.witnessed = json["witnessed"].get<bool>();
    manifest.records = json["records"].get<std::uint64_t>();
    manifest.first_at = json["first_at"].get<std::int64_t>();
    manifest.last_at = json["last_at"].get<std::int64_t>();
    return manifest;
}

bool is_sample(const Path& directory) {
    std::error_code failure;
    return std::filesystem::exists(directory / kManifestName, failure);
}

attest::Report verify_sample(const Path& directory, const Trust& trust,
                             const ExpectContributions& expect) {
    return Verification(directory, trust, expect).run();
}

}  // namespace overlord::ctl
