#include "join.hpp"

#include <algorithm>

#include "keys.hpp"
#include "overlord/crypto/sha256.hpp"

namespace overlord::evaluate {
namespace {

enum class Tag : std::uint8_t { kNone, kBool, kNumber, kText, kTime };

std::string shortened(std::string_view text) {
    if (text.size() <= kKeptTextMax) return std::string(text);
    return "sha256:" + to_hex(crypto::sha256(as_bytes(text)));
}

KeptValue keep(const event::TypedValue& value) {
    if (const auto* text = std::get_if<std::string_view>(&value)) return shortened(*text);
    if (const auto* number = std::get_if<Number>(&value)) return *number;
    if (const auto* truth = std::get_if<bool>(&value)) return *truth;
    if (const auto* time = std::get_if<TimeNs>(&value)) return *time;
    return std::monostate{};
}

}  // namespace

Kept keep(const std::vector<std::size_t>& fields, Fields event) {
    Kept kept;
    kept.reserve(fields.size());
    for (const std::size_t field : fields) kept.push_back(keep(event[field]));
    return kept;
}

event::TypedValue view(const KeptValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return std::string_view(*text);
    if (const auto* number = std::get_if<Number>(&value)) return *number;
    if (const auto* truth = std::get_if<bool>(&value)) return *truth;
    if (const auto* time = std::get_if<TimeNs>(&value)) return *time;
    return std::monostate{};
}

void write_kept(Writer& out, const Kept& kept) {
    out.u(kept.size());
    for (const KeptValue& value : kept) {
        out.u(value.index());
        if (const auto* text = std::get_if<std::string>(&value)) out.text(*text);
        if (const auto* number = std::get_if<Number>(&value)) out.number(*number);
        if (const auto* truth = std::get_if<bool>(&value)) out.flag(*truth);
        if (const auto* time = std::get_if<TimeNs>(&value)) out.i(*time);
    }
}

Kept read_kept(Reader& in) {
    Kept kept;
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        switch (static_cast<Tag>(in.u())) {
            case Tag::kNone:
                kept.emplace_back();
                break;
            case Tag::kBool:
                kept.emplace_back(in.flag());
                break;
            case Tag::kNumber:
                kept.emplace_back(in.number());
                break;
            case Tag::kText:
                kept.emplace_back(in.text());
                break;
            case Tag::kTime:
                kept.emplace_back(std::in_place_type<TimeNs>, in.i());
                break;
            default:
                in.fail();
        }
    }
    return kept;
}

bool key_of(const std::vector<std::size_t>& fields, Fields event, std::string& key) {
    key.clear();
    for (const std::size_t field : fields) {
        const event::TypedValue& value = event[field];
        if (std::holds_alternative<std::monostate>(value)) return false;
        const std::string part = bounded_key(value);
        key += std::to_string(part.size());
        key += ':';
        key += part;
    }
    return true;
}

TimeNs time_of(const rules::Join::Step& step, const Observation& observation) {
    if (!step.time) return observation.time;
    const TimeNs* time = std::get_if<TimeNs>(&observation.fields[*step.time]);
    return time == nullptr ? kNever : *time;
}

void JudgedEvents::add(const Window& window, TimeNs time) {
    if (counts_.empty()) {
        first_ = last_ = time;
        left_ = false;
    }
    first_ = std::min(first_, time);
    last_ = std::max(last_, time);
    counts_.add(window.pane_of(time));
}

void JudgedEvents::expire(Pane oldest) {
    if (counts_.empty() || counts_.front() >= oldest) return;
    counts_.expire(oldest);
    left_ = true;
}

std::optional<Reading> JudgedEvents::too_few(const rules::Measure& measure) const {
    if (measure.at_least <= 1 || counts_.total() >= measure.at_least) return std::nullopt;
    return Reading::missing(std::to_string(counts_.total()) + " of " +
                            std::to_string(measure.at_least) + " events");
}

TimeNs JudgedEvents::next_due(const MeasurePlan& plan) const {
    if (plan.measure.at_least <= 1 || counts_.empty()) return kNever;
    return plan.window.leaves(counts_.front());
}

Evidence JudgedEvents::evidence(const Window& window) const {
    Evidence evidence;
    evidence.count = counts_.total();
    evidence.any = !counts_.empty();
    if (!evidence.any) return evidence;
    evidence.first = left_ ? std::max(first_, window.begins(counts_.front())) : first_;
    evidence.last = last_;
    return evidence;
}

void JudgedEvents::write(Writer& out) const {
    out.flag(left_);
    out.i(first_);
    out.i(last_);
    counts_.write(out);
}

void JudgedEvents::read(Reader& in) {
    left_ = in.flag();
    first_ = in.i();
    last_ = in.i();
    counts_.read(in);
}

Reading too_many_open(TimeNs known_again) {
    return Reading::missing("more than " + std::to_string(kOpenItemsMax) +
                            " open events at a time, known again at " +
                            format_rfc3339(known_again));
}

void LatestRecords::add(Pane pane, std::uint64_t record) {
    const std::pair entry{pane, record};
    entries_.insert(std::upper_bound(entries_.begin(), entries_.end(), entry), entry);
    if (entries_.size() > kEvidenceMax) entries_.erase(entries_.begin());
}

void LatestRecords::remove(Pane pane, std::uint64_t record) {
    std::erase(entries_, std::pair{pane, record});
}

void LatestRecords::expire(Pane oldest) {
    std::erase_if(entries_, [&](const auto& entry) { return entry.first < oldest; });
}

std::vector<std::uint64_t> LatestRecords::records() const {
    std::vector<std::uint64_t> records;
    for (const auto& [pane, record] : entries_) records.push_back(record);
    return records;
}

void LatestRecords::write(Writer& out) const {
    out.u(entries_.size());
    for (const auto& [pane, record] : entries_) {
        out.i(pane);
        out.u(record);
    }
}

void LatestRecords::read(Reader& in) {
    entries_.clear();
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        const Pane pane = in.i();
        entries_.emplace_back(pane, in.u());
    }
}

}  // namespace overlord::evaluate
