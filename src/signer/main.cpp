// overlord-signer: owns the log's private key, and signs only heads that extend what it signed.
//
//   overlord-signer --keys DIR --origin NAME --fd N [--create] [--any-place] [--source KIND]
//       [--credentials DIR] [--passphrase FILE]
//       [--pkcs11-module FILE --pkcs11-token NAME --pkcs11-pin FILE]
//
// Secrets are read from the files that are named, never from arguments or the environment.
//
// It answers on the stream socket N until the other end closes it (src/signer/protocol.hpp). It
// ends with 0 then, 2 for a usage error, 70 for an error that it has reported on N and on standard
// error.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>

#include "overlord/crypto/keys.hpp"
#include "overlord/signer/local_signer.hpp"
#include "protocol.hpp"
#include "service.hpp"

namespace {

using namespace overlord;

constexpr int kExitUsage = 2;
constexpr int kExitFailure = 70;  // EX_SOFTWARE

struct Arguments {
    signer::SignerOptions signer;
    int descriptor = -1;
};

std::optional<int> parse_descriptor(std::string_view text) {
    int descriptor = -1;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), descriptor);
    if (failure != std::errc{} || end != text.data() + text.size() || descriptor < 3) {
        return std::nullopt;
    }
    return descriptor;
}

// False: there is no such option, or its value is none.
bool take_option(Arguments& arguments, std::string_view name, const char* value) {
    signer::SignerOptions& signer = arguments.signer;
    if (name == "--fd") {
        const std::optional<int> descriptor = parse_descriptor(value);
        arguments.descriptor = descriptor.value_or(-1);
        return descriptor.has_value();
    }
    if (name == "--keys") return signer.directory = value, true;
    if (name == "--origin") return signer.origin = value, true;
    if (name == "--source") return signer.source = value, true;
    if (name == "--credentials") return signer.stores.credentials = value, true;
    if (name == "--passphrase") return signer.stores.passphrase = value, true;
    if (name == "--pkcs11-module") return signer.stores.token.module = value, true;
    if (name == "--pkcs11-token") return signer.stores.token.name = value, true;
    if (name == "--pkcs11-pin") return signer.stores.token.pin = value, true;
    return false;
}

std::optional<Arguments> parse_arguments(int count, char** values) {
    Arguments arguments;
    for (int i = 1; i < count; ++i) {
        const std::string_view name = values[i];
        if (name == "--create") {
            arguments.signer.creation = signer::Creation::kIfAbsent;
        } else if (name == "--any-place") {
            arguments.signer.place = signer::Place::kFree;
        } else if (i + 1 == count || !take_option(arguments, name, values[++i])) {
            return std::nullopt;
        }
    }
    const bool complete = !arguments.signer.directory.empty() &&
                          !arguments.signer.origin.empty() && arguments.descriptor >= 0;
    if (!complete) return std::nullopt;
    return arguments;
}

// Before the key is read: no core file, no debugger of the same user, no new privileges, and none
// of the daemon's descriptors.
Status harden(int descriptor) {
    const rlimit no_core{0, 0};
    if (::setrlimit(RLIMIT_CORE, &no_core) != 0) return io_error("forbid core files", errno);
#ifndef OVERLORD_SANITIZED  // the leak check at exit is a debugger of ourselves
    if (::prctl(PR_SET_DUMPABLE, 0) != 0) return io_error("forbid debugging", errno);
#endif
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return io_error("forbid privileges", errno);
    const auto own = static_cast<unsigned>(descriptor);
    const bool closed = (own == 3 || ::close_range(3, own - 1, 0) == 0) &&
                        ::close_range(own + 1, ~0u, 0) == 0;
    if (!closed) return io_error("close inherited descriptors", errno);
    if (::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) return io_error("use --fd", errno);
    // A signal to the whole group, say Ctrl-C, is the daemon's to act on: it still wants its last
    // checkpoint signed, and closes the channel when it is done.
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(number, SIG_IGN);
    return {};
}

int fail(const Error& error) {
    std::fprintf(stderr, "overlord-signer: %s: %s\n", error.code.c_str(), error.message.c_str());
    return kExitFailure;
}

int run(const Arguments& arguments) {
    const FileHandle channel(arguments.descriptor);
    Status ready = harden(arguments.descriptor);
    if (ready) ready = crypto::initialize();
    if (!ready) {
        (void)signer::send_frame(channel, signer::encode_failure(ready.error()));
        return fail(ready.error());
    }
    const Result<std::unique_ptr<signer::LocalSigner>> local =
        signer::LocalSigner::open(arguments.signer);
    if (!local) {
        // The client turns this into its own error; if it is gone already, standard error has it.
        (void)signer::send_frame(channel, signer::encode_failure(local.error()));
        return fail(local.error());
    }
    const Status served = signer::serve(**local, channel);
    return served.error().code == "signer.gone" ? 0 : fail(served.error());
}

}  // namespace

int main(int argument_count, char** argument_values) {
    const std::optional<Arguments> arguments = parse_arguments(argument_count, argument_values);
    if (!arguments) {
        std::fputs("usage: overlord-signer --keys DIR --origin NAME --fd N [OPTION...]\n", stderr);
        return kExitUsage;
    }
    return run(*arguments);
}
