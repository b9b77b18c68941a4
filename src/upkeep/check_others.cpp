// The single files of a state directory, and names that nobody knows.
#include <algorithm>
#include <array>
#include <cstring>

#include "checks.hpp"
#include "overlord/evaluate/marker.hpp"
#include "overlord/ledger/erasure.hpp"

namespace overlord::upkeep {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t kSmallFileBytesMax = 4096;

constexpr std::array kFiles{"lock"sv, "origin"sv, "crash.marker"sv};
constexpr std::array kDirectories{"journal"sv,   "log"sv,          "keys"sv,  "rules"sv,
                                  "snapshots"sv, "attestations"sv, "proofs"sv, "run"sv, "signer"sv,
                                  "config"sv,    "lost+found"sv};

void check_origin(const Checked& checked) {
    const std::optional<std::string> text = checked.text("origin", kSmallFileBytesMax);
    if (!text) return;
    ++checked.report.files.others;
    if (!checked.published || *text == checked.published->origin + "\n") return;
    checked.found("origin", "is not " + checked.published->origin + ", the origin of the log");
}

void check_lock(const Checked& checked) {
    const std::optional<std::string> text = checked.text("lock", kSmallFileBytesMax);
    if (!text) return;
    ++checked.report.files.others;
    if (!text->empty()) checked.found("lock", "is not empty");
}

// A scratch file of a running daemon; one that stopped has removed it.
void check_marker(const Checked& checked) {
    const std::string file = "crash.marker";
    const std::optional<std::string> text = checked.text(file, kSmallFileBytesMax);
    if (!text) return;
    ++checked.report.files.others;
    evaluate::Marker marker;
    if (text->size() != sizeof marker) {
        return checked.found(file, "has " + std::to_string(text->size()) + " bytes instead of " +
                                       std::to_string(sizeof marker));
    }
    std::memcpy(&marker, text->data(), sizeof marker);
    const bool unused = std::all_of(text->begin(), text->end(), [](char c) { return c == 0; });
    const bool zeros = std::all_of(std::begin(marker.reserved), std::end(marker.reserved),
                                   [](std::uint8_t byte) { return byte == 0; });
    if (!unused && (marker.magic != evaluate::kMarkerMagic || marker.active > 1 || !zeros)) {
        return checked.found(file, "is no crash marker");
    }
    checked.note(file, "a daemon runs, or ended without a stop; batch " +
                           std::to_string(marker.batch) +
                           (marker.active == 1 ? " was being evaluated" : " was the last"));
}

void check_quarantine(const Checked& checked) {
    const std::string folder = "journal/quarantine";
    for (const std::string& name : checked.files(folder)) {
        ++checked.report.files.others;
        checked.note(folder + "/" + name, name == "checkpoint"
                                              ? "a damaged checkpoint that a repair moved aside"
                                              : "what a crash left of an unfinished write");
    }
}

// Erasures that are under way: each reads as what it is.
void check_erasures(const Checked& checked) {
    using ledger::ErasureStage;
    for (const std::string& name : checked.files("journal/keys")) {
        if (name.ends_with(".keys")) continue;
        const std::string file = "journal/keys/" + name;
        ++checked.report.files.others;
        if (name == "freeing") {
            checked.note(file, "room of erased records to be given back");
        } else if (name == "erasing" || name == "waiting") {
            const bool begun = name == "erasing";
            checked.note(file, begun ? "an erasure that the next start carries out"
                                     : "an erasure that waits until slots of its days are proved");
            const auto noted = ledger::noted_erasures(
                checked.state_dir / "journal",
                begun ? ErasureStage::kErasing : ErasureStage::kWaiting);
            if (!noted) checked.found(file, noted.error().message);
        } else {
            checked.note(file, is_temporary(name) ? "a write that was cut short"
                                                  : "nobody knows this file");
        }
    }
}

template <class Names>
bool knows(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

void check_names(const Checked& checked) {
    std::error_code failure;
    for (std::filesystem::directory_iterator at(checked.state_dir, failure), end;
         !failure && at != end; at.increment(failure)) {
        const std::string name = at->path().filename().string();
        const bool directory = at->is_directory(failure);
        if (directory ? knows(kDirectories, name) : knows(kFiles, name)) continue;
        checked.note(name, is_temporary(name) ? "a write that was cut short"
                           : directory        ? "nobody knows this folder"
                                              : "nobody knows this file");
    }
    for (const std::string& name : checked.files("log")) {
        if (name == "checkpoint" || name == "checkpoint.witnessed") continue;
        if (name == "rewriting") {
            checked.note("log/" + name, "the tiles were being written again; the next start does");
            continue;
        }
        checked.note("log/" + name, is_temporary(name) ? "a write that was cut short"
                                                       : "nobody knows this file");
    }
    for (const std::string& name : checked.files("journal")) {
        if (name.ends_with(".seg")) continue;
        checked.note("journal/" + name, is_temporary(name) ? "a segment that was being prepared"
                                                           : "nobody knows this file");
    }
}

}  // namespace

void check_others(const Checked& checked) {
    check_origin(checked);
    check_lock(checked);
    check_marker(checked);
    check_quarantine(checked);
    check_erasures(checked);
    check_names(checked);
}

}  // namespace overlord::upkeep
