// The engine as a process, and a peer that talks to it as the daemon does.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "overlord/base/file.hpp"
#include "overlord/evaluate/marker.hpp"
#include "overlord/evaluate/messages.hpp"

namespace overlord::engine::testing {

struct Frame {
    std::uint8_t type = 0;
    Bytes payload;
};

// One end of a socket pair, blocking with a limit of 20 s a read.
class Peer {
public:
    explicit Peer(FileHandle socket) : socket_(std::move(socket)) {}
    void send(std::uint8_t type, ByteView payload, const std::vector<int>& descriptors = {});
    std::optional<Frame> receive();  // nothing at the end of the stream
    void close() { socket_ = FileHandle(); }

private:
    bool read_all(std::uint8_t* to, std::size_t size);
    FileHandle socket_;
};

std::pair<FileHandle, FileHandle> make_pair();
std::vector<evaluate::NamedText> packs();  // of this repository

class Engine {
public:
    Engine();
    ~Engine();

    Frame ask(evaluate::MessageType type, ByteView payload);
    void load(const std::vector<evaluate::NamedText>& files = packs(),
              evaluate::ClockSource clock = evaluate::ClockSource::kEvent);
    evaluate::Outcome feed(const std::vector<std::string>& lines);
    evaluate::Outcome feed_items(std::vector<evaluate::Item> items, TimeNs at = 0);
    Peer& peer() { return peer_; }
    const volatile evaluate::Marker& marker() const { return *marker_; }
    int wait();  // the exit status, 128 + N for signal N
    pid_t id() const { return id_; }

private:
    Peer peer_{FileHandle()};
    pid_t id_ = -1;
    FileHandle marker_file_;
    evaluate::Marker* marker_ = nullptr;
    std::uint64_t batches_ = 0;
};

// A query with both its sockets.
class Query {
public:
    Query(Engine& engine, const std::string& goal, evaluate::QueryLimits limits = {});
    Frame next();  // the next frame of the worker
    void say(evaluate::WorkerMessage type, ByteView payload = {});
    // All texts until the end, each with a letter for its kind: "S X = 1", "F", "E message".
    std::vector<std::string> all(bool want_more = true);
    std::string ended();  // what the notary says of the worker's end
    evaluate::ClaimTextMessage claim(const std::string& system);
    Peer& answers() { return answers_; }

private:
    Peer answers_{FileHandle()};
    Peer notary_{FileHandle()};
};

std::string event_line(const std::string& type, TimeNs time, const std::string& data,
                       const std::string& system = "s");
inline constexpr TimeNs kNoon = 1'769'688'000 * kSecondNs;

}  // namespace overlord::engine::testing
