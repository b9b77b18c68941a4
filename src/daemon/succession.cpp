#include "succession.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "overlord/ledger/entry.hpp"
#include "overlord/tlog/checkpoint.hpp"
#include "overlord/tlog/tiles.hpp"

namespace overlord::daemon {
namespace {

std::string json(const std::string& text) { return nlohmann::json(text).dump(); }

Error refused(const char* code, std::string reason) {
    return Error{code, std::move(reason), ErrorClass::kReject};
}

// Of the successor, against those of the log that is to be closed.
Status check_other(const tlog::VerifierKey& successor, const Beginner& own) {
    if (successor.name == own.origin) {
        return refused("succession.self", "the successor of " + own.origin +
                                              " needs another origin: a log that is closed takes "
                                              "nothing in any more");
    }
    const auto same = [&](const tlog::VerifierKey& key) {
        return key.type == successor.type && key.key == successor.key;
    };
    const bool ours = std::any_of(own.keys.begin(), own.keys.end(), same);
    if (!ours) return {};
    return refused("succession.self", "the key is one of this log: its successor needs another");
}

// The last entry of the predecessor names us.
Status check_closed(const Path& tree, const tlog::TreeHead& head, const Beginner& beginner) {
    const auto no = [&](const std::string& why) {
        return refused("succession.close", tree.string() + " " + why);
    };
    if (head.size.value == 0) return no("is empty");
    Result<tlog::TileReader> tiles = tlog::TileReader::open(tree, head);
    if (!tiles) return no("cannot be read: " + tiles.error().message);
    const EntryIndex last{head.size.value - 1};
    const Result<Bytes> bytes = tiles->entry(last);
    if (!bytes) return no("cannot be read: " + bytes.error().message);
    const Result<Hash> leaf = tiles->leaf(last);
    if (!leaf) return no("cannot be read: " + leaf.error().message);
    if (*leaf != tlog::leaf_hash(*bytes)) return no("is damaged: its last entry is another one");
    if (!ledger::is_close(as_text(*bytes))) {
        return no("is not closed: overlordctl log close on its daemon first");
    }
    const nlohmann::json entry = nlohmann::json::parse(as_text(*bytes), nullptr, false);
    if (!entry.is_object()) return no("is closed by an entry that is none");
    const std::string origin = entry.value("successor", "");
    const std::string vkey = entry.value("vkey", "");
    const bool ours = std::any_of(beginner.keys.begin(), beginner.keys.end(),
                                  [&](const auto& key) { return key.to_text() == vkey; });
    if (origin == beginner.origin && ours) return {};
    return no("is closed in favour of " + origin + " with the key " + vkey +
              ", which is not this log");
}

}  // namespace

Result<pipeline::PublicEntry> opening_entry(const Config::Succession& succession,
                                            const Beginner& beginner) {
    const Result<tlog::VerifierKey> key = tlog::VerifierKey::parse(succession.predecessor_key);
    if (!key) {
        return refused("succession.key", "[succession] predecessor_key: " + key.error().message);
    }
    std::error_code failure;
    const Path& given = succession.predecessor;
    const bool tree = std::filesystem::is_directory(given, failure);
    const Path file = tree ? given / "checkpoint" : given;
    const Result<std::string> note = read_text_file(file, tlog::kNoteBytesMax);
    if (!note) return with_context(note.error(), "[succession] predecessor");
    const Result<tlog::SignedCheckpoint> opened = tlog::open_checkpoint(*note, *key);
    if (!opened) {
        return refused("succession.checkpoint", file.string() + ": " + opened.error().message);
    }
    const tlog::Checkpoint& last = opened->checkpoint;
    if (tree) {
        if (Status closed = check_closed(given, last.head, beginner); !closed) {
            return std::move(closed).error();
        }
    } else {
        spdlog::warn("the log continues {} at size {}; a checkpoint alone does not show that it "
                     "was closed in favour of this one",
                     last.origin, last.head.size.value);
    }
    return pipeline::PublicEntry{
        "open", "\"predecessor\":" + json(last.origin) + ",\"vkey\":" + json(key->to_text()) +
                    ",\"size\":" + std::to_string(last.head.size.value) + ",\"root\":\"" +
                    to_base64(last.head.root) + "\""};
}

net::AdminCommand close_command(pipeline::Pipeline& pipeline, std::function<Beginner()> own,
                                std::function<void(Error)> closed) {
    const auto handler = [&pipeline, own = std::move(own), closed = std::move(closed)](
                             const net::AdminRequest& request, net::AdminReply reply) {
        const Result<std::string> origin = request.text("successor_origin");
        if (!origin) return reply(origin.error());
        const Result<std::string> vkey = request.text("successor_key");
        if (!vkey) return reply(vkey.error());
        const Result<tlog::VerifierKey> key = tlog::VerifierKey::parse(*vkey);
        if (!key) return reply(key.error());
        if (key->name != *origin || key->is_cosigner()) {
            return reply(Error{"admin.request", "the key is not one that signs a log " + *origin});
        }
        const std::string members = "\"successor\":" + json(*origin) + ",\"vkey\":" + json(*vkey);
        pipeline::Administration work;
        work.act = [own, members, key = *key]() -> Result<pipeline::Deed> {
            if (Status other = check_other(key, own()); !other) return std::move(other).error();
            return pipeline::Deed{"close", key.name + " " + key.to_text(), {{"close", members}}};
        };
        pipeline.administer(std::move(work), [closed, members, reply = std::move(reply)](
                                                 Result<pipeline::DeedPlace> place) {
            if (!place) return reply(std::move(place).error());
            reply("\"size\":" + std::to_string(place->size.value) + ",\"checkpoint\":" +
                  json(place->checkpoint));
            closed(ledger::closed_by(members));
        });
    };
    return {"close", {"successor_origin", "successor_key"}, handler};
}

}  // namespace overlord::daemon
