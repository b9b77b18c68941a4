// The rosters of keys, against the files that they name and what the log says about each key; and
// the handovers, by which who knows an older key of the log follows to the newer ones.
#include <array>
#include <map>
#include <span>

#include "checks.hpp"
#include "overlord/tlog/keyfile.hpp"
#include "overlord/tlog/roster.hpp"

namespace overlord::upkeep {
namespace {

struct Role {
    std::string name;  // as `key` entries have it
    std::string file;  // the roster
};

const std::array<Role, 2> kRoles{Role{"log", "keys/log.roster"},
                                 Role{"attestation", "keys/attestation.roster"}};

std::string short_name(const tlog::VerifierKey& key) {
    const std::string text = key.to_text();
    return text.substr(0, text.find('+', key.name.size() + 1));  // origin and id
}

// A key that signs, where the roster says that it is. A credential or a token is elsewhere.
void check_source(const Checked& checked, const Role& role, const tlog::RosterKey& entry) {
    const std::size_t colon = entry.source.find(':');
    const std::string kind = entry.source.substr(0, colon);
    if (!entry.signs() || (kind != "file" && kind != "sealed")) return;
    const std::string file = "keys/" + entry.source.substr(colon + 1);
    std::error_code failure;
    const bool there = std::filesystem::exists(checked.state_dir / file, failure);
    if (failure) return;  // what this user may not see is not missing
    if (!there) {
        return checked.found(file, "missing: " + role.file + " says that " +
                                       short_name(entry.key) +
                                       " is here and signs, so no start gets on without it");
    }
    if (kind != "file") return;
    // One that cannot be read is a finding of its own.
    const Result<tlog::KeySigner> key = tlog::load_key(checked.state_dir / file);
    if (key && key->verifier() != entry.key) {
        checked.found(file, "is the key " + short_name(key->verifier()) + ", " + role.file +
                                " says that it is " + short_name(entry.key));
    }
}

// What the log tells of a key, the roster has seen: it is written first.
void check_told(const Checked& checked, const Role& role, tlog::Roster& roster) {
    std::map<std::string, const LoggedKey*> last;
    for (const LoggedKey& logged : checked.facts.keys) {
        if (logged.role == role.name) last[logged.key.to_text()] = &logged;
    }
    for (const auto& [text, logged] : last) {
        const tlog::RosterKey* const entry = roster.find(logged->key);
        const std::string told = "entry " + std::to_string(logged->index.value) + " of the log";
        if (entry == nullptr) {
            checked.found(role.file, "does not have the key " + short_name(logged->key) +
                                         ", which " + told + " tells of: it was put back from an "
                                         "old copy");
        } else if (entry->state < logged->state) {
            checked.found(role.file, "says that " + short_name(logged->key) + " is " +
                                         std::string(tlog::to_text(entry->state)) + ", " + told +
                                         " that it is " +
                                         std::string(tlog::to_text(logged->state)) +
                                         ": it was put back from an old copy");
        }
    }
}

void check_role(const Checked& checked, const Role& role) {
    Result<tlog::Roster> roster = tlog::read_roster(checked.state_dir / role.file);
    if (roster) {
        for (const tlog::RosterKey& entry : roster->keys) check_source(checked, role, entry);
        check_told(checked, role, *roster);
        return;
    }
    if (roster.error().code != "io.enoent") return;  // said where the file itself is read
    std::uint64_t told = 0;
    for (const LoggedKey& logged : checked.facts.keys) told += logged.role == role.name ? 1 : 0;
    if (told == 0) return;
    checked.found(role.file, "missing: it says which keys there are, and the log has " +
                                 std::to_string(told) + (told == 1 ? " entry" : " entries") +
                                 " about them");
}

// Is there a checkpoint in log/handover/ that introduces the last of the keys, and is it one of
// this log that one before it signed?
void check_handover(const Checked& checked, const std::vector<EntryIndex>& introduced,
                    std::span<const tlog::VerifierKey> keys) {
    const tlog::VerifierKey& key = keys.back();
    const std::span<const tlog::VerifierKey> before = keys.first(keys.size() - 1);
    const auto path = [](EntryIndex index) {
        return "log/handover/" + std::to_string(index.value);
    };
    for (const EntryIndex index : introduced) {
        const std::string file = path(index);
        const std::optional<std::string> note = checked.text(file, tlog::kNoteBytesMax);
        if (!note) continue;
        ++checked.report.files.keys;
        Result<tlog::SignedCheckpoint> opened = tlog::open_checkpoint(*note, before);
        // The other lines are the log's too; one that was damaged is of nobody known.
        if (opened) opened = tlog::open_checkpoint(*note, keys);
        if (!opened) {
            return checked.found(file, "is no checkpoint that a key before " + short_name(key) +
                                           " signed: " + opened.error().message);
        }
        if (opened->note.verified.size() != opened->note.note.signatures.size()) {
            return checked.found(file, "has a line of a key that is none of this log's");
        }
        const tlog::TreeHead& head = opened->checkpoint.head;
        const auto root = checked.facts.roots.find(head.size.value);
        const bool ours = root != checked.facts.roots.end() && root->second == head.root;
        if (!ours || head.size.value <= index.value) {
            checked.found(file, "is a checkpoint of another log or of an earlier one than entry " +
                                    std::to_string(index.value) + " is in");
        }
        return;
    }
    checked.found(path(introduced.front()),
                  "missing, and it cannot be made again: who knows only the keys before " +
                      short_name(key) + " cannot follow to it. Put it back from any copy of the "
                      "public log");
}

void check_handovers(const Checked& checked) {
    std::map<std::string, std::vector<EntryIndex>> introduced;  // a crash may tell a key twice
    std::vector<tlog::VerifierKey> keys;                        // in the log's order
    for (const LoggedKey& logged : checked.facts.keys) {
        if (logged.role != "log" || logged.state != tlog::KeyState::kActive) continue;
        std::vector<EntryIndex>& where = introduced[logged.key.to_text()];
        if (where.empty()) keys.push_back(logged.key);
        where.push_back(logged.index);
    }
    for (std::size_t i = 1; i < keys.size(); ++i) {
        check_handover(checked, introduced[keys[i].to_text()], std::span(keys).first(i + 1));
    }
}

}  // namespace

void check_rosters(const Checked& checked) {
    if (!checked.facts.whole) return;  // what the log says is not known to its end
    std::error_code failure;
    if (std::filesystem::exists(checked.state_dir / "keys", failure)) {
        for (const Role& role : kRoles) check_role(checked, role);
    }
    check_handovers(checked);
}

}  // namespace overlord::upkeep
