// A second anchor beside the witnesses: now and then the published checkpoint is given to a time
// stamping authority (RFC 3161), and what it signs is kept beside the bytes that it covers:
//
//   DIR/SIZE.checkpoint     the checkpoint as it was published
//   DIR/SIZE.tsr            the authority's response, DER; openssl ts -verify reads it
//
// Both are durable once stamped() says so. A failure warns and counts, and the next time comes.
// Runs on the thread that runs the io_context, callbacks too.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "overlord/base/file.hpp"
#include "overlord/base/time.hpp"
#include "overlord/base/url.hpp"
#include "overlord/tlog/merkle.hpp"

namespace boost::asio {
class io_context;
}

namespace overlord::witness {

struct StampedState {
    std::uint64_t size = 0;  // of the checkpoint stamped last
    TimeNs at = 0;           // the authority's time; 0: not since the start
    std::uint64_t tokens = 0;
    std::uint64_t failures = 0;
    std::string problem;  // of the last attempt; empty: it succeeded
};

struct TimestamperOptions {
    std::string url;
    std::uint64_t interval_ms = 3'600'000;
    std::uint64_t timeout_ms = 30'000;
    Path directory;
    struct Published {
        TreeSize size;
        std::string note;
    };
    std::function<Published()> published;  // what is to be stamped; size 0: nothing yet
    std::function<void(const std::string&)> warn;
};

class Timestamper {
public:
    // The io_context outlives it. The first attempt comes at once, and again each second until
    // something is published. Code url.syntax.
    [[nodiscard]] static Result<std::unique_ptr<Timestamper>> start(boost::asio::io_context& io,
                                                                    TimestamperOptions options);
    ~Timestamper();  // stops
    [[nodiscard]] const StampedState& state() const;
    void stop();

private:
    class Impl;
    explicit Timestamper(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace overlord::witness
