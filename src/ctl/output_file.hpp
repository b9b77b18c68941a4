// Where a command writes what -o names: "-" is standard output. A file is there whole or not at
// all; a symbolic link stays one; a device, a FIFO or a socket is written to.
#pragma once

#include <fstream>
#include <string>
#include <string_view>

#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"

namespace overlord::ctl {

class OutputFile {
public:
    // Codes io.*, here and below.
    [[nodiscard]] static Result<OutputFile> open(const std::string& name);
    [[nodiscard]] Status put(std::string_view text);
    [[nodiscard]] Status close();  // now it is there
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    OutputFile() = default;
    std::string name_;
    Path target_;  // of a regular file, behind links; empty otherwise
    std::ofstream file_;
    std::size_t bytes_ = 0;
};

}  // namespace overlord::ctl
