// An io_context on a thread of its own, and a plain blocking client for the other side.
#pragma once

#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <string>
#include <thread>
#include <type_traits>

#include "overlord/base/file.hpp"

namespace overlord::net::test {

class Loop {
public:
    Loop() : work_(io_.get_executor()), thread_([this] { io_.run(); }) {}
    ~Loop() {
        work_.reset();
        io_.stop();
        thread_.join();
    }

    boost::asio::io_context& io() { return io_; }

    // Runs `work` on the io thread and waits for what it returns.
    template <class Work>
    auto run(Work work) -> std::invoke_result_t<Work> {
        std::packaged_task<std::invoke_result_t<Work>()> task(std::move(work));
        auto done = task.get_future();
        boost::asio::post(io_, [&task] { task(); });
        return done.get();
    }

private:
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

// Blocking calls with a limit of 20 s, so that a failing test ends.
class Client {
public:
    static Client tcp(std::uint16_t port);
    static Client unix_socket(const Path& path);

    void send(std::string_view text);
    [[nodiscard]] bool try_send(std::string_view text);  // false: the other side is gone
    void half_close();
    void reset();                           // closes with RST
    [[nodiscard]] std::string read_line();  // with its LF; shorter at the end
    [[nodiscard]] std::string read_until(std::string_view end);
    [[nodiscard]] std::string read_all();  // to the end of the stream
    [[nodiscard]] bool at_end();           // the other side has closed
    [[nodiscard]] int descriptor() const { return socket_.get(); }

private:
    explicit Client(int descriptor);
    [[nodiscard]] bool fill();

    FileHandle socket_;
    std::string buffer_;
};

}  // namespace overlord::net::test
