// Runs a libFuzzer target without libFuzzer: every file of the corpus, then a number of mutations
// of them. Deterministic: the same corpus and count give the same inputs, so a failure can be
// repeated;
//
// the input is then printed.
//
//     fuzz_event_smoke CORPUS_DIRECTORY ITERATIONS
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <signal.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace std::string_view_literals;

constexpr std::size_t kInputBytesMax = 4096;
const std::string* current = nullptr;

// Writes the input that was being tried to standard error, so that it can become a unit test.
extern "C" void on_crash(int signal_number) {
    if (current != nullptr) {
        const char head[] = "\ncrashing input follows:\n";
        if (write(STDERR_FILENO, head, sizeof head - 1) > 0 &&
            write(STDERR_FILENO, current->data(), current->size()) > 0) {
            signal(signal_number, SIG_DFL);
        }
    }
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

std::vector<std::string> read_corpus(const std::filesystem::path& directory) {
    std::vector<std::string> corpus;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        std::ifstream file(entry.path(), std::ios::binary);
        corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    std::sort(corpus.begin(), corpus.end());
    return corpus;
}

// Bytes that mean something to the text formats of this project.
constexpr std::string_view kTokens = "{}[]\",:\\u0\n\r\t -+.eE19tfn/\xC3\xA4\xFF\x7F\x00"sv;

class Mutator {
public:
    explicit Mutator(const std::vector<std::string>& corpus) : corpus_(corpus) {}

    std::string next() {
        std::string input = pick();
        for (std::size_t edits = 1 + below(6); edits > 0; --edits) edit(input);
        if (input.size() > kInputBytesMax) input.resize(kInputBytesMax);
        return input;
    }

private:
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
    const std::string& pick() { return corpus_[below(corpus_.size())]; }

    void edit(std::string& input) {
        const std::size_t at = below(input.size() + 1);
        const std::size_t size = below(std::min<std::size_t>(input.size() - at, 40) + 1);
        switch (below(7)) {
            case 0:
                input.erase(at, size);
                break;
            case 1:
                input.insert(at, input.substr(at, size));
                break;
            case 2:
                input.insert(at, 1, kTokens[below(kTokens.size())]);
                break;
            case 3:
                if (at < input.size()) input[at] = kTokens[below(kTokens.size())];
                break;
            case 4:
                if (at < input.size()) input[at] = static_cast<char>(random_());
                break;
            case 5: {
                const std::string& other = pick();
                input.insert(at, other.substr(below(other.size() + 1), 60));
                break;
            }
            default:
                input.insert(at, below(50), kTokens[below(kTokens.size())]);
                break;
        }
    }

    const std::vector<std::string>& corpus_;
    std::mt19937 random_{20260129};
};

void run(const std::string& input) {
    current = &input;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    current = nullptr;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s CORPUS_DIRECTORY ITERATIONS\n", argv[0]);
        return 2;
    }
    const std::vector<std::string> corpus = read_corpus(argv[1]);
    if (corpus.empty()) {
        std::fprintf(stderr, "%s: no corpus\n", argv[1]);
        return 2;
    }
    signal(SIGABRT, on_crash);
    signal(SIGSEGV, on_crash);
    for (const std::string& input : corpus) run(input);
    Mutator mutator(corpus);
    const long iterations = std::strtol(argv[2], nullptr, 10);
    for (long i = 0; i < iterations; ++i) run(mutator.next());
    std::printf("%zu corpus files, %ld mutations\n", corpus.size(), iterations);
    return 0;
}
