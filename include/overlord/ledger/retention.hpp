// What may not be erased yet: retention classes of the configuration, and legal holds, which are
// set and released while the daemon runs. Policy only; nothing here touches records.
//
// A hold is in force from its record on to the record of its release: audit records of the reasons
// `hold` and `release`, with {"system":"desk_a","reason":"case 17"} as their text. There is no
// other place where holds are kept, so none can be lost while the journal is whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/time.hpp"
#include "overlord/ledger/erasure.hpp"
#include "overlord/ledger/record.hpp"

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

inline constexpr std::string_view kHoldReason = "hold";        // of the audit records
inline constexpr std::string_view kReleaseReason = "release";  // likewise

// The text of the record about a hold or its release.
[[nodiscard]] std::string compose_hold(std::string_view system, std::string_view reason);

// The holds in force, one of a system at most: a function of the records. One thread.
class LegalHolds {
public:
    [[nodiscard]] const std::vector<LegalHold>& list() const { return holds_; }
    [[nodiscard]] const LegalHold* on(std::string_view system) const;  // or on everything
    // Whether a record of it may be made. Codes: hold.exists, hold.unknown.
    [[nodiscard]] Status check_set(std::string_view system) const;
    [[nodiscard]] Status check_release(std::string_view system) const;

    // An audit record, in order; those of other reasons change nothing. Code hold.record: it does
    // not read, so nobody knows what is held.
    [[nodiscard]] Status recorded(const RecordView& audit);

    void serialise(Bytes& out) const;
    [[nodiscard]] static Result<LegalHolds> restore(ByteReader& in);

private:
    std::vector<LegalHold> holds_;
};

// Why the erasure is not allowed at log time `now`: erasure.period (its days are not over),
// erasure.held, erasure.retained. `systems`: those whose keys it would destroy.
[[nodiscard]] Status check_erasure(const Erasure& erasure, const RetentionPolicy& policy,
                                   const LegalHolds& holds, const std::vector<std::string>& systems,
                                   TimeNs now);

}  // namespace overlord::ledger
