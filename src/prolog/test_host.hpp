// The evaluator that tests of packs see: what their given([...]) says, and nothing else; or the
// evaluator that their feed([...]) was played into.
#pragma once

#include <map>
#include <set>
#include <utility>

#include "overlord/prolog/machine.hpp"

namespace overlord::prolog {

class TestHost final : public Host {
public:
    bool repl = false;
    Host* fed = nullptr;

    void give(const std::string& system, const std::string& measure, Value value);
    void miss(const std::string& system, const std::string& measure, const std::string& reason);
    void judge(const std::string& system, const std::string& verdict);

    Found measured(std::string_view system, std::string_view pack, std::string_view measure,
                   Value& value, std::string& reason) override;
    std::int64_t now_ns() override { return fed == nullptr ? 0 : fed->now_ns(); }
    std::vector<std::string> systems() override;
    std::vector<std::string> levels(std::string_view system) override;
    std::vector<Value> explain(std::string_view system) override;
    Answer system_verdict(std::string_view system) override;
    Answer attestation(std::string_view system) override;
    Answer attestation_valid(std::string_view system, std::string_view digest) override;
    Answer commitment(std::int64_t record) override;
    Answer zkproof_checked(std::string_view digest) override;

private:
    using Key = std::pair<std::string, std::string>;
    std::set<std::string> systems_;
    std::map<Key, Value> values_;
    std::map<Key, std::string> missing_;
    std::map<std::string, std::string> verdicts_;
};

}  // namespace overlord::prolog
