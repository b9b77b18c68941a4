// The language server over pipes, as an editor drives it.
#include <fstream>
#include <set>

#include "lsp_builtins.hpp"
#include "lsp_client.hpp"
#include "lsp_server.hpp"
#include "lsp_text.hpp"
#include "overlord/rules/outline.hpp"

using namespace overlord;
using namespace overlord::ctl;

namespace {

using Json = Editor::Json;

constexpr const char* kOven = R"(:- module(oven, [oven_heat/2, oven_compliant/1]).

:- telemetry(heat(id:string, celsius:number)).
:- parameter(hours, 2).
:- measure(hottest, max(heat, celsius), over(param(hours), h), [unit("C")]).

:- control('oven.heat', oven_heat/2,
           [ title("No oven is too hot"), basis(standard),
             cites([citation("EN 1673", "2000", "5.2", [verified(false)])]) ]).

%!  oven_heat(+System, -Celsius) is semidet.
%
%   The hottest oven.

oven_heat(System, Celsius) :-
    measured(System, hottest, Celsius),
    Celsius =< 250.

oven_compliant(System) :-
    oven_heat(System, _).
)";

// A folder with one pack, open in an editor.
struct Workshop {
    TemporaryDirectory directory;
    Editor editor;
    std::string uri = uri_of_path((directory.path / "oven.pl").string());

    explicit Workshop(const std::string& text = kOven) {
        std::ofstream(directory.path / "oven.pl") << text;
        editor.start();
        editor.open(uri, text);
    }
    Json diagnostics(int version = 1) { return editor.diagnostics(uri, version); }
};

std::string with(const std::string& from, const std::string& to) {
    std::string text = kOven;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("lsp: a good pack has no diagnostics, a mistake has its place", "[ctl]") {
    Workshop shop;
    CHECK(shop.diagnostics().empty());
    shop.editor.change(shop.uri, 2, with("Celsius =< 250", "Celsius =< limit(250)"));
    const Json found = shop.diagnostics(2);
    REQUIRE(found.size() == 1);
    CHECK(found[0].at("severity") == 1);
    CHECK(found[0].at("source") == "overlord");
    CHECK(found[0].at("code").get<std::string>().starts_with("rules."));
    CHECK(found[0].at("range").at("start") == Json({{"line", 16}, {"character", 15}}));
    CHECK(found[0].at("range").at("end") == Json({{"line", 16}, {"character", 20}}));
    shop.editor.change(shop.uri, 3, kOven);
    CHECK(shop.diagnostics(3).empty());
}

TEST_CASE("lsp: what is said of a text names the version that was checked", "[ctl]") {
    std::vector<LspServer::Json> sent;
    LspServer server([&](const LspServer::Json& message) { sent.push_back(message); });
    const auto tell = [&](const std::string& method, const Editor::Json& params, bool request) {
        Editor::Json message = {{"jsonrpc", "2.0"}, {"method", method}, {"params", params}};
        if (request) message["id"] = 1;
        server.handle({message.dump(), ""});
    };
    TemporaryDirectory directory;
    const std::string uri = uri_of_path((directory.path / "oven.pl").string());
    tell("initialize", Editor::Json::object(), true);
    tell("textDocument/didOpen",
         {{"textDocument", {{"uri", uri}, {"version", 7}, {"text", kOven}}}}, false);
    const auto check = server.take_check();
    REQUIRE(check);
    // The editor goes on while the gate works on version 7.
    tell("textDocument/didChange",
         {{"textDocument", {{"uri", uri}, {"version", 8}}},
          {"contentChanges", {{{"text", "nonsense"}}}}},
         false);
    sent.clear();
    server.checked(*check, {});
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].at("params").at("version") == 7);
    const auto next = server.take_check();
    REQUIRE(next);
    server.checked(*next, {});
    REQUIRE(sent.size() == 2);
    CHECK(sent[1].at("params").at("version") == 8);
}

// The server asks for whole texts; a client that sends parts all the same must not be misread.
TEST_CASE("lsp: a part of a text is put in its place", "[ctl]") {
    Workshop shop;
    CHECK(shop.diagnostics().empty());
    const auto change = [&](int version, int line, int from, int to, const std::string& text) {
        shop.editor.notify(
            "textDocument/didChange",
            {{"textDocument", {{"uri", shop.uri}, {"version", version}}},
             {"contentChanges",
              {{{"range",
                 {{"start", {{"line", line}, {"character", from}}},
                  {"end", {{"line", line}, {"character", to}}}}},
                {"text", text}}}}});
    };
    change(2, 15, 21, 28, "hotest");
    const Json told = shop.diagnostics(2);
    REQUIRE(told.size() == 1);
    CHECK(contains(told[0].at("message").get<std::string>(), "did you mean hottest?"));
    change(3, 15, 21, 27, "hottest");
    CHECK(shop.diagnostics(3).empty());
}

TEST_CASE("lsp: a file that cannot be read is told at an open one", "[ctl]") {
    Workshop shop;
    CHECK(shop.diagnostics().empty());
    std::filesystem::create_directory(shop.directory.path / "folder.pl");
    shop.editor.change(shop.uri, 2, with("measured(System, hottest", "measured(System, hotest"));
    const Json told = shop.diagnostics(2);
    REQUIRE(told.size() == 2);
    CHECK(told[0].at("code") == "rules.undefined");
    CHECK(told[1].at("code") == "rules.file");
    CHECK(told[1].at("message") == "folder.pl: not a regular file");
}

TEST_CASE("lsp: places are UTF-16 code units", "[ctl]") {
    Workshop shop;
    // U+1F525 is two units, é one.
    shop.editor.change(shop.uri, 2,
                       with("    Celsius =< 250", "    /* \xF0\x9F\x94\xA5\xC3\xA9 */ nosuch"));
    const Json found = shop.diagnostics(2);
    REQUIRE(!found.empty());
    CHECK(found[0].at("range").at("start") == Json({{"line", 16}, {"character", 14}}));
    CHECK(found[0].at("range").at("end") == Json({{"line", 16}, {"character", 20}}));
    CHECK(position_at("a\xF0\x9F\x94\xA5z", 5).character == 3);
    CHECK(offset_at("a\xF0\x9F\x94\xA5z", {0, 3}) == 5);
    CHECK(offset_at("a\xF0\x9F\x94\xA5z", {0, 2}) == 1);  // inside the pair: before it
    CHECK(offset_at("ab\r\ncd", {0, 99}) == 2);
    CHECK(offset_at("ab\r\ncd", {9, 0}) == 6);
    CHECK(offset_at("\xFF\xFE\n", {0, 2}) == 2);
}

TEST_CASE("lsp: unsaved text counts, and the other packs of the folder", "[ctl]") {
    Workshop shop;
    CHECK(shop.diagnostics().empty());
    const std::string uri = uri_of_path((shop.directory.path / "shop.pl").string());
    const std::string text =
        ":- module(shop, [shop_compliant/1]).\nshop_compliant(S) :- oven:oven_heat(S, _).\n";
    shop.editor.open(uri, text);
    CHECK(shop.editor.diagnostics(uri, 1).empty());
    shop.editor.change(shop.uri, 2, with("[oven_heat/2, oven_compliant/1]", "[oven_compliant/1]"));
    const Json found = shop.editor.diagnostics(uri, 1);
    REQUIRE(found.size() == 1);
    CHECK(contains(found[0].at("message"), "is not exported"));
    shop.editor.notify("textDocument/didClose", {{"textDocument", {{"uri", shop.uri}}}});
    CHECK(shop.editor.diagnostics(uri, 1).empty());  // on disk it is as it was
}

TEST_CASE("lsp: tests are read as tests of their pack", "[ctl]") {
    Workshop shop;
    const std::string uri = uri_of_path((shop.directory.path / "oven.plt").string());
    const std::string text =
        ":- begin_tests(oven).\n"
        "test(met, [given([measured(s, hottest, 20)])]) :-\n    oven_heat(s, 20).\n"
        ":- end_tests(oven).\n";
    shop.editor.open(uri, text);
    CHECK(shop.editor.diagnostics(uri, 1).empty());
    std::string wrong = text;
    wrong.replace(wrong.find("oven_heat"), 9, "oven_cold");
    shop.editor.change(uri, 2, wrong);
    const Json found = shop.editor.diagnostics(uri, 2);
    REQUIRE(found.size() == 1);
    CHECK(found[0].at("code") == "rules.undefined");
    CHECK(found[0].at("range").at("start") == Json({{"line", 2}, {"character", 4}}));
    const Json rule = shop.editor.at("definition", uri, 2, 6);
    CHECK(rule.empty());
    shop.editor.change(uri, 3, text);
    CHECK(shop.editor.at("definition", uri, 2, 6).at(0).at("uri") == shop.uri);
}

TEST_CASE("lsp: hover on measures, predicates, controls and built-ins", "[ctl]") {
    Workshop shop;
    const auto hover = [&](int line, int character) {
        const Json told = shop.editor.at("hover", shop.uri, line, character);
        return told.is_null() ? std::string()
                              : told.at("contents").at("value").get<std::string>();
    };
    CHECK(contains(hover(15, 23), ":- measure(hottest, max(heat, celsius)"));
    CHECK(contains(hover(19, 6), "The hottest oven."));
    CHECK(contains(hover(19, 6), "Decides control `oven.heat`"));
    CHECK(contains(hover(6, 15), "No oven is too hot"));
    CHECK(contains(hover(6, 15), "EN 1673, 2000, 5.2 **(from memory)**"));
    CHECK(contains(hover(15, 6), "measured(?System, ?Measure, -Value)"));
    CHECK(contains(hover(4, 52), ":- parameter(hours, 2)"));
    CHECK(contains(hover(4, 24), ":- telemetry(heat("));
    CHECK(hover(1, 0).empty());
    CHECK(hover(900, 900).empty());
}

TEST_CASE("lsp: definitions across packs", "[ctl]") {
    Workshop shop;
    const std::string uri = uri_of_path((shop.directory.path / "shop.pl").string());
    shop.editor.open(
        uri, ":- module(shop, [shop_compliant/1]).\n"
             "shop_compliant(S) :- oven:oven_heat(S, _), measured(S, oven:hottest, _).\n");
    const Json rule = shop.editor.at("definition", uri, 1, 30);
    REQUIRE(rule.size() == 1);
    CHECK(rule[0].at("uri") == shop.uri);
    CHECK(rule[0].at("range").at("start") == Json({{"line", 14}, {"character", 0}}));
    const Json measure = shop.editor.at("definition", uri, 1, 62);
    REQUIRE(measure.size() == 1);
    CHECK(measure[0].at("range").at("start") == Json({{"line", 4}, {"character", 11}}));
    const Json kind = shop.editor.at("definition", shop.uri, 4, 24);
    REQUIRE(kind.size() == 1);
    CHECK(kind[0].at("range").at("start").at("line") == 2);
    const Json exported = shop.editor.at("definition", shop.uri, 0, 20);
    REQUIRE(exported.size() == 1);
    CHECK(exported[0].at("range").at("start").at("line") == 14);
}

TEST_CASE("lsp: completion of measures, parameters, declarations and predicates", "[ctl]") {
    Workshop shop;
    const auto labels = [&](const std::string& text, int line, int character) {
        static int version = 1;
        shop.editor.change(shop.uri, ++version, text);
        std::set<std::string> found;
        for (const Json& item : shop.editor.at("completion", shop.uri, line, character))
            found.insert(item.at("label").get<std::string>());
        return found;
    };
    CHECK(labels(with("measured(System, hottest,", "measured(System, ho,"), 15, 23) ==
          std::set<std::string>{"hottest"});
    CHECK(labels(with("param(hours)", "param()"), 4, 51).contains("hours"));
    const auto directives = labels(with(":- parameter(hours, 2).", ":- pa\n"), 3, 5);
    CHECK(directives.contains("parameter"));
    CHECK_FALSE(directives.contains("measure"));
    const auto goals = labels(with("    oven_heat(System, _).", "    ov"), 19, 6);
    CHECK(goals.contains("oven_heat"));
    CHECK(labels(with("    oven_heat(System, _).", "    oven:"), 19, 9).contains("oven_heat"));
    const auto others = labels(with("    oven_heat(System, _).", "    shop:"), 19, 9);
    CHECK_FALSE(others.contains("oven_heat"));
    CHECK(labels(with("    oven_heat(System, _).", "    fora"), 19, 8) ==
          std::set<std::string>{"forall"});
}

TEST_CASE("lsp: the symbols of a document", "[ctl]") {
    Workshop shop;
    const Json symbols = shop.editor
                             .request("textDocument/documentSymbol",
                                      {{"textDocument", {{"uri", shop.uri}}}})
                             .at("result");
    std::vector<std::string> names;
    for (const Json& symbol : symbols) names.push_back(symbol.at("name"));
    CHECK(names == std::vector<std::string>{"oven", "heat", "hours", "hottest", "oven.heat",
                                            "oven_heat/2", "oven_compliant/1"});
}

TEST_CASE("lsp: what is no frame, no JSON or no method is answered, and it goes on", "[ctl]") {
    Workshop shop;
    const auto error = [&](std::string_view bytes) {
        shop.editor.send_bytes(bytes);
        return shop.editor.wait([](const Json& one) { return one.contains("error"); })
            .at("error")
            .at("code")
            .get<int>();
    };
    CHECK(error("Content-Length: x\r\n\r\n") == -32700);
    CHECK(error("Nonsense: 3\r\n\r\n") == -32700);
    CHECK(error("Content-Length: -5\r\n\r\n") == -32700);
    CHECK(error(lsp_frame("{\"jsonrpc\":")) == -32700);
    CHECK(error(lsp_frame("\"\xFF\xFE\"")) == -32700);
    CHECK(error(lsp_frame("[]")) == -32600);
    CHECK(error(lsp_frame(R"({"id":1,"method":7})")) == -32600);
    CHECK(error(lsp_frame(R"({"id":1,"method":"no/such"})")) == -32601);
    CHECK(error(lsp_frame(R"({"id":1,"method":"textDocument/hover","params":[]})")) == -32602);
    CHECK(error(lsp_frame(R"({"id":1,"method":"textDocument/hover","params":{"textDocument":)"
                          R"({"uri":")" + shop.uri + R"("},"position":{"line":-1}}})")) == -32602);
    shop.editor.send_bytes(lsp_frame(R"({"method":"no/such/notification"})"));
    shop.editor.send_bytes(lsp_frame(R"({"method":"textDocument/didChange","params":{}})"));
    shop.editor.send_bytes(lsp_frame(std::string(100'000, '[')));
    shop.editor.change(shop.uri, 2, kOven);
    CHECK(shop.diagnostics(2).empty());
}

TEST_CASE("lsp: a message that is too long is read past", "[ctl]") {
    LspFramer framer;
    framer.feed("Content-Length: 100000000\r\n\r\n");
    CHECK(contains(framer.next().value().error, "64 MiB"));
    const std::string part(1'000'000, 'x');
    for (int i = 0; i < 100; ++i) {
        framer.feed(part);
        CHECK_FALSE(framer.next());
    }
    framer.feed(lsp_frame("{}"));
    CHECK(framer.next().value().body == "{}");
    framer.feed(std::string(9'000, 'h'));
    CHECK(contains(framer.next().value().error, "no header"));
}

TEST_CASE("lsp: frames may come in any pieces, headers in any order", "[ctl]") {
    LspFramer framer;
    const std::string bytes =
        "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:  2\r\n\r\n{}" +
        lsp_frame("[1]");
    std::vector<std::string> bodies;
    for (const char c : bytes) {
        framer.feed(std::string_view(&c, 1));
        while (const auto frame = framer.next()) bodies.push_back(frame->body);
    }
    CHECK(bodies == std::vector<std::string>{"{}", "[1]"});
}

TEST_CASE("lsp: huge documents and text that is not UTF-8 are refused by the gate", "[ctl]") {
    Workshop shop;
    CHECK(shop.diagnostics().empty());
    shop.editor.change(shop.uri, 2, std::string(kOven) + std::string(2 << 20, '%'));
    const Json huge = shop.diagnostics(2);
    REQUIRE(huge.size() == 1);
    CHECK(huge[0].at("code") == "rules.size");
    shop.editor.change(shop.uri, 3, kOven);
    CHECK(shop.diagnostics(3).empty());
    std::ofstream(shop.directory.path / "latin.pl") << "% caf\xE9\n";
    shop.editor.notify("textDocument/didSave", {{"textDocument", {{"uri", shop.uri}}}});
    const Json told = shop.editor.wait([](const Json& one) {
        return one.value("method", "") == "textDocument/publishDiagnostics" &&
               one.at("params").at("uri").get<std::string>().ends_with("latin.pl");
    });
    CHECK(told.at("params").at("diagnostics").at(0).at("code") == "rules.encoding");
}

TEST_CASE("lsp: rules that never end are stopped, and the server goes on", "[ctl]") {
    Workshop shop;
    CHECK(shop.diagnostics().empty());
    std::string deep = ":- module(oven, []).\n";
    for (int i = 0; i < 60; ++i) deep += "p(" + std::string(900, 'f') + ").\n";
    shop.editor.change(shop.uri, 2, deep + std::string(100'000, '('));
    CHECK_FALSE(shop.diagnostics(2).empty());
    shop.editor.change(shop.uri, 3, kOven);
    CHECK(shop.diagnostics(3).empty());
}

TEST_CASE("lsp: initialize, shutdown and exit", "[ctl]") {
    Editor editor;
    CHECK(editor.request("textDocument/hover").at("error").at("code") == -32002);
    const Json started = editor.request("initialize");
    CHECK(started.at("result").at("capabilities").at("hoverProvider") == true);
    CHECK(editor.request("initialize").at("error").at("code") == -32600);
    CHECK(editor.request("shutdown").at("result").is_null());
    CHECK(editor.request("textDocument/hover").at("error").at("code") == -32600);
    editor.notify("exit", Json::object());
    CHECK(editor.end() == 0);

    Editor abrupt;
    abrupt.notify("exit", Json::object());
    CHECK(abrupt.end() == 1);
    Editor closed;
    closed.start();
    closed.close_input();
    CHECK(closed.end() == 1);
}

TEST_CASE("lsp: an unsaved document is a folder of its own", "[ctl]") {
    Editor editor;
    editor.start();
    editor.open("untitled:oven.pl", kOven);
    CHECK(editor.diagnostics("untitled:oven.pl", 1).empty());
    CHECK(path_of_uri("untitled:oven.pl") == std::nullopt);
    CHECK(path_of_uri("file:///a%20b/%C3%A9.pl") == "/a b/\xC3\xA9.pl");
    CHECK(path_of_uri("file://host/a.pl") == std::nullopt);
    CHECK(uri_of_path("/a b/\xC3\xA9.pl") == "file:///a%20b/%C3%A9.pl");
}

TEST_CASE("lsp: the table of built-ins is the gate's list", "[ctl]") {
    std::ifstream in(OVERLORD_SOURCE_DIR "/src/prolog/kernel/allowed.pl");
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const rules::Outline read = rules::outline(text);
    std::set<std::pair<std::string, std::size_t>> allowed, known;
    for (const rules::Item& item : read.items) {
        const std::set<std::string> lists = {"builtin", "library_predicate", "meta", "kernel"};
        if (item.kind != rules::Item::Kind::kClause || !lists.contains(item.name)) continue;
        const auto given = rules::terms(text, item);
        const std::string arity = given.at(1).value();
        if (arity.find_first_not_of("0123456789") != std::string::npos) continue;  // a rule
        allowed.insert({given.at(0).value(), std::stoul(arity)});
    }
    for (const LspBuiltin& one : lsp_builtins()) known.insert({std::string(one.name), one.arity});
    CHECK(allowed.size() > 100);
    for (const auto& [name, arity] : allowed) {
        CAPTURE(name, arity);
        CHECK(known.contains({name, arity}));
    }
    for (const auto& [name, arity] : known) {
        CAPTURE(name, arity);
        CHECK(allowed.contains({name, arity}));
    }
}
