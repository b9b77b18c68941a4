#include "overlord/tlog/note.hpp"

#include <catch2/catch.hpp>

#include "sample.hpp"

using namespace overlord;
using namespace overlord::tlog;

namespace {

const std::string kText =
    "zk-overlords.example/log1\n3\nPbZ2Ze6owm3jQWaMHTGZ9h3kt4CoKFaaiYzkjCjZMfM=\n";
const std::string kLogLine =
    "\xe2\x80\x94 zk-overlords.example/log1 la/VKSj8jdGeX0OIySG1GzTLVFyeGK47Zc959hAg9+"
    "MEEdFqxIXuFYO8S4e3tKzDTWuq5FiT6pMIvLKvqhdjS95vpAA=\n";
const std::string kWitnessLine =
    "\xe2\x80\x94 witness.example/w1 IDJKvgAAAABlU/EAQ9Y+CobDds+z98fKlYE5NghOxowu+ero0R9Ca+7G1Kuj"
    "BKKutIBisCmK7tkcS6mpR9RCpc1zOfYEmKPalGdDAg==\n";

VerifierKey key(const char* vkey) {
    const Result<VerifierKey> parsed = VerifierKey::parse(vkey);
    REQUIRE(parsed);
    return *parsed;
}

std::string code_of(const std::string& raw, const std::vector<VerifierKey>& known) {
    const Result<OpenedNote> opened = open_note(raw, known);
    return opened ? "ok" : opened.error().code;
}

}  // namespace

TEST_CASE("note: verifier keys read and write, and their ids are checked", "[tlog]") {
    for (const char* vkey :
         {sample::kLogVkey, sample::kWitnessVkey,
          "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
          "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"}) {
        CAPTURE(vkey);
        CHECK(key(vkey).to_text() == vkey);
    }
    for (const char* bad :
         {"", "name", "name+530d903a", "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
          "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
          "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
          "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
          "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
          "example.com/ foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"}) {
        CAPTURE(bad);
        const Result<VerifierKey> parsed = VerifierKey::parse(bad);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == "note.vkey");
    }
}

TEST_CASE("note: key names", "[tlog]") {
    CHECK(is_key_name("zk-overlords.example/log1"));
    CHECK(is_key_name("d\xc3\xa9j\xc3\xa0"));
    for (const char* bad : {"", "a b", "a+b", "a\tb", "a\nb", "a\xc2\xa0"
                            "b",
                            "a\xe2\x80\xa8", "\xff", "\xc0\xaf", "\xed\xa0\x80", "a\xe2\x80"}) {
        CHECK_FALSE(is_key_name(bad));
    }
}

TEST_CASE("note: the worked example is made byte for byte", "[tlog]") {
    KeySigner signer = sample::log_signer();
    CHECK(signer.verifier().to_text() == sample::kLogVkey);
    CHECK(*sign_note(kText, signer) == kText + "\n" + kLogLine);

    const crypto::SigningKey witness = sample::counting_key(0x20);
    const NoteSignature line = cosign(kText, {sample::kWitnessName, witness}, 1700000000);
    CHECK(signature_line(line) == kWitnessLine);
}

TEST_CASE("note: opens with both kinds of signature and tells the witness' time", "[tlog]") {
    const std::vector<VerifierKey> known{key(sample::kLogVkey), key(sample::kWitnessVkey)};
    const Result<OpenedNote> opened = open_note(kText + "\n" + kLogLine + kWitnessLine, known);
    REQUIRE(opened);
    CHECK(opened->note.text == kText);
    CHECK(opened->note.to_text() == kText + "\n" + kLogLine + kWitnessLine);
    REQUIRE(opened->verified.size() == 2);
    CHECK(opened->verified[0].key == known[0]);
    CHECK(opened->verified[0].time == 0);
    CHECK(opened->verified[1].key == known[1]);
    CHECK(opened->verified[1].time == 1700000000);
    // The same line twice is one signature.
    CHECK(open_note(kText + "\n" + kLogLine + kLogLine, known)->verified.size() == 1);
}

TEST_CASE("note: who signed decides", "[tlog]") {
    const std::vector<VerifierKey> log{key(sample::kLogVkey)};
    const std::vector<VerifierKey> both{key(sample::kLogVkey), key(sample::kWitnessVkey)};
    std::string wrong_line = kWitnessLine;
    wrong_line[40] = wrong_line[40] == 'A' ? 'B' : 'A';
    CHECK(code_of(kText + "\n" + kLogLine, log) == "ok");
    CHECK(code_of(kText + "\n" + kWitnessLine, log) == "note.unsigned");
    CHECK(code_of(kText + "\n" + kLogLine, {}) == "note.unsigned");
    CHECK(code_of(kText + "\n" + kLogLine + wrong_line, log) == "ok");
    CHECK(code_of(kText + "\n" + kLogLine + wrong_line, both) == "note.bad_signature");
    CHECK(code_of("x" + kText + "\n" + kLogLine, log) == "note.bad_signature");
    CHECK(code_of(kText + "extension\n\n" + kLogLine, log) == "note.bad_signature");
    // The right key under another name is another key.
    std::string renamed = kLogLine;
    renamed.replace(renamed.find("log1"), 4, "log2");
    CHECK(code_of(kText + "\n" + renamed, log) == "note.unsigned");
}

TEST_CASE("note: a text with empty lines is split at the last one", "[tlog]") {
    KeySigner signer = sample::log_signer();
    const std::string text = "a\n\nb\n";
    const std::string raw = *sign_note(text, signer);
    const std::vector<VerifierKey> known{signer.verifier()};
    CHECK(open_note(raw, known)->note.text == text);
}

TEST_CASE("note: bad notes", "[tlog]") {
    const std::vector<VerifierKey> known{key(sample::kLogVkey)};
    std::string hyphen = kLogLine;
    hyphen.replace(0, 3, "-");
    const std::pair<const char*, std::string> table[] = {
        {"empty", ""},
        {"no empty line", kText + kLogLine},
        {"no signature", kText + "\n"},
        {"only signatures", "\n" + kLogLine},
        {"last line without an end", kText + "\n" + kLogLine.substr(0, kLogLine.size() - 1)},
        {"hyphen for the dash", kText + "\n" + hyphen},
        {"no name", kText + "\n\xe2\x80\x94  la/VKQ==\n"},
        {"plus in the name", kText + "\n\xe2\x80\x94 a+b la/VKSj8\n"},
        {"not base64", kText + "\n\xe2\x80\x94 a la/VKSj8=\n"},
        {"only a key id", kText + "\n\xe2\x80\x94 a la/VKQ==\n"},
        {"bad line after a good one", kText + "\n" + kLogLine + "x\n"},
        {"carriage returns", kText + "\r\n" + kLogLine},
        {"control character", "\x01" + kText + "\n" + kLogLine},
        {"not UTF-8", "\xff" + kText + "\n" + kLogLine},
        {"tab", "\t" + kText + "\n" + kLogLine},
    };
    for (const auto& [what, raw] : table) {
        CAPTURE(what);
        CHECK(code_of(raw, known) == "note.malformed");
    }
    std::string many = kText + "\n";
    for (int i = 0; i < 100; ++i) many += kLogLine;
    CHECK(code_of(many, known) == "ok");
    CHECK(code_of(many + kLogLine, known) == "note.malformed");
}
