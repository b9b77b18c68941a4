#include "lsp_server.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "lsp_builtins.hpp"
#include "lsp_text.hpp"
#include "overlord/rules/sources.hpp"

namespace overlord::ctl {
namespace {

using Json = LspServer::Json;
using Kind = LspSymbol::Kind;

// JSON-RPC 2.0 and LSP 3.17 error codes.
constexpr int kParseError = -32700;
constexpr int kInvalidRequest = -32600;
constexpr int kMethodNotFound = -32601;
constexpr int kInvalidParams = -32602;
constexpr int kNotInitialized = -32002;

constexpr int kFullText = 1;  // TextDocumentSyncKind: a change brings the whole text

struct InvalidParams {
    std::string why;
};

std::string text_at(const Json& json, const char* pointer) {
    const Json::json_pointer path(pointer);
    if (!json.contains(path) || !json.at(path).is_string())
        throw InvalidParams{std::string(pointer) + " is no string"};
    return json.at(path).get<std::string>();
}

std::size_t count_at(const Json& json, const char* pointer) {
    const Json::json_pointer path(pointer);
    if (!json.contains(path) || !json.at(path).is_number_unsigned())
        throw InvalidParams{std::string(pointer) + " is no count"};
    return json.at(path).get<std::size_t>();
}

LspPosition place_at(const Json& json, const std::string& pointer) {
    return {count_at(json, (pointer + "/line").c_str()),
            count_at(json, (pointer + "/character").c_str())};
}

// The whole text is asked for; a client that sends a part all the same has it put in its place.
void apply_change(const Json& change, std::string& text) {
    const std::string with = text_at(change, "/text");
    if (!change.contains("range")) {
        text = with;
        return;
    }
    const std::size_t begin = offset_at(text, place_at(change, "/range/start"));
    const std::size_t end = offset_at(text, place_at(change, "/range/end"));
    if (end < begin) throw InvalidParams{"/range ends before it begins"};
    text.replace(begin, end - begin, with);
}

std::int64_t version_of(const Json& params) {
    const Json::json_pointer path("/textDocument/version");
    const bool told = params.contains(path) && params.at(path).is_number_integer();
    return told ? params.at(path).get<std::int64_t>() : 0;
}

std::string uri_of_params(const Json& params) {
    return text_at(params, "/textDocument/uri");
}

Json position_json(std::string_view text, std::size_t offset) {
    const LspPosition position = position_at(text, offset);
    return {{"line", position.line}, {"character", position.character}};
}

Json range_json(std::string_view text, std::size_t begin, std::size_t end) {
    return {{"start", position_json(text, begin)}, {"end", position_json(text, end)}};
}

// From where a diagnostic begins to the end of the word there.
std::size_t word_end(std::string_view text, std::size_t begin) {
    const std::size_t line_end = std::min(text.find('\n', begin), text.size());
    const auto tokens = rules::lex(text.substr(begin, line_end - begin)).tokens;
    if (tokens.empty() || tokens.front().begin != 0) return line_end;
    return begin + tokens.front().end;
}

Json diagnostic_json(std::string_view text, const evaluate::LoadDiagnostic& one) {
    const std::size_t begin =
        offset_of(text, static_cast<int>(one.line), static_cast<int>(one.column));
    return {{"range", range_json(text, begin, one.line == 0 ? begin : word_end(text, begin))},
            {"severity", one.severity == "error" ? 1 : one.severity == "warning" ? 2 : 3},
            {"code", one.code},
            {"source", "overlord"},
            {"message", one.text}};
}

// SymbolKind and CompletionItemKind of the protocol.
int symbol_kind(Kind kind) {
    constexpr int kFunction = 12, kVariable = 13, kConstant = 14, kStruct = 23, kClass = 5,
                  kProperty = 7;
    switch (kind) {
        case Kind::kPredicate:
            return kFunction;
        case Kind::kMeasure:
            return kVariable;
        case Kind::kParameter:
            return kConstant;
        case Kind::kEventKind:
            return kStruct;
        case Kind::kControl:
            return kClass;
        case Kind::kOther:
            break;
    }
    return kProperty;
}

int completion_kind(Kind kind) {
    constexpr int kFunction = 3, kVariable = 6, kConstant = 21, kStruct = 22, kClass = 7,
                  kKeyword = 14;
    switch (kind) {
        case Kind::kPredicate:
            return kFunction;
        case Kind::kMeasure:
            return kVariable;
        case Kind::kParameter:
            return kConstant;
        case Kind::kEventKind:
            return kStruct;
        case Kind::kControl:
            return kClass;
        case Kind::kOther:
            break;
    }
    return kKeyword;
}

const LspBuiltin* builtin(const LspWord& word) {
    const LspBuiltin* found = nullptr;
    for (const LspBuiltin& one : lsp_builtins()) {
        if (one.name != word.text) continue;
        if (found == nullptr || one.arity == word.arity) found = &one;
    }
    return found;
}

constexpr std::array<std::string_view, 10> kDirectives = {
    "calendar", "check",         "control", "measure",   "module",
    "pack",     "parameter",     "telemetry", "parameter_for", "waiver"};

}  // namespace

void LspServer::handle(const LspFrame& frame) {
    if (!frame.error.empty()) return refuse(nullptr, kParseError, frame.error);
    const Json message = Json::parse(frame.body, nullptr, false);
    if (message.is_discarded())
        return refuse(nullptr, kParseError, "the message is not JSON in UTF-8");
    if (!message.is_object()) return refuse(nullptr, kInvalidRequest, "a message is an object");
    handle_message(message);
}

void LspServer::handle_message(const Json& message) {
    const Json id = message.contains("id") ? message.at("id") : Json();
    const auto method = message.find("method");
    if (method == message.end()) return;  // an answer; nothing was asked
    if (!method->is_string()) return refuse(id, kInvalidRequest, "the method is no string");
    const std::string name = method->get<std::string>();
    const Json params = message.contains("params") ? message.at("params") : Json::object();
    const bool request = message.contains("id");
    try {
        if (!request) return notified(name, params);
        if (!initialized_ && name != "initialize")
            return refuse(id, kNotInitialized, "initialize comes first");
        if (shut_down_) return refuse(id, kInvalidRequest, "the server has been shut down");
        if (initialized_ && name == "initialize")
            return refuse(id, kInvalidRequest, "initialize has been done");
        respond(id, answer(name, params));
    } catch (const InvalidParams& invalid) {
        if (request) refuse(id, kInvalidParams, invalid.why);
    } catch (const Json::exception& wrong) {
        if (request) refuse(id, kInvalidParams, wrong.what());
    }
}

LspServer::Json LspServer::answer(const std::string& method, const Json& params) {
    if (method == "initialize") {
        initialized_ = true;
        return capabilities();
    }
    if (method == "shutdown") {
        shut_down_ = true;
        return nullptr;
    }
    if (method == "textDocument/hover") return hover(params);
    if (method == "textDocument/definition") return definition(params);
    if (method == "textDocument/documentSymbol") return document_symbols(params);
    if (method == "textDocument/completion") return completion(params);
    return Json::value_t::discarded;
}

void LspServer::notified(const std::string& method, const Json& params) {
    if (method == "exit") {
        over_ = true;
    } else if (!initialized_ || shut_down_) {
        return;
    } else if (method == "textDocument/didOpen") {
        open(params);
    } else if (method == "textDocument/didChange") {
        change(params);
    } else if (method == "textDocument/didClose") {
        close(params);
    } else if (method == "textDocument/didSave") {
        if (const Document* saved = document(uri_of_params(params))) dirty_.insert(saved->folder);
    }
}

void LspServer::respond(const Json& id, Json result) {
    if (result.is_discarded()) return refuse(id, kMethodNotFound, "there is no such method here");
    send_({{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}});
}

void LspServer::refuse(const Json& id, int code, const std::string& why) {
    send_({{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", why}}}});
}

LspServer::Json LspServer::capabilities() const {
    Json can;
    can["positionEncoding"] = "utf-16";
    can["textDocumentSync"] = {{"openClose", true}, {"change", kFullText}, {"save", true}};
    can["hoverProvider"] = true;
    can["definitionProvider"] = true;
    can["documentSymbolProvider"] = true;
    can["completionProvider"] = {{"triggerCharacters", {"(", ","}}};
    return {{"capabilities", std::move(can)},
            {"serverInfo", {{"name", "overlordctl rules lsp"}, {"version", OVERLORD_VERSION}}}};
}

void LspServer::open(const Json& params) {
    const std::string uri = uri_of_params(params);
    Document document;
    const std::optional<std::string> path = path_of_uri(uri);
    const std::filesystem::path place(path.value_or(uri));
    document.folder = path ? place.parent_path().string() : uri;
    document.name = place.filename().string();
    document.name.erase(0, document.name.rfind(':') + 1);  // untitled:oven.pl
    document.text = text_at(params, "/textDocument/text");
    document.version = version_of(params);
    dirty_.insert(document.folder);
    documents_[uri] = std::move(document);
}

void LspServer::change(const Json& params) {
    const auto found = documents_.find(uri_of_params(params));
    if (found == documents_.end()) return;
    const Json& changes = params.at("contentChanges");
    if (!changes.is_array()) throw InvalidParams{"contentChanges is no list"};
    if (changes.empty()) return;
    std::string text = found->second.text;
    for (const Json& change : changes) apply_change(change, text);
    found->second.text = std::move(text);
    found->second.version = version_of(params);
    dirty_.insert(found->second.folder);
}

// What is on disk counts again.
void LspServer::close(const Json& params) {
    const auto found = documents_.find(uri_of_params(params));
    if (found == documents_.end()) return;
    const std::string folder = found->second.folder;
    documents_.erase(found);
    dirty_.insert(folder);
}

const LspServer::Document* LspServer::document(const std::string& uri) const {
    const auto found = documents_.find(uri);
    return found == documents_.end() ? nullptr : &found->second;
}

std::optional<LspCheck> LspServer::take_check() {
    if (dirty_.empty()) return std::nullopt;
    LspCheck check;
    check.folder = *dirty_.begin();
    dirty_.erase(dirty_.begin());
    rules::Sources found = rules::find_rules(check.folder);
    check.files = std::move(found.files);
    for (const prolog::Diagnostic& one : found.faults)  // a link out of it, a file too large
        if (one.code != "rules.directory")
            check.unreadable.push_back({"", 0, 0, one.severity, one.code,
                                        one.file + ": " + one.text});
    for (const auto& [uri, document] : documents_) {
        const bool known = document.name.ends_with(".pl") || document.name.ends_with(".plt");
        if (document.folder != check.folder || !known) continue;
        check.versions[uri] = document.version;
        const auto same =
            std::find_if(check.files.begin(), check.files.end(),
                         [&](const auto& file) { return file.name == document.name; });
        if (same == check.files.end()) {
            check.files.push_back({document.name, document.text});
        } else {
            same->text = document.text;
        }
    }
    return check;
}

LspIndex LspServer::index_of(const std::string& folder) const {
    std::vector<prolog::SourceFile> files = rules::find_rules(folder).files;
    for (const auto& [uri, document] : documents_) {
        if (document.folder != folder) continue;
        std::erase_if(files, [&](const auto& file) { return file.name == document.name; });
        files.push_back({document.name, document.text});
    }
    return LspIndex(std::move(files));
}

std::string LspServer::uri_of(const std::string& folder, const std::string& name) const {
    for (const auto& [uri, document] : documents_)
        if (document.folder == folder && document.name == name) return uri;
    return uri_of_path(folder + "/" + name);
}

void LspServer::publish(const LspCheck& check, const std::string& uri, const Json& diagnostics) {
    Json params;
    params["uri"] = uri;
    // Of the text that was checked: the document may have changed since.
    const auto version = check.versions.find(uri);
    if (version != check.versions.end()) params["version"] = version->second;
    params["diagnostics"] = diagnostics;
    if (diagnostics.empty()) {
        published_[check.folder].erase(uri);
    } else {
        published_[check.folder].insert(uri);
    }
    send_({{"jsonrpc", "2.0"},
           {"method", "textDocument/publishDiagnostics"},
           {"params", std::move(params)}});
}

void LspServer::checked(const LspCheck& check, const GateAnswer& answer) {
    std::map<std::string, Json> found;  // by URI
    for (const auto& [uri, version] : check.versions) found[uri] = Json::array();
    // What is about the folder is told at an open document.
    const std::string first = found.empty() ? "" : found.begin()->first;
    for (const std::string& uri : published_[check.folder]) found.try_emplace(uri, Json::array());
    std::vector<evaluate::LoadDiagnostic> all = answer.diagnostics;
    if (!answer.failure.empty())
        all.push_back({"", 0, 0, "error", "rules.internal", answer.failure});
    all.insert(all.end(), check.unreadable.begin(), check.unreadable.end());
    for (const evaluate::LoadDiagnostic& one : all) {
        const auto file = std::find_if(check.files.begin(), check.files.end(),
                                       [&](const auto& each) { return each.name == one.file; });
        const std::string uri = file == check.files.end() ? first : uri_of(check.folder, one.file);
        if (uri.empty()) continue;
        Json& list = found.try_emplace(uri, Json::array()).first->second;
        list.push_back(diagnostic_json(file == check.files.end() ? "" : file->text, one));
    }
    for (const auto& [uri, diagnostics] : found) publish(check, uri, diagnostics);
}

std::optional<LspServer::Place> LspServer::place(const Json& params) const {
    const Document* open = document(uri_of_params(params));
    if (open == nullptr) return std::nullopt;
    Place place{index_of(open->folder)};
    const auto file = place.index.file(open->name);
    if (!file) return std::nullopt;
    place.file = *file;
    place.offset = offset_at(open->text, {count_at(params, "/position/line"),
                                          count_at(params, "/position/character")});
    return place;
}

LspServer::Json LspServer::hover(const Json& params) {
    const std::optional<Place> at = place(params);
    if (!at) return nullptr;
    const LspWord word = at->index.word_at(at->file, at->offset);
    std::string text;
    for (const LspSymbol* symbol : at->index.meanings(at->file, word))
        text += at->index.described(*symbol);
    if (text.empty()) {
        const LspBuiltin* known = builtin(word);
        if (known == nullptr) return nullptr;
        text = "**" + std::string(known->signature) + "**\n\n" + std::string(known->about);
    }
    return {{"contents", {{"kind", "markdown"}, {"value", text}}},
            {"range", range_json(at->index.files()[at->file].text, word.begin, word.end)}};
}

LspServer::Json LspServer::definition(const Json& params) {
    const std::optional<Place> at = place(params);
    if (!at) return nullptr;
    const LspWord word = at->index.word_at(at->file, at->offset);
    const Document* open = document(uri_of_params(params));
    Json found = Json::array();
    for (const LspSymbol* symbol : at->index.meanings(at->file, word)) {
        const prolog::SourceFile& file = at->index.files()[symbol->file];
        found.push_back({{"uri", uri_of(open->folder, file.name)},
                         {"range", range_json(file.text, symbol->name_begin, symbol->name_end)}});
    }
    return found;
}

LspServer::Json LspServer::document_symbols(const Json& params) {
    const Document* open = document(uri_of_params(params));
    Json found = Json::array();
    if (open == nullptr) return found;
    const LspIndex index({{open->name, open->text}});
    for (const LspSymbol& symbol : index.symbols()) {
        const bool predicate = symbol.kind == Kind::kPredicate;
        found.push_back(
            {{"name", predicate ? symbol.name + "/" + std::to_string(symbol.arity) : symbol.name},
             {"detail", symbol.detail},
             {"kind", symbol_kind(symbol.kind)},
             {"range", range_json(open->text, symbol.begin, symbol.end)},
             {"selectionRange", range_json(open->text, symbol.name_begin, symbol.name_end)}});
    }
    return found;
}

LspServer::Json LspServer::completion(const Json& params) {
    Json items = Json::array();
    const std::optional<Place> at = place(params);
    if (!at) return items;
    const LspWord word = at->index.word_at(at->file, at->offset);
    const std::string& text = at->index.files()[at->file].text;
    const std::string prefix =
        word.begin < at->offset ? text.substr(word.begin, at->offset - word.begin) : "";
    const std::string own = pack_of_file(at->index.files()[at->file].name);
    std::set<std::string> given;
    const auto offer = [&](const std::string& label, Kind kind, const std::string& detail) {
        if (!label.starts_with(prefix) || !given.insert(label).second) return;
        items.push_back({{"label", label}, {"kind", completion_kind(kind)}, {"detail", detail}});
    };
    if (word.names_directive) {
        for (const std::string_view name : kDirectives)
            offer(std::string(name), Kind::kOther, "declaration");
        return items;
    }
    const auto inside = [&](std::string_view name) {
        return std::any_of(word.calls.begin(), word.calls.end(),
                           [&](const LspWord::Call& call) { return call.name == name; });
    };
    const bool measure = inside("measured");
    const bool parameter = inside("param");
    for (const LspSymbol& symbol : at->index.symbols()) {
        if (measure && symbol.kind != Kind::kMeasure) continue;
        if (parameter && symbol.kind != Kind::kParameter) continue;
        if (symbol.kind == Kind::kOther) continue;
        const std::string& pack = word.qualifier.empty() ? own : word.qualifier;
        if (symbol.pack != pack && (measure || !word.qualifier.empty())) continue;
        offer(symbol.name, symbol.kind, symbol.detail);
    }
    if (measure || parameter || !word.qualifier.empty()) return items;
    for (const LspBuiltin& one : lsp_builtins())
        offer(std::string(one.name), Kind::kPredicate, std::string(one.signature));
    return items;
}

}  // namespace overlord::ctl
