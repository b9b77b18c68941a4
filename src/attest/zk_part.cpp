// The zero-knowledge part of a proof bundle: what can be checked of it without reading the log.
#include "overlord/attest/bundle.hpp"

namespace overlord::attest {
namespace {

Status check_place(const ProvenEntry& entry, const tlog::TreeHead& head, const char* code,
                   const std::string& what) {
    const Status included =
        tlog::verify_inclusion({entry.index.value, head.size},
                               tlog::leaf_hash(as_bytes(entry.entry)), entry.hashes, head.root);
    if (included) return {};
    return Error{code, what + " is not entry " + std::to_string(entry.index.value) +
                           " of the log: " + included.error().message};
}

Status check_logged(const ZkPart& part, const ZkCase& zk, const tlog::TreeHead& head) {
    Status placed = check_place(part.entry, head, "zk.logged", "the entry of the document");
    if (!placed) return placed;
    const Result<ZkEntry> parsed = parse_zk_entry(part.entry.entry);
    const auto* proof = parsed ? std::get_if<ProofEntry>(&*parsed) : nullptr;
    if (proof == nullptr || proof->attestation != zk.attested.digest ||
        proof->digest != zk.digest) {
        return Error{"zk.logged", "entry " + std::to_string(part.entry.index.value) +
                                      " is not about this document"};
    }
    if (part.entry.index.value >= zk.document.size.value) return {};
    return Error{"zk.logged", "the document stands before what it speaks about"};
}

Status check_streams(const ProvenEntry& entry, const ZkCase& zk, const tlog::TreeHead& head) {
    Status placed = check_place(entry, head, "zk.streams", "how the log names streams");
    if (!placed) return placed;
    const Result<ZkEntry> parsed = parse_zk_entry(entry.entry);
    const auto* streams = parsed ? std::get_if<StreamsEntry>(&*parsed) : nullptr;
    if (streams != nullptr && entry.index.value < zk.document.size.value) {
        return check_announced(zk, *streams);
    }
    return Error{"zk.streams", "entry " + std::to_string(entry.index.value) +
                                   " does not say how the log names streams"};
}

Status check_end(const ProvenEntry& entry, const ZkCase& zk, const tlog::TreeHead& head,
                 const ZkStatement& statement) {
    if (entry.index.value >= zk.document.size.value) {
        return Error{"zk.end", statement.control + ": an end of the window stands behind entry " +
                                   std::to_string(zk.document.size.value)};
    }
    return check_place(entry, head, "zk.end", statement.control + ": an end of the window");
}

}  // namespace

Status check_zk_places(const ZkPart& part, const ZkCase& zk, const tlog::TreeHead& head) {
    if (Status logged = check_logged(part, zk, head); !logged) return logged;
    if (Status named = check_streams(part.streams, zk, head); !named) return named;
    const ZkDocument& document = zk.document;
    const Status consistent =
        tlog::verify_consistency({document.size, document.root}, head, part.consistency);
    if (!consistent) {
        return Error{"zk.root", "the log that the document saw (" +
                                    std::to_string(document.size.value) +
                                    " entries) is not the beginning of the signed one: " +
                                    consistent.error().message};
    }
    if (part.ends.size() != document.statements.size()) {
        return Error{"zk.end", "the bundle has the ends of " + std::to_string(part.ends.size()) +
                                   " windows, the document " +
                                   std::to_string(document.statements.size()) + " statements"};
    }
    for (std::size_t i = 0; i < part.ends.size(); ++i) {
        const ZkPart::Ends& ends = part.ends[i];
        for (const ProvenEntry* entry : {&ends.before, &ends.last, &ends.range}) {
            Status placed = check_end(*entry, zk, head, document.statements[i]);
            if (!placed) return placed;
        }
    }
    return {};
}

Result<CheckedZk> check_zk_part(const ZkPart& part, const CheckedBundle& checked) {
    OVERLORD_ASSERT(checked.report.valid);
    Result<ZkCase> zk = open_zk(part.document, checked.attested);
    if (!zk) return std::move(zk).error();
    if (Status placed = check_zk_places(part, *zk, checked.head); !placed) return placed.error();
    std::vector<EndEntries> entries;
    for (const ZkPart::Ends& ends : part.ends) {
        entries.push_back({ends.before.entry, ends.last.entry, ends.range.entry});
    }
    const Result<std::vector<WindowEnds>> ends = ends_of(*zk, entries);
    if (!ends) return ends.error();
    if (Status proven = check_statements(*zk, *ends); !proven) return proven.error();
    Result<ZkFindings> findings = judge(*zk);
    if (!findings) return std::move(findings).error();
    return CheckedZk{*std::move(zk), *std::move(findings)};
}

}  // namespace overlord::attest
