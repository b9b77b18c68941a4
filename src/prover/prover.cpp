// The worker thread and what passes between it and the others, under one lock.
#include "overlord/prover/prover.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "overlord/attest/slot_entry.hpp"
#include "slot_records.hpp"
#include "works.hpp"

namespace overlord::prover {
namespace {

constexpr std::size_t kNumbersMax = 1u << 16;  // of slot records not looked at; then all are read
constexpr DurationNs kSaveInterval = 5 * kMinuteNs;  // what a start does again at most
constexpr auto kSaveWait = std::chrono::seconds(30);  // while there is nothing else to do
constexpr DurationNs kStatsInterval = kSecondNs / 2;

using Entry = std::variant<attest::StreamsEntry, attest::SlotEntry, attest::RangeEntry,
                           attest::ProofEntry>;

}  // namespace

class Prover::Impl {
public:
    Impl(ProverOptions options, crypto::Secret key, Clock& clock)
        : options_(std::move(options)), key_(std::move(key)), clock_(clock) {}

    void start(Start start) {
        thread_ = std::thread([this, start = std::move(start)] { run(start); });
    }

    void stop() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
        if (thread_.joinable()) thread_.join();
    }

    void slot_record(RecordIndex n) {
        const std::lock_guard lock(mutex_);
        if (letters_.numbers.size() < kNumbersMax) {
            letters_.numbers.push_back(n.value);
        } else {
            letters_.numbers.clear();
            letters_.unknown_until = RecordIndex{n.value + 1};
        }
        changed_.notify_all();
    }

    void use_plan(std::string plan) {
        const std::lock_guard lock(mutex_);
        letters_.plans.push_back(std::move(plan));
        changed_.notify_all();
    }

    void attested(const attest::Statement& statement, const Hash& digest, Reason reason) {
        const std::lock_guard lock(mutex_);
        std::vector<Attested>& waiting = letters_.attested[statement.system];
        // The last one that nobody asked for stands for those before it.
        std::erase_if(waiting, [](const Attested& a) { return a.reason == Reason::kBySchedule; });
        waiting.push_back({statement, digest, reason});
        changed_.notify_all();
    }

    bool waiting() const {
        const std::lock_guard lock(mutex_);
        return !ready_.empty();
    }

    std::vector<std::string> take(TimeNs at) {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> texts;
        while (!ready_.empty() && texts.size() < kEntriesPerSeal) {
            std::visit(
                [&](auto& entry) {
                    entry.at = at;
                    texts.push_back(attest::compose(entry));
                },
                ready_.front());
            ready_.pop_front();
        }
        taken_ += texts.size();
        return texts;
    }

    void sealed(const tlog::TreeHead& head) {
        const std::lock_guard lock(mutex_);
        letters_.sealed += std::exchange(taken_, 0);
        letters_.head = head;
        changed_.notify_all();
    }

    void finish_before(std::vector<ledger::Erasure> erasures, RecordIndex records) {
        const std::lock_guard lock(mutex_);
        unfinished_.reset();
        erasures_told_ = erasures.size();
        letters_.finish = Finishing{std::move(erasures), records, ++round_, {}, false};
        changed_.notify_all();
    }

    std::optional<std::vector<std::uint64_t>> unfinished() const {
        const std::lock_guard lock(mutex_);
        if (ended_) return std::vector<std::uint64_t>(erasures_told_);
        return unfinished_;
    }

    Stats stats() const {
        const std::lock_guard lock(mutex_);
        return stats_;
    }

private:
    struct Attested {
        attest::Statement statement;
        Hash digest{};
        Reason reason = Reason::kBySchedule;
    };
    // What has to be proved before keys are destroyed.
    struct Finishing {
        std::vector<ledger::Erasure> erasures;
        RecordIndex records;
        std::uint64_t round = 0;             // of finish_before()
        std::vector<std::vector<Due>> due;   // of each erasure, once all records were taken
        bool told = false;                   // that there is one to be carried out
    };
    // What the ledger thread has said since the worker looked last.
    struct Letters {
        std::vector<std::uint64_t> numbers;
        std::optional<RecordIndex> unknown_until;
        std::vector<std::string> plans;
        std::map<std::string, std::vector<Attested>> attested;  // by system
        std::size_t sealed = 0;
        std::optional<tlog::TreeHead> head;
        std::optional<Finishing> finish;
        [[nodiscard]] bool any() const {
            return !numbers.empty() || unknown_until || !plans.empty() || !attested.empty() ||
                   head || finish;
        }
    };

    // ---- the worker

    void run(const Start& start) {
        const Status done = work(start);
        const std::lock_guard lock(mutex_);
        ended_ = true;
        if (!done) {
            stats_.failure = done.error().code + ": " + done.error().message;
            options_.warn("the prover has stopped; records go on. The next start goes on here: " +
                          stats_.failure);
        }
        changed_.notify_all();
    }

    Status work(const Start& start) {
        Result<std::unique_ptr<Works>> works = Works::open(
            {options_.state_dir, options_.origin, options_.publish, options_.warn}, std::move(key_),
            start.head);
        if (!works) return works.error();
        works_ = std::move(*works);
        if (Status plan = works_->use_plan(start.plan); !plan) return plan;
        records_.emplace(options_.state_dir / "journal", works_->next_record(), start.records);
        known_records_ = start.records;
        last_save_ = clock_.monotonic();
        for (;;) {
            const Result<bool> moved = turn();
            if (!moved) return moved.error();
            std::unique_lock lock(mutex_);
            if (stopping_) break;
            if (*moved || letters_.any()) continue;
            changed_.wait_for(lock, kSaveWait, [&] { return stopping_ || letters_.any(); });
        }
        return works_->save();
    }

    // What was said, then one piece of work. True: there is more.
    Result<bool> turn() {
        Letters letters;
        bool room = false;
        {
            const std::lock_guard lock(mutex_);
            letters = std::exchange(letters_, {});
            room = outstanding_ - letters.sealed < kEntriesWaitingMax;
            outstanding_ -= letters.sealed;
        }
        if (Status read = read_letters(letters); !read) return read.error();
        bool more = false;
        if (room) {
            const Result<bool> fed = feed();
            if (!fed) return fed.error();
            const Result<bool> done = one_piece();
            if (!done) return done.error();
            more = *fed || *done;
        }
        unsaved_ = unsaved_ || more || letters.any();
        if (Status told = tell(more); !told) return told.error();
        return more;
    }

    Status read_letters(const Letters& letters) {
        for (const std::string& plan : letters.plans) {
            if (Status used = works_->use_plan(plan); !used) return used;
        }
        if (letters.unknown_until) records_->unknown(*letters.unknown_until);
        records_->known(letters.numbers);
        if (!letters.numbers.empty()) {
            known_records_ = std::max(known_records_, RecordIndex{letters.numbers.back() + 1});
        }
        for (const auto& [system, attested] : letters.attested) {
            for (const Attested& one : attested) {
                const Status taken = works_->request(one.statement, one.digest, one.reason);
                if (!taken) return taken;
                known_records_ = std::max(known_records_, one.statement.log.records);
            }
        }
        if (letters.head) {
            if (Status s = works_->sealed(letters.sealed, *letters.head); !s) return s;
        }
        if (letters.finish) {
            finishing_ = *letters.finish;
            known_records_ = std::max(known_records_, finishing_.records);
        }
        return {};
    }

    // The next slot record, once all of the one before is made.
    Result<bool> feed() {
        if (!works_->idle()) return true;
        Result<SlotRecords::Step> step = records_->next();
        if (!step) return step.error();
        if (step->found) {
            SlotRecords::Found& found = *step->found;
            const Status taken =
                works_->take_record(found.n, std::move(found.members), found.key);
            if (!taken) return taken.error();
        } else if (!step->more) {
            works_->seen_until(std::max(known_records_, works_->next_record()));
        }
        return step->more;
    }

    Result<bool> one_piece() {
        const TimeNs began = clock_.monotonic();
        Result<Works::Piece> piece = works_->step();
        if (!piece) return piece.error();
        prove_time_ += clock_.monotonic() - began;
        if (std::holds_alternative<Works::Nothing>(*piece)) return false;
        if (std::holds_alternative<Works::RowMade>(*piece)) return true;
        bool first = false;
        {
            const std::lock_guard lock(mutex_);
            first = ready_.empty();
            if (auto* streams = std::get_if<attest::StreamsEntry>(&*piece)) {
                ready_.push_back(*streams);
            }
            if (auto* slot = std::get_if<attest::SlotEntry>(&*piece)) ready_.push_back(*slot);
            if (auto* range = std::get_if<attest::RangeEntry>(&*piece)) {
                ready_.push_back(std::move(*range));
            }
            if (auto* proof = std::get_if<attest::ProofEntry>(&*piece)) ready_.push_back(*proof);
            ++outstanding_;
        }
        changed_.notify_all();
        if (first) options_.ready();
        return true;
    }

    Status tell(bool more) {
        if (Status looked = finish(); !looked) return looked;
        const TimeNs now = clock_.monotonic();
        if (!more || now - last_stats_ >= kStatsInterval) {
            last_stats_ = now;
            Stats stats;
            works_->fill(stats);
            stats.lag_slots += records_->waiting();
            stats.prove_time = prove_time_;
            const std::lock_guard lock(mutex_);
            stats_ = std::move(stats);
        }
        if (!unsaved_ || now - last_save_ < kSaveInterval) return {};
        last_save_ = now;
        unsaved_ = false;
        return works_->save();
    }

    // How much of what erasures wait for is not in the log?
    Status finish() {
        if (finishing_.erasures.empty()) return {};
        const bool all_taken = works_->next_record() >= finishing_.records;
        if (all_taken && finishing_.due.empty()) {
            for (const ledger::Erasure& erasure : finishing_.erasures) {
                Result<std::vector<Due>> due = works_->finish_before(erasure);
                if (!due) return due.error();
                finishing_.due.push_back(*std::move(due));
            }
        }
        std::vector<std::uint64_t> counts;
        bool one_done = false;
        for (std::size_t i = 0; i < finishing_.erasures.size(); ++i) {
            // Before all records were taken nobody knows how many there are: at least one.
            counts.push_back(all_taken ? works_->unproved(finishing_.due[i])
                                       : works_->unproved(finishing_.erasures[i].scope) +
                                             std::max<std::uint64_t>(records_->waiting(), 1));
            one_done = one_done || counts.back() == 0;
        }
        {
            const std::lock_guard lock(mutex_);
            if (finishing_.round == round_) unfinished_ = std::move(counts);
        }
        if (one_done && !std::exchange(finishing_.told, true)) options_.ready();
        return {};
    }

    ProverOptions options_;
    crypto::Secret key_;
    Clock& clock_;
    std::thread thread_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Letters letters_;
    std::deque<Entry> ready_;
    std::size_t taken_ = 0;        // by the ledger thread, and not sealed
    std::size_t outstanding_ = 0;  // handed out, and not known to be sealed
    bool stopping_ = false, ended_ = false;
    std::uint64_t round_ = 0;
    std::size_t erasures_told_ = 0;
    std::optional<std::vector<std::uint64_t>> unfinished_;  // of this round
    Stats stats_;

    // of the worker alone
    std::unique_ptr<Works> works_;
    std::optional<SlotRecords> records_;
    RecordIndex known_records_;  // slot records below were looked at, or their numbers are known
    Finishing finishing_;
    DurationNs prove_time_ = 0;
    TimeNs last_stats_ = 0, last_save_ = 0;
    bool unsaved_ = false;
};

Prover::Prover(ProverOptions options, crypto::Secret key, Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(key), clock)) {}

Prover::~Prover() {
    stop();
}

void Prover::start(Start start) {
    impl_->start(std::move(start));
}

void Prover::stop() {
    impl_->stop();
}

void Prover::slot_record(RecordIndex n) {
    impl_->slot_record(n);
}

void Prover::use_plan(std::string plan) {
    impl_->use_plan(std::move(plan));
}

void Prover::attested(const attest::Statement& statement, const Hash& digest, Reason reason) {
    impl_->attested(statement, digest, reason);
}

bool Prover::waiting() const {
    return impl_->waiting();
}

std::vector<std::string> Prover::take(TimeNs at) {
    return impl_->take(at);
}

void Prover::sealed(const tlog::TreeHead& head) {
    impl_->sealed(head);
}

void Prover::finish_before(std::vector<ledger::Erasure> erasures, RecordIndex records) {
    impl_->finish_before(std::move(erasures), records);
}

std::optional<std::vector<std::uint64_t>> Prover::unfinished() const {
    return impl_->unfinished();
}

Stats Prover::stats() const {
    return impl_->stats();
}

}  // namespace overlord::prover
