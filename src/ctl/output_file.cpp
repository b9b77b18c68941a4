#include "output_file.hpp"

#include <cerrno>
#include <iostream>

#include "overlord/base/file.hpp"

namespace overlord::ctl {
namespace {

// What a chain of links leads to, also where nothing is there yet.
Path behind_links(Path file) {
    constexpr int kLinksMax = 40;
    std::error_code failure;
    for (int i = 0; i < kLinksMax && std::filesystem::is_symlink(file, failure); ++i) {
        const Path target = std::filesystem::read_symlink(file, failure);
        if (failure) break;
        file = target.is_absolute() ? target : file.parent_path() / target;
    }
    return file;
}

}  // namespace

Result<OutputFile> OutputFile::open(const std::string& name) {
    OutputFile output;
    output.name_ = name;
    if (name == "-") return output;
    std::error_code failure;
    const std::filesystem::file_status status = std::filesystem::status(name, failure);
    if (std::filesystem::is_directory(status)) return io_error("write " + name, EISDIR);
    if (!std::filesystem::exists(status) || std::filesystem::is_regular_file(status)) {
        output.target_ = behind_links(name);
        output.file_.open(output.target_.string() + ".tmp", std::ios::binary | std::ios::trunc);
    } else {
        output.file_.open(name, std::ios::binary | std::ios::app);  // never truncated, never made
    }
    if (!output.file_) return io_error("write " + name, errno);
    return output;
}

Status OutputFile::put(std::string_view text) {
    std::ostream& out = name_ == "-" ? std::cout : static_cast<std::ostream&>(file_);
    out << text;
    bytes_ += text.size();
    return out ? Status() : Status(io_error("write " + name_, errno));
}

Status OutputFile::close() {
    if (name_ == "-") {
        std::cout << std::flush;
        return std::cout ? Status() : Status(io_error("write standard output", errno));
    }
    file_.close();
    if (!file_) return io_error("write " + name_, errno);
    if (target_.empty()) return {};
    std::error_code failure;
    std::filesystem::rename(target_.string() + ".tmp", target_, failure);
    return failure ? Status(io_error("write " + name_, failure.value())) : Status();
}

}  // namespace overlord::ctl
