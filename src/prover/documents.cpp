// Documents of attestations: when one is due, and what it says.
//
// A document speaks about the slots whose range proofs are in the log. It is made as soon as every
// slot that was closed when the attestation was made is among them; and where those say otherwise
// than the attestation (a violation of a moment ago is in a slot that is not closed), once the slot
// of the attestation's instant is. It never speaks of a later one, and says what holds of slots
// either way.
#include <algorithm>
#include <variant>

#include "overlord/attest/zk_store.hpp"
#include "overlord/attest/zk_verify.hpp"
#include "overlord/zk/range_proof.hpp"
#include "works.hpp"

namespace overlord::prover {
namespace {

constexpr std::size_t kRequestsOfSystemMax = 8;
// What a slot says that has no room for its count; the evaluator writes it for both values.
constexpr std::uint64_t kOverfullValue = UINT32_MAX;

struct Claimed {
    zk::Direction direction;
    attest::SlotWindow window;
    Sums sums;
};
// Nothing is said of what was erased, and of a slot that has none; else the words say why not.
struct Unsaid {
    std::string why;
};
using Claim = std::variant<Unsaid, Claimed>;

constexpr const char* kOverfull =
    "a slot of its window holds more than 32 bits can count (71 services at 60 s): shorten "
    "[proof] slot_s";
constexpr const char* kTooLarge = "its sum needs more than the 64 bits that a proof has";

// Is one of rows [first, end) overfull? Each row is looked at once, as windows only go forward.
Result<bool> is_overfull(Stream& stream, const Openings& file, std::uint64_t first,
                         std::uint64_t end) {
    for (std::uint64_t row = std::max(stream.looked_at, first); row < end; ++row) {
        const Result<std::optional<Row>> read = file.read(row);
        if (!read) return read.error();
        if (*read && (*read)->values.bad == kOverfullValue) stream.overfull = row;
        stream.looked_at = row + 1;
    }
    return stream.overfull && *stream.overfull >= first;
}

// What slots [begin, begin + slots) of a stream say of its control, up to that of the instant `at`.
Result<Claim> claim_of(Stream& stream, const Openings& file, std::uint64_t slots, TimeNs at) {
    const zk::SlotNumber begin = stream.header.begin;
    const zk::SlotNumber instant = attest::slot_of_instant(at, stream.header.slot_ns);
    if (slots == 0 || instant < begin) return Claim(Unsaid());
    slots = std::min(slots, instant - begin + 1);
    const attest::SlotWindow window =
        attest::slot_window(stream.control, stream.header.slot_ns, begin, begin + slots - 1);
    const Result<std::optional<Sums>> sums = file.window(window.first - begin, window.count);
    if (!sums) return sums.error();
    if (!*sums) return Claim(Unsaid());
    if ((*sums)->bad >= kOverfullValue) {
        const Result<bool> overfull = is_overfull(stream, file, window.first - begin, slots);
        if (!overfull) return overfull.error();
        if (*overfull) return Claim(Unsaid{kOverfull});
    }
    const Result<zk::Direction> direction =
        zk::direction_of(stream.control.limit, {(*sums)->bad, (*sums)->total});
    if (!direction) return Claim(Unsaid{kTooLarge});  // its only error
    return Claim(Claimed{*direction, window, **sums});
}

// Nothing where 64 bits are too few for the value.
std::optional<Witness> witness_of(const attest::PlanControl& control, const Claimed& claimed) {
    const zk::LinearForm form = zk::linear_form(control.limit, claimed.direction);
    const Result<zk::Int128> value =
        zk::evaluate(form, {claimed.sums.bad, claimed.sums.total});
    if (!value || *value > zk::Int128{UINT64_MAX}) return std::nullopt;
    OVERLORD_ASSERT(*value >= 0);
    const zk::Scalar blinding = zk::Scalar::from_i128(form.bad) * claimed.sums.bad_blinding +
                                zk::Scalar::from_i128(form.total) * claimed.sums.total_blinding;
    return Witness{static_cast<std::uint64_t>(*value), blinding};
}

}  // namespace

Status Works::request(const attest::Statement& statement, const Hash& digest,
                      Prover::Reason reason) {
    if (statement.proved.controls.empty()) return {};
    const Result<attest::ClaimSummary> summary = attest::summarize_claim(statement.claim);
    if (!summary) return summary.error();
    const Result<std::vector<attest::ControlVerdict>> verdicts =
        attest::claimed_controls(statement.claim);
    if (!verdicts) return verdicts.error();
    const Result<Hash> bundle = hash_from_hex(summary->bundle);
    if (!bundle) return bundle.error();
    DocumentRequest made;
    made.attestation = digest;
    made.system = statement.system;
    made.bundle = *bundle;
    made.plan = statement.proved.plan;
    made.records = statement.log.records.value;
    made.at = statement.at;
    made.asked = reason == Prover::Reason::kAsked;
    for (const attest::ControlVerdict& verdict : *verdicts) {
        made.verdicts[verdict.control] = verdict.verdict;
    }
    // One that nobody asked for gives way to a later one, unless it is being proved.
    std::deque<DocumentRequest>& requests = requests_[made.system];
    const auto same = [&](const DocumentRequest& other) { return other.attestation == digest; };
    if (std::any_of(requests.begin(), requests.end(), same)) return {};
    std::erase_if(requests, [](const DocumentRequest& other) {
        return !other.asked && other.phase != DocumentRequest::Phase::kProofs;
    });
    if (requests.size() == kRequestsOfSystemMax) requests.pop_front();
    requests.push_back(std::move(made));
    return {};
}

// Its streams, in the plan's order.
std::vector<StreamIndex> Works::streams_of(const DocumentRequest& request,
                                           const attest::ProofPlan& plan) const {
    std::vector<StreamIndex> streams;
    for (const attest::PlanControl& control : plan.controls) {
        if (!control.proved()) continue;
        const std::optional<StreamIndex> index = book_.find(request.system, control.text);
        if (index) streams.push_back(*index);
    }
    return streams;
}

Result<bool> Works::agrees(const DocumentRequest& request,
                           const std::vector<StreamIndex>& streams) {
    for (const StreamIndex index : streams) {
        Stream& stream = book_.at(index);
        const auto verdict = request.verdicts.find(stream.control.control);
        if (verdict == request.verdicts.end() || verdict->second == "unknown") continue;
        const Result<Openings> file = book_.openings(index);
        if (!file) return file.error();
        const Result<Claim> claim = claim_of(stream, *file, stream.rows, request.at);
        if (!claim) return claim.error();
        const Claimed* claimed = std::get_if<Claimed>(&*claim);
        if (claimed == nullptr) continue;
        const bool holds = claimed->direction == zk::Direction::kHolds;
        if (holds != (verdict->second == "compliant")) return false;
    }
    return true;
}

bool Works::covers_instant(const DocumentRequest& request,
                           const std::vector<StreamIndex>& streams) const {
    return std::all_of(streams.begin(), streams.end(), [&](StreamIndex index) {
        const Stream& stream = book_.at(index);
        return static_cast<TimeNs>(stream.next_slot()) * stream.header.slot_ns > request.at;
    });
}

// On to the next phase, where it can; true when the document can be made.
Result<bool> Works::advance(DocumentRequest& request) {
    using Phase = DocumentRequest::Phase;
    const Result<const attest::ProofPlan*> plan = plan_of(request.plan);
    if (!plan) return plan.error();
    const std::vector<StreamIndex> streams = streams_of(request, **plan);
    std::uint64_t slots = 0;
    for (const StreamIndex index : streams) slots += book_.at(index).rows;
    if (request.phase == Phase::kRecords) {
        if (seen_until_.value < request.records || expansion_) return false;
        const auto last = documented_.find(request.system);
        if (!request.asked && last != documented_.end() && last->second == slots) return false;
        request.phase = Phase::kSlots;
    }
    if (request.phase == Phase::kSlots) {
        if (request.looked_at == slots && slots != 0) return false;
        request.looked_at = slots;
        const bool recent = std::all_of(streams.begin(), streams.end(), [&](StreamIndex index) {
            return attest::is_recent(**plan, book_.at(index).next_slot(), request.at);
        });
        if (!recent) return false;
        if (!covers_instant(request, streams)) {
            const Result<bool> agreed = agrees(request, streams);
            if (!agreed) return agreed.error();
            if (!*agreed) return false;
        }
        for (const StreamIndex index : streams) {
            request.targets[index] = book_.at(index).rows;
            if (book_.at(index).grouped < book_.at(index).rows) flush(index);
        }
        request.phase = Phase::kProofs;
    }
    return std::all_of(request.targets.begin(), request.targets.end(), [&](const auto& target) {
        const Stream& stream = book_.at(target.first);
        return stream.proved >= std::min(target.second, stream.rows);
    });
}

Result<std::optional<attest::ProofEntry>> Works::make_document() {
    for (auto& [system, requests] : requests_) {
        for (auto request = requests.begin(); request != requests.end(); ++request) {
            const Result<bool> ready = advance(*request);
            if (!ready) return ready.error();
            if (!*ready) continue;
            const Result<std::optional<std::string>> line = compose_document(*request);
            if (!line) return line.error();
            const DocumentRequest done = std::move(*request);
            requests.erase(request);
            if (!*line) return std::optional<attest::ProofEntry>();
            handed_.push_back({Handed::Kind::kProof, 0, 0, {}, {}, done.attestation});
            ++documents_;
            return std::optional<attest::ProofEntry>(
                attest::ProofEntry{0, done.attestation, attest::document_digest(**line)});
        }
    }
    return std::optional<attest::ProofEntry>();
}

// Kept durably when it returns. Nothing where nothing can be proved. One that is there already,
// from before a crash, is taken as it is.
Result<std::optional<std::string>> Works::compose_document(const DocumentRequest& request) {
    const Result<std::optional<attest::ZkDocument>> kept =
        attest::find_zk_document(options_.state_dir, request.attestation);
    if (!kept) return kept.error();
    if (*kept) {
        const Result<std::string> line = attest::compose(**kept);
        if (!line) return line.error();
        return std::optional<std::string>(*line);
    }
    const Result<const attest::ProofPlan*> plan = plan_of(request.plan);
    if (!plan) return plan.error();
    attest::ZkDocument document{options_.origin, head_.size,     head_.root,
                                request.attestation, request.bundle, request.system,
                                plan_texts_.at(request.plan), names_->key(), {}, {}};
    const Result<std::vector<Witness>> witnesses =
        make_statements(document, streams_of(request, **plan), request.at);
    if (!witnesses) return witnesses.error();
    if (document.statements.empty()) return std::optional<std::string>();
    if (Status proved = prove(document, **plan, *witnesses); !proved) return proved.error();
    Result<std::string> line = attest::compose(document);
    if (!line) return line.error();
    if (Status stored = keep_document(request.attestation, *line); !stored) return stored.error();
    return std::optional<std::string>(std::move(*line));
}

// One for each stream of which something can be said, and what proves it.
Result<std::vector<Witness>> Works::make_statements(attest::ZkDocument& document,
                                                    const std::vector<StreamIndex>& streams,
                                                    TimeNs at) {
    std::vector<Witness> witnesses;
    std::uint64_t slots = 0;
    for (const StreamIndex index : streams) {
        Stream& stream = book_.at(index);
        slots += stream.rows;
        const Result<Openings> file = book_.openings(index);
        if (!file) return file.error();
        const Result<Claim> claim = claim_of(stream, *file, stream.proved, at);
        if (!claim) return claim.error();
        const Claimed* claimed = std::get_if<Claimed>(&*claim);
        if (claimed == nullptr) {
            leave_out(stream, std::get<Unsaid>(*claim).why);
            continue;
        }
        const std::optional<Witness> witness = witness_of(stream.control, *claimed);
        if (!witness) {
            leave_out(stream, kTooLarge);
            continue;
        }
        speak_of(stream);
        witnesses.push_back(*witness);
        document.statements.push_back({stream.control.control, stream.header.stream,
                                       names_->tag(stream.header.system, stream.header.entry),
                                       *stream.generation, claimed->window.first,
                                       claimed->window.count, stream.header.begin,
                                       claimed->direction == zk::Direction::kHolds});
        book_.published(index, claimed->window);
    }
    documented_[document.system] = slots;
    return witnesses;
}

// The log is told of the first one of each system, the status of all.
void Works::leave_out(const Stream& stream, std::string why) {
    if (why.empty()) return;
    const std::string& system = stream.header.system;
    if (options_.warn && warned_.insert(system).second) {
        options_.warn(system + ": " + stream.control.control +
                      " is left out of its zero-knowledge documents: " + why +
                      "; overlordctl status lists all that are, under proofs");
    }
    left_out_[{system, stream.control.control}] = std::move(why);
}

void Works::speak_of(const Stream& stream) {
    left_out_.erase({stream.header.system, stream.control.control});
}

Status Works::keep_document(const Hash& attestation, std::string_view line) const {
    const Status stored = attest::keep_zk_document(options_.state_dir, attestation, line);
    if (!stored || options_.publish.empty()) return stored;
    if (Status made = make_directories(options_.publish, 0755); !made) return made;
    const std::string text = std::string(line) + "\n";
    const Path copy = options_.publish / (to_hex(attestation) + ".zk.json");
    return write_file_derived(copy, as_bytes(text));
}

// Up to sixteen statements in one proof.
Status Works::prove(attest::ZkDocument& document, const attest::ProofPlan& plan,
                    const std::vector<Witness>& witnesses) const {
    for (std::size_t from = 0; from < witnesses.size(); from += zk::kAggregationMax) {
        const std::size_t count = std::min(witnesses.size() - from, zk::kAggregationMax);
        document.proofs.push_back({from, count, {}});
        const std::size_t index = document.proofs.size() - 1;
        const Result<std::vector<zk::WindowStatement>> windows =
            attest::windows_of(document, plan, index);
        if (!windows) return windows.error();
        const zk::Label label = zk::label(zk::VerdictSubject{
            document.origin, document.size.value, document.root, document.bundle,
            attest::plan_digest(document.plan), document.attestation, *windows});
        const std::size_t width = zk::padded_width(count);
        std::vector<std::uint64_t> values(width);
        std::vector<zk::Scalar> blindings(width);
        for (std::size_t i = 0; i < count; ++i) {
            values[i] = witnesses[from + i].value;
            blindings[i] = witnesses[from + i].blinding;
        }
        Result<Bytes> proof = zk::prove_range({label, zk::kVerdictBits, values, blindings});
        zk::wipe(blindings);
        if (!proof) return with_context(proof.error(), "prove a document");
        document.proofs[index].proof = std::move(*proof);
    }
    return {};
}

std::set<Hash> Works::waiting() const {
    std::set<Hash> digests;
    for (const auto& [system, requests] : requests_) {
        for (const DocumentRequest& request : requests) digests.insert(request.attestation);
    }
    for (const Handed& handed : handed_) {
        if (handed.kind == Handed::Kind::kProof) digests.insert(handed.attestation);
    }
    return digests;
}

}  // namespace overlord::prover
