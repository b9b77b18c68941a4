// LINKS: overlord_ledger overlord_signer
// What the ledger does in a second: bench_ledger [DIRECTORY]
//
// Appends 400-byte records in batches of 16, 200 and 1000, each batch with its durable write,
// sealing every 100 ms (with signing and publishing); then recovers, checks and reads what it
// wrote. The disk's own durable write is printed beside it: a rate means nothing without it.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "overlord/crypto/keys.hpp"
#include "overlord/ledger/fsck.hpp"
#include "overlord/ledger/ledger.hpp"
#include "overlord/ledger/proof.hpp"
#include "overlord/ledger/record.hpp"
#include "overlord/signer/local_signer.hpp"

namespace {

using namespace overlord;
using namespace overlord::ledger;

constexpr char kOrigin[] = "log.example.org/bench";
constexpr std::size_t kRecordBytes = 400;
constexpr std::uint64_t kRecords = 1'000'000;

double now_s() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

[[noreturn]] void fail(const Error& error) {
    std::fprintf(stderr, "bench_ledger: %s: %s\n", error.code.c_str(), error.message.c_str());
    std::exit(1);
}

template <class T>
T must(Result<T> result) {
    if (!result) fail(result.error());
    return *std::move(result);
}

std::vector<std::string> make_batch(RecordIndex first, std::size_t count) {
    std::vector<std::string> batch;
    batch.reserve(count);
    const std::string body = R"("kind":"event","event":)";
    for (std::size_t i = 0; i < count; ++i) {
        const RecordIndex n{first.value + i};
        const std::size_t head = compose(n, 1'700'000'000'000'000'000, body, "").size();
        const std::string filler(kRecordBytes - head - 8, 'x');
        batch.push_back(compose(n, 1'700'000'000'000'000'000, body, "{\"d\":\"" + filler + "\"}"));
    }
    return batch;
}

double at(std::vector<double>& sorted, double share) {
    if (sorted.empty()) return 0;
    const auto place = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
    return sorted[std::min(sorted.size() - 1, place)];
}

void print_latencies(const char* what, std::vector<double> seconds) {
    std::sort(seconds.begin(), seconds.end());
    std::printf("  %-22s p50 %7.0f us  p99 %7.0f us  p99.9 %7.0f us  max %7.0f us\n", what,
                at(seconds, 0.5) * 1e6, at(seconds, 0.99) * 1e6, at(seconds, 0.999) * 1e6,
                seconds.empty() ? 0 : seconds.back() * 1e6);
}

std::unique_ptr<Ledger> open_ledger(const Path& state, tlog::CheckpointSigner& signer) {
    Options options;
    options.state_dir = state;
    options.origin = kOrigin;
    options.signer = &signer;
    return must(Ledger::open(options));
}

void probe_disk(const Path& directory) {
    const Path name = directory / "probe";
    const FileHandle file = must(open_file(name, O_RDWR | O_CREAT | O_TRUNC, 0600));
    const Bytes zeros(4u << 20);
    if (const Status done = write_at(file, name, zeros, 0); !done) fail(done.error());
    if (const Status done = write_at_durable(file, name, Bytes(1), 0); !done) fail(done.error());
    std::vector<double> seconds;
    const Bytes block(8192, 1);
    for (std::uint64_t i = 0; i < 500; ++i) {
        const double begin = now_s();
        if (const Status done = write_at_durable(file, name, block, i * block.size()); !done) {
            fail(done.error());
        }
        seconds.push_back(now_s() - begin);
    }
    std::printf("the disk alone, 8 KiB durable\n");
    print_latencies("write", std::move(seconds));
}

void append_for(const Path& state, tlog::CheckpointSigner& signer, std::size_t batch_size,
                std::uint64_t records) {
    const std::unique_ptr<Ledger> ledger = open_ledger(state, signer);
    const std::uint64_t end = ledger->next_record().value + records;
    std::vector<double> appends;
    std::vector<double> seals;
    double working = 0;
    double sealed_at = now_s();
    const Counters before = ledger->counters();
    while (ledger->next_record().value < end) {
        const std::vector<std::string> batch = make_batch(ledger->next_record(), batch_size);
        const double begin = now_s();
        must(ledger->append(batch));
        const double appended = now_s();
        appends.push_back(appended - begin);
        if (appended - sealed_at >= 0.1) {
            must(ledger->seal(1));
            seals.push_back(now_s() - appended);
            sealed_at = now_s();
        }
        working += now_s() - begin;
    }
    const Counters after = ledger->counters();
    const double count = static_cast<double>(after.journal.records - before.journal.records);
    std::printf("batches of %zu: %.0f records/s, %.1f bytes a record beside its own\n", batch_size,
                count / working,
                static_cast<double>(after.journal.frame_bytes - after.journal.record_bytes) /
                    count);
    print_latencies("append, durable", std::move(appends));
    print_latencies("seal, published", std::move(seals));
    must(ledger->seal(1));
}

std::uint64_t tree_bytes(const Path& directory) {
    std::uint64_t bytes = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
        if (file.is_regular_file()) bytes += file.file_size();
    }
    return bytes;
}

void read_all(const Path& state) {
    const double begin = now_s();
    JournalReader reader = must(JournalReader::open(state / "journal"));
    std::uint64_t records = 0;
    while (must(reader.next())) ++records;
    const double seconds = now_s() - begin;
    std::printf("reader: %.0f records/s\n", static_cast<double>(records) / seconds);
}

void print_start(const char* what, const Path& state, tlog::CheckpointSigner& signer) {
    const double begin = now_s();
    const std::unique_ptr<Ledger> ledger = open_ledger(state, signer);
    std::printf("%s with %llu records, %llu entries: %.3f s, from segment %u\n", what,
                static_cast<unsigned long long>(ledger->next_record().value),
                static_cast<unsigned long long>(ledger->tree_size().value), now_s() - begin,
                ledger->recovery().from_segment);
}

void measure_start(const Path& state, tlog::CheckpointSigner& signer) {
    {
        const std::unique_ptr<Ledger> ledger = open_ledger(state, signer);
        while (ledger->next_record().value < kRecords) {
            must(ledger->append(make_batch(ledger->next_record(), 1000)));
            must(ledger->seal(2));
        }
    }
    // The tiles' loss makes a start read everything: how it was for every start, and still is after
    // damage. In turns, so that what else the machine does falls on both.
    for (int turn = 0; turn < 2; ++turn) {
        print_start("start", state, signer);
        std::filesystem::remove_all(state / "log" / "tile");
        print_start("start from all of the journal", state, signer);
    }
    const std::unique_ptr<Ledger> ledger = open_ledger(state, signer);
    must(ledger->seal(2));
    std::printf("public tree: %llu bytes\n",
                static_cast<unsigned long long>(tree_bytes(state / "log")));
}

void measure_proofs(const Path& state, const tlog::VerifierKey& key) {
    std::vector<double> making;
    std::vector<double> verifying;
    std::size_t bytes = 0;
    for (std::uint64_t i = 0; i < 20; ++i) {
        const double begin = now_s();
        const std::string proof =
            must(event_proof(state, RecordIndex{i * 7919 * 5 % kRecords}, key));
        const double made = now_s();
        must(verify_event_proof(proof, key));
        verifying.push_back(now_s() - made);
        making.push_back(made - begin);
        bytes = std::max(bytes, proof.size());
    }
    std::printf("proofs of single records, at most %zu bytes\n", bytes);
    print_latencies("make", std::move(making));
    print_latencies("verify", std::move(verifying));
}

void measure_fsck(const Path& state, const tlog::VerifierKey& key) {
    const double begin = now_s();
    const Report report = fsck(state, {key});
    const double seconds = now_s() - begin;
    std::printf("fsck: %s, %.0f records/s (%.2f s)\n", report.ok() ? "good" : "BAD",
                static_cast<double>(report.counts.records) / seconds, seconds);
}

}  // namespace

int main(int argc, char** argv) {
    if (const Status ready = crypto::initialize(); !ready) fail(ready.error());
    std::string pattern = std::string(argc > 1 ? argv[1] : "/tmp") + "/bench_ledger.XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) fail(io_error("make " + pattern, errno));
    const Path directory = pattern;
    const Path state = directory / "state";
    const auto signer = must(signer::LocalSigner::open(
        {directory / "keys", kOrigin, signer::Creation::kIfAbsent}));
    probe_disk(directory);
    append_for(state, *signer, 16, 40'000);
    append_for(state, *signer, 200, 200'000);
    append_for(state, *signer, 1000, 400'000);
    measure_start(state, *signer);
    read_all(state);
    measure_proofs(state, signer->verifier());
    measure_fsck(state, signer->verifier());
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
    return 0;
}
