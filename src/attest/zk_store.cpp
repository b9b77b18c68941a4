#include "overlord/attest/zk_store.hpp"

namespace overlord::attest {

Path zk_document_file(const Path& state_dir, const Hash& attestation) {
    return state_dir / "attestations" / (to_hex(attestation) + ".zk.json");
}

Status keep_zk_document(const Path& state_dir, const Hash& attestation, std::string_view line) {
    const std::string text = std::string(line) + "\n";
    const Path file = zk_document_file(state_dir, attestation);
    return write_file_durable(file, as_bytes(text));
}

Result<std::optional<ZkDocument>> find_zk_document(const Path& state_dir,
                                                   const Hash& attestation) {
    const Path file = zk_document_file(state_dir, attestation);
    const Result<std::string> text = read_text_file(file, kZkDocumentBytesMax + 1);
    if (!text) {
        if (text.error().code == "io.enoent") return std::optional<ZkDocument>();
        return text.error();
    }
    const bool line = text->ends_with('\n');
    Result<ZkDocument> document =
        parse_zk_document(std::string_view(*text).substr(0, text->size() - (line ? 1 : 0)));
    if (!document && document.error().code == "zk.format") {
        return with_context(document.error(), file.string());
    }
    if (!line || !document || document->attestation != attestation) {
        return Error{"store.corrupt",
                     file.string() + " is not the zero-knowledge document of its name" +
                         (document ? "" : ": " + document.error().message),
                     ErrorClass::kFatal};
    }
    return std::optional<ZkDocument>(std::move(*document));
}

}  // namespace overlord::attest
