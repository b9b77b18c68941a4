#include "overlord/tlog/witness.hpp"

#include <catch2/catch.hpp>

#include "sample.hpp"

using namespace overlord;
using namespace overlord::tlog;

namespace {

const std::vector<VerifierKey>& trusted() {
    static const std::vector<VerifierKey> keys{*VerifierKey::parse(sample::kLogVkey)};
    return keys;
}

TreeHead head_of(std::uint64_t size) { return {{size}, root_of(sample::leaves(size))}; }

std::string signed_note(const TreeHead& head, const char* origin = sample::kLogName,
                        std::uint8_t seed = 0x00) {
    KeySigner signer(origin, sample::counting_key(seed));
    return *sign_checkpoint({origin, head, {}}, signer);
}

Proof consistency(std::uint64_t from, std::uint64_t to) {
    MemoryTree tree(sample::leaves(to));
    return *consistency_proof(tree, {from}, {to});
}

AddCheckpoint request(std::uint64_t from, std::uint64_t to) {
    return {{from}, from == 0 || from == to ? Proof{} : consistency(from, to),
            signed_note(head_of(to))};
}

}  // namespace

TEST_CASE("witness: a request has one text", "[tlog]") {
    const AddCheckpoint sent = request(3, 7);
    const Result<AddCheckpoint> read = AddCheckpoint::parse(sent.to_text());
    REQUIRE(read);
    CHECK(read->old == sent.old);
    CHECK(read->consistency == sent.consistency);
    CHECK(read->note == sent.note);
    CHECK(sent.to_text().starts_with("old 3\n"));
}

TEST_CASE("witness: what is no request is malformed", "[tlog]") {
    const std::string note = signed_note(head_of(1));
    std::string many = "old 1\n";
    for (int i = 0; i < 64; ++i) many += to_base64(sample::leaf(0)) + "\n";
    for (const std::string& body :
         {std::string(), std::string("old 0\n"), std::string("old 0\n\n"), "old 00\n\n" + note,
          "old -1\n\n" + note, "old 9223372036854775808\n\n" + note, "Old 0\n\n" + note,
          "old 0 \n\n" + note, "old 0\nAAAA\n\n" + note, many + "\n" + note,
          "old 0\n\n" + std::string(kAddCheckpointBytesMax, 'x')}) {
        const Result<AddCheckpoint> read = AddCheckpoint::parse(body);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == "witness.malformed");
    }
}

TEST_CASE("witness: 200 for what extends, also from nothing and for the same head", "[tlog]") {
    const WitnessVerdict first = judge(request(0, 3), {}, trusted());
    REQUIRE(first.status == 200);
    CHECK(first.checkpoint.head == head_of(3));
    CHECK(first.text == format_checkpoint({sample::kLogName, head_of(3), {}}));
    CHECK(judge(request(3, 7), head_of(3), trusted()).status == 200);
    CHECK(judge(request(3, 3), head_of(3), trusted()).status == 200);
    CHECK(judge(request(0, 0), {}, trusted()).status == 200);
    CHECK(judge(request(0, 0), head_of(0), trusted()).status == 200);
}

TEST_CASE("witness: 400 for a note that is none, and for an old size beyond the new", "[tlog]") {
    CHECK(judge({{0}, {}, "not a note\n"}, {}, trusted()).status == 400);
    KeySigner signer(sample::kLogName, sample::counting_key(0));
    CHECK(judge({{0}, {}, *sign_note("two\nlines\n", signer)}, {}, trusted()).status == 400);
    AddCheckpoint backwards = request(0, 3);
    backwards.old = {7};
    CHECK(judge(backwards, head_of(7), trusted()).status == 400);
}

TEST_CASE("witness: 404 for an origin it does not know, 403 for a signature it does not trust",
          "[tlog]") {
    const AddCheckpoint stranger{{0}, {}, signed_note(head_of(1), "other.example/log")};
    CHECK(judge(stranger, {}, trusted()).status == 404);
    CHECK(judge(request(0, 1), {}, {}).status == 404);
    // A cosigner's key is no log's key, whatever its name.
    VerifierKey witness = trusted().front();
    witness.type = SignatureType::kCosignature;
    CHECK(judge(request(0, 1), {}, std::span(&witness, 1)).status == 404);

    const AddCheckpoint forged{{0}, {}, signed_note(head_of(1), sample::kLogName, 0x55)};
    CHECK(judge(forged, {}, trusted()).status == 403);
    // A wrong signature under the trusted key's own name and id, beside a right one.
    Note note = *Note::parse(request(0, 1).note);
    NoteSignature broken = note.signatures.front();
    broken.signature.front() ^= 1;
    note.signatures.push_back(broken);
    CHECK(judge({{0}, {}, note.to_text()}, {}, trusted()).status == 403);
    // Lines of unknown keys do not matter.
    note.signatures.back().key_id ^= 1;
    CHECK(judge({{0}, {}, note.to_text()}, {}, trusted()).status == 200);
}

TEST_CASE("witness: 409 with its own size when the old size is another", "[tlog]") {
    const WitnessVerdict behind = judge(request(0, 7), head_of(3), trusted());
    CHECK(behind.status == 409);
    CHECK(behind.known == TreeSize{3});
    const WitnessVerdict ahead = judge(request(3, 7), head_of(9), trusted());
    CHECK(ahead.status == 409);
    CHECK(ahead.known == TreeSize{9});
}

TEST_CASE("witness: 422 for another history", "[tlog]") {
    // The same size, another root.
    TreeHead other = head_of(3);
    other.root[0] ^= 1;
    CHECK(judge({{3}, {}, signed_note(other)}, head_of(3), trusted()).status == 422);
    CHECK(judge({{0}, {}, signed_note({{0}, other.root})}, {}, trusted()).status == 422);
    // A proof that does not hold, is missing, or is there where there is nothing to prove.
    AddCheckpoint bad = request(3, 7);
    bad.consistency.front()[0] ^= 1;
    CHECK(judge(bad, head_of(3), trusted()).status == 422);
    bad.consistency.clear();
    CHECK(judge(bad, head_of(3), trusted()).status == 422);
    AddCheckpoint same = request(3, 3);
    same.consistency = consistency(3, 7);
    CHECK(judge(same, head_of(3), trusted()).status == 422);
    AddCheckpoint first = request(0, 7);
    first.consistency = consistency(3, 7);
    CHECK(judge(first, {}, trusted()).status == 422);
    // A tree that grew from other leaves.
    TreeHead grown = head_of(7);
    grown.root[31] ^= 1;
    CHECK(judge({{3}, consistency(3, 7), signed_note(grown)}, head_of(3), trusted()).status == 422);
}

TEST_CASE("witness: a cosignature is found, verified and added once", "[tlog]") {
    const std::string note = signed_note(head_of(3));
    const std::string text = Note::parse(note)->text;
    const crypto::SigningKey key = sample::counting_key(0x40);
    const VerifierKey witness{"w.example", SignatureType::kCosignature, key.public_key()};
    const NoteSignature line = cosign(text, {"w.example", key}, 1700000000);
    const NoteSignature strange = cosign(text, {"v.example", sample::counting_key(0x41)}, 1);
    const std::string body = signature_line(strange) + signature_line(line);

    const Result<Cosignature> found = find_cosignature(body, text, witness);
    REQUIRE(found);
    CHECK(found->line == line);
    CHECK(found->verified.time == 1700000000);
    const std::string cosigned = *with_cosignatures(note, std::span(&found->line, 1));
    const Result<SignedCheckpoint> opened =
        open_checkpoint(cosigned, trusted().front(), std::span(&witness, 1));
    REQUIRE(opened);
    CHECK(opened->note.verified.size() == 2);
    // A later line of the same witness takes the place of the earlier one.
    const NoteSignature later = cosign(text, {"w.example", key}, 1700000001);
    const std::string again = *with_cosignatures(cosigned, std::span(&later, 1));
    CHECK(again.size() == cosigned.size());
    CHECK(again != cosigned);

    CHECK(find_cosignature(signature_line(strange), text, witness).error().code ==
          "witness.silent");
    CHECK(find_cosignature("<html>\n", text, witness).error().code == "witness.malformed");
    CHECK(find_cosignature("", text, witness).error().code == "witness.malformed");
    CHECK(find_cosignature("\n" + body, text, witness).error().code == "witness.malformed");
    CHECK(find_cosignature(std::string(kCosignaturesBytesMax + 1, 'x'), text, witness)
              .error()
              .code == "witness.malformed");
    const NoteSignature of_another = cosign(text + "more\n", {"w.example", key}, 1);
    CHECK(find_cosignature(signature_line(of_another), text, witness).error().code ==
          "note.bad_signature");
}

TEST_CASE("witness: a 409's body is a size", "[tlog]") {
    CHECK(parse_size("12\n")->value == 12);
    CHECK(parse_size("0")->value == 0);
    for (const char* body : {"", "\n", "12\n\n", "012\n", "-1\n", "9223372036854775808\n", "x"})
        CHECK_FALSE(parse_size(body));
}
