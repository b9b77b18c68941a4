// Writes a log that grows by one entry at a time, for verifiers that look at it at every size:
// 0 to 1,100, and 65,534 to 65,538.
//
//   growing_log DIR     DIR/vkey, DIR/log.pem, DIR/log/..., and from size 1 on
//                       DIR/last.tlog-proof with DIR/last.entry, the proof of one entry
//
// At each size it prints the size and waits for a line on standard input.
#include <cstdio>
#include <string>
#include <vector>

#include "overlord/tlog/proof.hpp"
#include "overlord/tlog/tiles.hpp"

using namespace overlord;

namespace {

// The program is a test: what cannot fail but for a full disk ends it.
[[noreturn]] void fail(const Error& error) {
    std::fprintf(stderr, "growing_log: %s\n", error.message.c_str());
    std::exit(1);
}
template <class T>
T must(Result<T> result) {
    if (!result) fail(result.error());
    return *std::move(result);
}
void must(const Status& status) {
    if (!status) fail(status.error());
}

std::string entry_text(std::uint64_t index) {
    return "{\"v\":1,\"kind\":\"rules\",\"at\":" + std::to_string(index) + "}";
}

void put(const Path& path, std::string_view content) {
    must(write_file_derived(path, as_bytes(content)));
}

class GrowingLog {
public:
    explicit GrowingLog(Path directory)
        : directory_(std::move(directory)),
          signer_("log.example/growing", crypto::SigningKey::generate()),
          writer_(must(tlog::TileWriter::create(directory_ / "log"))) {
        put(directory_ / "vkey", signer_.verifier().to_text() + "\n");
        put(directory_ / "log.pem", signer_.verifier().to_pem());
    }

    void grow_to(std::uint64_t size) {
        std::vector<std::string> texts;
        for (std::uint64_t i = writer_.head().size.value; i < size; ++i) {
            texts.push_back(entry_text(i));
        }
        std::vector<ByteView> entries;
        for (const std::string& text : texts) entries.push_back(as_bytes(text));
        must(writer_.append(entries));
    }

    void publish() {
        const tlog::TreeHead head = writer_.head();
        const tlog::Checkpoint checkpoint{signer_.verifier().name, head, {}};
        const std::string note = must(tlog::sign_checkpoint(checkpoint, signer_));
        put(directory_ / "log/checkpoint", note);
        if (head.size.value > 0) write_proof(head, note);
    }

    // False when the one who looks has gone.
    [[nodiscard]] bool show() const {
        std::printf("%llu\n", static_cast<unsigned long long>(writer_.head().size.value));
        std::fflush(stdout);
        int byte = std::getchar();
        while (byte != '\n' && byte != EOF) byte = std::getchar();
        return byte != EOF;
    }

private:
    void write_proof(const tlog::TreeHead& head, const std::string& note) {
        tlog::TileReader reader = must(tlog::TileReader::open(directory_ / "log", head));
        tlog::TlogProof proof;
        proof.index = {head.size.value * 7 / 11};
        proof.hashes = must(reader.inclusion(proof.index, head.size));
        proof.checkpoint = note;
        put(directory_ / "last.tlog-proof", proof.to_text());
        put(directory_ / "last.entry", entry_text(proof.index.value));
    }

    Path directory_;
    tlog::KeySigner signer_;
    tlog::TileWriter writer_;
};

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count != 2) {
        std::fputs("usage: growing_log DIR\n", stderr);
        return 2;
    }
    must(crypto::initialize());
    must(make_directories(Path(arguments[1]) / "log"));
    GrowingLog log(arguments[1]);
    struct Range {
        std::uint64_t first;
        std::uint64_t last;
    };
    for (const Range range : {Range{0, 1'100}, Range{65'534, 65'538}}) {
        for (std::uint64_t size = range.first; size <= range.last; ++size) {
            log.grow_to(size);
            log.publish();
            if (!log.show()) return 1;
        }
    }
    return 0;
}
