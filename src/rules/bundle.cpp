#include "overlord/rules/bundle.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "overlord/base/file.hpp"
#include "overlord/crypto/sha256.hpp"
#include "read.hpp"

namespace overlord::rules {
namespace {

constexpr std::uint64_t kFileBytesMax = 1 << 20;  // the largest pack of ours has 1 % of it
constexpr std::size_t kFilesMax = 64;
constexpr std::string_view kDigestLabel = "zk-overlords/bundle/v1";

void put_text_be(Bytes& out, std::string_view text) {
    put_u64_be(out, text.size());
    put_bytes(out, as_bytes(text));
}

Error file_error(std::string what) {
    return {"rules.file", std::move(what), ErrorClass::kReject};
}

// A fault has the place of a first character, so that programs that read places find one.
prolog::Diagnostic fault(std::string place, std::string code, std::string text) {
    return {std::move(place), 1, 1, "error", std::move(code), std::move(text)};
}

prolog::Diagnostic directory_fault(const std::string& directory, std::string text) {
    return fault(directory, "rules.directory", std::move(text));
}

bool has_suffix(const std::string& name, std::string_view suffix) {
    return name.size() > suffix.size() && name.front() != '.' && name.ends_with(suffix);
}

Status inside(const std::filesystem::path& file, const std::filesystem::path& directory) {
    std::error_code failed;
    const auto real_file = std::filesystem::canonical(file, failed);
    if (failed) return file_error("a link that leads nowhere: " + failed.message());
    const auto real_directory = std::filesystem::canonical(directory, failed);
    if (failed) return file_error(failed.message());
    if (real_file.string().starts_with(real_directory.string() + "/")) return {};
    return file_error("a link that leaves the directory");
}

Result<prolog::SourceFile> read_source(const std::filesystem::path& path,
                                       const std::filesystem::path& directory) {
    if (const Status here = inside(path, directory); !here) return here.error();
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return file_error(io_error("stat", errno).message);
    if (!S_ISREG(status.st_mode)) return file_error("not a regular file");
    if (static_cast<std::uint64_t>(status.st_size) > kFileBytesMax)
        return file_error("larger than 1 MiB");
    Result<std::string> text = read_text_file(path, kFileBytesMax);
    if (!text) return file_error(text.error().message);
    return prolog::SourceFile{path.filename().string(), std::move(text).value()};
}

}  // namespace

const Number& Limit::of(std::string_view system) const {
    const auto own = of_systems.find(system);
    return own == of_systems.end() ? number : own->second;
}

Hash bundle_digest(const std::vector<prolog::SourceFile>& files) {
    std::vector<const prolog::SourceFile*> sorted;
    for (const prolog::SourceFile& file : files) sorted.push_back(&file);
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* left, const auto* right) { return left->name < right->name; });
    Bytes bytes;
    put_bytes(bytes, as_bytes(kDigestLabel));
    bytes.push_back(0);
    for (const prolog::SourceFile* file : sorted) {
        put_text_be(bytes, file->name);
        put_text_be(bytes, file->text);
    }
    return crypto::sha256(bytes);
}

Sources find_sources(const std::string& directory, std::string_view suffix) {
    Sources found;
    std::error_code failed;
    std::vector<std::filesystem::path> paths;
    for (std::filesystem::directory_iterator it(directory, failed), end; !failed && it != end;
         it.increment(failed))
        if (has_suffix(it->path().filename().string(), suffix)) paths.push_back(it->path());
    if (failed) found.faults.push_back(directory_fault(directory, failed.message()));
    if (paths.size() > kFilesMax)
        found.faults.push_back(directory_fault(
            directory, "more than 64 files *" + std::string(suffix)));
    if (!found.faults.empty()) return found;
    std::sort(paths.begin(), paths.end());

    for (const std::filesystem::path& path : paths) {
        Result<prolog::SourceFile> file = read_source(path, directory);
        if (file) {
            found.files.push_back(std::move(file).value());
        } else {
            found.faults.push_back(
                fault(path.filename().string(), file.error().code, file.error().message));
        }
    }
    return found;
}

Sources find_rules(const std::string& directory) {
    Sources found = find_sources(directory, ".pl");
    if (found.files.empty() && found.faults.empty())
        found.faults.push_back(directory_fault(directory, "no rule files (*.pl)"));
    return found;
}

Result<std::vector<prolog::SourceFile>> read_rules(const std::string& directory) {
    Sources found = find_rules(directory);
    if (found.faults.empty()) return std::move(found.files);
    const prolog::Diagnostic& first = found.faults.front();
    const std::string where = first.file == directory ? "" : directory + ": ";
    return Error{first.code, where + first.file + ": " + first.text, ErrorClass::kReject};
}

std::string to_text(const prolog::Diagnostic& diagnostic) {
    std::string place = diagnostic.file;
    if (diagnostic.line > 0)
        place += ":" + std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column);
    if (!place.empty()) place += ": ";
    return place + diagnostic.severity + "[" + diagnostic.code + "]: " + diagnostic.text;
}

std::string to_text(const Cost& cost) {
    const auto counted = [](std::size_t count, const std::string& noun) {
        return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
    };
    const auto listed = [](const std::vector<std::string>& names) {
        std::string text;
        for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
        return text;
    };
    return counted(cost.rules, "rule") + ", reads " + counted(cost.measures, "measure") + ", " +
           (cost.scans.empty() ? "no scan of events"
                               : "scans the retained events of " + listed(cost.scans)) +
           ", " +
           (cost.recursive.empty() ? "no recursion" : "recursion in " + listed(cost.recursive));
}

}  // namespace overlord::rules
