#include "loop.hpp"

#include <unistd.h>

#include <algorithm>
#include <tuple>
#include <cstdio>
#include <memory>

#include "diagnostics.hpp"
#include "overlord/base/priority.hpp"
#include "overlord/evaluate/evaluator.hpp"
#include "overlord/rules/bundle.hpp"
#include "overlord/rules/proof_plan.hpp"
#include "query.hpp"
#include "sandbox.hpp"

namespace overlord::engine {
namespace {

using evaluate::MessageType;

std::vector<evaluate::LoadedWaiver> waivers_of(const rules::Bundle& bundle) {
    std::vector<evaluate::LoadedWaiver> waivers;
    for (const rules::Waiver& waiver : bundle.waivers) {
        waivers.push_back({bundle.controls[waiver.control].id, waiver.system, waiver.owner,
                           waiver.reason, waiver.approved_by, waiver.from, waiver.until});
    }
    std::sort(waivers.begin(), waivers.end(), [](const auto& one, const auto& other) {
        return std::tie(one.until, one.control, one.system) <
               std::tie(other.until, other.control, other.system);
    });
    return waivers;
}

class Loop {
public:
    Loop(Channel channel, evaluate::Marker* marker)
        : channel_(std::move(channel)), marker_(marker) {}

    int run() {
        for (;;) {
            auto frame = channel_.receive();
            if (!frame) return fatal(frame.error());
            if (!*frame) return 0;
            const auto type = static_cast<MessageType>((*frame)->type);
            if (type == MessageType::kQuit) return 0;
            if (const Status status = handle(type, (*frame)->payload); !status) {
                return fatal(status.error());
            }
        }
    }

private:
    Status handle(MessageType type, ByteView payload) {
        if (type == MessageType::kLoad) return load(payload);
        if (!evaluator_) return Error{"engine.order", "nothing is loaded"};
        switch (type) {
            case MessageType::kBatch:
                return batch(payload);
            case MessageType::kRestore:
                return restore(payload);
            case MessageType::kTakeSnapshot:
                return send(MessageType::kSnapshot, evaluate::encode(evaluator_->snapshot()));
            case MessageType::kSnapshotAside:
                return snapshot_aside();
            case MessageType::kQuery:
                return query(payload);
            case MessageType::kClaim:
                return claim(payload);
            default:
                break;
        }
        return Error{"engine.message", "message of an unknown type"};
    }

    Status load(ByteView payload);
    Status batch(ByteView payload);
    Status restore(ByteView payload);
    Status snapshot_aside();
    Status query(ByteView payload);
    Status claim(ByteView payload);

    Status send(MessageType type, ByteView payload) {
        return channel_.send(static_cast<std::uint8_t>(type), payload);
    }

    int fatal(const Error& error) {
        const std::string text = error.code + ": " + error.message;
        std::fprintf(stderr, "overlord-engine: %s\n", text.c_str());
        (void)send(MessageType::kFatal, evaluate::encode_text(text));
        return 1;
    }

    Channel channel_;
    evaluate::Marker* marker_;
    std::unique_ptr<prolog::Machine> machine_;
    std::unique_ptr<evaluate::Evaluator> evaluator_;
};

// A bundle is loaded once in the life of a process; another one is another process.
Status Loop::load(ByteView payload) {
    if (machine_) return Error{"engine.order", "a bundle is loaded already"};
    auto message = evaluate::decode_load(payload);
    if (!message) return message.error();
    std::string error;
    prolog::Limits limits;
    limits.inferences_per_call = static_cast<std::int64_t>(message->config.inferences_per_call);
    limits.stack_bytes = static_cast<std::int64_t>(message->config.stack_bytes);
    machine_ = prolog::Machine::start(limits, error);
    if (!machine_) return Error{"engine.prolog", error};
    std::vector<prolog::SourceFile> files;
    for (evaluate::NamedText& file : message->files) {
        files.push_back({std::move(file.name), std::move(file.text)});
    }
    rules::Loaded loaded = rules::load(*machine_, std::move(files));
    auto diagnostics = to_message(loaded.diagnostics);
    if (!loaded.bundle) {
        return send(MessageType::kLoadFailed,
                    evaluate::encode(evaluate::LoadFailedMessage{std::move(diagnostics)}));
    }
    evaluate::LoadedMessage answer;
    answer.bundle = loaded.bundle->digest;
    for (const rules::Kind& kind : loaded.bundle->kinds) answer.types.push_back(kind.schema.type);
    std::sort(answer.types.begin(), answer.types.end());
    for (const rules::Level& level : loaded.bundle->levels) answer.levels.push_back(level.name);
    answer.waivers = waivers_of(*loaded.bundle);
    if (const DurationNs slot = message->config.slot_ns; slot > 0)
        answer.plan = rules::proof_plan(*loaded.bundle, slot).text;
    const bool facts = std::any_of(diagnostics.begin(), diagnostics.end(),
                                   [](const auto& one) { return one.code == "rules.retained"; });
    answer.diagnostics = std::move(diagnostics);
    evaluator_ = std::make_unique<evaluate::Evaluator>(
        std::move(*loaded.bundle), std::move(message->config), *machine_,
        facts ? evaluate::Facts::kAlways : evaluate::Facts::kOnQuery, marker_);
    if (const Status closed = close_engine(); !closed) return closed;
    return send(MessageType::kLoaded, evaluate::encode(answer));
}

Status Loop::batch(ByteView payload) {
    const auto message = evaluate::decode_batch(payload);
    if (!message) return message.error();
    return send(MessageType::kOutcome, evaluate::encode(evaluator_->process(*message)));
}

Status Loop::restore(ByteView payload) {
    evaluate::RestoredMessage answer;
    const Status status = evaluator_->records() == 0
                              ? evaluator_->restore(payload)
                              : Status(Error{"state.order", "records have been processed"});
    answer.accepted = status.has_value();
    if (!status) answer.reason = status.error().code + ": " + status.error().message;
    answer.records = evaluator_->records();
    answer.at = evaluator_->now_ns();
    answer.next_due = evaluator_->next_due();
    return send(MessageType::kRestored, evaluate::encode(answer));
}

// Writing out the state of thousands of systems takes longer than a sender should wait for its
// answer, so a copy of this process does it. Without memory for a fork there is no snapshot.
Status Loop::snapshot_aside() {
    std::optional<FileHandle> to = channel_.take_descriptor();
    if (!to) return Error{"engine.descriptors", "a snapshot without its socket"};
    const pid_t child = ::fork();
    if (child != 0) return {};
    ::close(channel_.descriptor());
    come_last();
    Channel out(std::move(*to));
    (void)out.send(static_cast<std::uint8_t>(MessageType::kSnapshot),
                   evaluate::encode(evaluator_->snapshot()));
    ::_exit(0);
}

Status Loop::query(ByteView payload) {
    const auto message = evaluate::decode_query(payload);
    if (!message) return message.error();
    std::optional<FileHandle> answers = channel_.take_descriptor();
    std::optional<FileHandle> notary = channel_.take_descriptor();
    if (!answers || !notary) return Error{"engine.descriptors", "a query without its sockets"};
    // Without memory for a fork the query ends, its sockets closed; the engine goes on.
    const Status started = start_query(*evaluator_, *machine_, channel_, *message,
                                       std::move(*answers), std::move(*notary));
    if (!started) std::fprintf(stderr, "overlord-engine: %s\n", started.error().message.c_str());
    return {};
}

Status Loop::claim(ByteView payload) {
    const auto system = evaluate::decode_text(payload);
    if (!system) return system.error();
    evaluate::ClaimTextMessage answer;
    answer.claim = evaluator_->claim(*system);
    answer.known = !answer.claim.empty();
    return send(MessageType::kClaimText, evaluate::encode(answer));
}

}  // namespace

int run_loop(Channel channel, evaluate::Marker* marker) {
    return Loop(std::move(channel), marker).run();
}

}  // namespace overlord::engine
