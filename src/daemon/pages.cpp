#include "pages.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "overlord/daemon/version.hpp"
#include "proof_page.hpp"
#include "read_only.hpp"
#include "waiver_page.hpp"

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

std::string label_of(const std::string& name, const std::string& value) {
    std::string text = "{" + name + "=\"";
    for (const char c : value) {
        if (c == '\\' || c == '"') text += '\\';
        text += c == '\n' ? ' ' : c;
    }
    return text + "\"}";
}

std::uint64_t age_seconds(TimeNs since) {
    const DurationNs age = system_clock().now() - since;
    return age <= 0 ? 0 : static_cast<std::uint64_t>(age / kSecondNs);
}

// How far others can see the log, and who of the witnesses cosigns.
void log_metrics(Metrics& m, const PageSources& from) {
    const HeadBoard& heads = from.heads;
    m.gauge("overlord_read_only", "1 when nothing is accepted, signed or written any more.",
            from.read_only() ? 1 : 0);
    m.gauge("overlord_published_entries", "Entries under log/checkpoint.",
            heads.published().size.value);
    m.gauge("overlord_published_records", "Records under log/checkpoint.",
            heads.published().records);
    if (const std::optional<witness::StampedState> stamped = from.stamped()) {
        m.gauge("overlord_timestamp_entries", "Entries under the checkpoint stamped last.",
                stamped->size);
        m.counter("overlord_timestamp_tokens_total", "Time stamps kept.", stamped->tokens);
        m.counter("overlord_timestamp_failures_total", "Requests without a time stamp.",
                  stamped->failures);
    }
    const std::vector<witness::PeerState> witnesses = from.witnesses();
    if (witnesses.empty()) return;
    m.gauge("overlord_witnessed_entries", "Entries under the newest checkpoint with a quorum.",
            heads.witnessed().size.value);
    m.gauge("overlord_witnessed_records", "Records under the newest checkpoint with a quorum.",
            heads.witnessed().records);
    if (heads.witnessed_at() != 0)
        m.gauge("overlord_witnessed_age_seconds", "Since a quorum cosigned last.",
                age_seconds(heads.witnessed_at()));
    for (const witness::PeerState& peer : witnesses)
        m.gauge("overlord_witness_up", "1 when the witness cosigned when it was asked last.",
                peer.problem.empty() && peer.cosigned_at != 0 ? 1 : 0,
                label_of("witness", peer.name));
    for (const witness::PeerState& peer : witnesses)
        m.gauge("overlord_witness_entries", "Entries under what the witness cosigned last.",
                peer.size, label_of("witness", peer.name));
    for (const witness::PeerState& peer : witnesses)
        m.counter("overlord_witness_cosignatures_total", "Cosignatures that verified.",
                  peer.cosignatures, label_of("witness", peer.name));
    for (const witness::PeerState& peer : witnesses)
        m.counter("overlord_witness_failures_total", "Requests without a cosignature.",
                  peer.failures, label_of("witness", peer.name));
}

std::string metrics(const PageSources& from) {
    const Counters& c = from.status.counters;
    const net::IngestCounters ingest = from.ingest();
    const auto snapshot = from.status.snapshot();
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
    m.gauge("overlord_erasures_waiting", "Erasures that wait until slots are proved.",
            snapshot->erasures.size());
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
    m.gauge("overlord_repl_sessions", "Open REPL sessions.", from.repl_sessions());
    log_metrics(m, from);
    std::map<std::string, std::uint64_t> by_verdict{
        {"compliant", 0}, {"non_compliant", 0}, {"unknown", 0}};
    for (const auto& [system, levels] : snapshot->systems->sorted())
        ++by_verdict[pipeline::system_verdict(levels)];
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

json witnesses_json(const std::vector<witness::PeerState>& witnesses) {
    json list = json::object();
    for (const witness::PeerState& peer : witnesses) {
        json one{{"size", peer.size},
                 {"cosignatures", peer.cosignatures},
                 {"failures", peer.failures}};
        if (peer.cosigned_at != 0) one["cosigned"] = format_rfc3339(peer.cosigned_at);
        if (!peer.problem.empty()) one["problem"] = peer.problem;
        list[peer.name] = std::move(one);
    }
    return list;
}

json stamped_json(const witness::StampedState& stamped) {
    json page{{"size", stamped.size}, {"tokens", stamped.tokens}, {"failures", stamped.failures}};
    if (stamped.at != 0) page["at"] = format_rfc3339(stamped.at);
    if (!stamped.problem.empty()) page["problem"] = stamped.problem;
    return page;
}

json erasures_json(const std::vector<pipeline::WaitingErasure>& erasures) {
    json list = json::array();
    for (const pipeline::WaitingErasure& one : erasures) {
        json shown{{"scope", one.scope}, {"before", format_rfc3339(one.before)}};
        if (!one.system.empty()) shown["system"] = one.system;
        shown["waiting_slots"] = one.slots ? json(*one.slots) : json();
        list.push_back(std::move(shown));
    }
    return list;
}

std::string status_json(const PageSources& from) {
    const Counters& c = from.status.counters;
    const net::IngestCounters ingest = from.ingest();
    const auto snapshot = from.status.snapshot();
    json systems = json::object();
    for (const auto& [system, levels] : snapshot->systems->sorted())
        systems[system] = {{"verdict", pipeline::system_verdict(levels)}, {"levels", levels}};
    json page = {
        {"version", kVersion},
        {"ready", from.ready() && !from.read_only()},
        {"origin", snapshot->origin},
        {"bundle", snapshot->bundle},
        {"log_time", snapshot->at == 0 ? "" : format_rfc3339(snapshot->at)},
        {"records", snapshot->records},
        {"sealed_records", snapshot->sealed_records},
        {"size", snapshot->entries},
        {"root", to_base64(snapshot->root)},
        {"positions", positions(*snapshot, from.heads)},
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
        {"scrub", scrub_json(from.scrub())},
        {"systems", std::move(systems)},
        {"waivers", waivers_json(*snapshot)},
    };
    if (!snapshot->erasures.empty()) page["erasures"] = erasures_json(snapshot->erasures);
    const std::vector<witness::PeerState> witnesses = from.witnesses();
    if (!witnesses.empty()) page["witnesses"] = witnesses_json(witnesses);
    if (const std::optional<witness::StampedState> stamped = from.stamped())
        page["timestamp"] = stamped_json(*stamped);
    if (const std::optional<prover::Stats> proofs = from.proofs())
        page["proofs"] = proof_json(proofs);
    if (const std::optional<Error> error = from.read_only())
        page["read_only"] = {{"code", error->code}, {"message", read_only_line(*error)}};
    return page.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace

net::HttpHandlers make_pages(PageSources given) {
    using net::HttpAudience;
    using net::HttpReply;
    const auto from = std::make_shared<const PageSources>(std::move(given));
    constexpr const char* kText = "text/plain; charset=utf-8";
    net::HttpHandlers handlers;
    handlers.log_directory = from->log_directory;
    handlers.pages["/healthz"] = {[] { return HttpReply{200, kText, "ok\n"}; },
                                  HttpAudience::kAnyone};
    handlers.pages["/readyz"] = {
        [from] {
            const std::optional<Error> read_only = from->read_only();
            if (read_only) return HttpReply{503, kText, read_only_line(*read_only) + "\n"};
            return from->ready() ? HttpReply{200, kText, "ready\n"}
                                 : HttpReply{503, kText, "not ready\n"};
        },
        HttpAudience::kAnyone};
    handlers.pages["/metrics"] = {[from] {
        return HttpReply{200, "text/plain; version=0.0.4; charset=utf-8",
                         metrics(*from) + waiver_metrics(*from->status.snapshot()) +
                             scrub_metrics(from->scrub()) + proof_metrics(from->proofs())};
    }};
    handlers.pages["/api/v1/status"] = {[from] {
        return HttpReply{200, "application/json", status_json(*from)};
    }};
    return handlers;
}

}  // namespace overlord::daemon
