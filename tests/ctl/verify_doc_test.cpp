// Every command of docs/verify.md is run, on proofs of a state made here; and the same commands
// find damage.
#include <catch2/catch.hpp>

#include "state_example.hpp"

using namespace overlord;
using namespace overlord::ctl;

namespace {

// The ```sh blocks of the page from `heading` on, in order, as one script that stops at the first
// failure.
std::string script_of_page(const std::string& heading = "") {
    Result<std::string> page = read_text_file(OVERLORD_SOURCE_DIR "/docs/verify.md");
    REQUIRE(page);
    REQUIRE(page->find(heading) != std::string::npos);
    page->erase(0, page->find(heading));
    std::string script = "set -eu\nPATH=" OVERLORD_BIN_DIR ":$PATH\n";
    std::size_t blocks = 0;
    std::size_t at = 0;
    while ((at = page->find("```sh\n", at)) != std::string::npos) {
        const std::size_t begin = at + 6;
        const std::size_t end = page->find("\n```", begin);
        REQUIRE(end != std::string::npos);
        script += page->substr(begin, end - begin) + "\n";
        at = end;
        ++blocks;
    }
    CHECK(blocks == (heading.empty() ? 10 : 3));
    return script;
}

std::string without_our_program(std::string script) {
    std::size_t at = 0;
    while ((at = script.find("overlordctl verify", at)) != std::string::npos) {
        script.replace(at, script.find('\n', at) - at, ":");
    }
    return script;
}

void prepare(const StateExample& example) {
    const auto make = [&](const std::string& what, const std::string& name) {
        REQUIRE(overlordctl({"proof", what, "--state", example.state.string(), "-o",
                             example.file(name).string()})
                    .code == 0);
    };
    make(example.digest_text(), "proof.json");
    make("17", "event.json");
    const Outcome keys = overlordctl({"keys", "show", "--state", example.state.string()});
    REQUIRE(write_file_durable(example.file("keys.txt"), as_bytes(keys.out)));
    const std::string witness = example.witness_key.to_text() + "\n";
    REQUIRE(write_file_durable(example.file("witnesses.txt"), as_bytes(witness)));
}

Outcome run_script(const StateExample& example, const std::string& script) {
    return Program({"bash", "-c", "cd " + example.directory.path.string() + "\n" + script}).wait();
}

void replace_in(const Path& file, const std::string& from, const std::string& to) {
    std::string text = *read_text_file(file);
    const std::size_t at = text.find(from);
    INFO(from << " in " << text);
    REQUIRE(at != std::string::npos);
    REQUIRE(write_file_durable(file, as_bytes(text.replace(at, from.size(), to))));
}

}  // namespace

TEST_CASE("verify.md: every command of the page succeeds on true proofs", "[ctl][foreign]") {
    const StateExample example(Watched::kYes);
    prepare(example);
    const Outcome outcome = run_script(example, script_of_page());
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "production_system is compliant"));
    CHECK(contains(outcome.out, "payload.json: OK"));
    CHECK(contains(outcome.out, R"("event":{"id":"f-17"})"));
    CHECK(contains(outcome.out, "production_system: compliant"));
    CHECK(contains(outcome.out, "record 17 is in the log of"));
    CHECK(contains(outcome.out, "witness.example/w1 has a cosignature of second 1769690232"));
}

TEST_CASE("verify.md: the foreign commands alone find a changed proof", "[ctl][foreign]") {
    const std::string script =
        GENERATE(without_our_program(script_of_page()),
                 script_of_page("\n## With openssl and sha256sum only\n"));
    const std::vector<std::pair<std::string, std::string>> changes = {
        {"\"payload\":\"ey", "\"payload\":\"eW"},
        {"\\\"digest\\\":\\\"", "\\\"digest\\\":\\\"0"},
        {"\"sig\":\"", "\"sig\":\"AAAA"},
        {"index ", "index 1"},
        {"\"consistency\":[\"", "\"consistency\":[\"AAAA"},
        {"overlords.example.org/site1\\u000a", "overlords.example.org/site2\\u000a"},
    };
    for (const auto& [from, to] : changes) {
        const StateExample example(Watched::kYes);
        prepare(example);
        replace_in(example.file("proof.json"), from, to);
        INFO(from);
        CHECK(run_script(example, script).code != 0);
    }
    const StateExample example(Watched::kYes);
    prepare(example);
    replace_in(example.file("event.json"), "\"salt\":\"", "\"salt\":\"AAAA");
    CHECK(run_script(example, script).code != 0);
}

TEST_CASE("verify.md: a checkpoint without a cosignature that we trust is noticed",
          "[ctl][foreign]") {
    const std::string script = without_our_program(script_of_page());
    const StateExample example(Watched::kYes);
    prepare(example);
    REQUIRE(run_script(example, script).code == 0);
    SECTION("the line is another witness's") {
        replace_in(example.file("event.json"), "witness.example/w1 ", "witness.example/w2 ");
        CHECK(run_script(example, "rm witness-*\n" + script).code != 0);
    }
    SECTION("the signature does not fit") {
        replace_in(example.file("event.json"), "witness.example/w1 ", "witness.example/w1 AAAA");
        CHECK(run_script(example, "rm witness-*\n" + script).code != 0);
    }
    // Another key under the same name has another id, so no line is found.
    const tlog::VerifierKey other{"witness.example/w1", tlog::SignatureType::kCosignature,
                                  crypto::SigningKey::generate().public_key()};
    REQUIRE(write_file_durable(example.file("witnesses.txt"), as_bytes(other.to_text() + "\n")));
    CHECK(run_script(example, "rm witness-*\n" + script).code != 0);
}

TEST_CASE("verify.md: a key whose text ends in + is read whole", "[ctl][foreign]") {
    const Result<std::string> page = read_text_file(OVERLORD_SOURCE_DIR "/docs/verify.md");
    REQUIRE(page);
    const std::size_t begin = page->find("cat > auditor.sh");
    const std::size_t end = page->find("\nSH\n", begin);
    REQUIRE(end != std::string::npos);
    tlog::VerifierKey key{"overlords.example.org/site1", tlog::SignatureType::kEd25519,
                          crypto::SigningKey::generate().public_key()};
    while (!key.to_text().ends_with('+')) key.key = crypto::SigningKey::generate().public_key();
    const TemporaryDirectory directory;
    REQUIRE(write_file_durable(directory.path / "keys.txt", as_bytes(key.to_text() + "\n")));
    const std::string script = "set -eu\ncd " + directory.path.string() + "\n" +
                               page->substr(begin, end + 4 - begin) +
                               ". ./auditor.sh\npem_of overlords.example.org/site1 > key.pem\n"
                               "openssl pkey -pubin -in key.pem -noout\n";
    const Outcome outcome = Program({"bash", "-c", script}).wait();
    INFO(outcome.err);
    CHECK(outcome.code == 0);
}
