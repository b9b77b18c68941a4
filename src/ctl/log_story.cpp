#include "log_story.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "overlord/tlog/checkpoint.hpp"

namespace overlord::ctl {
namespace {

using Json = nlohmann::json;

std::string text_of(const Json& entry, const char* name) {
    const bool there = entry.contains(name) && entry[name].is_string();
    return there ? entry[name].get<std::string>() : "";
}

Error bad(EntryIndex index, const std::string& what) {
    return Error{"fsck.log", "entry " + std::to_string(index.value) + ": " + what};
}

Result<KeyEntry> read_key(EntryIndex index, const Json& entry) {
    Result<tlog::VerifierKey> key = tlog::VerifierKey::parse(text_of(entry, "vkey"));
    if (!key) return bad(index, key.error().message);
    // Entries of the version before have no state: the key was taken into use.
    const std::string state = entry.contains("state") ? text_of(entry, "state") : "active";
    if (state != "active" && state != "retiring" && state != "retired") {
        return bad(index, "a key in no known state");
    }
    return KeyEntry{index, *std::move(key), state};
}

Result<Predecessor> read_open(EntryIndex index, const Json& entry) {
    Result<tlog::VerifierKey> key = tlog::VerifierKey::parse(text_of(entry, "vkey"));
    const Result<Hash> root = hash_from_base64(text_of(entry, "root"));
    const bool sized = entry.contains("size") && entry["size"].is_number_unsigned();
    if (!key || !root || !sized) return bad(index, "does not name its predecessor");
    const TreeSize size{entry["size"].get<std::uint64_t>()};
    return Predecessor{text_of(entry, "predecessor"), *std::move(key), {size, *root}};
}

Result<Successor> read_close(EntryIndex index, const Json& entry) {
    Result<tlog::VerifierKey> key = tlog::VerifierKey::parse(text_of(entry, "vkey"));
    if (!key) return bad(index, "does not name its successor");
    return Successor{text_of(entry, "successor"), *std::move(key)};
}

bool contains(const Keys& keys, const tlog::VerifierKey& key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// One handover: the checkpoint lies behind the entry and is one of this tree's. False: none of the
// trusted keys signed it, so it says nothing to us.
Result<bool> check_handover(const KeyEntry& entry, const std::string& note, const Keys& trusted,
                            tlog::TileReader& tree) {
    const auto broken = [&](const std::string& why) {
        return Error{"keys.handover", "the key that entry " + std::to_string(entry.index.value) +
                                          " introduces is not vouched for: " + why};
    };
    const Result<tlog::SignedCheckpoint> opened = tlog::open_checkpoint(note, trusted);
    if (!opened && opened.error().code == "note.unsigned") return false;
    if (!opened) return broken(opened.error().message);
    const tlog::TreeHead& then = opened->checkpoint.head;
    const tlog::TreeHead now = tree.head();
    if (then.size.value <= entry.index.value || then.size > now.size) {
        return broken("the checkpoint of the handover does not cover it");
    }
    const Result<tlog::Proof> proof = tree.consistency(then.size, now.size);
    if (!proof) return broken(proof.error().message);
    const Status same = tlog::verify_consistency(then, now, *proof);
    if (!same) return broken(same.error().message);
    return true;
}

}  // namespace

Status LogStory::see(EntryIndex index, std::string_view text) {
    if (closed) return bad(index, "stands behind the entry that closes the log");
    const Json entry = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!entry.is_object()) return {};
    const std::string kind = text_of(entry, "kind");
    if (kind == "key" && text_of(entry, "role") == "log") {
        Result<KeyEntry> key = read_key(index, entry);
        if (!key) return std::move(key).error();
        log_keys.push_back(*std::move(key));
    } else if (kind == "open") {
        if (index.value != 0) return bad(index, "opens a log that has begun");
        Result<Predecessor> predecessor = read_open(index, entry);
        if (!predecessor) return std::move(predecessor).error();
        opened = *std::move(predecessor);
    } else if (kind == "close") {
        Result<Successor> successor = read_close(index, entry);
        if (!successor) return std::move(successor).error();
        closed = *std::move(successor);
    }
    return {};
}

std::string handover_path(EntryIndex index) {
    return "handover/" + std::to_string(index.value);
}

Result<Keys> follow_keys(const LogStory& story, const Keys& known, tlog::TileReader& tree,
                         const GetText& get, std::vector<std::string>& notes) {
    Keys trusted;
    for (const tlog::VerifierKey& key : known) {
        if (!key.is_cosigner()) trusted.push_back(key);
    }
    for (const KeyEntry& entry : story.log_keys) {
        const std::string place = "entry " + std::to_string(entry.index.value);
        if (entry.state == "active" && !contains(trusted, entry.key)) {
            const Result<std::string> note = get(handover_path(entry.index));
            if (!note) continue;  // the first key has none; another one is missed in the end
            const Result<bool> vouched = check_handover(entry, *note, trusted, tree);
            if (!vouched) return vouched.error();
            if (!*vouched) continue;
            trusted.push_back(entry.key);
            notes.push_back(place + " introduces the key " + entry.key.to_text() +
                            ", vouched for by the keys before it");
        }
        if (entry.state == "retired" && contains(trusted, entry.key)) {
            std::erase(trusted, entry.key);
            notes.push_back(place + " retires the key " + entry.key.to_text());
        }
    }
    return trusted;
}

}  // namespace overlord::ctl
