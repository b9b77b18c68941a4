// The configuration of overlordd, read from one TOML file; config/overlordd.toml documents every
// key in place. Plain values, any thread; nothing here is changed after start.
//
// A configuration is refused as a whole: no key is guessed, skipped or corrected. The message has
// one line for each problem, in the order of the file, and each names the place and the key:
//     overlordd.toml:7:1: key "ingest.lisen" is not known (did you mean "ingest.listen"?)
//     overlordd.toml:9:10: key "clock.source": expected "wall" or "event", found "sun"
// Codes: config.read config.syntax config.unknown_key config.value config.home; the code is that of
// the first problem. Class kReject throughout: nothing durable has been touched.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/net/endpoint.hpp"

namespace overlord::daemon {

inline constexpr std::uint64_t kConfigBytesMax = 4ull << 20;  // 10,000 systems need about 1 MiB
inline constexpr std::size_t kSystemsMax = 10'000;            // the evaluator's bound on systems
inline constexpr std::size_t kSocketPathBytesMax = 107;       // sun_path of unix(7), less its NUL

enum class ClockSource { kWall, kEvent };
enum class WitnessMode { kBestEffort, kRequire };
enum class ChangeControl { kNone, kRequired };
enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kText, kJson };

struct Config {
    Path state_dir;      // journal/, log/, rules/, keys/, attestations/
    std::string origin;  // the log's identity; empty: one is made up and kept in state_dir

    struct Ingest {
        net::Endpoint listen{"127.0.0.1", 7420, true};
        std::int64_t line_timeout_ms = 10'000;  // a started line must end within it
        std::int64_t connections_max = 1'024;
        std::int64_t queue_bytes = 64ll << 20;  // of waiting lines; beyond it backpressure
    } ingest;

    struct Repl {
        Path socket;  // default: state_dir/run/repl.sock
        std::int64_t sessions_max = 16;
        std::int64_t answer_bytes_max = 1ll << 20;  // of one goal
        std::int64_t answer_seconds_max = 5;        // of one goal
    } repl;

    struct Admin {
        Path socket;  // default: admin.sock beside the REPL's socket
    } admin;

    struct Http {
        std::optional<net::Endpoint> listen = net::Endpoint{"127.0.0.1", 7480, true};  // or off
    } http;

    struct Rules {
        Path dir;  // default: find_default_rules(); empty when there are none
        ChangeControl change_control = ChangeControl::kNone;
    } rules;

    struct Keys {
        bool create = true;  // only on an empty state
        // Where a new key is made or found: "file", "sealed", "credential:NAME", "pkcs11:LABEL".
        std::string log = "file";
        std::string attestation = "file";
        Path passphrase;  // of sealed keys; a file, or "credential:NAME"
        Path pkcs11_module;
        std::string pkcs11_token;
        Path pkcs11_pin;  // a file, or "credential:NAME"
        bool bind_place = true;  // refuse a guard that comes from another machine or copy
    } keys;

    // The log that this one continues, looked at on a first start only.
    struct Succession {
        Path predecessor;             // its final checkpoint, or the folder of its public tree
        std::string predecessor_key;  // a verifier key of it
    } succession;

    struct ClockSettings {
        ClockSource source = ClockSource::kWall;
    } clock;

    struct Journal {
        std::int64_t segment_mib = 64;
    } journal;

    struct Seal {
        std::int64_t interval_ms = 100;  // at most one block in this time
    } seal;

    struct Scrub {
        std::int64_t kib_per_second = 4'096;  // 0: off
        std::int64_t interval_h = 24;         // between two passes
    } scrub;

    struct Engine {
        std::int64_t inferences_max = 1'000'000;  // of one check or control
        std::int64_t stack_mib = 512;
        std::int64_t snapshot_records = 100'000;  // records between two snapshots
    } engine;

    struct Attest {
        std::int64_t interval_s = 3'600;  // 0: not by schedule
        bool on_change = true;
        bool publish = false;  // envelopes under log/, readable by everyone who reads the log
    } attest;

    struct Proof {
        std::int64_t slot_s = 60;  // 0: nothing is proved in zero knowledge
        std::int64_t systems_max = 100;
    } proof;

    struct Completeness {
        std::int64_t heartbeat_s = 60;  // log time between heartbeat records; 0: none
        std::int64_t gap_grace_s = 10;  // log time that a source's number may come late
    } completeness;
    struct Retention {
        std::int64_t keep_days = 0;          // of systems in no class; 0: no minimum
        std::int64_t rejects_keep_days = 0;  // of refused lines
        struct Class {
            std::int64_t keep_days = 0;
            std::vector<std::string> systems;  // names, or beginnings that end in *
        };
        std::map<std::string, Class, std::less<>> classes;  // [retention.classes.NAME]
    } retention;

    struct Witness {
        Path policy;  // c2sp.org/tlog-policy; empty: nobody is asked
        WitnessMode mode = WitnessMode::kBestEffort;
    } witness;

    struct Timestamp {
        std::string url;  // of an RFC 3161 authority; empty: none
        std::int64_t interval_s = 3'600;
    } timestamp;

    struct Log {
        LogLevel level = LogLevel::kInfo;
        LogFormat format = LogFormat::kText;
    } log;

    // [systems.NAME] levels: the levels a system answers for. A system without some has those of
    // [systems."*"], else all of the bundle's that are not on request.
    std::map<std::string, std::vector<std::string>, std::less<>> systems;
};

[[nodiscard]] inline std::string to_text(const net::Endpoint& endpoint) { return endpoint.text(); }

// What runs without a configuration: the state under $XDG_STATE_HOME or ~/.local/state. Fails with
// config.home when the environment names neither.
[[nodiscard]] Result<Config> default_config();

// Relative paths in the file are relative to its folder.
[[nodiscard]] Result<Config> load_config(const Path& file);
[[nodiscard]] Result<Config> parse_config(std::string_view text, const Path& file);

// The rules that come with this program: beside the binary, in the installation it belongs to, in
// the source tree it was built in, or where it was configured to be installed.
[[nodiscard]] std::optional<Path> find_default_rules();

// Every known key with its value as TOML text, in the order of config/overlordd.toml (a system's
// levels excepted).
struct Setting {
    std::string key;       // "ingest.line_timeout_ms"
    std::string value;     // "10000"; "" for a path that is not set
    std::string expected;  // "an integer from 100 to 600000"
};
[[nodiscard]] std::vector<Setting> settings(const Config& config);

}  // namespace overlord::daemon
