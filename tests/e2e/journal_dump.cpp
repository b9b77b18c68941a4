// Prints the records of a state's journal, one a line, for the end-to-end tests to count.
#include <cstdio>

#include "overlord/crypto/keys.hpp"
#include "overlord/ledger/journal_reader.hpp"

int main(int count, char** values) {
    if (count != 2 || !overlord::crypto::initialize()) return 2;
    auto reader = overlord::ledger::JournalReader::open(overlord::Path(values[1]) / "journal");
    while (reader) {
        auto line = reader->next();
        if (!line) {
            std::fprintf(stderr, "%s\n", line.error().message.c_str());
            return 1;
        }
        if (!*line) return 0;
        if ((*line)->erased) {
            std::printf("{\"n\":%llu,\"kind\":\"erased\"}\n",
                        static_cast<unsigned long long>((*line)->n.value));
            continue;
        }
        std::printf("%.*s\n", static_cast<int>((*line)->text.size()), (*line)->text.data());
    }
    std::fprintf(stderr, "%s\n", reader.error().message.c_str());
    return 1;
}
