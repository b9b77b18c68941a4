// Simulated power cuts and failing calls under a ledger, over random work.
//
//   power_cut COUNT [FIRST]     seeds FIRST, FIRST+1, ...; default FIRST is 1
//
// Each seed is one state directory that lives through several faults: at a call drawn by the seed
// the power goes, or the call fails in one of three ways, and the power may go after that. Whether
// it happens in the middle of an append, a seal, a segment's preparation or a recovery is chance.
// Afterwards, always:
//   - the next start succeeds;
//   - every acknowledged record is there once, with its bytes;
//   - every head that was ever signed is a head of the present log;
//   - fsck finds nothing.
// The thread that prepares segments makes calls beside the others, so that a seed repeats the same
// work, and nearly always, not always, the same call. Prints counts; ends with 1 at the first seed
// that fails, whose directory is kept.
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <map>

#include "../ledger/foreign.hpp"
#include "../ledger/support.hpp"
#include "../ledger/test_signer.hpp"
#include "disk_model.hpp"
#include "overlord/ledger/fsck.hpp"
#include "overlord/ledger/ledger.hpp"
#include "overlord/signer/local_signer.hpp"
#include "overlord/tlog/tiles.hpp"

using namespace overlord;
using namespace overlord::power_cut;
using ledger::Ledger;
using ledger::testing::kOrigin;

namespace {

constexpr std::uint64_t kSegmentBytes = 32u << 10;
constexpr int kFaultsOfASeed = 5;
constexpr int kStepsMax = 30;
constexpr std::uint64_t kCallsMax = 120;  // a fault strikes at one of the first so many

// A signer with its guard among the model's files, which remembers each head that it signed.
class RecordingSigner final : public tlog::CheckpointSigner {
public:
    RecordingSigner(std::unique_ptr<signer::LocalSigner> signer, std::vector<tlog::TreeHead>& heads)
        : signer_(std::move(signer)), heads_(heads) {}
    const tlog::VerifierKey& verifier() const override { return signer_->verifier(); }
    std::vector<tlog::VerifierKey> verifiers() const override { return signer_->verifiers(); }
    std::vector<tlog::VerifierKey> verifiers_so_far() const override {
        return signer_->verifiers_so_far();
    }
    Result<tlog::TreeHead> last() override { return signer_->last(); }
    Result<tlog::SignerStart> begin(const tlog::LogMemory& memory) override {
        return signer_->begin(memory);
    }
    Result<std::string> sign(const tlog::Checkpoint& checkpoint,
                             const tlog::Proof& consistency) override {
        Result<std::string> note = signer_->sign(checkpoint, consistency);
        if (note) heads_.push_back(checkpoint.head);
        return note;
    }

private:
    std::unique_ptr<signer::LocalSigner> signer_;
    std::vector<tlog::TreeHead>& heads_;
};

struct Counts {
    std::map<std::string, std::uint64_t> faults;  // by kind
    std::map<std::string, std::uint64_t> calls;   // by the call that was struck
    std::uint64_t records = 0;
    std::uint64_t signatures = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t unstruck = 0;
};

const char* name_of(Fault fault) {
    switch (fault) {
        case Fault::kNone: return "none";
        case Fault::kPowerCut: return "power cut";
        case Fault::kNotDone: return "failed, not done";
        case Fault::kDoneButFailed: return "done, but failed";
        case Fault::kNotOnDisk: return "failed, in memory only";
    }
    return "";
}

class Seed {
public:
    Seed(std::uint64_t number, Counts& counts)
        : number_(number), chance_(number), counts_(counts), directory_(make_directory()) {
        std::filesystem::create_directory(root());
        model_ = std::make_unique<DiskModel>(root());
    }

    // The failure, if there is one.
    std::optional<std::string> run() {
        for (int i = 0; i < kFaultsOfASeed; ++i) {
            strike();
            if (std::optional<std::string> wrong = check()) {
                return "seed " + std::to_string(number_) + " after fault " + std::to_string(i + 1) +
                       " (" + story_ + "): " + *wrong + "; kept: " + directory_.string();
            }
        }
        counts_.records += acknowledged_;
        counts_.signatures += signed_.size();
        model_.reset();
        std::filesystem::remove_all(directory_);
        return std::nullopt;
    }

private:
    struct Session {
        std::unique_ptr<RecordingSigner> signer;
        std::unique_ptr<Ledger> ledger;
    };

    static Path make_directory() {
        // Nothing of it has to be on a real disk.
        const Path memory = "/dev/shm";
        const bool there = std::filesystem::is_directory(memory);
        const Path parent = there ? memory : std::filesystem::temp_directory_path();
        std::string pattern = parent / "power_cut.XXXXXX";
        OVERLORD_ASSERT(::mkdtemp(pattern.data()) != nullptr);
        return pattern;
    }
    Path root() const { return directory_ / "state"; }

    Result<Session> open() {
        Session session;
        signer::SignerOptions keys{root() / "keys", std::string(kOrigin),
                                   signer::Creation::kIfAbsent};
        keys.place = signer::Place::kFree;  // the model makes directories anew after a power cut
        Result<std::unique_ptr<signer::LocalSigner>> signer = signer::LocalSigner::open(keys);
        if (!signer) return std::move(signer).error();
        session.signer = std::make_unique<RecordingSigner>(*std::move(signer), signed_);
        ledger::Options options;
        options.state_dir = root();
        options.origin = kOrigin;
        options.signer = session.signer.get();
        options.segment_bytes = kSegmentBytes;
        Result<std::unique_ptr<Ledger>> ledger = Ledger::open(options);
        if (!ledger) return std::move(ledger).error();
        session.ledger = *std::move(ledger);
        return session;
    }

    // Decided by its number, so that it can be told whether it is the one that was appended. Half
    // an hour lies between two, so that there are key files of several days.
    static std::string record(std::uint64_t n) {
        constexpr TimeNs kBegin = 1'700'000'000'000'000'000;
        constexpr TimeNs kHalfHour = 1'800'000'000'000;
        const std::string event = "{\"id\":\"e-" + std::to_string(n) + "\",\"data\":\"" +
                                  std::string(20 + n * 7919 % 1500, 'x') + "\"}";
        return ledger::compose(RecordIndex{n}, kBegin + static_cast<TimeNs>(n) * kHalfHour,
                               "\"kind\":\"event\",\"event\":", event);
    }
    static std::string system(std::uint64_t n) { return "system-" + std::to_string(n % 23); }

    static bool append(Ledger& ledger, std::uint64_t first, std::uint64_t count) {
        std::vector<std::string> texts;
        std::vector<std::string> systems;
        for (std::uint64_t n = first; n < first + count; ++n) {
            texts.push_back(record(n));
            systems.push_back(system(n));
        }
        std::vector<ledger::NewRecord> records;
        for (std::uint64_t i = 0; i < count; ++i) {
            records.push_back({texts[i], {ledger::OwnerKind::kSystem, systems[i]}});
        }
        return ledger.append(records).has_value();
    }

    // Work until something fails or the steps are done.
    void work() {
        Result<Session> session = open();
        if (!session) return;
        Ledger& ledger = *session->ledger;
        acknowledged_ = std::max(acknowledged_, ledger.next_record().value);
        const int steps = static_cast<int>(chance_() % kStepsMax);
        for (int i = 0; i < steps; ++i) {
            const std::uint64_t next = ledger.next_record().value;
            const std::uint64_t count = 1 + chance_() % 8;
            if (!append(ledger, next, count)) return;
            acknowledged_ = next + count;
            if (chance_() % 3 != 0) continue;
            std::vector<std::string> extra;
            if (chance_() % 4 == 0) extra.emplace_back(R"({"v":1,"kind":"stop","at":1})");
            if (!ledger.seal(static_cast<TimeNs>(acknowledged_), extra)) return;
        }
    }

    void strike() {
        constexpr Fault kFaults[] = {Fault::kPowerCut, Fault::kPowerCut, Fault::kNotDone,
                                     Fault::kDoneButFailed, Fault::kNotOnDisk};
        const Fault fault = kFaults[chance_() % std::size(kFaults)];
        const int error = chance_() % 2 == 0 ? EIO : ENOSPC;
        model_->schedule(fault, 1 + chance_() % kCallsMax, error);
        work();
        const bool cut = fault == Fault::kPowerCut || chance_() % 2 == 0;
        story_ += (story_.empty() ? "" : ", ") + std::string(name_of(fault)) + " at " +
                  (model_->struck() ? model_->struck_at() : "the end") +
                  (cut && fault != Fault::kPowerCut ? " and power cut" : "");
        if (model_->struck()) {
            const std::string at = model_->struck_at();
            ++counts_.faults[name_of(fault)];
            ++counts_.calls[at.substr(0, at.find(' '))];
        } else {
            ++counts_.unstruck;
        }
        model_->schedule(Fault::kNone, 0, 0);
        if (cut) model_->come_back(chance_);
    }

    std::optional<std::string> check() {
        Result<Session> session = open();
        if (!session) {
            return "the next start failed: " + session.error().code + ": " +
                   session.error().message;
        }
        Ledger& ledger = *session->ledger;
        if (ledger.recovery().quarantined) ++counts_.quarantined;
        const std::uint64_t next = ledger.next_record().value;
        if (next < acknowledged_) {
            return std::to_string(acknowledged_) + " records were acknowledged, " +
                   std::to_string(next) + " are there";
        }
        for (std::uint64_t n = 0; n < next; ++n) {
            const Result<std::string> text = ledger.read_record({n});
            if (!text) return "record " + std::to_string(n) + ": " + text.error().message;
            if (*text != record(n)) return "record " + std::to_string(n) + " differs";
        }
        acknowledged_ = next;  // from now on they are read, and must not go again
        const tlog::VerifierKey key = session->signer->verifier();
        const tlog::TreeHead head{ledger.tree_size(), ledger.root()};
        session->ledger.reset();
        const ledger::Report report = ledger::fsck(root(), {key});
        for (const ledger::Finding& finding : report.findings) {
            return "fsck: " + finding.file + ": " + finding.place + ": " + finding.cause;
        }
        if (std::optional<std::string> wrong = check_signed(head)) return wrong;
        // A process for each of thousands of checks would take longer than all the rest.
        if (number_ % 20 != 0) return std::nullopt;
        const std::string complaint = ledger::testing::foreign_complaint(root() / "log", key);
        return complaint.empty() ? std::nullopt : std::optional(complaint);
    }

    std::optional<std::string> check_signed(const tlog::TreeHead& head) {
        std::map<std::uint64_t, Hash> roots{{0, tlog::root_of({})}};
        tlog::Frontier tree;
        if (head.size.value > 0) {
            Result<tlog::TileReader> tiles = tlog::TileReader::open(root() / "log", head);
            if (!tiles) return tiles.error().message;
            for (std::uint64_t i = 0; i < head.size.value; ++i) {
                const Result<Hash> leaf = tiles->leaf({i});
                if (!leaf) return leaf.error().message;
                tree.append(*leaf);
                roots[i + 1] = tree.root();
            }
        }
        for (const tlog::TreeHead& old : signed_) {
            const auto root = roots.find(old.size.value);
            if (root != roots.end() && root->second == old.root) continue;
            return "the head of size " + std::to_string(old.size.value) +
                   " that was signed is not one of the log of size " +
                   std::to_string(head.size.value);
        }
        return std::nullopt;
    }

    std::uint64_t number_;
    std::mt19937_64 chance_;
    Counts& counts_;
    Path directory_;
    std::unique_ptr<DiskModel> model_;
    std::uint64_t acknowledged_ = 0;
    std::vector<tlog::TreeHead> signed_;
    std::string story_;
};

void print(const char* title, const std::map<std::string, std::uint64_t>& counts) {
    std::printf("%s:", title);
    for (const auto& [name, count] : counts) {
        std::printf(" %s %llu;", name.c_str(), static_cast<unsigned long long>(count));
    }
    std::printf("\n");
}

// 0 for what is no number.
std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failure == std::errc{} && end == text.data() + text.size() ? value : 0;
}

}  // namespace

int main(int argument_count, char** arguments) {
    const std::uint64_t count = argument_count > 1 ? number(arguments[1]) : 0;
    const std::uint64_t first = argument_count > 2 ? number(arguments[2]) : 1;
    if (count == 0 || first == 0 || argument_count > 3) {
        std::fputs("usage: power_cut COUNT [FIRST]\n", stderr);
        return 2;
    }
    OVERLORD_ASSERT(crypto::initialize().has_value());
    Counts counts;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        if (const std::optional<std::string> wrong = Seed(seed, counts).run()) {
            std::printf("FAILED %s\n", wrong->c_str());
            return 1;
        }
    }
    std::printf("%llu seeds; %llu records acknowledged, 0 lost, 0 doubled; %llu signatures, "
                "0 inconsistent; %llu torn tails put aside; %llu runs ended before their fault\n",
                static_cast<unsigned long long>(count),
                static_cast<unsigned long long>(counts.records),
                static_cast<unsigned long long>(counts.signatures),
                static_cast<unsigned long long>(counts.quarantined),
                static_cast<unsigned long long>(counts.unstruck));
    print("faults", counts.faults);
    print("calls struck", counts.calls);
    return 0;
}
