#include "overlord/daemon/config.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <set>

using namespace overlord;
using namespace overlord::daemon;

namespace {

Config accepted(std::string_view text) {
    Result<Config> config = parse_config(text, "/etc/overlordd/overlordd.toml");
    INFO((config ? std::string() : config.error().message));
    REQUIRE(config);
    return *config;
}

Error refused(std::string_view text) {
    Result<Config> config = parse_config(text, "/etc/overlordd/overlordd.toml");
    REQUIRE_FALSE(config);
    CHECK(config.error().kind == ErrorClass::kReject);
    return config.error();
}

std::string message(std::string_view text) { return refused(text).message; }

// Sets an environment variable for one test case.
class Variable {
public:
    Variable(const char* name, const char* value) : name_(name) {
        if (const char* old = std::getenv(name)) old_ = old;
        set(value);
    }
    ~Variable() { set(old_ ? old_->c_str() : nullptr); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    void set(const char* value) const {
        if (value == nullptr)
            unsetenv(name_);
        else
            setenv(name_, value, 1);
    }
    const char* name_;
    std::optional<std::string> old_;
};

}  // namespace

TEST_CASE("config: an empty file gives the defaults", "[daemon]") {
    Variable state("XDG_STATE_HOME", "/home/ana/.state");
    const Config config = accepted("");
    CHECK(config.state_dir == "/home/ana/.state/overlordd");
    CHECK(config.repl.socket == "/home/ana/.state/overlordd/run/repl.sock");
    CHECK(config.admin.socket == "/home/ana/.state/overlordd/run/admin.sock");
    CHECK(config.origin.empty());
    CHECK(config.ingest.listen.text() == "127.0.0.1:7420");
    CHECK(config.http.listen->text() == "127.0.0.1:7480");
    CHECK(config.journal.segment_mib == 64);
    CHECK(config.seal.interval_ms == 100);
    CHECK(config.attest.interval_s == 3600);
    CHECK(config.proof.slot_s == 60);
    CHECK(config.proof.systems_max == 100);
    CHECK(config.completeness.heartbeat_s == 60);
    CHECK(config.completeness.gap_grace_s == 10);
    CHECK(config.systems.empty());
}

TEST_CASE("config: the state is found by the XDG rules", "[daemon]") {
    SECTION("HOME when XDG_STATE_HOME is absent or relative") {
        Variable home("HOME", "/home/ana");
        Variable state("XDG_STATE_HOME", GENERATE(as<const char*>(), nullptr, "", "relative"));
        Result<Config> config = default_config();
        REQUIRE(config);
        CHECK(config->state_dir == "/home/ana/.local/state/overlordd");
    }
    SECTION("neither: an error that says what to do") {
        Variable home("HOME", nullptr);
        Variable state("XDG_STATE_HOME", nullptr);
        Result<Config> config = default_config();
        REQUIRE_FALSE(config);
        CHECK(config.error().code == "config.home");
        CHECK(accepted("state_dir = \"/s\"").state_dir == "/s");
    }
}

TEST_CASE("config: every kind of value is read", "[daemon]") {
    const Config config = accepted(R"(
        state_dir = "/var/lib/overlordd"
        origin = "overlords.example.org/site1"
        [ingest]
        listen = "[::1]:0"
        line_timeout_ms = 250
        [http]
        listen = "0.0.0.0:80"
        [rules]
        change_control = "required"
        [keys]
        create = false
        [clock]
        source = "event"
        [log]
        level = "warning"
        format = "json"
        [systems.production_system]
        levels = ["trading", "itil"]
        [systems."//plant 7"]
    )");
    CHECK(config.origin == "overlords.example.org/site1");
    CHECK(config.ingest.listen.text() == "[::1]:0");
    CHECK(config.ingest.line_timeout_ms == 250);
    CHECK(config.http.listen->text() == "0.0.0.0:80");
    CHECK_FALSE(accepted("[http]\nlisten = \"\"\n").http.listen.has_value());
    CHECK(config.rules.change_control == ChangeControl::kRequired);
    CHECK_FALSE(config.keys.create);
    CHECK(config.clock.source == ClockSource::kEvent);
    CHECK(config.log.level == LogLevel::kWarning);
    CHECK(config.log.format == LogFormat::kJson);
    CHECK(config.systems.at("production_system") == std::vector<std::string>{"trading", "itil"});
    CHECK(config.systems.at("//plant 7").empty());
}

TEST_CASE("config: relative paths are relative to the file", "[daemon]") {
    const Config config = accepted("state_dir = \"../state\"\n[rules]\ndir = \"rules/\"\n");
    CHECK(config.state_dir == "/etc/state");
    CHECK(config.rules.dir == "/etc/overlordd/rules/");
    CHECK(config.repl.socket == "/etc/state/run/repl.sock");
}

TEST_CASE("config: an unknown key is named with its place and the nearest one", "[daemon]") {
    const Error error = refused("[ingest]\nlisten = \"127.0.0.1:1\"\n  lisen = \"127.0.0.1:1\"\n");
    CHECK(error.code == "config.unknown_key");
    CHECK(error.message == "/etc/overlordd/overlordd.toml:3:3: key \"ingest.lisen\" is not known "
                           "(did you mean \"ingest.listen\"?)");
    CHECK_THAT(message("segment_mib = 3"),
               Catch::EndsWith("(did you mean \"journal.segment_mib\"?)"));
    CHECK_THAT(message("[ingst]\nlisten = \"\"\n"), Catch::Contains("key \"ingst\" is not known"));
    CHECK_THAT(message("zebra = 1"), Catch::EndsWith("key \"zebra\" is not known"));
    CHECK_THAT(message("[systems.a]\nlevel = [\"gmp\"]\n"),
               Catch::Contains(":2:1: key \"systems.a.level\" is not known"));
}

TEST_CASE("config: a wrong value is named with what is expected", "[daemon]") {
    struct Case {
        const char* text;
        const char* expected;
    };
    const Case wrong = GENERATE(values<Case>({
        {"[ingest]\nline_timeout_ms = \"10s\"",
         ":2:19: key \"ingest.line_timeout_ms\": expected an integer from 100 to 600000, "
         "found \"10s\""},
        {"[ingest]\nline_timeout_ms = 99", "from 100 to 600000, found 99"},
        {"[ingest]\nline_timeout_ms = 250.0", "from 100 to 600000, found 250.0"},
        {"[ingest]\nlisten = \"0.0.0.0:7420\"", "expected a loopback address and port"},
        {"[ingest]\nlisten = \"\"", "expected a loopback address and port"},
        {"[ingest]\nlisten = \"127.0.0.1:65536\"", "expected a loopback address and port"},
        {"[http]\nlisten = 7480", "or \"\" for off, found 7480"},
        {"[http]\nlisten = \"example.org:80\"", "expected an address and port"},
        {"ingest = 5", "key \"ingest\": expected a section, written [ingest], found 5"},
        {"[clock]\nsource = \"sun\"", "expected \"wall\" or \"event\", found \"sun\""},
        {"[log]\nlevel = 1", "expected \"debug\", \"info\", \"warning\" or \"error\", found 1"},
        {"[keys]\ncreate = \"yes\"", "expected true or false, found \"yes\""},
        {"[keys]\nlog = \"ftp\"", "or \"pkcs11:LABEL\", found \"ftp\""},
        {"[keys]\nlog = \"pkcs11:\"", "found \"pkcs11:\""},
        {"[keys]\nlog = \"credential:../x\"", "found \"credential:../x\""},
        {"[keys]\nlog = \"file:x\"", "found \"file:x\""},
        {"[keys]\nattestation = \"pkcs11:x\"", "or \"credential:NAME\", found \"pkcs11:x\""},
        {"[keys]\npassphrase = \"credential:\"", "a path, or \"credential:NAME\""},
        {"[succession]\npredecessor_key = \"x\"", "a verifier key NAME+HEXID+BASE64"},
        {"origin = \"two words\"", "without spaces"},
        {"state_dir = \"\"", "expected a path, found \"\""},
        {"state_dir = [\"a\"]", "expected a path, found a list"},
        {"systems = 1", "expected sections, written [systems.NAME]"},
        {"[systems]\na = 1", "expected a section, written [systems.a]"},
        {"[systems.a]\nlevels = []", "expected a list of levels"},
        {"[systems.a]\nlevels = [\"gmp\", \"gmp\"]", ":2:18: key \"systems.a.levels\""},
        {"[systems.a]\nlevels = [\"GMP\"]", "found \"GMP\""},
    }));
    const Error error = refused(wrong.text);
    CHECK(error.code == "config.value");
    CHECK_THAT(error.message, Catch::Contains(wrong.expected));
}

TEST_CASE("config: where keys are made and their secrets found", "[daemon]") {
    for (const char* const source : {"file", "sealed", "credential:log-key", "pkcs11:log-2026"}) {
        CHECK(accepted("[keys]\nlog = \"" + std::string(source) + "\"\n").keys.log == source);
    }
    const Config config = accepted(
        "[keys]\nattestation = \"sealed\"\npassphrase = \"secret\"\n"
        "pkcs11_pin = \"credential:pin\"\npkcs11_module = \"\"\n");
    CHECK(config.keys.attestation == "sealed");
    CHECK(config.keys.passphrase == "/etc/overlordd/secret");
    CHECK(config.keys.pkcs11_pin == "credential:pin");
    CHECK(config.keys.pkcs11_module.empty());
}

TEST_CASE("config: a quorum cannot be required of nobody", "[daemon]") {
    const Result<Config> config =
        parse_config("[witness]\nmode = \"require\"\n", "/etc/overlordd/overlordd.toml");
    REQUIRE_FALSE(config);
    CHECK(config.error().message.find("no witness.policy") != std::string::npos);
}

TEST_CASE("config: all problems are told at once, in the order of the file", "[daemon]") {
    const Error error = refused("origen = \"x\"\n[log]\nlevel = 1\n[attest]\nevery = 2\n");
    CHECK(error.message ==
          "/etc/overlordd/overlordd.toml:1:1: key \"origen\" is not known "
          "(did you mean \"origin\"?)\n"
          "/etc/overlordd/overlordd.toml:3:9: key \"log.level\": expected \"debug\", \"info\", "
          "\"warning\" or \"error\", found 1\n"
          "/etc/overlordd/overlordd.toml:5:1: key \"attest.every\" is not known");
}

TEST_CASE("config: broken TOML and unreadable files are refused with their place", "[daemon]") {
    CHECK_THAT(message("[ingest\n"), Catch::StartsWith("/etc/overlordd/overlordd.toml:1:"));
    CHECK(refused("a = 1\na = 2\n").code == "config.syntax");
    CHECK(refused("a = \"\xff\"\n").code == "config.syntax");
    const Result<Config> absent = load_config("/nowhere/overlordd.toml");
    REQUIRE_FALSE(absent);
    CHECK(absent.error().code == "config.read");
    CHECK_THAT(absent.error().message, Catch::Contains("/nowhere/overlordd.toml"));
}

TEST_CASE("config: a socket path that no socket can have is refused", "[daemon]") {
    const std::string socket = "/" + std::string(kSocketPathBytesMax, 's');
    const Error error = refused("[repl]\nsocket = \"" + socket + "\"\n");
    CHECK(error.code == "config.value");
    CHECK_THAT(error.message, Catch::Contains("at most 107"));
    const std::string longest = socket.substr(0, kSocketPathBytesMax);
    CHECK(accepted("[repl]\nsocket = \"" + longest + "\"\n").repl.socket == longest);
}

TEST_CASE("config: the rules that come with the program are found", "[daemon]") {
    const std::optional<Path> rules = find_default_rules();
    const Path source = std::filesystem::canonical(OVERLORD_SOURCE_DIR);
    const bool in_source_tree =  // build/PRESET/bin, as the presets have it
        std::filesystem::weakly_canonical(Path(OVERLORD_BIN_DIR) / "../../..") == source;
    if (in_source_tree) CHECK(rules == source / "rules");
    if (rules) CHECK(std::filesystem::exists(*rules / "telecoms.pl"));
}

TEST_CASE("config: the documented file holds every key at its default", "[daemon]") {
    const Path file = Path(OVERLORD_SOURCE_DIR) / "config/overlordd.toml";
    Result<Config> shipped = load_config(file);
    INFO((shipped ? std::string() : shipped.error().message));
    REQUIRE(shipped);
    Result<std::string> text = read_text_file(file);
    REQUIRE(text);

    // An installed service has its folders where the packaging puts them.
    const std::set<std::string> elsewhere = {"state_dir", "repl.socket", "admin.socket",
                                             "rules.dir"};
    const std::vector<Setting> defaults = settings(Config{});
    const std::vector<Setting> values = settings(*shipped);
    REQUIRE(values.size() == defaults.size());
    std::size_t from = 0;
    for (std::size_t i = 0; i < defaults.size(); ++i) {
        const std::string& key = defaults[i].key;
        CAPTURE(key);
        const bool fixed = elsewhere.count(key) == 0;
        if (fixed) CHECK(values[i].value == defaults[i].value);

        const std::string name = key.substr(key.rfind('.') + 1);
        const std::string line = "\n" + name + " = " + (fixed ? values[i].value + "\n" : "");
        const std::size_t at = text->find(line, from);
        REQUIRE(at != text->npos);
        const std::string comment = text->substr(from, at - from);
        CHECK_THAT(comment, Catch::Contains("Default: " + (fixed ? defaults[i].value + "." : "")));
        from = at + 1;
    }
}
