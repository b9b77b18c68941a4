#include "waiting_erasures.hpp"

#include <algorithm>

namespace overlord::pipeline {
namespace {

using ledger::Erasure;
using ledger::ErasureScope;

// All that `inner` takes, `outer` takes too.
bool takes_along(const Erasure& outer, const Erasure& inner) {
    const bool scope = outer.scope.kind == ErasureScope::Kind::kAll || outer.scope == inner.scope;
    return scope && outer.before >= inner.before;
}

bool overlap(const Erasure& a, const Erasure& b) {
    return a.scope.kind == ErasureScope::Kind::kAll || b.scope.kind == ErasureScope::Kind::kAll ||
           a.scope == b.scope;
}

}  // namespace

void WaitingErasures::add(std::vector<Erasure> erasures, bool patient, Done done) {
    Request request;
    request.patient = patient;
    request.done = std::move(done);
    for (Erasure& erasure : erasures) {
        const auto other = std::find_if(list_.begin(), list_.end(), [&](const Erasure& one) {
            return takes_along(one, erasure);
        });
        if (other != list_.end()) {
            request.open.push_back(*other);
            continue;
        }
        request.open.push_back(erasure);
        list_.push_back(std::move(erasure));
        slots_.clear();
    }
    if (request.done) requests_.push_back(std::move(request));
}

std::vector<WaitingErasure> WaitingErasures::status() const {
    std::vector<WaitingErasure> found;
    for (std::size_t i = 0; i < list_.size(); ++i) {
        WaitingErasure one;
        one.scope = ledger::to_text(list_[i].scope.kind);
        one.system = list_[i].scope.system;
        one.before = TimeNs{list_[i].before} * kDayNs;
        if (!slots_.empty()) one.slots = slots_[i];
        found.push_back(std::move(one));
    }
    return found;
}

std::uint64_t WaitingErasures::slots_of(const Request& request) const {
    std::uint64_t slots = 0;
    for (std::size_t i = 0; i < list_.size(); ++i) {
        const auto& open = request.open;
        if (std::find(open.begin(), open.end(), list_[i]) != open.end()) slots += slots_[i];
    }
    return slots;
}

void WaitingErasures::progress(std::span<const std::uint64_t> slots) {
    slots_.assign(slots.begin(), slots.end());
    slots_.resize(list_.size());
    for (Request& request : requests_) {
        if (request.patient) continue;
        request.result.waiting_slots = slots_of(request);
        if (request.result.waiting_slots == 0) continue;  // it is done in a moment
        request.done(request.result);
        request.done = nullptr;
    }
    std::erase_if(requests_, [](const Request& request) { return !request.done; });
}

std::vector<Erasure> WaitingErasures::ready() const {
    std::vector<Erasure> found;
    if (slots_.empty()) return found;
    for (std::size_t i = 0; i < list_.size(); ++i) {
        const bool apart = std::none_of(found.begin(), found.end(), [&](const Erasure& other) {
            return overlap(other, list_[i]);
        });
        if (slots_[i] == 0 && apart) found.push_back(list_[i]);
    }
    return found;
}

void WaitingErasures::ended(const Erasure& erasure, const Result<EraseResult>& result) {
    const auto place = std::find(list_.begin(), list_.end(), erasure);
    if (place == list_.end()) return;
    if (!slots_.empty()) slots_.erase(slots_.begin() + (place - list_.begin()));
    list_.erase(place);
    for (Request& request : requests_) {
        if (std::erase(request.open, erasure) == 0) continue;
        if (result) {
            request.result.keys += result->keys;
            if (result->keys > 0) request.result.record = result->record;
        } else if (!request.refused) {
            request.refused = result.error();
        }
        if (!request.open.empty()) continue;
        // Of several that had their time, those under hold are passed over.
        const bool refused = request.refused && request.result.keys == 0;
        request.result.waiting_slots = 0;
        request.done(refused ? Result<EraseResult>(*request.refused) : request.result);
        request.done = nullptr;
    }
    std::erase_if(requests_, [](const Request& request) { return !request.done; });
}

}  // namespace overlord::pipeline
