// Merlin transcripts: what prover and verifier have said so far, from which the challenges come
// (merlin.cool; version 1.0 of the protocol, over STROBE-128 with keccak-f[1600]). A value; copies
// go on independently. Each object belongs to one thread.
//
// Everything a challenge depends on has to be appended before it. A proof is bound to its context
// by the label: another label, another set of challenges, no proof.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "overlord/base/bytes.hpp"
#include "overlord/zk/scalar.hpp"

namespace overlord::zk {

// STROBE-128 (strobe.sourceforge.io, version 1.0.2), the four operations that Merlin uses.
class Strobe {
public:
    explicit Strobe(std::string_view protocol);
    enum class Part { kFirst, kMore };  // kMore: goes on with the operation before it
    void meta_ad(ByteView data, Part part);
    void ad(ByteView data, Part part);
    void prf(std::span<std::uint8_t> out);
    void key(ByteView data);
    // Position in the rate, where the running operation began, flags of the last one: for tests.
    [[nodiscard]] std::array<std::uint8_t, 3> position() const;
    [[nodiscard]] std::span<const std::uint8_t, 200> state() const { return state_; }
    void wipe();

private:
    void begin(std::uint8_t flags, Part part);
    void absorb(ByteView data);
    void run_f();

    alignas(8) std::array<std::uint8_t, 200> state_{};
    std::uint8_t position_ = 0;
    std::uint8_t begin_ = 0;
    std::uint8_t flags_ = 0;
};

class Transcript {
public:
    explicit Transcript(ByteView label);
    explicit Transcript(std::string_view label) : Transcript(as_bytes(label)) {}

    void append(std::string_view label, ByteView message);
    void append_u64(std::string_view label, std::uint64_t value);
    void challenge_bytes(std::string_view label, std::span<std::uint8_t> out);
    [[nodiscard]] Scalar challenge_scalar(std::string_view label);  // of 64 challenge bytes

    [[nodiscard]] const Strobe& strobe() const { return strobe_; }

private:
    Strobe strobe_;
};

}  // namespace overlord::zk
