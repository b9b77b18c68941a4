#include "contributions.hpp"

#include <map>

#include "overlord/crypto/keys.hpp"
#include "overlord/ledger/journal_reader.hpp"
#include "overlord/prover/bound_slot.hpp"
#include "overlord/zk/blinding_proof.hpp"
#include "overlord/zk/pedersen.hpp"

namespace overlord::ctl {
namespace {

// A statement's window while the journal is read; its slots come in their order.
struct Window {
    const attest::ZkStatement* statement = nullptr;
    attest::StreamEvents made;
    std::vector<zk::Scalar> left;  // blindings of the slots' remainders
    [[nodiscard]] zk::SlotNumber next() const { return statement->first + made.slots.size(); }
    [[nodiscard]] bool complete() const { return made.slots.size() == statement->count; }
};

using Windows = std::map<std::string, Window>;  // by control

Status add_slot(Window& window, ByteView key, const ledger::SlotValue& value) {
    const zk::SlotNumber slot = window.next();
    const Result<prover::BoundSlot> bound =
        prover::bind_slot(key, window.statement->stream, slot, value);
    if (!bound) return bound.error();
    const Hash salt =
        zk::stream_salt(window.statement->tag.point, window.statement->generation);
    window.made.slots.push_back({slot, prover::own_switch(salt, bound->slot), bound->list});
    window.left.insert(window.left.end(),
                       {bound->rest.bad_blinding, bound->rest.total_blinding});
    return {};
}

Status take_record(const ledger::SlotMembers& members, ByteView key, Windows& windows) {
    for (const ledger::SlotValue& value : members.values) {
        const auto found = windows.find(value.control);
        if (found == windows.end()) continue;
        Window& window = found->second;
        while (!window.complete() && window.next() >= members.slot &&
               window.next() - members.slot < members.count) {
            if (Status added = add_slot(window, key, value); !added) return added;
        }
    }
    return {};
}

Status read_records(const Path& journal, const std::string& system, Windows& windows) {
    Result<ledger::JournalReader> reader = ledger::JournalReader::open(journal);
    if (!reader) return reader.error();
    for (;;) {
        const Result<std::optional<ledger::RecordLine>> line = reader->next();
        if (!line) return line.error();
        if (!line->has_value()) return {};
        if ((*line)->erased) continue;
        const Result<ledger::RecordView> record = ledger::parse((*line)->text);
        if (!record) return record.error();
        if (record->kind != ledger::RecordKind::kSlot) continue;
        const Result<ledger::SlotMembers> members = ledger::parse_slot(*record);
        if (!members) return members.error();
        if (members->system != system) continue;
        const Result<ledger::RecordKey> secret = reader->keys().find((*line)->key);
        if (!secret) return secret.error();
        Hash key{};
        zk::blinding_key(secret->secret, key);
        const Status taken = take_record(*members, key, windows);
        crypto::wipe(key);
        if (!taken) return taken;
    }
}

void prove(Window& window, const std::string& origin) {
    std::vector<zk::Point> points;
    for (const zk::Scalar& blinding : window.left) points.push_back(zk::commit(0, blinding));
    const zk::Label label = zk::label(zk::RemainderSubject{
        origin, window.made.stream, window.made.first, window.made.slots.size()});
    window.made.proof = zk::prove_blindings({label, points, window.left});
    zk::wipe(window.left);
}

}  // namespace

Result<attest::ContributionsFile> make_contributions(const Path& state,
                                                     const attest::ZkDocument& document) {
    const Result<attest::ProofPlan> plan = attest::parse_plan(document.plan);
    if (!plan) return plan.error();
    Windows windows;
    for (const attest::ZkStatement& statement : document.statements) {
        const attest::PlanControl* control = plan->find(statement.control);
        if (control == nullptr || control->mode != attest::ProofMode::kEvent) continue;
        Window& window = windows[statement.control];
        window.statement = &statement;
        window.made.stream = statement.stream;
        window.made.first = statement.first;
        window.left.reserve(2 * statement.count);  // at once: no copy of a blinding stays behind
    }
    if (windows.empty()) {
        return Error{"contributions.none", "nothing that the document proves is event-bound"};
    }
    const Status read = read_records(state / "journal", document.system, windows);
    if (!read) return read.error();
    attest::ContributionsFile file{document.origin, document.attestation, {}};
    for (const attest::ZkStatement& statement : document.statements) {
        const auto found = windows.find(statement.control);
        if (found == windows.end()) continue;
        Window& window = found->second;
        if (!window.complete()) {
            return Error{"contributions.erased",
                         statement.control + ": the record of slot " +
                             std::to_string(window.next()) + " is not in the journal (any more)"};
        }
        prove(window, document.origin);
        file.streams.push_back(std::move(window.made));
    }
    return file;
}

}  // namespace overlord::ctl
