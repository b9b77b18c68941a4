#include "overlord/attest/assemble.hpp"
#include "overlord/attest/full_bundle.hpp"
#include "temporary_directory.hpp"
#include "zk_check.hpp"

using namespace overlord;
using namespace overlord::attest;
using zk_log::Example;

namespace {

// A state with an attestation and its document, and the bundle that it gives.
struct Made {
    explicit Made(bool logged = true) {
        example.fill();
        example.seal();
        if (logged) example.log_document();
        example.write_state(directory.path);
    }

    std::vector<tlog::VerifierKey> keys() const {
        return {example.log_key.verifier(), example.attestation_key.verifier()};
    }

    Bundle bundle() const {
        const Result<Bundle> made =
            assemble_bundle(directory.path, attestation_digest(example.envelope.payload),
                            example.log_key.verifier());
        INFO((made ? "" : made.error().message));
        REQUIRE(made);
        return *made;
    }

    std::string full_text(const Bundle& bundle) const {
        Result<tlog::TileReader> tiles = tlog::TileReader::open(
            directory.path / "log", example.head(example.entries.size()));
        REQUIRE(tiles);
        std::string text;
        REQUIRE(write_full_bundle(bundle, *tiles, [&](std::string_view piece) {
            text += piece;
            return Status();
        }));
        return text;
    }

    Result<std::vector<std::string>> read(const std::string& text) const {
        const Path file = directory.path / "full.json";
        REQUIRE(write_file_derived(file, as_bytes(text)));
        Result<FullBundleReader> reader = FullBundleReader::open(file);
        if (!reader) return std::move(reader).error();
        std::vector<std::string> entries;
        for (;;) {
            Result<std::optional<std::string>> entry = reader->next();
            if (!entry) return std::move(entry).error();
            if (!entry->has_value()) return entries;
            entries.push_back(**entry);
        }
    }

    TemporaryDirectory directory;
    Example example;
};

}  // namespace

TEST_CASE("bundle: a zero-knowledge document goes with it and verifies", "[attest]") {
    const Made made;
    const Bundle bundle = made.bundle();
    REQUIRE(bundle.zk);
    CHECK(bundle.zk->ends.size() == 4);
    const std::string text = *make_bundle(bundle);
    CHECK(text.starts_with(R"({"format":"zk-overlords/proof-bundle/v2",)"));
    const Result<Bundle> parsed = parse_bundle(text);
    REQUIRE(parsed);
    CHECK(*make_bundle(*parsed) == text);
    const Report report = verify_bundle(*parsed, made.keys());
    CHECK(report.valid);
    CHECK(report.findings.back().text == "its zero-knowledge document of 4 controls fits the log");
    const Result<CheckedZk> zk = check_zk_part(*parsed->zk, check_bundle(*parsed, made.keys()));
    REQUIRE(zk);
    CHECK(zk->findings.levels.front().derived == "compliant");
}

TEST_CASE("bundle: a document that is not logged yet stays at home", "[attest]") {
    const Made made(/*logged=*/false);
    CHECK_FALSE(made.bundle().zk);
}

TEST_CASE("bundle: what is changed in the zero-knowledge part is refused", "[attest]") {
    const Made made;
    const Bundle bundle = made.bundle();
    const auto code_with = [&](auto change) {
        ZkPart part = *bundle.zk;
        change(part);
        const Result<CheckedZk> zk = check_zk_part(part, check_bundle(bundle, made.keys()));
        REQUIRE_FALSE(zk);
        Bundle changed = bundle;
        changed.zk = part;
        CHECK_FALSE(verify_bundle(changed, made.keys()).valid);
        return zk.error().code;
    };
    CHECK(code_with([](ZkPart& part) { part.entry.hashes[0][0] ^= 1; }) == "zk.logged");
    CHECK(code_with([&](ZkPart& part) { part.entry = part.ends[0].last; }) == "zk.logged");
    CHECK(code_with([](ZkPart& part) { part.streams.hashes[0][0] ^= 1; }) == "zk.streams");
    CHECK(code_with([](ZkPart& part) { part.streams = part.entry; }) == "zk.streams");
    CHECK(code_with([](ZkPart& part) { part.consistency[0][0] ^= 1; }) == "zk.root");
    CHECK(code_with([](ZkPart& part) { part.ends.pop_back(); }) == "zk.end");
    CHECK(code_with([](ZkPart& part) { part.ends[1].range.hashes[0][0] ^= 1; }) == "zk.end");
    CHECK(code_with([](ZkPart& part) { part.ends[1].before = part.ends[1].last; }) == "zk.end");
    CHECK(code_with([](ZkPart& part) { part.ends[0] = part.ends[1]; }) == "zk.end");
    CHECK(code_with([](ZkPart& part) { part.document[0] = '['; }) == "zk.syntax");
    CHECK(code_with([](ZkPart& part) {
              const std::size_t at = part.document.find("\"holds\":true");
              part.document.replace(at, 12, "\"holds\":false");
          }) == "zk.logged");
}

TEST_CASE("full bundle: it carries every entry up to the document's size", "[attest]") {
    const Made made;
    const Bundle bundle = made.bundle();
    const std::string text = made.full_text(bundle);
    CHECK(looks_like_full_bundle(text));
    const Result<std::vector<std::string>> entries = made.read(text);
    REQUIRE(entries);
    const auto size = static_cast<std::ptrdiff_t>(made.example.document.size.value);
    const std::vector<std::string>& all = made.example.entries;
    CHECK(*entries == std::vector<std::string>(all.begin(), all.begin() + size));
}

TEST_CASE("full bundle: a file in any other spelling is refused", "[attest]") {
    const Made made;
    const std::string text = made.full_text(made.bundle());
    const auto code = [&](const std::string& changed) {
        const Result<std::vector<std::string>> entries = made.read(changed);
        REQUIRE_FALSE(entries);
        return entries.error().code;
    };
    CHECK(code("") == "full_bundle.syntax");
    CHECK(code(text.substr(0, text.size() - 4)) == "full_bundle.syntax");
    CHECK(code(text + "\n") == "full_bundle.syntax");
    CHECK(code(text + "x") == "full_bundle.syntax");
    std::string changed = text;
    changed.insert(changed.find("\"entries\":[\n") + 12, " ");
    CHECK(code(changed) == "full_bundle.syntax");
    changed = text;
    changed.replace(changed.find("full-bundle/v1"), 14, "full-bundle/v2");
    CHECK(code(changed) == "full_bundle.syntax");
    changed = text;
    changed.replace(changed.find("proof-bundle/v2"), 15, "proof-bundle/v3");
    CHECK(code(changed) == "bundle.format");
    CHECK(code(text.substr(0, text.size() - 4) + ",\n]}\n") == "full_bundle.syntax");
}
