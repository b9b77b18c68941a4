// The io thread's side: lines are decoded here and put into the inbox; commands go the same way.
#include "overlord/pipeline/pipeline.hpp"

#include <thread>
#include <utility>

#include "ledger_thread.hpp"
#include "overlord/attest/store.hpp"
#include "overlord/event/decode.hpp"

namespace overlord::pipeline {

class Pipeline::Impl {
public:
    Impl(PipelineOptions given, ledger::Ledger& log, Attestor attestor, StatusBoard& status,
         Clock& given_clock)
        : options(given),
          clock(given_clock),
          ledger_thread(std::move(given), log, std::move(attestor), status, given_clock) {
        ledger_thread.inbox.on_room([this] { options.post([this] { tell_room(); }); });
    }

    // Sockets that stopped reading go on. Those that fill the inbox again stop again.
    void tell_room() {
        for (const std::weak_ptr<Submitter>& waiting : std::exchange(paused, {}))
            if (const std::shared_ptr<Submitter> submitter = waiting.lock()) submitter->room();
    }

    PipelineOptions options;
    Clock& clock;
    LedgerThread ledger_thread;
    std::thread thread;
    event::Decoder decoder;                        // io thread
    std::vector<std::weak_ptr<Submitter>> paused;  // io thread
};

Pipeline::Pipeline(PipelineOptions options, ledger::Ledger& ledger, attest::EnvelopeStore store,
                   crypto::SigningKey attestation_key, StatusBoard& status, Clock& clock) {
    Path publish;
    if (options.publish_attestations) publish = options.state_dir / "log" / "attestations";
    Attestor attestor(std::move(store), std::move(attestation_key), std::move(publish));
    attestor.accept(std::move(options.earlier_attestation_keys));
    impl_ = std::make_unique<Impl>(std::move(options), ledger, std::move(attestor), status, clock);
}

Pipeline::~Pipeline() {
    stop();
}

Status Pipeline::recover() {
    return impl_->ledger_thread.recover();
}

Status Pipeline::start(const std::string& start_members, const std::vector<PublicEntry>& entries) {
    if (Status begun = impl_->ledger_thread.first_batch(start_members, entries); !begun)
        return begun;
    impl_->thread = std::thread([this] { impl_->ledger_thread.run(); });
    return {};
}

void Pipeline::stop() {
    if (!impl_->thread.joinable()) return;
    impl_->ledger_thread.inbox.put([this] { impl_->ledger_thread.request_stop(); });
    impl_->thread.join();
}

void Pipeline::halt() {
    if (!impl_->thread.joinable()) return;
    impl_->ledger_thread.halt();
    impl_->ledger_thread.inbox.put([] {});  // wakes it
    impl_->thread.join();
}

const evaluate::LoadedMessage& Pipeline::loaded() const {
    return impl_->ledger_thread.keeper.loaded();
}

RecordIndex Pipeline::next_record() const {
    return impl_->ledger_thread.log.next_record();
}

Intake::Room Pipeline::submit(const std::shared_ptr<Submitter>& from, std::uint64_t line,
                              std::string_view raw, const Error* framing_error) {
    Arrival arrival;
    arrival.from = from;
    arrival.line = line;
    arrival.arrived = impl_->clock.monotonic();
    if (framing_error != nullptr) {
        arrival.refused = *framing_error;
        arrival.raw = raw;
    } else if (Result<event::Event> event = impl_->decoder.decode(raw)) {
        arrival.raw = event->raw;
        arrival.id = event->id;
        arrival.system = event->subject;
        arrival.key = impl_->ledger_thread.keyer->key(event->source, event->id, event->raw);
        arrival.sequence = event->sequence;
    } else {
        arrival.refused = std::move(event).error();
        arrival.id = impl_->decoder.last_id();
        arrival.raw = raw;
    }
    if (impl_->ledger_thread.inbox.put(std::move(arrival))) return Room::kYes;
    impl_->paused.push_back(from);
    return Room::kNo;
}

namespace {

// The answer of a command goes back to the io thread. A Result is moved along in a shared pointer
// because std::function wants to be copied.
template <class T>
void reply(const PipelineOptions& options, std::function<void(T)> done, T result) {
    auto carried = std::make_shared<T>(std::move(result));
    options.post([done = std::move(done), carried] { done(std::move(*carried)); });
}

}  // namespace

void Pipeline::query(std::string goal, evaluate::QueryLimits limits, FileHandle answer,
                     FileHandle notary, std::function<void(Result<QueryPlace>)> started) {
    // A goal becomes part of a record, and records are UTF-8 text.
    if (!event::is_utf8(goal)) {
        reply<Result<QueryPlace>>(impl_->options, std::move(started),
                                  Error{"query.utf8", "the goal is not UTF-8 text"});
        return;
    }
    auto sockets =
        std::make_shared<std::pair<FileHandle, FileHandle>>(std::move(answer), std::move(notary));
    impl_->ledger_thread.inbox.put([impl = impl_.get(), goal = std::move(goal), limits, sockets,
                                    started = std::move(started)] {
        reply<Result<QueryPlace>>(
            impl->options, started,
            impl->ledger_thread.query(goal, limits, sockets->first.get(), sockets->second.get()));
    });
}

void Pipeline::query_ended(std::uint64_t pin) {
    impl_->ledger_thread.inbox.put(
        [impl = impl_.get(), pin] { impl->ledger_thread.state.evidence.unpin(pin); });
}

void Pipeline::attest(std::string system, std::string claim, QueryPlace place,
                      std::function<void(Result<Hash>)> done) {
    impl_->ledger_thread.inbox.put([impl = impl_.get(), system = std::move(system),
                                    claim = std::move(claim), place, done = std::move(done)] {
        reply<Result<Hash>>(impl->options, done, impl->ledger_thread.attest(system, claim, place));
    });
}

void Pipeline::attestation_valid(std::string system, Hash digest,
                                 std::function<void(Result<bool>)> done) {
    impl_->ledger_thread.inbox.put(
        [impl = impl_.get(), system = std::move(system), digest, done = std::move(done)] {
            reply<Result<bool>>(impl->options, done,
                                impl->ledger_thread.attestor.valid(system, digest));
        });
}

void Pipeline::commitment(RecordIndex n, std::function<void(Result<Hash>)> done) {
    impl_->ledger_thread.inbox.put([impl = impl_.get(), n, done = std::move(done)] {
        reply<Result<Hash>>(impl->options, done, impl->ledger_thread.log.read_commitment(n));
    });
}

void Pipeline::witnessed(TreeSize size, std::string cosigned) {
    impl_->ledger_thread.inbox.put(
        [impl = impl_.get(), size, cosigned = std::move(cosigned)]() mutable {
            impl->ledger_thread.witnessed(size, std::move(cosigned));
        });
}

void Pipeline::proofs_ready() {
    impl_->ledger_thread.inbox.put([] {});  // wakes it
}

void Pipeline::activate(evaluate::LoadMessage load, std::function<void(Status)> done) {
    impl_->ledger_thread.inbox.put(
        [impl = impl_.get(), load = std::move(load), done = std::move(done)] {
            reply<Status>(impl->options, done, impl->ledger_thread.activate(load));
        });
}

void Pipeline::administer(Administration work, std::function<void(Result<DeedPlace>)> done) {
    impl_->ledger_thread.inbox.put(
        [impl = impl_.get(), work = std::move(work), done = std::move(done)] {
            reply<Result<DeedPlace>>(impl->options, done, impl->ledger_thread.administer(work));
        });
}

void Pipeline::replace_attestation_key(crypto::SigningKey key) {
    impl_->ledger_thread.attestor.replace_key(std::move(key));
}

void Pipeline::erase(EraseRequest request, std::function<void(Result<EraseResult>)> done) {
    impl_->ledger_thread.inbox.put(
        [impl = impl_.get(), request = std::move(request), done = std::move(done)] {
            impl->ledger_thread.erase(request, [impl, done](Result<EraseResult> result) {
                reply<Result<EraseResult>>(impl->options, done, std::move(result));
            });
        });
}

void Pipeline::set_hold(std::string system, std::string reason, HoldReply done) {
    impl_->ledger_thread.inbox.put([impl = impl_.get(), system = std::move(system),
                                    reason = std::move(reason), done = std::move(done)] {
        reply<Result<HoldResult>>(impl->options, done,
                                  impl->ledger_thread.set_hold(system, reason));
    });
}

void Pipeline::release_hold(std::string system, std::string reason, HoldReply done) {
    impl_->ledger_thread.inbox.put([impl = impl_.get(), system = std::move(system),
                                    reason = std::move(reason), done = std::move(done)] {
        reply<Result<HoldResult>>(impl->options, done,
                                  impl->ledger_thread.release_hold(system, reason));
    });
}

void Pipeline::list_holds(std::function<void(std::vector<ledger::LegalHold>)> done) {
    impl_->ledger_thread.inbox.put([impl = impl_.get(), done = std::move(done)] {
        reply<std::vector<ledger::LegalHold>>(impl->options, done, impl->ledger_thread.holds());
    });
}

}  // namespace overlord::pipeline
