#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "loopback.hpp"
#include "overlord/tlog/tiles.hpp"
#include "state_example.hpp"

using namespace overlord;
using namespace overlord::ctl;

namespace {

std::vector<std::string> with_keys(std::vector<std::string> words, const StateExample& example) {
    for (const std::string& word : example.key_options()) words.push_back(word);
    return words;
}

// The proof of `what` as a file.
Path proof_file(const StateExample& example, const std::string& what, const std::string& name) {
    const Path file = example.file(name);
    const Outcome made =
        overlordctl({"proof", what, "--state", example.state.string(), "-o", file.string()});
    INFO(made.err);
    REQUIRE(made.code == 0);
    return file;
}

// A server of the files below a directory, as any web server would be.
Server::Serve serve_files(const Path& root) {
    return [root](int peer) {
        const std::string request = read_until(peer, "\r\n\r\n");
        const std::string target = request.substr(5, request.find(' ', 5) - 5);
        const Result<std::string> content = read_text_file(root / target);
        const std::string status = content ? "200 OK" : "404 Not Found";
        const std::string body = content ? *content : "";
        write_all(peer, "HTTP/1.1 " + status + "\r\nContent-Length: " +
                            std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
    };
}

}  // namespace

TEST_CASE("verify: an event proof and a proof bundle of a state verify", "[ctl]") {
    const StateExample example;
    const Path event = proof_file(example, "17", "event.json");
    Outcome outcome = overlordctl(with_keys({"verify", event.string()}, example));
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "record 17"));
    CHECK(contains(outcome.out, R"(the event is {"id":"f-17"})"));
    CHECK(contains(outcome.out, "valid: integrity: yes"));
    CHECK(std::filesystem::file_size(event) <= 3000);

    const Path bundle = proof_file(example, example.digest_text(), "bundle.json");
    outcome = overlordctl(with_keys({"verify", bundle.string(), "--json"}, example));
    CHECK(outcome.code == 0);
    const nlohmann::json json = nlohmann::json::parse(outcome.out);
    CHECK(json["valid"] == true);
    CHECK(json["subject"] == "attestation of production_system");
    CHECK(json["assurance"] ==
          "integrity: yes; zero knowledge: none carried; replay: needs the records");
}

TEST_CASE("verify: keys may come from files, in any order", "[ctl]") {
    const StateExample example;
    const Path bundle = proof_file(example, example.digest_text(), "bundle.json");
    const Path keys = example.file("keys.txt");
    const std::string text = "# from the operator, by telephone\n\n" +
                             example.attestation_key.to_text() + "\r\n" + example.log_key.to_text();
    REQUIRE(write_file_durable(keys, as_bytes(text)));
    CHECK(overlordctl({"verify", bundle.string(), "--key", keys.string()}).code == 0);
    REQUIRE(write_file_durable(keys, as_bytes("\nnot a key\n")));
    const Outcome outcome = overlordctl({"verify", bundle.string(), "--key", keys.string()});
    CHECK(outcome.code == 2);
    CHECK(contains(outcome.err, "keys.txt:2:"));
}

TEST_CASE("verify: a damaged proof, a wrong key and a missing key are refused", "[ctl]") {
    const StateExample example;
    const Path event = proof_file(example, "0", "event.json");
    const Path bundle = proof_file(example, example.digest_text(), "bundle.json");
    const StateExample other;
    CHECK(overlordctl(with_keys({"verify", event.string()}, other)).code == 1);
    CHECK(overlordctl(with_keys({"verify", bundle.string()}, other)).code == 1);
    const Outcome alone =
        overlordctl({"verify", bundle.string(), "--key", example.log_key.to_text()});
    CHECK(alone.code == 1);
    CHECK(contains(alone.out, "NOT VALID"));
    CHECK(overlordctl({"verify", bundle.string()}).code == 2);
    CHECK(overlordctl({"verify", bundle.string(), "--key", "nonsense"}).code == 2);
    CHECK(contains(overlordctl({"verify", bundle.string(), "--key", "a+b+c"}).err, "--key a+b+c"));
    damage(event);
    damage(bundle);
    CHECK(overlordctl(with_keys({"verify", event.string()}, example)).code != 0);
    CHECK(overlordctl(with_keys({"verify", bundle.string()}, example)).code == 1);
    REQUIRE(write_file_durable(event, as_bytes("{\"format\":\"x/v1\"}")));
    const Outcome unknown = overlordctl(with_keys({"verify", event.string()}, example));
    CHECK(unknown.code == 2);
    CHECK(contains(unknown.err, "files of format x/v1 are not known here"));
}

TEST_CASE("verify: a log directory verifies and damage in it is named", "[ctl]") {
    const StateExample example;
    const Path log = example.state / "log";
    const Outcome whole = overlordctl(with_keys({"verify", log.string()}, example));
    INFO(whole.out << whole.err);
    CHECK(whole.code == 0);
    CHECK(contains(whole.out, "1 attestation, 2 block"));
    CHECK(contains(whole.out, "records 0 to 320 (exclusive)"));
    CHECK(overlordctl(with_keys({"verify", example.state.string()}, example)).code == 0);
    damage(log / tlog::entries_path(0, 3));
    const Outcome damaged = overlordctl(with_keys({"verify", log.string()}, example));
    CHECK(damaged.code == 1);
    CHECK(contains(damaged.out, "NO "));
    CHECK(contains(damaged.out, "tile/"));
}

TEST_CASE("verify: a log continues the checkpoint that somebody kept, or not", "[ctl]") {
    const StateExample example;
    const Path log = example.state / "log";
    const Path kept = example.file("kept");
    std::filesystem::copy_file(log / "checkpoint", kept);
    const auto verify = [&](const Path& checkpoint) {
        std::vector<std::string> words{"verify", log.string(), "--kept", checkpoint.string()};
        for (const std::string& word : example.key_options()) words.push_back(word);
        return overlordctl(words);
    };
    Outcome outcome = verify(kept);
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "it continues the checkpoint of"));

    // Signed by the same key, with another history behind it.
    Result<tlog::KeySigner> key = tlog::load_key(example.state / "keys" / "log.key");
    REQUIRE(key);
    const auto sign = [&](std::uint64_t size) {
        const Result<std::string> note =
            tlog::sign_checkpoint({example.origin, {TreeSize{size}, Hash{1}}, {}}, *key);
        REQUIRE(note);
        const Path file = example.file("kept" + std::to_string(size));
        REQUIRE(write_file_derived(file, as_bytes(*note)));
        return file;
    };
    outcome = verify(sign(2));
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.out, "another history"));
    outcome = verify(sign(1000));
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.out, "taken back"));
    CHECK(verify(example.file("missing")).code == 2);
    CHECK(verify(log / "tile" / "0" / "000.p" / "5").code == 2);

    std::vector<std::string> words{"verify", example.file("e.json").string(), "--kept",
                                   kept.string()};
    for (const std::string& word : example.key_options()) words.push_back(word);
    REQUIRE(overlordctl({"proof", "3", "--state", example.state.string(), "-o",
                         example.file("e.json").string()})
                .code == 0);
    outcome = overlordctl(words);
    CHECK(outcome.code == 2);
    CHECK(contains(outcome.err, "--kept needs the log"));
}

TEST_CASE("proof: what -o names keeps its kind", "[ctl]") {
    const StateExample example;
    const auto proof = [&](const Path& out) {
        return overlordctl(
            {"proof", "3", "--state", example.state.string(), "-o", out.string()});
    };
    CHECK(proof("/dev/null").code == 0);
    CHECK(std::filesystem::is_character_file("/dev/null"));
    const Path file = example.file("proof.json"), link = example.file("link.json");
    std::filesystem::create_symlink(file, link);
    CHECK(proof(link).code == 0);
    CHECK(std::filesystem::is_symlink(link));
    CHECK(std::filesystem::is_regular_file(std::filesystem::symlink_status(file)));
    CHECK(proof(example.directory.path).code == 2);
    CHECK(overlordctl({"keys", "new", "k.example", "-o", "-"}).code == 2);
}

TEST_CASE("verify: a published log and a published proof verify over HTTP", "[ctl]") {
    const StateExample example;
    proof_file(example, "3", "state/log/event.json");
    Listener listener;
    const Server server(listener.descriptor(), serve_files(example.state / "log"));
    const std::string url = "http://" + listener.address();
    Outcome outcome = overlordctl(with_keys({"verify", url + "/"}, example));
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "records 0 to 320"));
    outcome = overlordctl(with_keys({"verify", url + "/event.json"}, example));
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "record 3"));
    CHECK(overlordctl(with_keys({"verify", url + "/nothing"}, example)).code == 2);
    damage(example.state / "log" / tlog::tile_path({0, 0, 4}));
    CHECK(overlordctl(with_keys({"verify", url}, example)).code == 1);
}

TEST_CASE("verify: nobody listening is no verdict", "[ctl]") {
    const StateExample example;
    std::string address;
    {
        Listener closed;
        address = closed.address();
    }
    CHECK(overlordctl(with_keys({"verify", "http://" + address}, example)).code == 3);
    CHECK(overlordctl(with_keys({"verify", "http://:80"}, example)).code == 2);
    CHECK(overlordctl(with_keys({"verify", "/no/such/file"}, example)).code == 2);
}

TEST_CASE("proof: what does not exist is a no, what is malformed a mistake", "[ctl]") {
    const StateExample example;
    const auto code = [&](const std::string& what) {
        return overlordctl({"proof", what, "--state", example.state.string()}).code;
    };
    CHECK(code("320") == 1);
    CHECK(code("sha256:" + std::string(64, '0')) == 1);
    CHECK(code("sha256:abc") == 2);
    CHECK(code("-3") == 2);
    CHECK(code("x") == 2);
    CHECK(overlordctl({"proof", "0", "--state", "/no/such/state"}).code == 3);
    CHECK(overlordctl({"proof"}).code == 2);
}

TEST_CASE("fsck: a state is clean, and damage is named with its place", "[ctl]") {
    const StateExample example;
    Outcome outcome =
        overlordctl({"fsck", example.state.string(), "--key", example.log_key.to_text()});
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "320 records"));
    CHECK(contains(outcome.out, "clean"));
    outcome = overlordctl({"fsck", (example.state / "log").string(), "--json"});
    CHECK(outcome.code == 0);
    CHECK_FALSE(nlohmann::json::parse(outcome.out)["not_checked"].empty());
    damage(example.state / "log" / tlog::tile_path({0, 0, 4}));
    outcome = overlordctl({"fsck", example.state.string()});
    CHECK(outcome.code == 1);
    CHECK(contains(outcome.err, "no --key given"));
    CHECK(contains(outcome.out, "DAMAGED: "));
    CHECK(overlordctl({"fsck", "/no/such/state"}).code == 2);
}

TEST_CASE("keys: a state's public keys are shown in both forms", "[ctl]") {
    const StateExample example;
    Outcome outcome = overlordctl({"keys", "show", "--state", example.state.string()});
    CHECK(outcome.code == 0);
    CHECK(outcome.out ==
          example.log_key.to_text() + "\n" + example.attestation_key.to_text() + "\n");
    outcome = overlordctl({"keys", "show", example.log_key.to_text(), "--format", "pem"});
    CHECK(outcome.out == example.log_key.to_pem());
    const Path file = example.file("new.key");
    outcome = overlordctl({"keys", "new", "example.org/w1", "-o", file.string(), "--json"});
    CHECK(outcome.code == 0);
    CHECK(nlohmann::json::parse(outcome.out)[0]["name"] == "example.org/w1");
    CHECK(overlordctl({"keys", "new", "example.org/w1", "-o", file.string()}).code == 2);
    CHECK(overlordctl({"keys", "show", "--state", "/no/such/state"}).code == 3);
}
