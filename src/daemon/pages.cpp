#include "pages.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "overlord/daemon/version.hpp"

namespace overlord::daemon {
namespace {

using nlohmann::json;
using pipeline::Counters;
using pipeline::HeadBoard;
using pipeline::StatusBoard;

// Prometheus text exposition format 0.0.4.
class Metrics {
public:
    void add(const char* type, const std::string& name, const std::string& help,
             std::uint64_t value, const std::string& labels = "") {
        if (name != last_)
            text_ += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
        last_ = name;
        text_ += name + labels + " " + std::to_string(value) + "\n";
    }
    void counter(const std::string& name, const std::string& help, std::uint64_t value,
                 const std::string& labels = "") {
        add("counter", name, help, value, labels);
    }
    void gauge(const std::string& name, const std::string& help, std::uint64_t value,
               const std::string& labels = "") {
        add("gauge", name, help, value, labels);
    }
    void histogram(const std::string& name, const std::string& help,
                   const pipeline::LatencyHistogram& values) {
        text_ += "# HELP " + name + " " + help + "\n# TYPE " + name + " histogram\n";
        std::uint64_t cumulative = 0;
        for (std::size_t i = 0; i < 24; ++i) {
            cumulative += values.bucket(i);
            text_ += name + "_bucket{le=\"" + std::to_string(static_cast<double>(1ull << i) / 1e6) +
                     "\"} " + std::to_string(cumulative) + "\n";
        }
        text_ += name + "_bucket{le=\"+Inf\"} " + std::to_string(values.count()) + "\n";
        text_ += name + "_sum " + std::to_string(static_cast<double>(values.sum_us()) / 1e6) + "\n";
        text_ += name + "_count " + std::to_string(values.count()) + "\n";
    }
    std::string take() { return std::move(text_); }

private:
    std::string text_, last_;
};

std::string metrics(const StatusBoard& status, const net::IngestCounters& ingest,
                    std::size_t repl_sessions) {
    const Counters& c = status.counters;
    const auto snapshot = status.snapshot();
    Metrics m;
    m.counter("overlord_events_total", "Lines dealt with, by outcome.", c.accepted,
              "{outcome=\"accepted\"}");
    m.counter("overlord_events_total", "", c.rejected, "{outcome=\"rejected\"}");
    m.counter("overlord_events_total", "", c.duplicate, "{outcome=\"duplicate\"}");
    m.counter("overlord_events_late_total", "Accepted events too old for their measures.", c.late);
    m.counter("overlord_batches_total", "Group commits.", c.batches);
    m.counter("overlord_seals_total", "Signed checkpoints.", c.seals);
    m.counter("overlord_attestations_total", "Attestations made.", c.attestations);
    m.counter("overlord_queries_total", "REPL goals.", c.queries);
    m.counter("overlord_engine_starts_total",
              "Starts of the engine; more than one is worth a look.", c.engine_starts);
    m.counter("overlord_engine_poisoned_total", "Events that killed the engine twice.", c.poisoned);
    m.gauge("overlord_journal_records", "Records in the journal.", snapshot->records);
    m.gauge("overlord_log_entries", "Entries in the public log.", snapshot->entries);
    m.gauge("overlord_ingest_connections", "Open connections.", ingest.connections_open);
    m.counter("overlord_ingest_connections_refused_total", "Connections beyond the limit.",
              ingest.connections_refused);
    m.counter("overlord_ingest_bytes_total", "Bytes read.", ingest.bytes);
    m.counter("overlord_ingest_lines_total", "Lines read, blank ones too.", ingest.lines);
    m.counter("overlord_ingest_suppressed_total",
              "Reject answers not sent to senders that do not read.", ingest.suppressed);
    m.counter("overlord_ingest_timeouts_total", "Started lines that did not end in time.",
              ingest.timeouts);
    m.counter("overlord_ingest_paused_total", "Times a connection waited for room.", ingest.paused);
    m.gauge("overlord_repl_sessions", "Open REPL sessions.", repl_sessions);
    std::map<std::string, std::uint64_t> by_verdict{
        {"compliant", 0}, {"non_compliant", 0}, {"unknown", 0}};
    for (const auto& [system, levels] : *snapshot->systems)
        ++by_verdict[pipeline::system_verdict(*levels)];
    for (const auto& [verdict, count] : by_verdict)
        m.gauge("overlord_systems", "Systems by verdict.", count, "{verdict=\"" + verdict + "\"}");
    m.histogram("overlord_arrival_to_durable_seconds",
                "From a line's arrival to its durable record.", c.arrival_to_durable);
    return m.take();
}

std::uint64_t percentile_us(const pipeline::LatencyHistogram& values, double share) {
    const std::uint64_t wanted =
        static_cast<std::uint64_t>(static_cast<double>(values.count()) * share);
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i < pipeline::LatencyHistogram::kBuckets; ++i) {
        cumulative += values.bucket(i);
        if (cumulative > wanted) return 1ull << i;
    }
    return 0;
}

// How far the log has come in each of the three states that a receipt can tell.
json positions(const pipeline::StatusSnapshot& snapshot, const HeadBoard& heads) {
    const auto head = [](const pipeline::LogHead& known) {
        return known.size.value == 0
                   ? json()
                   : json{{"records", known.records}, {"size", known.size.value}};
    };
    json page{{"durable", {{"records", snapshot.records}}},
              {"published", head(heads.published())},
              {"witnessed", head(heads.witnessed())}};
    if (heads.witnessed_at() != 0) page["witnessed"]["at"] = format_rfc3339(heads.witnessed_at());
    return page;
}

std::string status_json(const StatusBoard& status, const HeadBoard& heads,
                        const net::IngestCounters& ingest, bool ready) {
    const Counters& c = status.counters;
    const auto snapshot = status.snapshot();
    json systems = json::object();
    for (const auto& [system, levels] : *snapshot->systems)
        systems[system] = {{"verdict", pipeline::system_verdict(*levels)}, {"levels", *levels}};
    const json page = {
        {"version", kVersion},
        {"ready", ready},
        {"origin", snapshot->origin},
        {"bundle", snapshot->bundle},
        {"log_time", snapshot->at == 0 ? "" : format_rfc3339(snapshot->at)},
        {"records", snapshot->records},
        {"sealed_records", snapshot->sealed_records},
        {"size", snapshot->entries},
        {"root", to_base64(snapshot->root)},
        {"positions", positions(*snapshot, heads)},
        {"events",
         {{"accepted", c.accepted.load()},
          {"rejected", c.rejected.load()},
          {"duplicate", c.duplicate.load()},
          {"late", c.late.load()}}},
        {"engine", {{"starts", c.engine_starts.load()}, {"poisoned", c.poisoned.load()}}},
        {"attestations", c.attestations.load()},
        {"queries", c.queries.load()},
        {"connections", ingest.connections_open},
        {"arrival_to_durable_us",
         {{"p50", percentile_us(c.arrival_to_durable, 0.5)},
          {"p99", percentile_us(c.arrival_to_durable, 0.99)}}},
        {"systems", std::move(systems)},
    };
    return page.dump(2) + "\n";
}

}  // namespace

net::HttpHandlers make_pages(const StatusBoard& status, const HeadBoard& heads,
                             std::function<net::IngestCounters()> ingest,
                             std::function<std::size_t()> repl_sessions,
                             std::function<bool()> ready, Path log_directory) {
    using net::HttpAudience;
    using net::HttpReply;
    net::HttpHandlers handlers;
    handlers.log_directory = std::move(log_directory);
    handlers.pages["/healthz"] = {[] {
                                      return HttpReply{200, "text/plain; charset=utf-8", "ok\n"};
                                  },
                                  HttpAudience::kAnyone};
    handlers.pages["/readyz"] = {
        [ready] {
            return ready() ? HttpReply{200, "text/plain; charset=utf-8", "ready\n"}
                           : HttpReply{503, "text/plain; charset=utf-8", "not ready\n"};
        },
        HttpAudience::kAnyone};
    handlers.pages["/metrics"] = {[&status, ingest, repl_sessions] {
        return HttpReply{200, "text/plain; version=0.0.4; charset=utf-8",
                         metrics(status, ingest(), repl_sessions())};
    }};
    handlers.pages["/api/v1/status"] = {[&status, &heads, ingest, ready] {
        return HttpReply{200, "application/json", status_json(status, heads, ingest(), ready())};
    }};
    return handlers;
}

}  // namespace overlord::daemon
