#include "overlord/tlog/roster.hpp"

#include <algorithm>
#include <array>

#include "decimal.hpp"
#include "overlord/tlog/crc_text.hpp"

namespace overlord::tlog {
namespace {

constexpr std::string_view kFirstLine = "zk-overlords/keys/v1\n";
constexpr std::size_t kFileBytesMax = 64 * 1024;

constexpr std::array<std::pair<std::string_view, KeyState>, 3> kStates{{
    {"active", KeyState::kActive},
    {"retiring", KeyState::kRetiring},
    {"retired", KeyState::kRetired},
}};

Error damaged(const char* what) {
    return Error{"keys.damaged", std::string("the roster of keys is damaged: ") + what,
                 ErrorClass::kFatal};
}

std::string_view take_word(std::string_view& rest) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return word;
}

Result<RosterKey> parse_line(std::string_view line) {
    RosterKey parsed;
    const std::string_view state = take_word(line);
    const auto known = std::find_if(kStates.begin(), kStates.end(),
                                    [&](const auto& named) { return named.first == state; });
    if (known == kStates.end()) return damaged("an unknown state");
    parsed.state = known->second;
    const std::string_view logged = take_word(line);
    if (logged != "logged" && logged != "due") return damaged("neither logged nor due");
    parsed.logged = logged == "logged";
    const std::optional<std::uint64_t> until = parse_decimal(take_word(line));
    if (!until) return damaged("a bad time");
    parsed.until = *until;
    parsed.source = take_word(line);
    if (parsed.source.find(':') == std::string::npos) return damaged("a bad source");
    Result<VerifierKey> key = VerifierKey::parse(line);
    if (!key) return damaged("a bad verifier key");
    parsed.key = *std::move(key);
    return parsed;
}

Status check(const Roster& roster) {
    if (roster.keys.empty() || roster.keys.size() > kRosterKeysMax) return damaged("no keys");
    for (const RosterKey& entry : roster.keys) {
        if (entry.key.name != roster.keys.front().key.name) return damaged("keys of two names");
    }
    if (roster.newest_active() == nullptr) return damaged("no active key");
    return {};
}

}  // namespace

std::string_view to_text(KeyState state) {
    for (const auto& [name, value] : kStates) {
        if (value == state) return name;
    }
    return "";
}

RosterKey* Roster::find(const VerifierKey& key) {
    const auto found = std::find_if(keys.begin(), keys.end(),
                                    [&](const RosterKey& entry) { return entry.key == key; });
    return found == keys.end() ? nullptr : &*found;
}

std::vector<VerifierKey> Roster::signing() const {
    std::vector<VerifierKey> found;
    for (const KeyState state : {KeyState::kActive, KeyState::kRetiring}) {
        for (auto entry = keys.rbegin(); entry != keys.rend(); ++entry) {
            if (entry->state == state) found.push_back(entry->key);
        }
    }
    return found;
}

std::vector<VerifierKey> Roster::all() const {
    std::vector<VerifierKey> found;
    for (const RosterKey& entry : keys) found.push_back(entry.key);
    return found;
}

std::vector<RosterKey> Roster::due() const {
    std::vector<RosterKey> found;
    std::copy_if(keys.begin(), keys.end(), std::back_inserter(found),
                 [](const RosterKey& entry) { return !entry.logged; });
    return found;
}

const RosterKey* Roster::newest_active() const {
    const auto found = std::find_if(keys.rbegin(), keys.rend(), [](const RosterKey& entry) {
        return entry.state == KeyState::kActive;
    });
    return found == keys.rend() ? nullptr : &*found;
}

Status Roster::add(const VerifierKey& key, std::string source, Others others,
                   std::uint64_t until) {
    if (find(key) != nullptr) {
        return Error{"keys.known", key.to_text() + " is, or was, a key of this log: a key that "
                                                   "was retired does not come back"};
    }
    if (keys.size() == kRosterKeysMax) {
        return Error{"keys.many",
                     "the log has had " + std::to_string(keys.size()) + " keys; begin a successor"};
    }
    for (RosterKey& entry : keys) {
        if (others == Others::kStay || entry.state != KeyState::kActive) continue;
        entry.state = KeyState::kRetiring;
        entry.until = until;
        entry.logged = false;
    }
    keys.push_back({key, std::move(source), KeyState::kActive, false, 0});
    return {};
}

Status Roster::retire(const VerifierKey& key) {
    RosterKey* const entry = find(key);
    if (entry == nullptr || !entry->signs()) {
        return Error{"keys.unknown", key.to_text() + " is no key that signs"};
    }
    const bool others = std::any_of(keys.begin(), keys.end(), [&](const RosterKey& other) {
        return other.state == KeyState::kActive && &other != entry;
    });
    if (!others) {
        return Error{"keys.last", key.to_text() + " is the last active key: rotate it instead"};
    }
    entry->state = KeyState::kRetired;
    entry->until = 0;
    entry->logged = false;
    return {};
}

std::string format_roster(const Roster& roster) {
    OVERLORD_ASSERT(check(roster));
    std::string text(kFirstLine);
    for (const RosterKey& entry : roster.keys) {
        text += std::string(to_text(entry.state)) + (entry.logged ? " logged " : " due ") +
                std::to_string(entry.until) + " " + entry.source + " " + entry.key.to_text() + "\n";
    }
    return with_crc_line(std::move(text));
}

Result<Roster> parse_roster(std::string_view text) {
    const std::optional<std::string_view> covered = check_crc_line(text);
    if (!covered) return damaged("its checksum is wrong");
    std::string_view rest = *covered;
    if (!rest.starts_with(kFirstLine)) return damaged("it is of no known version");
    rest.remove_prefix(kFirstLine.size());
    Roster roster;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) return damaged("a line without an end");
        Result<RosterKey> entry = parse_line(rest.substr(0, end));
        if (!entry) return entry.error();
        roster.keys.push_back(*std::move(entry));
        rest.remove_prefix(end + 1);
    }
    if (Status good = check(roster); !good) return good.error();
    return roster;
}

Result<Roster> read_roster(const Path& file) {
    const Result<std::string> text = read_text_file(file, kFileBytesMax);
    if (!text) return text.error();
    Result<Roster> roster = parse_roster(*text);
    if (!roster) return with_context(roster.error(), file.string());
    return roster;
}

Status write_roster(const Path& file, const Roster& roster) {
    return write_file_durable(file, as_bytes(format_roster(roster)), 0600);
}

}  // namespace overlord::tlog
