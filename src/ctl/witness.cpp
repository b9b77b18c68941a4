// overlordctl witness: a small server that cosigns the checkpoints of logs.
#include <utility>  // before Asio: its coroutine headers of 1.74 forgot it

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <iostream>

#include "command.hpp"
#include "key_ring.hpp"
#include "overlord/tlog/keyfile.hpp"
#include "witness_pages.hpp"

namespace overlord::ctl {
namespace {

// An existing key, or with --create a new one where there is none.
Result<tlog::KeySigner> witness_key(const Options& options) {
    const Path file = *options.value("--key");
    Result<tlog::KeySigner> key = tlog::load_key(file);
    if (key || key.error().code != "io.enoent") return key;
    if (!options.has("--create")) {
        return Error{"usage", file.string() + " is missing; a new witness starts with --create"};
    }
    const std::optional<std::string> name = options.value("--name");
    if (!name) return Error{"usage", "--create needs --name NAME for the new key"};
    return tlog::create_key(file, *name);
}

Status check(const Options& options) {
    if (!options.operands().empty()) return Error{"usage", "witness takes options only"};
    for (const char* needed : {"--state", "--key", "--log"}) {
        if (options.has(needed)) continue;
        return Error{"usage", std::string("witness needs ") + needed};
    }
    return {};
}

void tell_ready(const witness::Store& store, const net::Endpoint& endpoint, std::size_t logs) {
    std::cerr << "ready witness=" << endpoint.text() << " vkey=" << store.verifier().to_text()
              << " logs=" << logs << " known=" << store.known_logs() << std::endl;
}

int serve(const Options& options, witness::Store& store, const std::string& listen,
          std::size_t logs) {
    boost::asio::io_context io{1};
    boost::asio::signal_set signals(io, SIGTERM, SIGINT);
    net::HttpOptions serving;
    serving.listen = listen;
    serving.connections_max = 64;
    serving.idle_timeout_ms = 120'000;  // logs keep their connection between checkpoints
    const auto report = [](const std::string& line) { std::cerr << line << std::endl; };
    const Result<std::unique_ptr<net::HttpServer>> server =
        net::HttpServer::start(io, witness_pages(store, report), serving);
    if (!server) return fail(options, kUnavailable, server.error());
    tell_ready(store, (*server)->endpoint(), logs);
    signals.async_wait([&](boost::system::error_code, int) { io.stop(); });
    io.run();
    (*server)->stop();
    io.restart();
    io.poll();
    return kYes;
}

}  // namespace

int run_witness(const Options& options) {
    if (Status good = check(options); !good) return fail(options, kUsage, good.error());
    const std::string listen = options.value_or("--listen", "127.0.0.1:7490");
    const Result<net::Endpoint> endpoint = net::parse_endpoint(listen);
    if (!endpoint) return fail(options, kUsage, endpoint.error());
    const Result<Keys> logs = read_keys(options.values("--log"));
    if (!logs) return fail(options, kUsage, logs.error());
    for (const tlog::VerifierKey& log : *logs) {
        if (log.type != tlog::SignatureType::kCosignature) continue;
        return fail(options, kUsage,
                    Error{"usage", "--log " + log.name + " is a witness's key, not a log's"});
    }
    Result<tlog::KeySigner> key = witness_key(options);
    if (!key) return fail(options, kUsage, key.error());
    witness::StoreOptions storing;
    storing.directory = *options.value("--state");
    if (options.has("--create")) storing.creation = witness::Creation::kIfAbsent;
    storing.logs = *logs;
    const Result<std::unique_ptr<witness::Store>> store =
        witness::Store::open(std::move(storing), *std::move(key), system_clock());
    if (!store) return fail(options, kUnavailable, store.error());
    return serve(options, **store, listen, logs->size());
}

}  // namespace overlord::ctl
