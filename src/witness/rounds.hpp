// The heads that are out with the witnesses, and what has come back for each. Plain values, no
// network. Private to the module.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "overlord/tlog/policy.hpp"
#include "overlord/tlog/witness.hpp"
#include "overlord/witness/client.hpp"

namespace overlord::witness {

struct Round {
    std::uint64_t number = 0;  // from 1
    tlog::TreeHead head;
    std::string note;
    std::string text;  // of the note: what is cosigned
};

class Rounds {
public:
    // A slow witness may answer some rounds late and still complete a quorum.
    static constexpr std::size_t kOpenMax = 16;

    explicit Rounds(const tlog::Policy& policy) : policy_(policy) {}

    // Begins a round; `note` must be a note (asserted).
    const Round& begin(const tlog::TreeHead& head, std::string note);
    [[nodiscard]] const Round* newest() const {
        return open_.empty() ? nullptr : &open_.back().round;
    }

    // A verified cosignature for a round: the checkpoint to give out, where the quorum is reached
    // and it is news: a larger tree than before, or more or newer signatures under the same.
    [[nodiscard]] std::optional<Cosigned> add(std::uint64_t number,
                                              const tlog::Cosignature& cosignature);
    [[nodiscard]] bool reached() const { return reached_; }

private:
    struct Open {
        Round round;
        std::vector<tlog::Cosignature> cosignatures;  // one a witness
    };
    const tlog::Policy& policy_;
    std::deque<Open> open_;
    std::uint64_t next_ = 1;
    std::uint64_t given_out_ = 0;  // the newest round that was
    bool reached_ = false;
};

}  // namespace overlord::witness
