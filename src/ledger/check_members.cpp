// Does a record say what its kind has to say, in the writer's spelling?
#include "fsck_records.hpp"
#include "overlord/ledger/completeness_record.hpp"

namespace overlord::ledger {

namespace {

// A JSON string at the front of `rest`, taken off; escapes are left as they are.
bool take_string(std::string_view& rest) {
    if (!rest.starts_with('"')) return false;
    for (std::size_t i = 1; i < rest.size(); ++i) {
        if (rest[i] == '\\') {
            ++i;
        } else if (rest[i] == '"') {
            rest.remove_prefix(i + 1);
            return true;
        } else if (static_cast<unsigned char>(rest[i]) < 0x20) {
            return false;
        }
    }
    return false;
}

bool take(std::string_view& rest, char expected) {
    if (!rest.starts_with(expected)) return false;
    rest.remove_prefix(1);
    return true;
}

// ["name","outcome"] or ["name","unknown","reason"]
bool take_check(std::string_view& rest) {
    if (!take(rest, '[')) return false;
    int strings = 0;
    do {
        if (!take_string(rest)) return false;
        ++strings;
    } while (take(rest, ','));
    return take(rest, ']') && (strings == 2 || strings == 3);
}

// Most records are events, so their checks are not given to the JSON library unless they surprise.
bool checks_look_right(std::string_view rest) {
    if (!take(rest, '[')) return false;
    do {
        if (!take_check(rest)) return false;
    } while (take(rest, ','));
    return rest == "]";
}

template <class Members>
Status outcome(const Result<Members>& parsed) {
    return parsed ? Status() : Status(parsed.error());
}

}  // namespace

Status check_members(const RecordView& record) {
    switch (record.kind) {
        case RecordKind::kStart:
            return outcome(parse_start(record));
        case RecordKind::kEvent:
            if (record.checks.empty() || checks_look_right(record.checks)) return {};
            return outcome(parse_checks(record));
        case RecordKind::kReject:
            return outcome(parse_reject(record));
        case RecordKind::kGap:
            return outcome(parse_gap(record));
        case RecordKind::kVerdict:
            return outcome(parse_verdict(record));
        case RecordKind::kAudit:
            return outcome(parse_audit(record));
        case RecordKind::kMissing:
            return outcome(parse_missing(record));
        case RecordKind::kRestart:
            return outcome(parse_restart(record));
        case RecordKind::kHeartbeat:
            return outcome(parse_heartbeat(record));
        case RecordKind::kErase:
            return outcome(parse_erase(record));
        case RecordKind::kSlot:
            return outcome(parse_slot(record));
        case RecordKind::kTick:
        case RecordKind::kStop:
            return {};  // they have none, as parse() has seen
    }
    return Error{"record.members", "a kind of record that has no check"};
}

}  // namespace overlord::ledger
