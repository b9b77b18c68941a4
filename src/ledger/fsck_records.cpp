#include "fsck_records.hpp"

#include <algorithm>

#include "overlord/crypto/cipher.hpp"
#include "overlord/ledger/journal_format.hpp"
#include "overlord/ledger/record.hpp"

namespace overlord::ledger {

namespace {

constexpr std::size_t kFramesWaitingMax = 64;  // of at most kFrameBytesMax each
constexpr unsigned kThreadsMax = 8;

// One frame after the other, on one thread.
class TextCheck {
public:
    explicit TextCheck(const Path& keys_directory) : keys_(keys_directory) {}

    RecordFindings check(const RecordFrame& frame) {
        findings_ = RecordFindings();
        const Result<std::vector<StoredRecord>> stored = parse_records(frame.payload, frame.count);
        if (!stored) return std::move(findings_);  // the caller has told
        RecordIndex n = frame.first;
        for (const StoredRecord& one : *stored) {
            record(n, one);
            ++n;
        }
        return std::move(findings_);
    }

private:
    void found(RecordIndex n, std::string cause) {
        if (findings_.causes.size() < kFindingsMax) {
            findings_.causes.emplace_back(n, std::move(cause));
        } else {
            ++findings_.left_out;
        }
    }

    void record(RecordIndex n, const StoredRecord& stored) {
        findings_.records += 1;
        const Result<RecordKey> key = keys_.find(stored.key);
        if (!key && key.error().code == "key.erased") {
            findings_.erased += 1;
            return;
        }
        if (!key && key.error().code == "key.damaged") return;  // found in the key file
        if (!key) return found(n, key.error().message);
        text_.resize(stored.cipher.size());
        crypto::xor_xchacha20(text_, stored.cipher, key->cipher,
                              ByteView(stored.commitment).first(crypto::kCipherNonceBytes));
        if (commitment(record_salt(key->secret, n), as_text(text_)) != stored.commitment) {
            return found(n, "it is not what was committed to");
        }
        text(n, as_text(text_));
    }

    void text(RecordIndex n, std::string_view text) {
        const Result<RecordView> view = parse(text);
        if (!view) return found(n, view.error().message);
        if (view->kind == RecordKind::kEvent) findings_.events += 1;
        if (view->n != n) found(n, "says that its number is " + std::to_string(view->n.value));
        if (const Status members = check_members(*view); !members) {
            found(n, members.error().message);
        }
        if (!findings_.first_at) findings_.first_at.emplace(n, view->at);
        if (view->at < findings_.last_at) found(n, "its log time is before the last record's");
        findings_.last_at = std::max(findings_.last_at, view->at);
    }

    RecordKeys keys_;
    Bytes text_;
    RecordFindings findings_;
};

}  // namespace

RecordChecks::RecordChecks(const Path& keys_directory) {
    const unsigned processors = std::thread::hardware_concurrency();  // 0: not known
    const unsigned others = processors > 1 ? processors - 1 : 1;      // one walks over the frames
    for (unsigned i = 0; i < std::min(others, kThreadsMax); ++i) {
        threads_.emplace_back([this, keys_directory] { work(keys_directory); });
    }
}

RecordChecks::~RecordChecks() {
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void RecordChecks::submit(RecordFrame frame) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_.size() < kFramesWaitingMax; });
    waiting_.emplace_back(findings_.size(), std::move(frame));
    findings_.emplace_back();
    open_ += 1;
    changed_.notify_all();
}

std::vector<RecordFindings> RecordChecks::take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_ == 0; });
    return std::exchange(findings_, {});
}

void RecordChecks::work(const Path& keys_directory) {
    TextCheck check(keys_directory);
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        const auto [place, frame] = std::move(waiting_.front());
        waiting_.pop_front();
        changed_.notify_all();
        lock.unlock();
        RecordFindings found = check.check(frame);
        lock.lock();
        findings_[place] = std::move(found);
        open_ -= 1;
        changed_.notify_all();
    }
}

}  // namespace overlord::ledger
