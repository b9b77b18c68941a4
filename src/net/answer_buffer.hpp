// What a connection has to tell its sender: reject lines, at most a fixed number of bytes of them,
// and the latest `durable`. docs/formats/events.md has the lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "overlord/pipeline/intake.hpp"

namespace overlord::net {

class AnswerBuffer {
public:
    explicit AnswerBuffer(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    // `unread` are bytes taken before and not sent yet; beyond the limit the answer becomes part of
    // {"suppressed":K}. False: it was suppressed.
    bool reject(std::uint64_t line, const pipeline::LineResult& result, std::size_t unread);
    void durable(std::uint64_t lines) { durable_ = lines; }

    [[nodiscard]] bool empty() const {
        return rejects_.empty() && suppressed_ == 0 && durable_ == durable_told_;
    }
    // All of it as lines, rejects before the `durable` that covers them.
    [[nodiscard]] std::string take();

private:
    std::size_t bytes_max_;
    std::string rejects_;
    std::uint64_t suppressed_ = 0;
    std::uint64_t durable_ = 0;
    std::uint64_t durable_told_ = 0;
};

}  // namespace overlord::net
