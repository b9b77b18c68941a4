// A small log and a directory that goes away, for the tests of this folder.
#pragma once

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/tlog/checkpoint.hpp"

namespace overlord::signer::sample {

inline constexpr const char* kOrigin = "log.example/one";

struct TemporaryDirectory {
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "overlord-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    Path path;
};

// A log whose entries are "PREFIX0", "PREFIX1", ...; another prefix is another history.
class SampleLog {
public:
    explicit SampleLog(std::uint64_t size, const std::string& prefix = "entry ")
        : tree_(leaves(size, prefix)) {}

    tlog::Checkpoint checkpoint(std::uint64_t size) {
        return {kOrigin, {{size}, *tlog::tree_root(tree_, {size})}, {}};
    }
    tlog::Proof proof(std::uint64_t from, std::uint64_t to) {
        return *tlog::consistency_proof(tree_, {from}, {to});
    }

private:
    static std::vector<Hash> leaves(std::uint64_t size, const std::string& prefix) {
        std::vector<Hash> hashes;
        for (std::uint64_t i = 0; i < size; ++i) {
            hashes.push_back(tlog::leaf_hash(as_bytes(prefix + std::to_string(i))));
        }
        return hashes;
    }
    tlog::MemoryTree tree_;
};

}  // namespace overlord::signer::sample
