#include "journal_paths.hpp"

#include <charconv>

namespace overlord::ledger {

namespace {

std::optional<std::uint32_t> segment_number(std::string_view file) {
    if (file.size() != 12 || !file.ends_with(".seg")) return std::nullopt;
    std::uint32_t number = 0;
    const auto end = std::from_chars(file.data(), file.data() + 8, number);
    if (end.ec != std::errc{} || end.ptr != file.data() + 8) return std::nullopt;
    return number;
}

}  // namespace

std::string segment_name(std::uint32_t segment) {
    const std::string digits = std::to_string(segment);
    return digits.size() < 8 ? std::string(8 - digits.size(), '0') + digits : digits;
}

Path segment_path(const Path& journal, std::uint32_t segment) {
    return journal / (segment_name(segment) + ".seg");
}

Path keys_directory(const Path& journal) { return journal / "keys"; }

Path quarantine_directory(const Path& journal) { return journal / "quarantine"; }

Result<std::vector<std::uint32_t>> list_segments(const Path& journal) {
    const Result<std::vector<std::string>> files = list_files(journal);
    if (!files) return files.error();
    std::vector<std::uint32_t> segments;
    for (const std::string& file : *files) {
        if (const auto number = segment_number(file)) segments.push_back(*number);
    }
    for (std::size_t i = 1; i < segments.size(); ++i) {
        if (segments[i] == segments[i - 1] + 1) continue;
        return Error{"journal.corrupt",
                     "segment " + segment_name(segments[i - 1] + 1) + " of " + journal.string() +
                         " is missing while a later one exists: restore it from a copy",
                     ErrorClass::kFatal};
    }
    return segments;
}

}  // namespace overlord::ledger
