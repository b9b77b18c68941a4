#include "overlord/attest/dsse.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "overlord/attest/statement.hpp"
#include "temporary_directory.hpp"

using namespace overlord;
using namespace overlord::attest;

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

void write_text(const Path& path, std::string_view text) {
    REQUIRE(write_file_durable(path, as_bytes(text)));
}

struct Signed {
    bool ready = crypto::initialize().has_value();  // before any key is made
    crypto::SigningKey key = crypto::SigningKey::from_seed(Bytes(32, 7));
    Envelope envelope = sign_envelope(key, kPayloadType, "{\"hello\":\"world\"}");
};

}  // namespace

TEST_CASE("dsse: the encoding that is signed is that of the specification", "[attest]") {
    CHECK(pre_authentication_encoding("http://example.com/HelloWorld", "hello world") ==
          "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    CHECK(pre_authentication_encoding("", "") == "DSSEv1 0  0 ");
}

TEST_CASE("dsse: an envelope is read back and verifies", "[attest]") {
    const Signed example;
    const std::string json = to_json(example.envelope);
    const Result<Envelope> read = parse_envelope(json);
    REQUIRE(read);
    CHECK(read->payload == example.envelope.payload);
    CHECK(read->key_id == key_id(example.key.public_key()));
    CHECK(verify_envelope(*read, example.key.public_key()));
    CHECK(to_json(*read) == json);
}

TEST_CASE("dsse: a changed payload, type, key id, signature or key is refused", "[attest]") {
    const Signed example;
    const crypto::PublicKey& key = example.key.public_key();
    Envelope changed = example.envelope;
    changed.payload[3] ^= 1;
    CHECK(verify_envelope(changed, key).error().code == "dsse.signature");
    changed = example.envelope;
    changed.payload_type += "x";
    CHECK(verify_envelope(changed, key).error().code == "dsse.signature");
    changed = example.envelope;
    changed.key_id[0] = changed.key_id[0] == '0' ? '1' : '0';
    CHECK(verify_envelope(changed, key).error().code == "dsse.key");
    for (std::size_t i = 0; i < changed.signature.size(); ++i) {
        changed = example.envelope;
        changed.signature[i] ^= 0x10;
        CHECK_FALSE(verify_envelope(changed, key));
    }
    const crypto::PublicKey other = crypto::SigningKey::from_seed(Bytes(32, 8)).public_key();
    CHECK(verify_envelope(example.envelope, other).error().code == "dsse.key");
    changed = example.envelope;
    changed.key_id.clear();  // a hint: without it the signature decides
    CHECK(verify_envelope(changed, key));
    CHECK(verify_envelope(changed, other).error().code == "dsse.signature");
}

TEST_CASE("dsse: what the specification lets others write is read", "[attest]") {
    const Signed example;
    std::string json = to_json(example.envelope);
    json = replaced(json, "{\"payload\"", "{ \"extra\" : [1] , \"payload\"");
    CHECK(verify_envelope(*parse_envelope(json), example.key.public_key()));
    std::string url_safe = to_base64(example.envelope.signature);
    REQUIRE(url_safe.find_first_of("+/") != std::string::npos);
    std::replace(url_safe.begin(), url_safe.end(), '+', '-');
    std::replace(url_safe.begin(), url_safe.end(), '/', '_');
    json = replaced(json, to_base64(example.envelope.signature), url_safe);
    CHECK(verify_envelope(*parse_envelope(json), example.key.public_key()));
}

TEST_CASE("dsse: malformed envelopes are refused with the place", "[attest]") {
    const Signed example;
    const std::string json = to_json(example.envelope);
    const std::string signature = to_base64(example.envelope.signature);
    const std::pair<std::string, std::string> cases[] = {
        {"", "dsse.syntax"},
        {"[]", "dsse.field"},
        {"{}", "dsse.field"},
        {json + "x", "dsse.syntax"},
        {replaced(json, "\"payload\":", "\"payload\":\"\",\"payload\":"), "dsse.syntax"},
        {replaced(json, "\"payload\":\"", "\"payload\":\"*"), "dsse.field"},
        {replaced(json, "\"payloadType\"", "\"payloadtype\""), "dsse.field"},
        {replaced(json, "[{", "[{},{"), "dsse.signatures"},
        {replaced(json, "\"signatures\":[", "\"signatures\":[],\"x\":["), "dsse.signatures"},
        {replaced(json, "\"sig\"", "\"Sig\""), "dsse.field"},
        {replaced(json, signature, signature.substr(4)), "dsse.field"},
        {replaced(json, "\"keyid\":\"", "\"keyid\":1,\"x\":\""), "dsse.field"},
        {json + std::string(kEnvelopeBytesMax, ' '), "dsse.size"},
    };
    for (const auto& [text, code] : cases) {
        INFO(text.substr(0, 300));
        const Result<Envelope> read = parse_envelope(text);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == code);
    }
}

TEST_CASE("dsse: openssl accepts our signature over the encoding", "[attest][foreign]") {
    const Signed example;
    const TemporaryDirectory directory;
    write_text(directory.path / "key.pem", crypto::to_pem(example.key.public_key()));
    write_text(directory.path / "sig.bin", as_text(example.envelope.signature));
    write_text(directory.path / "pae.bin",
               pre_authentication_encoding(kPayloadType, example.envelope.payload));
    const std::string command = "cd " + directory.path.string() +
                                " && openssl pkeyutl -verify -pubin -inkey key.pem -rawin"
                                " -in pae.bin -sigfile sig.bin";
    std::string output;
    CHECK(run_command(command, &output) == 0);
    INFO(output);
    write_text(directory.path / "pae.bin", "DSSEv1 0  0 ");
    CHECK(run_command(command) != 0);
}

TEST_CASE("dsse: Python's cryptography accepts our envelope", "[attest][foreign]") {
    if (run_command("python3 -c 'import cryptography'") != 0) {
        WARN("SKIPPED: python3 has no cryptography");
        return;
    }
    const Signed example;
    const TemporaryDirectory directory;
    write_text(directory.path / "envelope.json", to_json(example.envelope));
    write_text(directory.path / "check.py", R"(
import base64, json, sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
e = json.load(open(sys.argv[1]))
body, kind = base64.b64decode(e["payload"]), e["payloadType"].encode()
pae = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)
key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(sys.argv[2]))
key.verify(base64.b64decode(e["signatures"][0]["sig"]), pae)
)");
    const std::string command = "python3 " + (directory.path / "check.py").string() + " " +
                                (directory.path / "envelope.json").string() + " ";
    std::string output;
    CHECK(run_command(command + to_hex(example.key.public_key()), &output) == 0);
    INFO(output);
    CHECK(run_command(command + std::string(64, '0')) != 0);
}
