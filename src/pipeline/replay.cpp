#include "overlord/pipeline/replay.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "evidence.hpp"
#include "ledger_state.hpp"
#include "overlord/attest/dsse.hpp"
#include "overlord/attest/statement.hpp"
#include "overlord/crypto/sha256.hpp"
#include "overlord/event/decode.hpp"
#include "overlord/ledger/entry.hpp"
#include "overlord/ledger/journal_reader.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/pipeline/child_process.hpp"
#include "overlord/pipeline/record_feed.hpp"
#include "overlord/pipeline/snapshot.hpp"
#include "overlord/tlog/note.hpp"
#include "snapshot_store.hpp"

namespace overlord::pipeline {
namespace {

using evaluate::ClockSource;
using ledger::entry_member;

// What the seal frames say: the log's heads and its public entries.
struct PublicSide {
    std::map<std::uint64_t, Hash> roots;          // by tree size
    std::map<std::uint64_t, std::string> states;  // digest (hex) by records
    std::map<std::uint64_t, SnapshotEntry> snapshots;  // by records
    std::vector<crypto::PublicKey> attestation_keys;
    std::set<std::string> attestations;  // digests (hex)
};

Result<PublicSide> read_public_side(const Path& journal) {
    Result<ledger::JournalReader> reader = ledger::JournalReader::open(journal);
    if (!reader) return std::move(reader).error();
    PublicSide found;
    for (;;) {
        Result<std::optional<ledger::FrameView>> frame = reader->next_frame();
        if (!frame) return std::move(frame).error();
        if (!*frame) return found;
        if ((*frame)->header.type != ledger::FrameType::kSeal) continue;
        Result<ledger::Seal> seal = ledger::parse_seal((*frame)->payload);
        if (!seal) return std::move(seal).error();
        found.roots[seal->size.value] = seal->root;
        for (const std::string_view entry : seal->entries) {
            const std::string kind = entry_member(entry, "kind");
            if (kind == "state") {
                const std::uint64_t records = std::stoull("0" + entry_member(entry, "records"));
                found.states[records] = entry_member(entry, "digest");
            }
            if (kind == "key" && entry_member(entry, "role") == "attestation")
                if (const auto key = tlog::VerifierKey::parse(entry_member(entry, "vkey")))
                    if (key->ed25519() != nullptr)
                        found.attestation_keys.push_back(*key->ed25519());
            if (kind == "attestation") found.attestations.insert(entry_member(entry, "digest"));
            const Result<std::optional<SnapshotEntry>> snapshot = parse_snapshot_entry(entry);
            if (!snapshot) return snapshot.error();
            if (snapshot->has_value()) found.snapshots[(*snapshot)->records.value] = **snapshot;
        }
    }
}

struct StoredStatement {
    std::string digest;
    attest::Statement statement;
};

// By the number of records they speak about.
using Statements = std::multimap<std::uint64_t, StoredStatement>;

class Replay {
public:
    explicit Replay(const ReplayOptions& options)
        : options_(options),
          journal_(options.state_dir / "journal"),
          archive_(options.state_dir) {}

    Result<ReplayReport> run() {
        Result<PublicSide> side = read_public_side(journal_);
        if (!side) return std::move(side).error();
        public_ = std::move(*side);
        if (Status read = read_statements(); !read) return std::move(read).error();
        if (Status fed = feed_all(); !fed) return std::move(fed).error();
        check_unvisited();
        return std::move(report_);
    }

private:
    void differ(std::string where, std::string recorded, std::string derived) {
        ++report_.differences;
        if (report_.first.size() < kDifferencesShown)
            report_.first.push_back({std::move(where), std::move(recorded), std::move(derived)});
    }

    // The keys are those that the log itself names.
    [[nodiscard]] bool signed_by_ours(const attest::Envelope& envelope) const {
        const std::vector<crypto::PublicKey>& keys = public_.attestation_keys;
        return std::any_of(keys.begin(), keys.end(), [&](const crypto::PublicKey& key) {
            return attest::verify_envelope(envelope, key).has_value();
        });
    }

    Status read_statements() {
        const Path folder = options_.state_dir / "attestations";
        if (!std::filesystem::exists(folder)) return {};
        Result<std::vector<std::string>> names = list_files(folder);
        if (!names) return std::move(names).error();
        for (const std::string& name : *names) {
            if (!name.ends_with(".dsse.json")) continue;
            Result<std::string> text = read_text_file(folder / name);
            if (!text) return std::move(text).error();
            Result<attest::Envelope> envelope = attest::parse_envelope(*text);
            Result<attest::Statement> statement = envelope
                                                      ? attest::parse_statement(envelope->payload)
                                                      : Result<attest::Statement>(envelope.error());
            if (!statement) {
                differ("attestation " + name, statement.error().message, "");
                continue;
            }
            const std::string digest = to_hex(attest::attestation_digest(envelope->payload));
            if (!signed_by_ours(*envelope))
                differ("attestation " + name, "not signed by an attestation key of this log", "");
            if (name != digest + ".dsse.json") differ("attestation " + name, digest, "");
            const std::uint64_t records = statement->log.records.value;
            statements_.emplace(records, StoredStatement{digest, std::move(*statement)});
        }
        return {};
    }

    // What a start record or a change of rules names, from the archive; empty settings stay.
    Result<evaluate::LoadMessage> load_of(const std::string& bundle, const std::string& settings) {
        if (!settings.empty()) {
            Result<evaluate::Config> config = archive_.settings(settings);
            if (!config) return std::move(config).error();
            settings_ = std::move(*config);
        }
        Result<RuleSet> rules =
            options_.rules ? Result<RuleSet>(*options_.rules) : archive_.rules(bundle);
        if (!rules) return std::move(rules).error();
        return evaluate::LoadMessage{std::move(rules->files), settings_};
    }

    // Other rules or settings, in an engine that takes the state over.
    Status enter(const std::string& bundle, const std::string& settings) {
        const Result<evaluate::LoadMessage> load = load_of(bundle, settings);
        if (!load) return load.error();
        std::optional<evaluate::Snapshot> state;
        if (engine_) {
            if (Status flushed = feed_->flush(); !flushed) return flushed;
            Result<evaluate::Snapshot> taken = engine_->snapshot();
            if (!taken) return std::move(taken).error();
            state = std::move(*taken);
        }
        return launch(*load, bundle, state ? ByteView(state->bytes) : ByteView());
    }

    Status launch(const evaluate::LoadMessage& load, const std::string& bundle, ByteView state) {
        feed_.reset();
        engine_.reset();
        Result<EngineProcess> started = EngineProcess::start(marker_.path, load);
        if (!started) return std::move(started).error();
        engine_.emplace(std::move(*started));
        if (!options_.rules && to_hex(engine_->loaded().bundle) != bundle)
            return Error{"rules.archive", "the archived rules " + bundle +
                                              " were changed: their digest is " +
                                              to_hex(engine_->loaded().bundle)};
        if (!state.empty()) {
            Result<evaluate::RestoredMessage> restored = engine_->restore(state);
            if (!restored) return std::move(restored).error();
            if (!restored->accepted)
                return Error{"rules.state",
                             "the rules do not take the state over: " + restored->reason};
        }
        RecordFeed::Handlers handlers;
        handlers.mismatch = [this](const Mismatch& found) {
            differ("record " + std::to_string(found.n.value), found.recorded, found.derived);
        };
        handlers.state = [this](const evaluate::StateOutput& output) { compare_state(output); };
        feed_.emplace(*engine_, load.config.clock, next_, std::move(handlers));
        bundle_ = bundle;
        return {};
    }

    void compare_state(const evaluate::StateOutput& output) {
        const auto logged = public_.states.find(output.records);
        if (logged == public_.states.end()) return;  // not sealed yet; the next start logs it
        ++report_.states;
        if (logged->second != to_hex(output.digest) && !options_.rules)
            differ("state digest at record " + std::to_string(output.records), logged->second,
                   to_hex(output.digest));
        public_.states.erase(logged);
    }

    Status feed_all() {
        Result<ledger::JournalReader> reader = ledger::JournalReader::open(journal_);
        if (!reader) return std::move(reader).error();
        for (;;) {
            Result<std::optional<ledger::RecordLine>> line = reader->next();
            if (!line) return std::move(line).error();
            if (!*line) {
                if (!reader->stopped_by().empty())
                    differ("the journal after record " + std::to_string(next_.value),
                           reader->stopped_by() + "; overlordctl fsck says more", "");
                break;
            }
            if (Status taken = take(**line); !taken)
                return with_context(std::move(taken).error(),
                                    "record " + std::to_string((*line)->n.value));
        }
        if (lost_ && lost_->records() == next_)
            if (Status resumed = resume(); !resumed) return resumed;
        if (lost_) report_.not_replayable.push_back({lost_->from, next_});
        if (!feed_) return {};
        if (Status flushed = feed_->flush(); !flushed) return flushed;
        return feed_->finish_states();
    }

    // After erased records nothing can be derived until a snapshot that the log names.
    Status take(const ledger::RecordLine& line) {
        if (lost_ && lost_->records() == line.n)
            if (Status resumed = resume(); !resumed) return resumed;
        if (line.erased && !lost_)
            if (Status lost = lose(line.n); !lost) return lost;
        return lost_ ? pass_over(line) : feed(line);
    }

    Status lose(RecordIndex n) {
        // The batch that the erased record was in is not whole any more.
        if (feed_)
            if (Status finished = feed_->finish_states(); !finished) return finished;
        lost_ = Loss{feed_ ? std::min(feed_->next(), n) : n, {}};
        feed_.reset();
        engine_.reset();
        held_gap_.clear();
        if (Status found = find_snapshot(n); !found) return found;
        const std::uint64_t from = lost_->from.value;
        const std::uint64_t end = lost_->snapshot ? lost_->records().value : UINT64_MAX;
        statements_.erase(statements_.upper_bound(from), statements_.lower_bound(end));
        public_.states.erase(public_.states.upper_bound(from), public_.states.upper_bound(end));
        return {};
    }

    // The first one behind record n.
    Status find_snapshot(RecordIndex n) {
        const SnapshotStore store(options_.state_dir / "snapshots", "");
        Result<std::vector<RecordIndex>> newest = store.list(RecordIndex{UINT64_MAX});
        const Result<std::vector<RecordIndex>> kept = store.kept();
        if (!newest) return newest.error();
        if (!kept) return kept.error();
        std::set<RecordIndex> all(newest->begin(), newest->end());
        all.insert(kept->begin(), kept->end());
        for (auto at = all.upper_bound(n); at != all.end(); ++at) {
            const auto logged = public_.snapshots.find(at->value);
            Result<StoredSnapshot> snapshot = store.read(*at);
            const bool good = snapshot && logged != public_.snapshots.end() &&
                              logged->second.digest == snapshot->digest;
            if (!good) continue;
            lost_->snapshot = std::move(*snapshot);
            return {};
        }
        return {};
    }

    // Only what says which rules are in force counts.
    Status pass_over(const ledger::RecordLine& line) {
        next_ = RecordIndex{line.n.value + 1};
        if (line.erased) return {};
        Result<ledger::RecordView> record = ledger::parse(line.text);
        if (!record) return std::move(record).error();
        if (record->kind == ledger::RecordKind::kStart) {
            Result<ledger::StartMembers> start = ledger::parse_start(*record);
            if (!start) return std::move(start).error();
            bundle_ = start->bundle;
            Result<evaluate::Config> settings = archive_.settings(start->limits);
            if (!settings) return std::move(settings).error();
            settings_ = std::move(*settings);
        }
        if (record->kind == ledger::RecordKind::kAudit) {
            Result<ledger::AuditMembers> audit = ledger::parse_audit(*record);
            if (!audit) return std::move(audit).error();
            if (audit->reason == "rules") bundle_ = audit->text;
        }
        return {};
    }

    Status resume() {
        const Loss loss = std::move(*std::exchange(lost_, std::nullopt));
        report_.not_replayable.push_back({loss.from, loss.records()});
        Result<LedgerState> state = LedgerState::restore(loss.snapshot->state);
        if (!state) return std::move(state).error();
        evidence_ = std::move(state->evidence);
        slots_ = std::move(state->slots);
        last_at_ = state->last_at;
        const Result<evaluate::LoadMessage> load = load_of(bundle_, "");
        if (!load) return load.error();
        if (Status up = launch(*load, bundle_, loss.snapshot->engine); !up) return up;
        return check_statements();
    }

    Status feed(const ledger::RecordLine& line) {
        Result<ledger::RecordView> record = ledger::parse(line.text);
        if (!record) return std::move(record).error();
        // A gap is told with the record behind it: it belongs to the engine that takes that one in.
        if (record->kind == ledger::RecordKind::kGap) {
            held_gap_ = line.text;
            return {};
        }
        if (Status switched = follow_rules(*record); !switched) return switched;
        if (!feed_)
            return Error{"journal.corrupt", "the journal does not begin with a start record"};
        if (!held_gap_.empty()) {
            if (Status fed = feed_->feed(std::exchange(held_gap_, {})); !fed) return fed;
            ++report_.records;
        }
        if (Status fed = feed_->feed(line.text); !fed) return fed;
        next_ = RecordIndex{line.n.value + 1};
        last_at_ = record->at;
        if (record->kind == ledger::RecordKind::kSlot) {
            const Result<ledger::SlotMembers> slot = ledger::parse_slot(*record);
            if (!slot) return slot.error();
            slots_.add(*slot);
        }
        if (record->kind == ledger::RecordKind::kEvent)
            if (Status added = add_evidence(*record, line); !added) return added;
        if (++report_.records % 100'000 == 0 && options_.progress)
            options_.progress(report_.records);
        if (Status same = check_snapshot(); !same) return same;
        return check_statements();
    }

    // A snapshot holds the state of its record, advanced to its log time.
    Status check_snapshot() {
        const auto logged = public_.snapshots.find(next_.value);
        if (logged == public_.snapshots.end() || options_.rules) return {};
        if (Status advanced = feed_->advance(logged->second.at); !advanced) return advanced;
        const Result<evaluate::Snapshot> derived = engine_->snapshot();
        if (!derived) return derived.error();
        ++report_.snapshots;
        if (derived->digest != logged->second.digest)
            differ("snapshot at record " + std::to_string(next_.value),
                   to_hex(logged->second.digest), to_hex(derived->digest));
        public_.snapshots.erase(logged);
        return {};
    }

    Status follow_rules(const ledger::RecordView& record) {
        if (record.kind == ledger::RecordKind::kStart) {
            Result<ledger::StartMembers> start = ledger::parse_start(record);
            if (!start) return std::move(start).error();
            note_engine(start->engine);
            ++report_.starts;
            return enter(start->bundle, start->limits);
        }
        if (record.kind != ledger::RecordKind::kAudit) return {};
        Result<ledger::AuditMembers> audit = ledger::parse_audit(record);
        if (!audit) return std::move(audit).error();
        return audit->reason == "rules" && audit->text != bundle_ ? enter(audit->text, "")
                                                                  : Status();
    }

    void note_engine(const std::string& recorded) {
        Result<Path> program = sibling_program("overlord-engine");
        Result<Bytes> ours = program ? read_file(*program) : Result<Bytes>(program.error());
        if (!ours || to_hex(crypto::sha256(*ours)) == recorded) return;
        std::string note =
            "recorded by another build of the engine (" + recorded.substr(0, 16) + "...)";
        if (report_.notes.empty() || report_.notes.back() != note)
            report_.notes.push_back(std::move(note));
    }

    Status add_evidence(const ledger::RecordView& record, const ledger::RecordLine& line) {
        if (statements_.empty()) return {};
        Result<event::Event> event = decoder_.decode(record.event);
        if (!event) return std::move(event).error();
        evidence_.add(event->subject, line.commitment);
        return {};
    }

    // The statements about records [0, next_): the claim is derived again and the whole payload
    // with it.
    Status check_statements() {
        const auto [begin, end] = statements_.equal_range(next_.value);
        if (begin == end) return {};
        if (Status flushed = feed_->flush(); !flushed) return flushed;
        for (auto at = begin; at != end; ++at) {
            const StoredStatement& stored = at->second;
            Result<evaluate::ClaimTextMessage> claim = engine_->claim(stored.statement.system);
            if (!claim) return std::move(claim).error();
            attest::Statement derived = stored.statement;
            derived.claim = claim->claim;
            derived.subject_digest = evidence_.digest(stored.statement.system);
            derived.at = last_at_;
            derived.proved = slots_.proved(stored.statement.system, engine_->loaded().plan);
            const auto root = public_.roots.find(stored.statement.log.size.value);
            if (root != public_.roots.end()) derived.log.root = root->second;
            Result<std::string> payload = attest::make_statement(derived);
            if (!payload) return std::move(payload).error();
            ++report_.statements;
            if (root == public_.roots.end() ||
                to_hex(attest::attestation_digest(*payload)) != stored.digest) {
                Result<std::string> recorded = attest::make_statement(stored.statement);
                differ("attestation " + stored.digest, recorded ? *recorded : "", *payload);
            }
        }
        statements_.erase(begin, end);
        return {};
    }

    // What was logged or kept and was never come by.
    void check_unvisited() {
        for (const auto& [records, digest] : public_.states)
            differ("state digest at record " + std::to_string(records), digest, "");
        for (const auto& [records, stored] : statements_)
            differ("attestation " + stored.digest, "about " + std::to_string(records) + " records",
                   "");
    }

    // The engine wants a marker file; this one is nobody's state.
    struct TemporaryMarker {
        Path path;
        TemporaryMarker() {
            std::string name =
                (std::filesystem::temp_directory_path() / "overlord-replay-XXXXXX").string();
            FileHandle file(::mkstemp(name.data()));
            path = name;
        }
        ~TemporaryMarker() { ::unlink(path.c_str()); }
        TemporaryMarker(const TemporaryMarker&) = delete;
        TemporaryMarker& operator=(const TemporaryMarker&) = delete;
    };

    const ReplayOptions& options_;
    Path journal_;
    Archive archive_;
    event::Decoder decoder_;
    TemporaryMarker marker_;
    PublicSide public_;
    Statements statements_;
    Evidence evidence_;
    SlottedSystems slots_;
    evaluate::Config settings_;
    std::string bundle_;
    std::optional<EngineProcess> engine_;
    std::optional<RecordFeed> feed_;
    RecordIndex next_{0};
    std::string held_gap_;  // a gap record whose cause has not been read yet

    // Since `from` nothing could be derived; it goes on at the snapshot, if there is one.
    struct Loss {
        RecordIndex from;
        std::optional<StoredSnapshot> snapshot;
        [[nodiscard]] RecordIndex records() const {
            return snapshot ? snapshot->records : RecordIndex{UINT64_MAX};
        }
    };
    std::optional<Loss> lost_;
    TimeNs last_at_ = 0;
    ReplayReport report_;
};

}  // namespace

Result<ReplayReport> replay(const ReplayOptions& options) {
    if (Status ready = crypto::initialize(); !ready) return std::move(ready).error();
    if (!std::filesystem::exists(options.state_dir / "journal"))
        return Error{"state.not_a_state",
                     options.state_dir.string() + " holds no journal: give the daemon's state_dir"};
    return Replay(options).run();
}

}  // namespace overlord::pipeline
