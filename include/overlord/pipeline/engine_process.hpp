// overlord-engine as the daemon and `overlordctl replay` hold it: one child process, blocking
// calls, one thread (the ledger thread in the daemon).
//
// When the engine has died every call fails with code engine.died, class kRetry: the owner starts a
// new one, restores a snapshot, feeds it the journal and goes on (record_feed.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "overlord/base/file.hpp"
#include "overlord/evaluate/marker.hpp"
#include "overlord/evaluate/messages.hpp"
#include "overlord/pipeline/child_process.hpp"

namespace overlord::pipeline {

class EngineProcess {
public:
    // Starts the program beside the running one and loads the bundle. `marker` is created where it
    // is missing; it tells, after a death, which item was being evaluated. Codes: rules.refused
    // (message: one line a diagnostic), engine.died, process.*.
    [[nodiscard]] static Result<EngineProcess> start(const Path& marker,
                                                     const evaluate::LoadMessage& load);
    EngineProcess(EngineProcess&& other) noexcept;
    EngineProcess& operator=(EngineProcess&& other) noexcept;
    ~EngineProcess();

    [[nodiscard]] const evaluate::LoadedMessage& loaded() const { return loaded_; }

    // A batch may be sent while nothing is awaited; receive() gives the outcome of the one sent.
    [[nodiscard]] Status send(const evaluate::Batch& batch);
    [[nodiscard]] Result<evaluate::Outcome> receive();

    [[nodiscard]] Result<evaluate::RestoredMessage> restore(ByteView snapshot);
    [[nodiscard]] Result<evaluate::Snapshot> snapshot();
    // The same of the state as it is now, made by a forked process while this one goes on. Any
    // thread may read it; engine.died also where there is none.
    [[nodiscard]] Result<FileHandle> snapshot_aside();
    [[nodiscard]] static Result<evaluate::Snapshot> read_snapshot(const FileHandle& aside);
    [[nodiscard]] Result<evaluate::ClaimTextMessage> claim(std::string_view system);
    // Forks a worker from the state as it is now. The descriptors may be closed afterwards.
    [[nodiscard]] Status query(const evaluate::QueryMessage& query, int answer, int notary);

    // The item being evaluated, as the engine last wrote it.
    [[nodiscard]] evaluate::Marker marker() const;
    // Kills and reaps; says how it ended.
    [[nodiscard]] std::string end();

private:
    EngineProcess(ChildProcess child, FileHandle socket, evaluate::Marker* marker)
        : child_(std::move(child)), socket_(std::move(socket)), marker_(marker) {}
    [[nodiscard]] Status write(evaluate::MessageType type, ByteView payload);
    struct Message {
        evaluate::MessageType type{};
        Bytes payload;
    };
    [[nodiscard]] static Result<Message> read(const FileHandle& socket);
    [[nodiscard]] Result<Message> expect(evaluate::MessageType type);

    ChildProcess child_;
    FileHandle socket_;
    evaluate::Marker* marker_ = nullptr;  // mapped
    evaluate::LoadedMessage loaded_;
};

// One line a diagnostic: "telecoms.pl:14:5: error[rules.undefined]: foo/2 is not defined".
[[nodiscard]] std::string to_text(const std::vector<evaluate::LoadDiagnostic>& diagnostics);

}  // namespace overlord::pipeline
