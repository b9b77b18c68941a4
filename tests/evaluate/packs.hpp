// The packs of this repository behind a real Prolog machine (one in a process), and a small daemon
// that feeds an evaluator and keeps the records.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "overlord/evaluate/evaluator.hpp"
#include "overlord/rules/bundle.hpp"

namespace overlord::evaluate::testing {

inline constexpr TimeNs kNoon = 1'769'688'000 * kSecondNs;  // 2026-01-29T12:00:00Z

struct Packs {
    std::unique_ptr<prolog::Machine> machine;
    rules::Bundle bundle;
};
Packs& packs();

// Lines of ingest. Members of `data` as JSON text.
std::string line(const std::string& type, const std::string& system, TimeNs time,
                 const std::string& data);
std::string heartbeat(TimeNs time, const std::string& status = "up",
                      const std::string& system = "s");
std::string redundancy(TimeNs time, int healthy, const std::string& system = "s");
std::string failover(TimeNs time, const std::string& ms, const std::string& system = "s");
std::string trade(TimeNs time, const std::string& ms = "0.82", bool segregated = true,
                  const std::string& system = "s");
std::string incident(TimeNs time, const std::string& id, TimeNs reported, TimeNs responded = 0,
                     const std::string& system = "s");

class Daemon {
public:
    explicit Daemon(ClockSource clock, Config config = {});
    // On the wall clock `at` is the batch's log time.
    Outcome feed(const std::vector<std::string>& lines, TimeNs at = 0);
    Outcome feed_items(std::vector<Item> items, TimeNs at = 0);
    Outcome advance(TimeNs at) { return feed_items({}, at); }
    void audit();

    Evaluator& evaluator() { return *evaluator_; }
    // All records so far, as their bodies with log times: `123 "kind":"tick"`.
    const std::vector<std::string>& records() const { return records_; }
    const std::vector<StateOutput>& states() const { return states_; }
    std::string verdict(const std::string& system = "s");
    std::string control(const std::string& id, const std::string& system = "s");  // its verdict
    // The last record of the kind, or "".
    std::string last(const std::string& kind) const;
    // Another process takes over: snapshot, restore, compare digests.
    void restart();
    // Other settings or rules take the state over.
    void take_over(rules::Bundle bundle, Config config);

private:
    Config config_;
    std::unique_ptr<Evaluator> evaluator_;
    std::uint64_t batches_ = 0;
    std::vector<std::string> records_;
    std::vector<StateOutput> states_;
};

// Evidence of a compliant system over all four levels in [start, start + 150 s), by time.
std::vector<std::string> compliant_day(TimeNs start, const std::string& system = "s");

}  // namespace overlord::evaluate::testing
