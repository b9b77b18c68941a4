// LINKS: overlord_prover
// What proving costs: bench_prover [SYSTEMS] [SLOTS] [EVENTS] [DIRECTORY]
//
// With EVENTS the controls are event-bound, and each of their slots is the sum of so many.
//
// Slot records of SYSTEMS systems with six proved controls each go through the prover's work, with
// their openings on the disk; what comes out is written to a public log as the ledger does at its
// seals (without the signing). At the end one document a system. Prints the processor time of a
// slot, of a document, and the share of one core that slots of 60 s take.
#include <stdlib.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "../../src/prover/works.hpp"
#include "overlord/attest/slot_entry.hpp"
#include "overlord/crypto/sha256.hpp"
#include "overlord/tlog/tiles.hpp"

namespace {

using namespace overlord;
using namespace overlord::prover;

constexpr int kControls = 6;
constexpr zk::SlotNumber kBegin = 29'494'800;

void need(const Status& status) {
    if (status) return;
    std::fprintf(stderr, "%s: %s\n", status.error().code.c_str(), status.error().message.c_str());
    std::exit(1);
}

std::string control_name(int i) {
    return "bench.c" + std::to_string(i);
}

std::string plan_text(bool event_bound) {
    const std::string mode = event_bound ? "event" : "slot";
    std::string controls;
    for (int i = 0; i < kControls; ++i) {
        controls += (i == 0 ? "" : ",") + (R"({"control":")" + control_name(i)) +
                    R"(","level":"bench","mode":")" + mode +
                    R"(","form":"ratio","strict":false,"p":"99999",)"
                    R"("q":"100000","measure":"bench:m","declared":"",)"
                    R"("limit":">= 99999r100000","window_ns":2592000000000000,"bits":32,)"
                    R"("lateness_ns":60000000000})";
    }
    return R"({"v":1,"slot_ns":60000000000,"controls":[)" + controls + R"(],"levels":[]})";
}

double processor_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

class Bench {
public:
    Bench(const Path& directory, int systems, std::uint32_t events)
        : writer_(*tlog::TileWriter::create(directory / "log")),
          systems_(systems),
          events_(events),
          plan_(plan_text(events > 0)) {
        crypto::Secret key(32);
        crypto::random_bytes(key.bytes());
        auto works = Works::open({directory, "bench.example/log", {}}, std::move(key),
                                 writer_.head());
        if (!works) need(works.error());
        works_ = std::move(*works);
        need(works_->use_plan(plan_));
    }

    void slots(std::uint64_t count) {
        for (std::uint64_t slot = 0; slot < count; ++slot) {
            for (int system = 0; system < systems_; ++system) {
                ledger::SlotMembers members;
                members.plan = to_hex(attest::plan_digest(plan_));
                members.system = "system_" + std::to_string(system);
                members.slot = kBegin + slot;
                for (int i = 0; i < kControls; ++i) {
                    members.values.push_back(value_of(i, slot % 7 == 0 ? 500u : 0u));
                }
                need(works_->take_record(RecordIndex{record_++}, std::move(members),
                                         {secret_, 20'480}));
                work();
            }
        }
        works_->seen_until(RecordIndex{record_});
        need(works_->save());
    }

    void documents() {
        for (int system = 0; system < systems_; ++system) {
            attest::Statement statement;
            statement.system = "system_" + std::to_string(system);
            statement.claim = R"({"bundle":")" + std::string(64, '0') +
                              R"(","verdict":"compliant","levels":[]})";
            statement.log.records = RecordIndex{record_};
            statement.proved = {attest::plan_digest(plan_),
                                {{control_name(0), "slot", "ratio"}}};
            need(works_->request(statement, crypto::sha256(as_bytes(statement.system)),
                                 Prover::Reason::kAsked));
        }
        work();
    }

    [[nodiscard]] std::uint64_t ranges() const { return ranges_; }
    [[nodiscard]] std::uint64_t entry_bytes() const { return bytes_; }

private:
    [[nodiscard]] ledger::SlotValue value_of(int control, std::uint32_t bad) const {
        if (events_ == 0) return {control_name(control), bad, 60'000'000};
        ledger::SlotValue value{control_name(control), bad, 600 * events_};
        value.events.emplace();
        for (std::uint32_t e = 0; e < events_; ++e) {
            value.events->push_back({e + 1, e == 0 ? bad : 0u, 600});
        }
        return value;
    }

    void work() {
        std::vector<std::string> ready;
        for (;;) {
            Result<Works::Piece> piece = works_->step();
            if (!piece) need(piece.error());
            if (auto* streams = std::get_if<attest::StreamsEntry>(&*piece)) {
                ready.push_back(attest::compose(*streams));
            } else if (auto* slot = std::get_if<attest::SlotEntry>(&*piece)) {
                ready.push_back(attest::compose(*slot));
            } else if (auto* range = std::get_if<attest::RangeEntry>(&*piece)) {
                ready.push_back(attest::compose(*range));
                ++ranges_;
            } else if (auto* proof = std::get_if<attest::ProofEntry>(&*piece)) {
                ready.push_back(attest::compose(*proof));
            }
            const bool nothing = std::holds_alternative<Works::Nothing>(*piece);
            if (nothing && ready.empty()) return;
            if (!nothing && ready.size() < kEntriesPerSeal) continue;
            std::vector<ByteView> views;
            for (const std::string& entry : ready) {
                views.push_back(as_bytes(entry));
                bytes_ += entry.size();
            }
            need(writer_.append(views));
            need(works_->sealed(ready.size(), writer_.head()));
            ready.clear();
        }
    }

    tlog::TileWriter writer_;
    int systems_;
    std::uint32_t events_;
    std::string plan_;
    std::unique_ptr<Works> works_;
    Hash secret_ = crypto::sha256(as_bytes("bench day"));
    std::uint64_t record_ = 0, ranges_ = 0, bytes_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    const int systems = argc > 1 ? std::atoi(argv[1]) : 100;
    const auto slots = static_cast<std::uint64_t>(argc > 2 ? std::atoi(argv[2]) : 16);
    const auto events = static_cast<std::uint32_t>(argc > 3 ? std::atoi(argv[3]) : 0);
    std::string name = argc > 4 ? argv[4] : "/tmp/bench-prover-XXXXXX";
    need(crypto::initialize());
    if (argc <= 4 && ::mkdtemp(name.data()) == nullptr) return 1;
    const Path directory = name;
    need(make_directories(directory / "log"));
    need(make_directories(directory / "attestations"));
    {
        Bench bench(directory, systems, events);
        const double began = processor_seconds();
        bench.slots(slots);
        const double made = processor_seconds();
        bench.documents();
        const double documented = processor_seconds();
        const double per_slot =
            (made - began) / static_cast<double>(slots) / (systems * kControls);
        std::printf("%d systems x %d controls x %llu slots, %llu range proofs\n", systems,
                    kControls, static_cast<unsigned long long>(slots),
                    static_cast<unsigned long long>(bench.ranges()));
        std::printf("processor time of a slot (commitments, openings, its part of a range proof): "
                    "%.2f ms\n", per_slot * 1e3);
        std::printf("at slots of 60 s: %.2f %% of one core\n",
                    per_slot * systems * kControls / 60 * 100);
        std::printf("processor time of a document of %d statements: %.1f ms\n", kControls,
                    (documented - made) / systems * 1e3);
        std::printf("public entries of a slot: %.0f bytes\n",
                    static_cast<double>(bench.entry_bytes()) / static_cast<double>(slots) /
                        (systems * kControls));
    }
    std::filesystem::remove_all(directory);
    return 0;
}
