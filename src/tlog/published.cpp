#include "overlord/tlog/published.hpp"

namespace overlord::tlog {
namespace {

Result<PublishedCheckpoint> read(const Path& file, VerifierKeys logs) {
    Result<std::string> note = read_text_file(file, kNoteBytesMax);
    if (!note) return std::move(note).error();
    const Result<SignedCheckpoint> opened = open_checkpoint(*note, logs);
    if (!opened) return with_context(opened.error(), file.string());
    return PublishedCheckpoint{*std::move(note), opened->checkpoint.head};
}

}  // namespace

Result<PublishedCheckpoint> read_published(const Path& log_directory, VerifierKeys logs,
                                           TreeSize at_least) {
    Result<PublishedCheckpoint> witnessed = read(log_directory / "checkpoint.witnessed", logs);
    if (!witnessed && witnessed.error().code != "io.enoent") return witnessed;
    if (witnessed && witnessed->head.size >= at_least) return witnessed;
    return read(log_directory / "checkpoint", logs);
}

}  // namespace overlord::tlog
