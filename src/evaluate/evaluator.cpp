#include "overlord/evaluate/evaluator.hpp"

#include "core.hpp"
#include "terms.hpp"

namespace overlord::evaluate {
namespace {

prolog::Answer only_at_the_repl() {
    prolog::Answer answer;
    answer.truth = prolog::Truth::kError;
    answer.detail = "only available at the REPL";
    return answer;
}

}  // namespace

Evaluator::Evaluator(rules::Bundle bundle, Config config, prolog::Machine& machine, Facts facts,
                     Marker* marker)
    : core_(std::make_unique<Core>(std::move(bundle), std::move(config), machine, facts, marker)) {
    machine.bind(*this);
}

Evaluator::~Evaluator() = default;

Outcome Evaluator::process(const Batch& batch) {
    return core_->process(batch);
}

std::string Evaluator::claim(std::string_view system) {
    System* found = core_->find(system);
    return found == nullptr ? "" : core_->describe(*found, false);
}

std::string Evaluator::explanation(std::string_view system) {
    System* found = core_->find(system);
    return found == nullptr ? "" : core_->describe(*found, true);
}

Snapshot Evaluator::snapshot() {
    return core_->snapshot();
}
Status Evaluator::restore(ByteView bytes) {
    return core_->restore(bytes);
}
void Evaluator::prepare_query() {
    core_->sync_facts();
}
std::uint64_t Evaluator::records() const {
    return core_->records();
}
TimeNs Evaluator::next_due() const {
    return core_->next_due();
}

prolog::Host::Found Evaluator::measured(std::string_view system, std::string_view pack,
                                        std::string_view measure, prolog::Value& value,
                                        std::string& reason) {
    const std::size_t m = core_->plan().measure_of(pack, measure);
    if (m == Plan::kNone) return Found::kUnknownMeasure;
    System* found = core_->find(system);
    if (found == nullptr) return Found::kUnknownSystem;
    Reading reading = core_->read(*found, m);
    if (reading.kind == Reading::Kind::kMissing) {
        reason = reading.text;
        return Found::kMissing;
    }
    value = value_of(reading);
    return Found::kYes;
}

std::int64_t Evaluator::now_ns() {
    return core_->now();
}

std::vector<std::string> Evaluator::systems() {
    std::vector<std::string> names;
    names.reserve(core_->systems().size());
    for (const auto& system : core_->systems()) names.push_back(system->name);
    return names;
}

std::vector<std::string> Evaluator::levels(std::string_view system) {
    std::vector<std::string> names;
    const System* found = core_->find(system);
    if (found == nullptr) return names;
    for (const std::size_t l : found->levels) names.push_back(core_->plan().bundle.levels[l].name);
    return names;
}

std::vector<prolog::Value> Evaluator::explain(std::string_view system) {
    System* found = core_->find(system);
    return found == nullptr ? std::vector<prolog::Value>() : core_->explain(*found);
}

// kTrue with the atom of the verdict, or kMissing with the reason where it is unknown.
prolog::Answer Evaluator::system_verdict(std::string_view system) {
    prolog::Answer answer;
    const System* found = core_->find(system);
    if (found == nullptr) {
        answer.detail = "unknown system: " + std::string(system);
        return answer;
    }
    const auto [verdict, reason] = core_->verdict_of(*found);
    answer.truth = verdict == Verdict::kUnknown ? prolog::Truth::kMissing : prolog::Truth::kTrue;
    answer.value = prolog::Value::of_atom(to_text(verdict));
    answer.detail = reason;
    return answer;
}

prolog::Answer Evaluator::attestation(std::string_view) {
    return only_at_the_repl();
}
prolog::Answer Evaluator::attestation_valid(std::string_view, std::string_view) {
    return only_at_the_repl();
}
prolog::Answer Evaluator::commitment(std::int64_t) {
    return only_at_the_repl();
}
prolog::Answer Evaluator::zkproof_checked(std::string_view) {
    return only_at_the_repl();
}

}  // namespace overlord::evaluate
