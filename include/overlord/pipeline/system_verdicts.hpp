// The verdicts of all systems, of which a copy is published at each seal. Between two seals a few
// systems out of thousands change, so copies share what did not: shards by the system's name, of
// which only those are copied that change.
//
// An object belongs to one thread; what share() gave is never changed and may go to another one.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace overlord::pipeline {

// level -> "compliant" | "non_compliant" | "unknown"
using LevelVerdicts = std::map<std::string, std::string>;

// non_compliant if any level is, else unknown if any is (or there is none), else compliant.
[[nodiscard]] std::string system_verdict(const LevelVerdicts& levels);

class SystemVerdicts {
public:
    SystemVerdicts();
    SystemVerdicts(SystemVerdicts&&) = default;
    SystemVerdicts& operator=(SystemVerdicts&&) = default;

    void set(const std::string& system, LevelVerdicts levels);
    [[nodiscard]] const LevelVerdicts* find(const std::string& system) const;  // null: none
    [[nodiscard]] std::size_t size() const { return size_; }
    // In the order of their names; until the next set().
    using Entry = std::pair<const std::string&, const LevelVerdicts&>;
    [[nodiscard]] std::vector<Entry> sorted() const;
    // As they are now.
    [[nodiscard]] std::shared_ptr<const SystemVerdicts> share();

private:
    using Shard = std::map<std::string, std::shared_ptr<const LevelVerdicts>>;
    struct Place {
        std::shared_ptr<Shard> shard;  // null: empty
        bool shared = false;           // somebody else has it too
    };
    [[nodiscard]] std::size_t place_of(const std::string& system) const;

    std::vector<Place> places_;
    std::size_t size_ = 0;
};

}  // namespace overlord::pipeline
