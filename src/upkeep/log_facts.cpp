#include "log_facts.hpp"

#include "overlord/ledger/entry.hpp"
#include "overlord/ledger/journal_reader.hpp"
#include "overlord/tlog/note.hpp"

namespace overlord::upkeep {
namespace {

using ledger::entry_member;

void take_entry(LogFacts& facts, std::string_view entry) {
    const std::string kind = entry_member(entry, "kind");
    if (kind == "attestation") facts.attestations.insert(entry_member(entry, "digest"));
    if (kind == "proof")
        facts.proofs[entry_member(entry, "attestation")] = entry_member(entry, "digest");
    if (kind == "rules") facts.bundles.insert(entry_member(entry, "bundle"));
    if (kind == "config") facts.configurations.insert(entry_member(entry, "digest"));
    if (kind == "start") facts.settings.insert(entry_member(entry, "limits"));
    if (kind == "key" && entry_member(entry, "role") == "attestation") {
        const auto key = tlog::VerifierKey::parse(entry_member(entry, "vkey"));
        if (key && key->ed25519() != nullptr) facts.attestation_keys.push_back(*key->ed25519());
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
        for (const std::string_view entry : seal->entries) take_entry(facts, entry);
    }
    // A torn tail is no reason to doubt what is in front of it; the journal's own check judges it.
    facts.whole = true;
    return facts;
}

}  // namespace overlord::upkeep
