// A disk for tests: what it holds for good, and what it was told and might still lose.
//
// The system calls of the program under test go through it (system_calls.cpp puts functions of the
// same names in front of libc's), so that the journal, the keys, the tiles, the checkpoint and the
// guard are all in it, whoever writes them. Every call is carried out on real files too, so reading
// is left alone. The model keeps for each file below its root the content that is safe and the
// changes that are not, and for each folder the same of its names:
//
//   a write is safe after fsync, fdatasync or with RWF_DSYNC; a name after fsync of its folder; and
//   both after syncfs;
//   at a power cut each change that is not safe is kept, dropped, or, if it is data, torn in
//   sectors of 512 bytes, in any order or in the order of time (a journalling file system);
//   a call may fail without effect, or have its effect and report a failure; or the disk may fail
//   under it: what that write or fsync covered can be read until the power goes, and no later
//   fsync writes it (Linux marks such pages clean), or until what is cached of it is dropped.
//
// One instance at a time is installed; it is safe for several threads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "overlord/base/bytes.hpp"
#include "overlord/base/file.hpp"

namespace overlord::power_cut {

enum class Fault { kNone, kPowerCut, kNotDone, kDoneButFailed, kNotOnDisk };

struct DataChange {
    enum class Kind { kWrite, kSize, kZero };
    enum class Safety { kPending, kSafe, kLost };
    Kind kind = Kind::kWrite;
    std::uint64_t offset = 0;  // kSize: the new size
    std::uint64_t length = 0;  // of kZero
    Bytes data;
    Safety safety = Safety::kPending;
};

struct Node {
    bool folder = false;
    unsigned mode = 0600;
    Bytes base;
    std::vector<DataChange> changes;
    std::map<std::string, std::shared_ptr<Node>> names;  // as the program sees them
    std::map<std::string, std::shared_ptr<Node>> safe_names;
};
using NodePtr = std::shared_ptr<Node>;

// A name that came, went, or moved.
struct NameChange {
    NodePtr from;  // the folder that lost `old_name`, or null
    std::string old_name;
    NodePtr to;  // the folder that got `new_name`, or null
    std::string new_name;
    NodePtr node;
    bool safe = false;
};

class DiskModel {
public:
    // Everything below `root` is taken as safe. Installs itself.
    explicit DiskModel(Path root);
    ~DiskModel();
    DiskModel(const DiskModel&) = delete;
    static DiskModel* installed();

    // The fault strikes at change number `at`, counted from the next one as 1. After a power cut
    // no call below the root has an effect any more.
    void schedule(Fault fault, std::uint64_t at, int error);
    bool struck() const;
    std::string struck_at() const;  // "fsync journal/00000000.seg.tmp"
    std::uint64_t changes() const;  // made since the last schedule()

    // The power comes back: the files below the root become what a disk might hold, by chance.
    void come_back(std::mt19937_64& chance);

    // For system_calls.cpp. `begin` says what to do with a call; the others tell what it did.
    enum class Verdict { kDo, kRefuse, kDoAndFail, kLose };
    Verdict begin(const char* call, const Path& path, int& error);
    bool covers(const Path& path) const;
    void opened(const Path& path, int flags, unsigned mode);
    void wrote(const Path& path, std::uint64_t offset, ByteView data, bool durable,
               Verdict verdict);
    void resized(const Path& path, std::uint64_t size);
    void zeroed(const Path& path, std::uint64_t offset, std::uint64_t length);
    void synced(const Path& path, Verdict verdict);
    void synced_all(Verdict verdict);
    // What is cached of a file is dropped: from now on it reads as the disk has it.
    void forgotten(const Path& path);
    void made_folder(const Path& path, unsigned mode);
    void renamed(const Path& from, const Path& to);
    void removed(const Path& path);
    std::mutex& mutex() { return mutex_; }

private:
    struct Place {
        NodePtr folder;
        std::string name;
    };
    void settle(Node& node, bool failed);
    void settle_all(Node& node, bool failed);
    NodePtr find(const Path& path) const;
    Place place(const Path& path) const;
    void load(const Path& path, Node& node);
    void change_data(const Path& path, DataChange change);
    void store(const Node& node, const Path& path, std::mt19937_64& chance) const;
    void settle_names(std::mt19937_64& chance);

    Path root_;
    NodePtr tree_;
    std::vector<NameChange> name_changes_;
    Fault fault_ = Fault::kNone;
    std::uint64_t at_ = 0;
    std::uint64_t changes_ = 0;
    int error_ = 0;
    bool struck_ = false;
    bool off_ = false;  // the power is
    std::string struck_at_;
    mutable std::mutex mutex_;
};

}  // namespace overlord::power_cut
