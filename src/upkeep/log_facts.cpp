#include "log_facts.hpp"

#include <algorithm>
#include <charconv>

#include "overlord/ledger/entry.hpp"
#include "overlord/ledger/journal_reader.hpp"
#include "overlord/tlog/note.hpp"

namespace overlord::upkeep {
namespace {

using ledger::entry_member;

tlog::KeyState state_of(std::string_view entry) {
    const std::string state = entry_member(entry, "state");
    if (state == "retiring") return tlog::KeyState::kRetiring;
    return state == "retired" ? tlog::KeyState::kRetired : tlog::KeyState::kActive;
}

void take_key(LogFacts& facts, EntryIndex index, std::string_view entry) {
    Result<tlog::VerifierKey> key = tlog::VerifierKey::parse(entry_member(entry, "vkey"));
    if (!key) return;
    const std::string role = entry_member(entry, "role");
    if (role == "attestation" && key->ed25519() != nullptr) {
        facts.attestation_keys.push_back(*key->ed25519());
    }
    facts.keys.push_back({index, role, *std::move(key), state_of(entry)});
}

void take_entry(LogFacts& facts, EntryIndex index, std::string_view entry) {
    const std::string kind = entry_member(entry, "kind");
    if (kind == "attestation") facts.attestations.insert(entry_member(entry, "digest"));
    if (kind == "proof")
        facts.proofs[entry_member(entry, "attestation")] = entry_member(entry, "digest");
    if (kind == "rules") facts.bundles.insert(entry_member(entry, "bundle"));
    if (kind == "config") facts.configurations.insert(entry_member(entry, "digest"));
    if (kind == "start") facts.settings.insert(entry_member(entry, "limits"));
    if (kind == "key") take_key(facts, index, entry);
    if (kind == "erase") {
        const std::string before = entry_member(entry, "before");
        std::uint64_t record = 0;
        std::from_chars(before.data(), before.data() + before.size(), record);
        facts.erased_before = std::max(facts.erased_before, record);
    }
    if (kind == "snapshot") {
        const auto snapshot = pipeline::parse_snapshot_entry(entry);
        if (snapshot && snapshot->has_value()) {
            facts.snapshots[(*snapshot)->records.value] = **snapshot;
        }
    }
}

}  // namespace

tlog::TreeHead LogFacts::head() const {
    if (roots.empty()) return {{0}, tlog::root_of({})};
    return {{roots.rbegin()->first}, roots.rbegin()->second};
}

LogFacts read_log_facts(const Path& journal) {
    LogFacts facts;
    Result<ledger::JournalReader> reader = ledger::JournalReader::open(journal);
    if (!reader) return facts;
    for (;;) {
        const Result<std::optional<ledger::FrameView>> frame = reader->next_frame();
        if (!frame) return facts;
        if (!frame->has_value()) break;
        if ((*frame)->header.type != ledger::FrameType::kSeal) continue;
        const Result<ledger::Seal> seal = ledger::parse_seal((*frame)->payload);
        if (!seal) return facts;
        facts.roots[seal->size.value] = seal->root;
        EntryIndex index{seal->size_before.value};
        for (const std::string_view entry : seal->entries) {
            take_entry(facts, index, entry);
            ++index;
        }
    }
    // A torn tail is no reason to doubt what is in front of it; the journal's own check judges it.
    facts.whole = true;
    return facts;
}

}  // namespace overlord::upkeep
