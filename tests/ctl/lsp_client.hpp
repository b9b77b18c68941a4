// An editor as far as a language server sees one: sends frames, waits for the ones it wants.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "lsp_frames.hpp"
#include "program.hpp"

namespace overlord::ctl {

class Editor {
public:
    using Json = nlohmann::json;

    Editor() {
        std::array<int, 2> in{}, out{};
        REQUIRE(::pipe2(in.data(), O_CLOEXEC) == 0);
        REQUIRE(::pipe2(out.data(), O_CLOEXEC) == 0);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in[0], 0);
        posix_spawn_file_actions_adddup2(&actions, out[1], 1);
        std::string program = OVERLORD_BIN_DIR "/overlordctl";
        std::string rules = "rules";
        std::string lsp = "lsp";
        std::array<char*, 4> words = {program.data(), rules.data(), lsp.data(), nullptr};
        REQUIRE(::posix_spawn(&child_, words[0], &actions, nullptr, words.data(), environ) == 0);
        posix_spawn_file_actions_destroy(&actions);
        ::close(in[0]);
        ::close(out[1]);
        to_ = FileHandle(in[1]);
        from_ = FileHandle(out[0]);
    }
    ~Editor() {
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    Editor(const Editor&) = delete;
    Editor& operator=(const Editor&) = delete;

    void send_bytes(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t count = ::write(to_.get(), bytes.data(), bytes.size());
            REQUIRE(count > 0);
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    void send(const Json& message) { send_bytes(lsp_frame(message.dump())); }
    void notify(const std::string& method, const Json& params) {
        send({{"jsonrpc", "2.0"}, {"method", method}, {"params", params}});
    }
    Json request(const std::string& method, const Json& params = Json::object()) {
        const int id = ++ids_;
        send({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}});
        return wait([&](const Json& one) { return one.contains("id") && one.at("id") == id; });
    }
    // The next message of this form; others before it are forgotten.
    Json wait(const std::function<bool(const Json&)>& wanted) {
        for (;;) {
            while (const auto frame = framer_.next()) {
                const Json message = Json::parse(frame->body);
                if (wanted(message)) return message;
            }
            std::array<char, 65536> chunk;
            const ssize_t count = ::read(from_.get(), chunk.data(), chunk.size());
            REQUIRE(count > 0);
            framer_.feed(std::string_view(chunk.data(), static_cast<std::size_t>(count)));
        }
    }
    void start() {
        request("initialize", {{"processId", nullptr}, {"rootUri", nullptr}});
        notify("initialized", Json::object());
    }
    void open(const std::string& uri, const std::string& text) {
        notify("textDocument/didOpen",
               {{"textDocument",
                 {{"uri", uri}, {"languageId", "prolog"}, {"version", 1}, {"text", text}}}});
    }
    void change(const std::string& uri, int version, const std::string& text) {
        notify("textDocument/didChange", {{"textDocument", {{"uri", uri}, {"version", version}}},
                                          {"contentChanges", {{{"text", text}}}}});
    }
    // What is said of this document at this version.
    Json diagnostics(const std::string& uri, int version) {
        const Json told = wait([&](const Json& one) {
            return one.value("method", "") == "textDocument/publishDiagnostics" &&
                   one.at("params").at("uri") == uri &&
                   one.at("params").value("version", 0) == version;
        });
        return told.at("params").at("diagnostics");
    }
    Json at(const std::string& method, const std::string& uri, int line, int character) {
        return request("textDocument/" + method,
                       {{"textDocument", {{"uri", uri}}},
                        {"position", {{"line", line}, {"character", character}}}})
            .at("result");
    }
    void close_input() { to_ = FileHandle(); }
    int end() {
        int status = 0;
        ::waitpid(child_, &status, 0);
        child_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

private:
    pid_t child_ = 0;
    FileHandle to_, from_;
    LspFramer framer_;
    int ids_ = 0;
};

}  // namespace overlord::ctl
