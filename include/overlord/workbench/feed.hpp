// Plays the feed of a test into the evaluator that a daemon runs, on a virtual clock: log time is
// the time of the events, as in an import. docs/rules/testing.md says what a feed may hold. Uses
// the machine's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/evaluate/evaluator.hpp"
#include "overlord/prolog/machine.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::workbench {

// Where the virtual clock stands before the first event, unless the feed says `start`: Monday,
// 2026-01-05T00:00:00Z.
inline constexpr TimeNs kFeedStart = 1'767'571'200 * kSecondNs;
// Of one test; more takes longer than people wait for a test.
inline constexpr std::size_t kFeedEventsMax = 200'000;

class Feed final : public prolog::Feeder {
public:
    // Both outlive the feed. `facts` as the daemon would choose it for the bundle.
    Feed(prolog::Machine& machine, const rules::Bundle& bundle, evaluate::Facts facts);
    ~Feed() override;

    std::string begin(std::string_view pack, const prolog::Value& steps) override;
    std::string play(const prolog::Value& step) override;
    [[nodiscard]] std::string clock() const override;
    [[nodiscard]] prolog::Host* host() override { return evaluator_.get(); }
    [[nodiscard]] std::vector<std::pair<std::string, prolog::Value>> values() override;
    void end() override;

private:
    // An event that waits for its turn.
    struct Pending {
        TimeNs arrives = 0;
        TimeNs time = 0;
        std::string line;
        std::string place;  // for messages: "redundancy at 60 s"
    };

    Status add(const prolog::Value& event, TimeNs time, TimeNs arrives, const prolog::Value* value);
    Status add_series(const prolog::Value& step);
    Status deliver();
    Status send(std::vector<Pending>::const_iterator from, std::vector<Pending>::const_iterator to);
    void advance(TimeNs to);
    void settle();
    [[nodiscard]] evaluate::Config config(std::string_view pack, const prolog::Value& steps) const;

    prolog::Machine& machine_;
    const rules::Bundle& bundle_;
    evaluate::Facts facts_;
    std::unique_ptr<evaluate::Evaluator> evaluator_;
    std::vector<Pending> pending_;
    TimeNs start_ = kFeedStart;
    TimeNs mark_ = kFeedStart;  // what series and single events are timed from
    std::uint64_t batches_ = 0;
    std::size_t events_ = 0;
};

}  // namespace overlord::workbench
