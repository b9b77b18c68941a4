#include "rounds.hpp"

#include <algorithm>

namespace overlord::witness {

const Round& Rounds::begin(const tlog::TreeHead& head, std::string note) {
    const Result<tlog::Note> parsed = tlog::Note::parse(note);
    OVERLORD_ASSERT(parsed);
    open_.push_back({{next_++, head, std::move(note), parsed->text}, {}});
    if (open_.size() > kOpenMax) open_.pop_front();
    return open_.back().round;
}

std::optional<Cosigned> Rounds::add(std::uint64_t number, const tlog::Cosignature& cosignature) {
    const auto found = std::find_if(open_.begin(), open_.end(), [&](const Open& open) {
        return open.round.number == number;
    });
    if (found == open_.end() || number < given_out_) return std::nullopt;
    const auto same = std::find_if(
        found->cosignatures.begin(), found->cosignatures.end(),
        [&](const auto& other) { return other.verified.key == cosignature.verified.key; });
    if (same != found->cosignatures.end()) {
        *same = cosignature;
    } else {
        found->cosignatures.push_back(cosignature);
    }
    std::vector<tlog::VerifiedSignature> verified;
    std::vector<tlog::NoteSignature> lines;
    for (const tlog::Cosignature& one : found->cosignatures) {
        verified.push_back(one.verified);
        lines.push_back(one.line);
    }
    if (!policy_.reached_by(verified)) return std::nullopt;
    const Result<std::string> note = tlog::with_cosignatures(found->round.note, lines);
    OVERLORD_ASSERT(note);
    given_out_ = number;
    reached_ = true;
    return Cosigned{found->round.head, *note};
}

}  // namespace overlord::witness
