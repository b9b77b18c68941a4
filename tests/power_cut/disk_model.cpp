#include "disk_model.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fstream>

namespace overlord::power_cut {

namespace {

constexpr std::uint64_t kSectorBytes = 512;

std::atomic<DiskModel*> g_installed{nullptr};  // the calls of libc have no other way to find it

enum class Luck { kDropAll, kKeepAll, kInOrder, kEachAlone };

Luck draw(std::mt19937_64& chance) { return static_cast<Luck>(chance() % 4); }

// What to keep of a list of changes of which some are not safe.
template <class IsSafe>
std::vector<bool> choose(std::size_t count, std::mt19937_64& chance, IsSafe is_safe) {
    const Luck luck = draw(chance);
    const std::size_t until = count == 0 ? 0 : chance() % (count + 1);
    std::vector<bool> kept(count);
    for (std::size_t i = 0; i < count; ++i) {
        const bool by_luck = luck == Luck::kKeepAll || (luck == Luck::kInOrder && i < until) ||
                             (luck == Luck::kEachAlone && chance() % 2 == 0);
        kept[i] = is_safe(i) || by_luck;
    }
    return kept;
}

void put(Bytes& content, std::uint64_t offset, ByteView data) {
    if (content.size() < offset + data.size()) content.resize(offset + data.size());
    std::copy(data.begin(), data.end(),
              content.begin() + static_cast<std::ptrdiff_t>(offset));
}

void carry_out(Bytes& content, const DataChange& change) {
    switch (change.kind) {
        case DataChange::Kind::kWrite: put(content, change.offset, change.data); return;
        case DataChange::Kind::kSize: content.resize(change.offset); return;
        case DataChange::Kind::kZero: {
            const std::uint64_t end = std::min<std::uint64_t>(content.size(),
                                                              change.offset + change.length);
            if (change.offset < end) put(content, change.offset, Bytes(end - change.offset));
            return;
        }
    }
}

// Each sector of a write by itself: there or not.
void apply_torn(Bytes& content, const DataChange& change, std::mt19937_64& chance) {
    std::uint64_t at = change.offset;
    const std::uint64_t end = change.offset + change.data.size();
    while (at < end) {
        const std::uint64_t next = std::min(end, (at / kSectorBytes + 1) * kSectorBytes);
        const auto part = ByteView(change.data).subspan(at - change.offset, next - at);
        if (chance() % 2 == 0) put(content, at, part);
        at = next;
    }
}

Bytes content_after_cut(const Node& node, std::mt19937_64& chance) {
    using Safety = DataChange::Safety;
    Bytes content = node.base;
    const std::vector<bool> kept =
        choose(node.changes.size(), chance,
               [&](std::size_t i) { return node.changes[i].safety == Safety::kSafe; });
    const bool tears = chance() % 2 == 0;
    for (std::size_t i = 0; i < node.changes.size(); ++i) {
        const DataChange& change = node.changes[i];
        if (change.safety == Safety::kLost) continue;
        const bool torn = change.safety == Safety::kPending && tears &&
                          change.kind == DataChange::Kind::kWrite && chance() % 2 == 0;
        if (torn) {
            apply_torn(content, change, chance);
        } else if (kept[i]) {
            carry_out(content, change);
        }
    }
    return content;
}

}  // namespace

DiskModel::DiskModel(Path root) : root_(std::move(root)) {
    tree_ = std::make_shared<Node>();
    load(root_, *tree_);
    OVERLORD_ASSERT(g_installed.exchange(this) == nullptr);
}

DiskModel::~DiskModel() { g_installed = nullptr; }

DiskModel* DiskModel::installed() { return g_installed; }

void DiskModel::load(const Path& path, Node& node) {
    node.folder = true;
    node.mode = 0700;
    for (const auto& item : std::filesystem::directory_iterator(path)) {
        auto child = std::make_shared<Node>();
        struct stat status {};
        OVERLORD_ASSERT(::stat(item.path().c_str(), &status) == 0);
        if (item.is_directory()) {
            load(item.path(), *child);
        } else {
            std::ifstream in(item.path(), std::ios::binary);
            child->base.assign(std::istreambuf_iterator<char>(in), {});
        }
        child->mode = status.st_mode & 07777u;
        node.names[item.path().filename().string()] = child;
    }
    node.safe_names = node.names;
}

void DiskModel::schedule(Fault fault, std::uint64_t at, int error) {
    std::lock_guard lock(mutex_);
    fault_ = fault;
    at_ = at;
    error_ = error;
    changes_ = 0;
    struck_ = false;
    struck_at_.clear();
}

bool DiskModel::struck() const {
    std::lock_guard lock(mutex_);
    return struck_;
}

std::string DiskModel::struck_at() const {
    std::lock_guard lock(mutex_);
    return struck_at_;
}

std::uint64_t DiskModel::changes() const {
    std::lock_guard lock(mutex_);
    return changes_;
}

// ---------------------------------------------------------------------------------------------
// What the calls did

bool DiskModel::covers(const Path& path) const {
    const std::string& text = path.native();
    const std::string& root = root_.native();
    return text.starts_with(root) && (text.size() == root.size() || text[root.size()] == '/');
}

DiskModel::Verdict DiskModel::begin(const char* call, const Path& path, int& error) {
    error = error_;
    if (off_) {
        error = EIO;
        return Verdict::kRefuse;
    }
    if (++changes_ != at_ || fault_ == Fault::kNone) return Verdict::kDo;
    struck_ = true;
    struck_at_ = std::string(call) + " " + path.lexically_relative(root_).string();
    switch (fault_) {
        case Fault::kNone: return Verdict::kDo;
        case Fault::kPowerCut: off_ = true; return Verdict::kDoAndFail;  // as far as it gets
        case Fault::kNotDone: return Verdict::kRefuse;
        case Fault::kDoneButFailed: return Verdict::kDoAndFail;
        case Fault::kNotOnDisk: return Verdict::kLose;
    }
    return Verdict::kDo;
}

NodePtr DiskModel::find(const Path& path) const {
    NodePtr node = tree_;
    for (const Path& part : path.lexically_relative(root_)) {
        if (part == "." || part.empty()) continue;
        const auto found = node->names.find(part.string());
        if (found == node->names.end()) return nullptr;
        node = found->second;
    }
    return node;
}

DiskModel::Place DiskModel::place(const Path& path) const {
    Place found{find(path.parent_path()), path.filename().string()};
    OVERLORD_ASSERT(found.folder != nullptr);
    return found;
}

void DiskModel::opened(const Path& path, int flags, unsigned mode) {
    const NodePtr there = find(path);
    if (!there) {
        const Place at = place(path);
        auto node = std::make_shared<Node>();
        node->mode = mode;
        at.folder->names[at.name] = node;
        name_changes_.push_back({nullptr, "", at.folder, at.name, node, false});
    } else if ((flags & O_TRUNC) != 0) {
        resized(path, 0);
    }
}

void DiskModel::change_data(const Path& path, DataChange change) {
    const NodePtr node = find(path);
    if (!node) return;  // removed while it is open
    // Safe changes at the front need not be kept apart.
    const bool settled = node->changes.empty() && change.safety == DataChange::Safety::kSafe;
    if (settled) {
        carry_out(node->base, change);
    } else {
        node->changes.push_back(std::move(change));
    }
}

void DiskModel::wrote(const Path& path, std::uint64_t offset, ByteView data, bool durable,
                      Verdict verdict) {
    using Safety = DataChange::Safety;
    Safety safety = durable && !off_ ? Safety::kSafe : Safety::kPending;
    if (verdict == Verdict::kLose) safety = Safety::kLost;
    change_data(path, {DataChange::Kind::kWrite, offset, 0, Bytes(data.begin(), data.end()),
                       safety});
}

void DiskModel::resized(const Path& path, std::uint64_t size) {
    change_data(path, {DataChange::Kind::kSize, size, 0, {}, DataChange::Safety::kPending});
}

void DiskModel::zeroed(const Path& path, std::uint64_t offset, std::uint64_t length) {
    change_data(path, {DataChange::Kind::kZero, offset, length, {}, DataChange::Safety::kPending});
}

// The data of one file.
void DiskModel::settle(Node& node, bool failed) {
    using Safety = DataChange::Safety;
    for (DataChange& change : node.changes) {
        if (change.safety == Safety::kPending) {
            change.safety = failed ? Safety::kLost : Safety::kSafe;
        }
    }
    const bool all_safe = std::all_of(node.changes.begin(), node.changes.end(), [](auto& change) {
        return change.safety == Safety::kSafe;
    });
    if (!all_safe) return;
    for (const DataChange& change : node.changes) carry_out(node.base, change);
    node.changes.clear();
}

void DiskModel::synced(const Path& path, Verdict verdict) {
    const NodePtr node = find(path);
    if (!node) return;  // removed while it is open
    if (off_) return;  // the power went in the middle of it: what of it was done is chance
    const bool failed = verdict == Verdict::kRefuse || verdict == Verdict::kLose;
    settle(*node, failed);
    for (NameChange& change : name_changes_) {
        const bool here = change.from == node || change.to == node;
        if (here && !failed) change.safe = true;
    }
}

void DiskModel::settle_all(Node& node, bool failed) {
    settle(node, failed);
    for (const auto& [name, child] : node.names) settle_all(*child, failed);
}

void DiskModel::synced_all(Verdict verdict) {
    if (off_) return;
    const bool failed = verdict == Verdict::kRefuse || verdict == Verdict::kLose;
    settle_all(*tree_, failed);
    for (NameChange& change : name_changes_) change.safe = change.safe || !failed;
}

void DiskModel::forgotten(const Path& path) {
    using Safety = DataChange::Safety;
    const NodePtr node = find(path);
    if (!node) return;
    const auto lost = [](const DataChange& change) { return change.safety == Safety::kLost; };
    const auto left = std::remove_if(node->changes.begin(), node->changes.end(), lost);
    if (left == node->changes.end()) return;
    node->changes.erase(left, node->changes.end());
    Bytes content = node->base;
    for (const DataChange& change : node->changes) carry_out(content, change);
    // The system calls themselves: these are not the program's.
    ::syscall(SYS_unlinkat, AT_FDCWD, path.c_str(), 0);
    const auto file = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path.c_str(),
                                                 O_CREAT | O_WRONLY, node->mode));
    OVERLORD_ASSERT(file >= 0);
    const long written = ::syscall(SYS_pwrite64, file, content.data(), content.size(), 0);
    OVERLORD_ASSERT(written == static_cast<long>(content.size()));
    ::syscall(SYS_close, file);
}

void DiskModel::made_folder(const Path& path, unsigned mode) {
    const Place at = place(path);
    auto node = std::make_shared<Node>();
    node->folder = true;
    node->mode = mode;
    at.folder->names[at.name] = node;
    name_changes_.push_back({nullptr, "", at.folder, at.name, node, false});
}

void DiskModel::renamed(const Path& from, const Path& to) {
    const Place old_place = place(from);
    const Place new_place = place(to);
    const NodePtr node = find(from);
    OVERLORD_ASSERT(node != nullptr);
    old_place.folder->names.erase(old_place.name);
    new_place.folder->names[new_place.name] = node;
    name_changes_.push_back(
        {old_place.folder, old_place.name, new_place.folder, new_place.name, node, false});
}

void DiskModel::removed(const Path& path) {
    const Place at = place(path);
    const NodePtr node = find(path);
    OVERLORD_ASSERT(node != nullptr);
    at.folder->names.erase(at.name);
    name_changes_.push_back({at.folder, at.name, nullptr, "", node, false});
}

// ---------------------------------------------------------------------------------------------
// The power cut

// Applies to the names that are safe the changes that made it to the disk.
void DiskModel::settle_names(std::mt19937_64& chance) {
    const std::vector<bool> kept =
        choose(name_changes_.size(), chance, [&](std::size_t i) { return name_changes_[i].safe; });
    for (std::size_t i = 0; i < name_changes_.size(); ++i) {
        const NameChange& change = name_changes_[i];
        if (!kept[i]) continue;
        if (change.from) {
            const auto old = change.from->safe_names.find(change.old_name);
            const bool there = old != change.from->safe_names.end() && old->second == change.node;
            if (there) change.from->safe_names.erase(old);
            // What it renames never got its first name: there is nothing to rename.
            if (!there && change.to && !change.safe) continue;
        }
        if (change.to) change.to->safe_names[change.new_name] = change.node;
    }
    name_changes_.clear();
}

void DiskModel::store(const Node& node, const Path& path, std::mt19937_64& chance) const {
    if (node.folder) {
        std::filesystem::create_directory(path);
        for (const auto& [name, child] : node.safe_names) store(*child, path / name, chance);
    } else {
        const Bytes content = content_after_cut(node, chance);
        std::ofstream out(path, std::ios::binary | std::ios::trunc);
        out.write(as_text(content).data(), static_cast<std::streamsize>(content.size()));
    }
    std::filesystem::permissions(path, static_cast<std::filesystem::perms>(node.mode));
}

void DiskModel::come_back(std::mt19937_64& chance) {
    std::lock_guard lock(mutex_);
    g_installed = nullptr;
    settle_names(chance);
    std::filesystem::remove_all(root_);
    tree_->mode = 0700;
    store(*tree_, root_, chance);
    tree_ = std::make_shared<Node>();
    load(root_, *tree_);
    fault_ = Fault::kNone;
    off_ = false;
    g_installed = this;
}

}  // namespace overlord::power_cut
