// What may not be erased yet: retention classes of the configuration, and legal holds, which are
// set and released while the daemon runs. Policy only; nothing here touches records.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/time.hpp"
#include "overlord/ledger/erasure.hpp"

namespace overlord::ledger {

// Records of these systems are kept for so many days after the UTC day they are of.
struct RetentionClass {
    std::string name;
    std::int64_t keep_days = 0;
    std::vector<std::string> systems;  // names; one that ends in * stands for all it begins
};

struct RetentionPolicy {
    std::vector<RetentionClass> classes;   // of several that match, the longest counts
    std::int64_t keep_days = 0;            // of systems in no class
    std::int64_t rejects_keep_days = 0;    // of refused lines

    struct Term {
        std::int64_t days = 0;
        std::string by;  // "class gmp", "[retention] keep_days"
    };
    [[nodiscard]] Term term_of(std::string_view system) const;
};

struct LegalHold {
    std::string system;  // empty: everything, refused lines too
    std::string reason;
    TimeNs since = 0;
};

// The holds in force, one of a system at most, durable in state_dir/holds.json. One thread.
class LegalHolds {
public:
    // An absent file is none. Code hold.damaged.
    [[nodiscard]] static Result<LegalHolds> open(Path file, Disk& disk);

    [[nodiscard]] const std::vector<LegalHold>& list() const { return holds_; }
    [[nodiscard]] const LegalHold* on(std::string_view system) const;  // or on everything
    // Durable when they return. Codes: hold.exists, hold.unknown.
    [[nodiscard]] Status set(LegalHold hold);
    [[nodiscard]] Status release(std::string_view system);

private:
    LegalHolds(Path file, Disk& disk) : file_(std::move(file)), disk_(&disk) {}
    [[nodiscard]] Status write(std::vector<LegalHold> holds);

    Path file_;
    Disk* disk_;
    std::vector<LegalHold> holds_;
};

// Why the erasure is not allowed at log time `now`: erasure.period (its days are not over),
// erasure.held, erasure.retained. `systems`: those whose keys it would destroy.
[[nodiscard]] Status check_erasure(const Erasure& erasure, const RetentionPolicy& policy,
                                   const LegalHolds& holds, const std::vector<std::string>& systems,
                                   TimeNs now);

}  // namespace overlord::ledger
