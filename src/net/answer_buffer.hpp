// What a connection has to tell its sender: reject lines, at most a fixed number of bytes of them,
// and the latest receipt of each state. docs/formats/events.md has the lines.
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
    // Lines [1, lines] stand under the head of `size` entries. Only the latest is kept.
    void published(std::uint64_t lines, std::uint64_t size) { published_.set(lines, size); }
    void witnessed(std::uint64_t lines, std::uint64_t size) { witnessed_.set(lines, size); }
    // The connection's own last word, after everything else.
    void notice(std::string_view code, std::string_view reason);

    [[nodiscard]] bool empty() const {
        return rejects_.empty() && suppressed_ == 0 && durable_ == durable_told_ &&
               !published_.due() && !witnessed_.due() && notice_.empty();
    }
    // All of it as lines: rejects before the `durable` that covers them, and that before the
    // receipts of later states.
    [[nodiscard]] std::string take();

private:
    struct Receipt {
        std::uint64_t lines = 0;
        std::uint64_t size = 0;
        std::uint64_t told = 0;  // lines
        [[nodiscard]] bool due() const { return lines != told; }
        void set(std::uint64_t to, std::uint64_t under);
        void append_to(std::string& text, std::string_view state);
    };

    std::size_t bytes_max_;
    std::string rejects_;
    std::uint64_t suppressed_ = 0;
    std::uint64_t durable_ = 0;
    std::uint64_t durable_told_ = 0;
    Receipt published_, witnessed_;
    std::string notice_;
};

}  // namespace overlord::net
