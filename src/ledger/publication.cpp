#include "publication.hpp"

namespace overlord::ledger {

Status show_witnessed(const StatePaths& paths, const Options& options, const std::string& cosigned,
                      TreeSize tree, Shown& shown) {
    const Result<tlog::SignedCheckpoint> opened =
        tlog::open_checkpoint(cosigned, options.signer->verifiers_so_far());
    if (!opened || opened->checkpoint.head.size > tree) {
        return Error{"log.cosigned", "a cosigned checkpoint that the log has not signed",
                     ErrorClass::kReject};
    }
    const TreeSize size = opened->checkpoint.head.size;
    if (size < shown.witnessed) return {};
    const ByteView bytes = as_bytes(cosigned);
    const Path file = paths.log / "checkpoint.witnessed";
    if (Status kept = options.disk->write_file_durable(file, bytes, 0644); !kept) {
        return with_context(kept.error(), "keep the witnessed checkpoint");
    }
    shown.witnessed = size;
    if (size < shown.published) return {};
    // If we crash here, readers of log/checkpoint wait for the next cosignature; no promise about
    // this one was made to anybody.
    if (Status written = options.disk->write_file_durable(paths.checkpoint, bytes, 0644);
        !written) {
        return with_context(written.error(), "publish the witnessed checkpoint");
    }
    shown.published = size;
    return {};
}

}  // namespace overlord::ledger
