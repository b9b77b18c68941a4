// What the ledger's tests share: temporary directories, a disk that fails on demand, file surgery.
#pragma once

#include <stdlib.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/crypto/keys.hpp"
#include "overlord/ledger/disk.hpp"
#include "overlord/ledger/journal_writer.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/ledger/record_keys.hpp"

namespace overlord::ledger::testing {

class TempDir {
public:
    TempDir() {
        OVERLORD_ASSERT(crypto::initialize().has_value());
        std::string pattern = (std::filesystem::temp_directory_path() / "ledger.XXXXXX").string();
        OVERLORD_ASSERT(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    ~TempDir() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    const Path& path() const { return path_; }

private:
    Path path_;
};

inline void copy_tree(const Path& from, const Path& to) {
    std::filesystem::remove_all(to);
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

inline std::string slurp(const Path& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
}

inline void spill(const Path& path, const std::string& content) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
}

inline void patch(const Path& path, std::uint64_t offset, const std::string& bytes) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(offset));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::string event_body() { return "\"kind\":\"event\",\"event\":"; }

inline std::string sample_record(std::uint64_t n, std::size_t filler = 200) {
    const std::string event = "{\"id\":\"e-" + std::to_string(n) + "\",\"data\":\"" +
                              std::string(filler, static_cast<char>('a' + n % 26)) + "\"}";
    return compose(RecordIndex{n}, 1'700'000'000'000'000'000 + static_cast<TimeNs>(n), event_body(),
                   event);
}

inline std::vector<std::string> sample_records(std::uint64_t first, std::size_t count,
                                               std::size_t filler = 200) {
    std::vector<std::string> records;
    for (std::size_t i = 0; i < count; ++i) records.push_back(sample_record(first + i, filler));
    return records;
}

inline std::vector<NewRecord> owned(const std::vector<std::string>& texts, Owner owner = {}) {
    std::vector<NewRecord> records;
    for (const std::string& text : texts) records.push_back({text, owner});
    return records;
}

// A JournalWriter and the keys of its records, as a Ledger has them.
class KeyedWriter {
public:
    KeyedWriter(std::unique_ptr<JournalWriter> writer, KeyIssuer keys)
        : writer_(std::move(writer)), keys_(std::move(keys)) {}
    JournalWriter* operator->() { return writer_.get(); }
    Result<std::vector<Placement>> append(const std::vector<std::string>& texts) {
        const auto records = keys_.commit(owned(texts), writer_->next_record());
        if (!records) return records.error();
        return writer_->append(*records);
    }

private:
    std::unique_ptr<JournalWriter> writer_;
    KeyIssuer keys_;
};

// The real disk until operation number `fail_at` (from 1), which fails with `error` in the way
// `mode` says; every operation after it fails too, as on a disk that is gone.
class FaultyDisk final : public Disk {
public:
    enum class Mode { kNotDone, kHalfDone, kDoneButFailed };
    explicit FaultyDisk(std::uint64_t fail_at = 0, Mode mode = Mode::kNotDone, int error = EIO)
        : fail_at_(fail_at), mode_(mode), error_(error) {}

    std::uint64_t operations() const { return operations_; }

    Result<FileHandle> open(const Path& path, int flags, unsigned mode) override {
        if (fails()) return io_error("open " + path.string(), error_);
        return real_disk().open(path, flags, mode);
    }
    Status write_at(const FileHandle& file, const Path& name, ByteView content,
                    std::uint64_t offset) override {
        return write(file, name, content, offset, false);
    }
    Status write_at_durable(const FileHandle& file, const Path& name, ByteView content,
                            std::uint64_t offset) override {
        return write(file, name, content, offset, true);
    }
    Status sync(const FileHandle& file, const Path& name) override {
        if (!fails()) return real_disk().sync(file, name);
        return io_error("fsync " + name.string(), error_);
    }
    Status rename(const Path& from, const Path& to) override {
        if (!fails()) return real_disk().rename(from, to);
        if (mode_ == Mode::kDoneButFailed) (void)real_disk().rename(from, to).has_value();
        return io_error("rename " + from.string(), error_);
    }
    Status sync_directory(const Path& directory) override {
        if (!fails()) return real_disk().sync_directory(directory);
        return io_error("fsync " + directory.string(), error_);
    }
    Status write_file_durable(const Path& path, ByteView content, unsigned mode) override {
        if (!fails()) return real_disk().write_file_durable(path, content, mode);
        if (mode_ == Mode::kDoneButFailed) {
            (void)real_disk().write_file_durable(path, content, mode).has_value();
        }
        return io_error("write " + path.string(), error_);
    }

private:
    bool fails() { return ++operations_ >= fail_at_ && fail_at_ != 0; }

    // Half a write is what a disk leaves: whole sectors.
    Status write(const FileHandle& file, const Path& name, ByteView content, std::uint64_t offset,
                 bool durable) {
        const bool failing = fails();
        if (!failing && durable) return real_disk().write_at_durable(file, name, content, offset);
        if (!failing) return real_disk().write_at(file, name, content, offset);
        if (operations_ == fail_at_ && mode_ != Mode::kNotDone) {
            const std::uint64_t half = (offset + content.size() / 2) / 512 * 512;
            const std::uint64_t keep = half > offset ? half - offset : 0;
            const ByteView part = mode_ == Mode::kHalfDone ? content.first(keep) : content;
            if (!part.empty()) (void)real_disk().write_at(file, name, part, offset).has_value();
        }
        return io_error("write " + name.string(), error_);
    }

    std::atomic<std::uint64_t> operations_{0};
    const std::uint64_t fail_at_;
    const Mode mode_;
    const int error_;
};

}  // namespace overlord::ledger::testing
