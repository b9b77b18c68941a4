// The files of a folder of rules, and what is wrong with them. Reads the disk, any thread.
#pragma once

#include <string>
#include <vector>

#include "overlord/prolog/machine.hpp"

namespace overlord::rules {

// What a directory holds of one kind of file, sorted by name. A fault is of the directory
// (rules.directory) or of one of the files (rules.file: a link out of it, one over 1 MiB); such a
// file is left out of `files`.
struct Sources {
    std::vector<prolog::SourceFile> files;
    std::vector<prolog::Diagnostic> faults;
};

// The *.pl files (not .plt). None at all is a fault. What is not UTF-8 the gate refuses, with line
// and column.
[[nodiscard]] Sources find_rules(const std::string& directory);

}  // namespace overlord::rules
