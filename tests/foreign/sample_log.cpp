// Writes a log, its key and proofs into a directory, for verifiers that are not ours:
//
//   log/checkpoint, log/tile/...   a log of 70,000 entries, most of them blocks
//   vkey, log.pem                  the key, for note verifiers and for openssl
//   note.txt, note.sig             text and raw signature of the checkpoint
//   record-N.json                  two-hop proofs of single records
//   tampered-*.json                the same with one thing changed
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "overlord/crypto/sha256.hpp"
#include "overlord/tlog/proof.hpp"
#include "overlord/tlog/tiles.hpp"

using namespace overlord;

namespace {

constexpr std::uint64_t kEntries = 70'000;
constexpr std::uint64_t kBlockEntry = 66'000;  // the entry whose records are proven
constexpr std::uint64_t kRecords = 734;
constexpr std::uint64_t kFirstRecord = 12'000;

// The program is a test: what cannot fail but for a full disk ends it.
template <class T>
T must(Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "sample_log: %s\n", result.error().message.c_str());
        std::exit(1);
    }
    return *std::move(result);
}
void must(const Status& status) {
    if (status) return;
    std::fprintf(stderr, "sample_log: %s\n", status.error().message.c_str());
    std::exit(1);
}

Hash salt_of(std::uint64_t record) {
    return crypto::sha256(as_bytes("salt " + std::to_string(record)));
}

std::string record_text(std::uint64_t record) {
    return "{\"n\":" + std::to_string(record) + ",\"kind\":\"event\",\"note\":\"\xc3\xa9\"}";
}

Hash commitment_of(std::uint64_t record) {
    const std::uint8_t zero[1] = {0};
    return crypto::sha256({as_bytes("zk-overlords/record/v1"), zero, salt_of(record),
                           as_bytes(record_text(record))});
}

tlog::MemoryTree block_tree() {
    std::vector<Hash> leaves;
    for (std::uint64_t i = 0; i < kRecords; ++i) {
        leaves.push_back(tlog::leaf_hash(commitment_of(kFirstRecord + i)));
    }
    return tlog::MemoryTree(std::move(leaves));
}

std::string entry_text(std::uint64_t index, const Hash& block_root) {
    if (index != kBlockEntry) return "{\"seq\":" + std::to_string(index) + "}";
    return "{\"v\":1,\"kind\":\"block\",\"at\":1769690232790123456,\"first\":" +
           std::to_string(kFirstRecord) + ",\"count\":" + std::to_string(kRecords) +
           ",\"root\":\"" + to_base64(block_root) + "\"}";
}

nlohmann::json record_proof(tlog::MemoryTree& block, std::uint64_t record,
                            const tlog::TlogProof& entry_proof) {
    const tlog::Proof hashes =
        must(tlog::inclusion_proof(block, {record - kFirstRecord, block.size()}));
    nlohmann::json inner = nlohmann::json::array();
    for (const Hash& hash : hashes) inner.push_back(to_base64(hash));
    return {{"record", to_base64(as_bytes(record_text(record)))},
            {"salt", to_base64(salt_of(record))},
            {"first", kFirstRecord},
            {"count", kRecords},
            {"index", record},
            {"inner", inner},
            {"entry", entry_text(kBlockEntry, block.root())},
            {"entry_proof", entry_proof.to_text()}};
}

void put(const Path& path, std::string_view content) {
    must(write_file_derived(path, as_bytes(content)));
}

void write_tampered(const Path& directory, const nlohmann::json& good) {
    const auto variant = [&](const char* name, auto change) {
        nlohmann::json bad = good;
        change(bad);
        put(directory / ("tampered-" + std::string(name) + ".json"), bad.dump());
    };
    variant("record", [](auto& json) { json["record"] = to_base64(as_bytes("{}")); });
    variant("salt", [](auto& json) { json["salt"] = to_base64(Bytes(32)); });
    variant("index", [](auto& json) { json["index"] = json["index"].template get<int>() + 1; });
    variant("count", [](auto& json) { json["count"] = json["count"].template get<int>() + 1; });
    variant("inner", [](auto& json) { json["inner"][0] = to_base64(Hash{}); });
    variant("entry", [](auto& json) {
        std::string entry = json["entry"];
        entry[entry.find("\"at\":") + 5] = '2';
        json["entry"] = entry;
    });
    variant("checkpoint", [](auto& json) {
        std::string proof = json["entry_proof"];
        proof.replace(proof.find("\n70000\n"), 7, "\n70001\n");
        json["entry_proof"] = proof;
    });
}

std::string write_log(const Path& root, const Hash& block_root, tlog::NoteSigner& signer) {
    tlog::TileWriter writer = must(tlog::TileWriter::create(root));
    std::vector<std::string> texts;
    for (std::uint64_t i = 0; i < kEntries; ++i) texts.push_back(entry_text(i, block_root));
    const std::vector<ByteView> entries = [&] {
        std::vector<ByteView> views;
        for (const std::string& text : texts) views.push_back(as_bytes(text));
        return views;
    }();
    for (std::uint64_t at = 0; at < kEntries; at += 7'001) {
        const std::uint64_t count = std::min<std::uint64_t>(7'001, kEntries - at);
        must(writer.append(std::span(entries).subspan(at, count)));
    }
    const std::string checkpoint = must(
        tlog::sign_checkpoint({signer.verifier().name, writer.head(), {}}, signer));
    put(root / "checkpoint", checkpoint);
    return checkpoint;
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count != 2) {
        std::fputs("usage: sample_log DIR\n", stderr);
        return 2;
    }
    const Path directory = arguments[1];
    must(crypto::initialize());
    must(make_directories(directory / "log"));
    tlog::KeySigner signer("log.example/foreign", crypto::SigningKey::generate());
    tlog::MemoryTree block = block_tree();
    const std::string checkpoint = write_log(directory / "log", block.root(), signer);

    const tlog::SignedCheckpoint opened =
        must(tlog::open_checkpoint(checkpoint, signer.verifier()));
    put(directory / "vkey", signer.verifier().to_text() + "\n");
    put(directory / "log.pem", signer.verifier().to_pem());
    put(directory / "note.txt", opened.note.note.text);
    put(directory / "note.sig", as_text(opened.note.note.signatures[0].signature));

    tlog::TileReader reader =
        must(tlog::TileReader::open(directory / "log", opened.checkpoint.head));
    tlog::TlogProof entry_proof;
    entry_proof.index = {kBlockEntry};
    entry_proof.hashes = must(reader.inclusion({kBlockEntry}, {kEntries}));
    entry_proof.checkpoint = checkpoint;
    for (const std::uint64_t record : {std::uint64_t{12'000}, std::uint64_t{12'512},
                                       std::uint64_t{12'733}}) {
        const nlohmann::json proof = record_proof(block, record, entry_proof);
        put(directory / ("record-" + std::to_string(record) + ".json"), proof.dump(1));
        if (record == 12'512) write_tampered(directory, proof);
    }
    return 0;
}
