// overlordctl repl: a terminal for the daemon's Prolog top level, with line editing and a history.
//
// The daemon's text is passed through as it comes. What it has written of a line that has no end
// yet ("?- ", or a solution that waits for ";") is what the editor takes as its prompt, so that
// redrawing the line keeps it.
#include <histedit.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <clocale>
#include <cstdlib>
#include <cwchar>
#include <iostream>

#include "command.hpp"
#include "places.hpp"
#include "stream.hpp"

namespace overlord::ctl {
namespace {

constexpr int kHistoryLines = 1000;

// What the daemon sends, split into whole lines, which are printed, and the rest.
class Screen {
public:
    explicit Screen(int socket) : socket_(socket) {}
    // Prints what has come. False at the end of the session.
    bool read_some() {
        std::array<char, 16384> chunk;
        const ssize_t count = ::recv(socket_, chunk.data(), chunk.size(), 0);
        if (count < 0 && errno == EINTR) return true;
        if (count <= 0) return false;
        tail_.append(chunk.data(), static_cast<std::size_t>(count));
        drop_echo();
        const std::size_t end = tail_.rfind('\n');
        if (end == std::string::npos) return true;
        std::cout << "\r\x1b[K" << tail_.substr(0, end + 1) << std::flush;
        tail_.erase(0, end + 1);
        return true;
    }
    [[nodiscard]] int socket() const { return socket_; }
    [[nodiscard]] char* prompt() { return tail_.data(); }
    // The daemon repeats an answer to a solution, for clients on a pipe; here it stands already.
    void line_entered(std::string_view line) {
        tail_.clear();
        if (line == ";\n") echo_ = ";\n";
        if (line == "\n" || line == ".\n") echo_ = ".\n";
    }
    bool over = false;

private:
    void drop_echo() {
        if (tail_.size() < echo_.size()) return;
        if (tail_.starts_with(echo_)) tail_.erase(0, echo_.size());
        echo_.clear();
    }

    int socket_;
    std::string tail_;
    std::string echo_;
};

Screen& screen_of(EditLine* editor) {
    void* data = nullptr;
    el_get(editor, EL_CLIENTDATA, &data);
    return *static_cast<Screen*>(data);
}

char* prompt(EditLine* editor) {
    return screen_of(editor).prompt();
}

// One byte after the other of a character in the terminal's encoding.
int read_character(wchar_t* character) {
    std::mbstate_t state{};
    while (true) {
        char byte = 0;
        const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
        if (count <= 0) return static_cast<int>(count);
        const std::size_t used = std::mbrtowc(character, &byte, 1, &state);
        if (used == static_cast<std::size_t>(-1)) state = {};
        if (used <= 1) return 1;
    }
}

// The editor's source of characters: while the terminal is quiet the daemon is listened to.
int next_character(EditLine* editor, wchar_t* character) {
    Screen& screen = screen_of(editor);
    while (true) {
        std::array<pollfd, 2> waiting{{{STDIN_FILENO, POLLIN, 0}, {screen.socket(), POLLIN, 0}}};
        if (::poll(waiting.data(), waiting.size(), -1) < 0) return -1;
        if (waiting[1].revents != 0) {
            if (!screen.read_some()) {
                screen.over = true;
                return 0;
            }
            el_set(editor, EL_REFRESH);
        }
        if (waiting[0].revents != 0) return read_character(character);
    }
}

Path history_file() {
    if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state != '\0') {
        return Path(state) / "overlordctl" / "history";
    }
    const char* home = std::getenv("HOME");
    return home == nullptr ? Path() : Path(home) / ".local" / "state" / "overlordctl" / "history";
}

// Owns the editor and its history; the history is kept in a file where there is a place for it.
class Editor {
public:
    explicit Editor(Screen& screen)
        : editor_(el_init("overlordctl", stdin, stdout, stderr)),
          history_(history_init()),
          file_(history_file()) {
        HistEvent event;
        history(history_, &event, H_SETSIZE, kHistoryLines);
        history(history_, &event, H_SETUNIQUE, 1);
        if (!file_.empty()) history(history_, &event, H_LOAD, file_.c_str());
        el_set(editor_, EL_CLIENTDATA, static_cast<void*>(&screen));
        el_set(editor_, EL_PROMPT, &prompt);
        el_set(editor_, EL_GETCFN, &next_character);
        el_set(editor_, EL_EDITOR, "emacs");
        el_set(editor_, EL_SIGNAL, 1);
        el_set(editor_, EL_HIST, &history, history_);
    }
    ~Editor() {
        if (!file_.empty() && make_directories(file_.parent_path())) {
            HistEvent event;
            history(history_, &event, H_SAVE, file_.c_str());
        }
        history_end(history_);
        el_end(editor_);
    }
    Editor(const Editor&) = delete;
    Editor& operator=(const Editor&) = delete;

    // Nothing at the end of the input.
    std::optional<std::string> line() {
        int count = 0;
        const char* text = el_gets(editor_, &count);
        if (text == nullptr || count <= 0) return std::nullopt;
        if (count > 2) {  // an answer such as ";" is not worth remembering
            HistEvent event;
            history(history_, &event, H_ENTER, text);
        }
        return std::string(text, static_cast<std::size_t>(count));
    }

private:
    EditLine* editor_;
    History* history_;
    Path file_;
};

int talk_with_terminal(Stream& stream) {
    std::setlocale(LC_CTYPE, "");
    Screen screen(stream.descriptor());
    Editor editor(screen);
    while (const std::optional<std::string> line = editor.line()) {
        screen.line_entered(*line);
        if (!stream.send(*line)) break;
    }
    std::cout << "\n";
    return kYes;
}

// Both directions as they are, until the daemon ends the session.
int pass_through(Stream& stream) {
    std::array<char, 65536> chunk;
    bool input = true;
    while (true) {
        std::array<pollfd, 2> waiting{
            {{stream.descriptor(), POLLIN, 0}, {input ? STDIN_FILENO : -1, POLLIN, 0}}};
        if (::poll(waiting.data(), waiting.size(), -1) < 0) return kUnavailable;
        if (waiting[1].revents != 0) {
            const ssize_t count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
            if (count <= 0) {
                input = false;
                ::shutdown(stream.descriptor(), SHUT_WR);
            } else if (!stream.send({chunk.data(), static_cast<std::size_t>(count)})) {
                return kUnavailable;
            }
        }
        if (waiting[0].revents != 0) {
            const ssize_t count = ::recv(stream.descriptor(), chunk.data(), chunk.size(), 0);
            if (count <= 0) return kYes;
            std::cout.write(chunk.data(), count).flush();
        }
    }
}

}  // namespace

int run_repl(const Options& options) {
    const Result<Places> places = find_places(options);
    if (!places) return fail(options, kUsage, places.error());
    Result<Stream> stream = Stream::connect(places->socket);
    if (!stream) return fail(options, kUnavailable, stream.error());
    if (::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1) {
        return talk_with_terminal(*stream);
    }
    return pass_through(*stream);
}

}  // namespace overlord::ctl
