// The worked example that the tests of this folder share: two keys with known seeds, entries
// {"seq":0}, {"seq":1}, ..., and a directory that goes away.
#pragma once

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/tlog/merkle.hpp"
#include "overlord/tlog/note.hpp"

namespace overlord::tlog::sample {

inline constexpr const char* kLogName = "zk-overlords.example/log1";
inline constexpr const char* kLogVkey =
    "zk-overlords.example/log1+95afd529+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
inline constexpr const char* kWitnessName = "witness.example/w1";
inline constexpr const char* kWitnessVkey =
    "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";

// A seed of 32 bytes that count up from `first`.
inline crypto::SigningKey counting_key(std::uint8_t first) {
    REQUIRE(crypto::initialize());
    Bytes seed;
    for (std::uint8_t i = 0; i < 32; ++i) seed.push_back(static_cast<std::uint8_t>(first + i));
    return crypto::SigningKey::from_seed(seed);
}

inline KeySigner log_signer() { return KeySigner(kLogName, counting_key(0x00)); }

inline std::string entry(std::uint64_t index) { return "{\"seq\":" + std::to_string(index) + "}"; }

inline Hash leaf(std::uint64_t index) { return leaf_hash(as_bytes(entry(index))); }

inline std::vector<Hash> leaves(std::uint64_t size) {
    std::vector<Hash> hashes;
    for (std::uint64_t i = 0; i < size; ++i) hashes.push_back(leaf(i));
    return hashes;
}

// Entries [from, to) as the writer takes them.
struct Batch {
    Batch(std::uint64_t from, std::uint64_t to) {
        for (std::uint64_t i = from; i < to; ++i) texts.push_back(entry(i));
        for (const std::string& text : texts) views.push_back(as_bytes(text));
    }
    std::vector<std::string> texts;
    std::vector<ByteView> views;
};

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

}  // namespace overlord::tlog::sample
