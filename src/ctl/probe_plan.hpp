// What a probe watches: read from options or from a TOML file, checked before anything starts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "options.hpp"
#include "overlord/base/file.hpp"
#include "overlord/base/time.hpp"

namespace overlord::ctl::probe {

inline constexpr std::size_t kTargetsMax = 256;  // all of them are asked at once, one socket each

struct Target {
    std::string name;
    HostPort address;
};

struct Group {
    std::string name;
    std::vector<Target> endpoints;  // in the order in which they take over
    std::uint64_t required = 1;
};

struct NilReport {
    std::string level;  // "itil"
    std::string kind;   // "incident"
};

struct Plan {
    std::string system;
    std::string source;  // "//HOSTNAME/probe"
    std::vector<Target> services;
    std::vector<std::string> units;  // systemd
    std::vector<Group> groups;
    std::vector<NilReport> nil_reports;
    DurationNs nil_interval = kMinuteNs;
    DurationNs interval = kSecondNs;
    DurationNs timeout = kSecondNs / 2;  // of one connection attempt; below the interval
    std::uint64_t count = 0;             // rounds; 0: until it is stopped
    // Round-trip times are trades only for who says so, and says whether the desks are segregated.
    std::optional<bool> trades_segregated;
};

// Options as in `overlordctl help probe`; with --file the same from TOML, options added to it.
// Codes: usage, probe.file; the message names the option, or the file's line and key.
[[nodiscard]] Result<Plan> read_plan(const Options& options);

// "tcp:HOST:PORT[=NAME]"
[[nodiscard]] Result<Target> parse_service(std::string_view text);
// "NAME=[NAME@]HOST:PORT,..."
[[nodiscard]] Result<Group> parse_group(std::string_view text);

}  // namespace overlord::ctl::probe
