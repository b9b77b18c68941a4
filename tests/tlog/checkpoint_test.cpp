#include "overlord/tlog/checkpoint.hpp"

#include <catch2/catch.hpp>

#include "sample.hpp"

using namespace overlord;
using namespace overlord::tlog;

namespace {

std::string golden(const char* name) {
    const Result<std::string> text =
        read_text_file(Path(OVERLORD_SOURCE_DIR) / "tests" / "vectors" / "tlog" / name);
    REQUIRE(text);
    return *text;
}

}  // namespace

TEST_CASE("checkpoint: the golden checkpoint is made and opened", "[tlog]") {
    KeySigner signer = sample::log_signer();
    const Checkpoint checkpoint{sample::kLogName, {{3}, root_of(sample::leaves(3))}, {}};
    const Result<std::string> raw = sign_checkpoint(checkpoint, signer);
    REQUIRE(raw);
    CHECK(*raw == golden("checkpoint"));

    const Result<SignedCheckpoint> opened = open_checkpoint(*raw, signer.verifier());
    REQUIRE(opened);
    CHECK(opened->checkpoint.origin == sample::kLogName);
    CHECK(opened->checkpoint.head == checkpoint.head);
    CHECK(opened->checkpoint.extensions.empty());
    CHECK(opened->note.verified.size() == 1);
}

TEST_CASE("checkpoint: the cosigned one names its witness", "[tlog]") {
    const VerifierKey log = *VerifierKey::parse(sample::kLogVkey);
    const std::vector<VerifierKey> witnesses{*VerifierKey::parse(sample::kWitnessVkey)};
    const std::string raw = golden("checkpoint.cosigned");
    CHECK(open_checkpoint(raw, log)->note.verified.size() == 1);
    CHECK(open_checkpoint(raw, log, witnesses)->note.verified.size() == 2);
    // A witness alone does not make it a checkpoint of the log.
    CHECK(open_checkpoint(raw, witnesses[0], {}).error().code == "checkpoint.origin");
}

TEST_CASE("checkpoint: extension lines are read and handed out", "[tlog]") {
    const std::string text = "o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nfirst\nsecond\n";
    const Result<Checkpoint> checkpoint = parse_checkpoint(text);
    REQUIRE(checkpoint);
    CHECK(checkpoint->extensions == std::vector<std::string>{"first", "second"});
    CHECK(checkpoint->head.root == root_of({}));
}

TEST_CASE("checkpoint: a key of another log does not open it", "[tlog]") {
    KeySigner other("other.example/log", sample::counting_key(0x40));
    const std::string raw = golden("checkpoint");
    CHECK(open_checkpoint(raw, other.verifier()).error().code == "note.unsigned");
    // Signed by the right key, but about another origin.
    const std::string foreign = *sign_note("elsewhere\n" + std::string("3\n") +
                                               to_base64(root_of({})) + "\n",
                                           other);
    CHECK(open_checkpoint(foreign, other.verifier()).error().code == "checkpoint.origin");
}

TEST_CASE("checkpoint: malformed texts", "[tlog]") {
    const std::string root = to_base64(root_of({}));
    const std::string table[] = {
        "",
        "o\n3\n",
        "o\n3\n" + root,
        "\n3\n" + root + "\n",
        "o\n03\n" + root + "\n",
        "o\n-3\n" + root + "\n",
        "o\n+3\n" + root + "\n",
        "o\n 3\n" + root + "\n",
        "o\n\n" + root + "\n",
        "o\n9223372036854775808\n" + root + "\n",
        "o\n18446744073709551616\n" + root + "\n",
        "o\n3\n" + root.substr(4) + "\n",
        "o\n3\n" + root + "=\n",
        "o\n3\n" + root + "\n\n",
    };
    for (const std::string& text : table) {
        CAPTURE(text);
        const Result<Checkpoint> checkpoint = parse_checkpoint(text);
        REQUIRE_FALSE(checkpoint);
        CHECK(checkpoint.error().code == "checkpoint.malformed");
    }
    CHECK(parse_checkpoint("o\n9223372036854775807\n" + root + "\n"));
}

TEST_CASE("checkpoint: the examples of docs/formats/log.md are the golden files", "[tlog]") {
    const std::string page =
        *read_text_file(Path(OVERLORD_SOURCE_DIR) / "docs" / "formats" / "log.md");
    for (const char* name :
         {"checkpoint.cosigned", "entry-1.tlog-proof", "log.guard"}) {
        CAPTURE(name);
        CHECK(page.find("```\n" + golden(name) + "```\n") != std::string::npos);
    }
    CHECK(page.find(sample::kLogVkey) != std::string::npos);
}
