// A language server for rules (Language Server Protocol 3.17): documents, questions about them, and
// diagnostics from the gate. Bytes, processes and waiting are its caller's. One thread.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lsp_frames.hpp"
#include "lsp_gate.hpp"
#include "lsp_index.hpp"

namespace overlord::ctl {

// The packs of one folder as they are to be checked: unsaved text in place of what is on disk.
struct LspCheck {
    std::string folder;
    std::vector<prolog::SourceFile> files;  // for the gate: *.pl, and *.plt that are open
    std::vector<evaluate::LoadDiagnostic> unreadable;  // files of the folder
    std::map<std::string, std::int64_t> versions;  // by URI: of the open documents checked
};

class LspServer {
public:
    using Json = nlohmann::ordered_json;

    explicit LspServer(std::function<void(const Json&)> send) : send_(std::move(send)) {}

    void handle(const LspFrame& frame);
    // A folder whose packs changed since it was checked; it counts as checked from now on.
    [[nodiscard]] std::optional<LspCheck> take_check();
    void checked(const LspCheck& check, const GateAnswer& answer);

    [[nodiscard]] bool over() const { return over_; }  // after `exit`
    [[nodiscard]] int exit_code() const { return shut_down_ ? 0 : 1; }

private:
    struct Document {
        std::string folder, name, text;
        std::int64_t version = 0;
    };
    struct Place {
        LspIndex index;
        std::size_t file = 0;
        std::size_t offset = 0;
    };

    void handle_message(const Json& message);
    [[nodiscard]] Json answer(const std::string& method, const Json& params);
    void notified(const std::string& method, const Json& params);
    void respond(const Json& id, Json result);
    void refuse(const Json& id, int code, const std::string& why);

    void open(const Json& params);
    void change(const Json& params);
    void close(const Json& params);
    [[nodiscard]] Json capabilities() const;
    [[nodiscard]] Json hover(const Json& params);
    [[nodiscard]] Json definition(const Json& params);
    [[nodiscard]] Json document_symbols(const Json& params);
    [[nodiscard]] Json completion(const Json& params);

    [[nodiscard]] const Document* document(const std::string& uri) const;
    [[nodiscard]] LspIndex index_of(const std::string& folder) const;
    [[nodiscard]] std::optional<Place> place(const Json& params) const;
    [[nodiscard]] std::string uri_of(const std::string& folder, const std::string& name) const;
    void publish(const LspCheck& check, const std::string& uri, const Json& diagnostics);

    std::function<void(const Json&)> send_;
    std::map<std::string, Document> documents_;               // by URI
    std::set<std::string> dirty_;                             // folders to check
    std::map<std::string, std::set<std::string>> published_;  // by folder: URIs that have some
    bool initialized_ = false;
    bool shut_down_ = false;
    bool over_ = false;
};

}  // namespace overlord::ctl
