// A small log with one attestation in it, and its proof bundle.
#pragma once

#include <catch2/catch.hpp>
#include <vector>

#include "examples.hpp"
#include "overlord/attest/bundle.hpp"

namespace overlord::attest {

struct BundleExample {
    bool ready = crypto::initialize().has_value();  // before any key is made
    std::string origin = "overlords.example.org/site1";
    tlog::KeySigner log{origin, crypto::SigningKey::from_seed(Bytes(32, 1))};
    tlog::KeySigner attestation{origin + "/attestation",
                                crypto::SigningKey::from_seed(Bytes(32, 2))};
    Statement statement = example_statement();
    std::uint64_t entries_before = 12;  // what the statement has seen
    std::uint64_t entries_after = 5;    // behind the attestation's entry

    std::vector<tlog::VerifierKey> keys() const { return {log.verifier(), attestation.verifier()}; }

    // Signs `statement` as it stands; position and root are those of the log made here.
    Bundle make() {
        std::vector<Hash> leaves;
        for (std::uint64_t i = 0; i < entries_before; ++i) leaves.push_back(block_leaf(i));
        statement.log.origin = origin;
        statement.log.size = TreeSize{entries_before};
        statement.log.root = tlog::root_of(leaves);
        return make_with(statement);
    }

    // As make(), with the statement unchanged, true or not.
    Bundle make_with(const Statement& said) {
        Bundle bundle;
        bundle.envelope = sign_envelope(attestation.key(), kPayloadType, *make_statement(said));
        bundle.entry = compose_entry({said.at + 5, attestation_digest(bundle.envelope.payload)});
        bundle.rules_bundle = summarize_claim(said.claim)->bundle;
        add_proofs(bundle);
        return bundle;
    }

    // Puts bundle.entry behind entries_before others and proves its place.
    void add_proofs(Bundle& bundle) {
        std::vector<Hash> leaves;
        for (std::uint64_t i = 0; i < entries_before; ++i) leaves.push_back(block_leaf(i));
        leaves.push_back(tlog::leaf_hash(as_bytes(bundle.entry)));
        for (std::uint64_t i = 0; i < entries_after; ++i) leaves.push_back(block_leaf(100 + i));
        tlog::MemoryTree tree(leaves);
        const TreeSize size = tree.size();
        bundle.entry_proof.index = EntryIndex{entries_before};
        bundle.entry_proof.hashes = *tlog::inclusion_proof(tree, {entries_before, size});
        bundle.entry_proof.checkpoint =
            *tlog::sign_checkpoint({origin, {size, tree.root()}, {}}, log);
        if (entries_before == 0) return;
        bundle.consistency = *tlog::consistency_proof(tree, TreeSize{entries_before}, size);
    }

    static Hash block_leaf(std::uint64_t i) {
        return tlog::leaf_hash(as_bytes("block " + std::to_string(i)));
    }
};

}  // namespace overlord::attest
