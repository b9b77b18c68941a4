// The vectors of transparency-dev/merkle, read where they lie; they are not part of this tree.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "overlord/base/file.hpp"
#include "overlord/tlog/merkle.hpp"

using namespace overlord;
using namespace overlord::tlog;
using Json = nlohmann::json;

namespace {

constexpr int kVectorCount = 518;

Path vectors_directory() {
    const char* given = std::getenv("OVERLORD_MERKLE_VECTORS");
    if (given != nullptr) return given;
    return Path(OVERLORD_SOURCE_DIR) / ".." / "shared" / "vectors" / "merkle";
}

// Some vectors have words instead of hashes where only their equality matters.
Hash padded(const Json& text) {
    const Bytes bytes = *from_base64(text.get<std::string>());
    Hash hash{};
    std::copy_n(bytes.begin(), std::min(bytes.size(), hash.size()), hash.begin());
    return hash;
}

// Nothing for a hash of the wrong length: our types cannot express it, which refuses it.
std::optional<Hash> exact(const Json& text) {
    const Result<Hash> hash = hash_from_base64(text.get<std::string>());
    if (!hash) return std::nullopt;
    return *hash;
}

std::optional<Proof> proof_of(const Json& vector) {
    Proof proof;
    if (vector.at("proof").is_null()) return proof;
    for (const Json& item : vector.at("proof")) {
        const std::optional<Hash> hash = exact(item);
        if (!hash) return std::nullopt;
        proof.push_back(*hash);
    }
    return proof;
}

std::uint64_t number(const Json& vector, const char* name) {
    return vector.at(name).get<std::uint64_t>();
}

bool accepts(const std::string& kind, const Json& vector) {
    const std::optional<Proof> proof = proof_of(vector);
    if (!proof) return false;
    if (kind == "inclusion" || kind == "subtreeinclusion") {
        const std::optional<Hash> leaf = exact(vector.at("leafHash"));
        if (!leaf) return false;
        const Hash root = padded(vector.at("root"));
        const std::uint64_t index = number(vector, "leafIdx");
        if (kind == "inclusion") {
            const TreeSize size{number(vector, "treeSize")};
            return verify_inclusion({index, size}, *leaf, *proof, root).has_value();
        }
        const Subtree subtree{number(vector, "start"), number(vector, "end")};
        return verify_subtree_inclusion(index, subtree, *leaf, *proof, root).has_value();
    }
    const Hash root1 = padded(vector.at("root1"));
    const Hash root2 = padded(vector.at("root2"));
    if (kind == "consistency") {
        return verify_consistency({{number(vector, "size1")}, root1},
                                  {{number(vector, "size2")}, root2}, *proof)
            .has_value();
    }
    const Subtree subtree{number(vector, "start"), number(vector, "end")};
    const TreeHead tree{{number(vector, "size")}, root2};
    return verify_subtree_consistency(subtree, root1, tree, *proof).has_value();
}

}  // namespace

TEST_CASE("merkle: the vectors of transparency-dev/merkle", "[tlog]") {
    const Path directory = vectors_directory();
    if (!std::filesystem::is_directory(directory)) {
        WARN("SKIPPED: no vectors in " << directory
                                       << "; set OVERLORD_MERKLE_VECTORS to testdata of "
                                          "transparency-dev/merkle");
        return;
    }
    int count = 0;
    for (const char* kind :
         {"inclusion", "consistency", "subtreeinclusion", "subtreeconsistency"}) {
        for (const auto& file : std::filesystem::recursive_directory_iterator(directory / kind)) {
            if (file.path().extension() != ".json") continue;
            ++count;
            CAPTURE(file.path().string());
            const Json vector = Json::parse(*read_text_file(file.path()));
            CHECK(accepts(kind, vector) != vector.at("wantErr").get<bool>());
        }
    }
    CHECK(count == kVectorCount);
}
