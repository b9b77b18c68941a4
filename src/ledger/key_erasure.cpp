// Destroying keys, and checking the files they are in.
#include <fcntl.h>

#include <functional>
#include <set>

#include "key_file.hpp"

namespace overlord::ledger {

namespace {

using State = KeyFile::Entry::State;

// Each file of days before `before`, with the entries in scope that still have a key.
using Visit = std::function<Status(const Path&, const std::vector<const KeyFile::Entry*>&)>;

Status visit_keys(const Path& directory, const ErasureScope& scope, Day before,
                  const Visit& visit) {
    const Result<std::vector<std::string>> names = list_key_files(directory);
    if (!names) return names.error();
    for (const std::string& name : *names) {
        if (name >= key_file_name(before)) break;
        const Path path = directory / name;
        const Result<std::unique_ptr<KeyFile>> file = KeyFile::read(path);
        if (!file) return file.error();
        std::vector<const KeyFile::Entry*> found;
        for (const KeyFile::Entry& entry : (*file)->entries()) {
            if (entry.state == State::kErased || !scope.covers(entry.kind, entry.name)) continue;
            found.push_back(&entry);
        }
        if (found.empty()) continue;
        if (Status visited = visit(path, found); !visited) return visited;
    }
    return {};
}

void check_file(const Path& path, KeyId& next,
                std::vector<std::pair<std::string, std::string>>& findings) {
    const std::string name = path.filename().string();
    const auto found = [&](std::string text) { findings.emplace_back(name, std::move(text)); };
    const Result<std::unique_ptr<KeyFile>> file = KeyFile::read(path);
    if (!file) return found(file.error().message);
    const KeyFile& keys = **file;
    if (keys.header().first != next) {
        found("its keys begin with " + std::to_string(keys.header().first) + ", not with " +
              std::to_string(next));
    }
    for (const KeyFile::Entry& entry : keys.entries()) {
        if (entry.state != State::kDamaged) continue;
        found("offset " + std::to_string(entry.offset + kKeyOffset) + ": the key is damaged");
    }
    next = keys.header().first + static_cast<KeyId>(keys.entries().size());
    if (keys.stopped_by().empty()) return;
    found("offset " + std::to_string(keys.end()) + ": " + keys.stopped_by());
}

}  // namespace

bool ErasureScope::covers(OwnerKind owner, std::string_view name) const {
    switch (kind) {
        case Kind::kSystem:
            return owner == OwnerKind::kSystem && name == system;
        case Kind::kRejects:
            return owner == OwnerKind::kRejects;
        case Kind::kAll:
            return owner != OwnerKind::kSite;
    }
    return false;
}

Result<std::uint64_t> destroy_keys(const Path& directory, const ErasureScope& scope, Day before,
                                   Disk& disk) {
    std::uint64_t destroyed = 0;
    const Bytes zeros(kKeyBytes);
    const auto destroy = [&](const Path& path,
                             const std::vector<const KeyFile::Entry*>& entries) -> Status {
        Result<FileHandle> file = disk.open(path, O_RDWR | O_CLOEXEC, 0600);
        if (!file) return std::move(file).error();
        for (const KeyFile::Entry* entry : entries) {
            const Status written = disk.write_at(*file, path, zeros, entry->offset + kKeyOffset);
            if (!written) return written;
        }
        destroyed += entries.size();
        return disk.sync(*file, path);
    };
    if (const Status done = visit_keys(directory, scope, before, destroy); !done) {
        return done.error();
    }
    return destroyed;
}

Result<std::uint64_t> count_keys(const Path& directory, const ErasureScope& scope, Day before) {
    std::uint64_t count = 0;
    const auto add = [&](const Path&, const std::vector<const KeyFile::Entry*>& entries) {
        count += entries.size();
        return Status();
    };
    if (const Status done = visit_keys(directory, scope, before, add); !done) return done.error();
    return count;
}

Result<std::vector<std::string>> systems_with_keys(const Path& directory, Day before) {
    std::set<std::string> systems;
    const auto add = [&](const Path&, const std::vector<const KeyFile::Entry*>& entries) {
        for (const KeyFile::Entry* entry : entries) {
            if (entry->kind == OwnerKind::kSystem) systems.insert(entry->name);
        }
        return Status();
    };
    const ErasureScope all{ErasureScope::Kind::kAll, ""};
    if (const Status done = visit_keys(directory, all, before, add); !done) return done.error();
    return std::vector<std::string>(systems.begin(), systems.end());
}

std::vector<std::pair<std::string, std::string>> check_key_files(const Path& directory) {
    std::vector<std::pair<std::string, std::string>> findings;
    const Result<std::vector<std::string>> names = list_key_files(directory);
    if (!names) {
        findings.emplace_back("", names.error().message);
        return findings;
    }
    KeyId next = 0;
    for (const std::string& name : *names) {
        check_file(directory / name, next, findings);
    }
    return findings;
}

}  // namespace overlord::ledger
