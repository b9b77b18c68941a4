// What an engine is loaded with and what it says of it: rules, settings, and the answer. Part of
// the messages (messages.hpp has their encoding). Plain structs; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/time.hpp"

namespace overlord::evaluate {

inline constexpr std::size_t kSystemsMax = 10'000;  // DESIGN: a system costs memory for ever

// Each slot of each system is a record, and work for a prover: some ms a slot and stream.
inline constexpr std::uint64_t kProvedSystemsMax = 100;

struct NamedText {
    std::string name;
    std::string text;
};

enum class ClockSource : std::uint8_t { kWall = 0, kEvent = 1 };

inline constexpr const char* kEverySystem = "*";  // in Config::levels

struct SystemLevels {
    std::string system;
    std::vector<std::string> levels;
};

struct Config {
    ClockSource clock = ClockSource::kWall;
    // A system that is not named has the levels of kEverySystem; where that is not named either,
    // all of the bundle's that are not on request. An empty list names nothing.
    std::vector<SystemLevels> levels;
    std::uint64_t systems_max = kSystemsMax;
    std::uint64_t inferences_per_call = 1'000'000;
    std::uint64_t stack_bytes = std::uint64_t{512} << 20;
    // The length of the slots that proofs sum: whole seconds, at most a day; 0: there are none.
    DurationNs slot_ns = 0;
    std::uint64_t proved_systems_max = kProvedSystemsMax;  // the first ones seen have slots
};

struct LoadMessage {
    std::vector<NamedText> files;
    Config config;
};

struct LoadDiagnostic {
    std::string file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::string severity;
    std::string code;
    std::string text;
};

// Somebody answers for a control that a system does not meet, from `from` on and before `until`.
struct LoadedWaiver {
    std::string control;
    std::string system;
    std::string owner, reason, approved_by;
    TimeNs from = 0;  // before 1970: from the beginning on
    TimeNs until = 0;
    bool operator==(const LoadedWaiver&) const = default;
};

struct LoadedMessage {
    Hash bundle{};
    std::vector<std::string> types;           // the event types that the bundle takes in, sorted
    std::vector<std::string> levels;          // in the bundle's order
    std::vector<LoadDiagnostic> diagnostics;  // warnings
    std::string plan;                         // the proof plan's text; empty without slots
    std::vector<LoadedWaiver> waivers;        // by end, then control and system
};

struct LoadFailedMessage {
    std::vector<LoadDiagnostic> diagnostics;
};

}  // namespace overlord::evaluate
