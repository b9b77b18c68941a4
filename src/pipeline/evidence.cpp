#include "evidence.hpp"

namespace overlord::pipeline {

void Evidence::add(std::string_view system, const Hash& commitment) {
    auto found = systems_.find(system);
    if (found == systems_.end())
        found = systems_.emplace(std::string(system), crypto::Sha256()).first;
    for (auto& [pin, kept] : pins_) kept.try_emplace(found->first, found->second);
    found->second.update(commitment);
}

Hash Evidence::digest(std::string_view system) const {
    const auto found = systems_.find(system);
    return found == systems_.end() ? crypto::Sha256().digest() : found->second.digest();
}

Evidence::Pin Evidence::pin() {
    pins_.emplace(next_pin_, BySystem());
    return next_pin_++;
}

void Evidence::unpin(Pin pin) {
    pins_.erase(pin);
}

Hash Evidence::digest(std::string_view system, Pin pin) const {
    const auto pinned = pins_.find(pin);
    if (pinned != pins_.end()) {
        const auto kept = pinned->second.find(system);
        if (kept != pinned->second.end()) return kept->second.digest();
    }
    return digest(system);
}

void Evidence::serialise(Bytes& out) const {
    put_u64_le(out, systems_.size());
    for (const auto& [system, hash] : systems_) {
        put_text(out, system);
        put_bytes(out, hash.state());
    }
}

Result<Evidence> Evidence::restore(ByteReader& in) {
    Evidence evidence;
    Result<std::uint64_t> count = in.u64();
    if (!count) return count.error();
    for (std::uint64_t i = 0; i < *count; ++i) {
        Result<std::string> system = in.text();
        if (!system) return system.error();
        Result<ByteView> state = in.take(crypto::Sha256::kStateBytes);
        if (!state) return state.error();
        evidence.systems_.emplace(std::move(*system), crypto::Sha256::from_state(*state));
    }
    return evidence;
}

}  // namespace overlord::pipeline
