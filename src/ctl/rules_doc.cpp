// overlordctl rules doc DIR -o OUTDIR: the catalogue as a page to read, to print and to keep.
#include <filesystem>

#include "overlord/base/file.hpp"
#include "rules_catalogue.hpp"
#include "rules_commands.hpp"
#include "rules_pages.hpp"

namespace overlord::ctl {

int rules_doc(const Options& options, Operands operands) {
    const std::optional<std::string> target = options.value("-o");
    if (operands.size() != 1 || !target) return rules_usage(options, "doc");
    const Catalogue catalogue = read_catalogue(options, operands[0]);
    if (!catalogue.json) return catalogue.exit;
    std::error_code failed;
    const Path directory(*target);
    std::filesystem::create_directories(directory, failed);
    if (failed) return fail(options, kUsage, io_error(directory.string(), failed.value()));
    std::vector<Path> files;
    for (const auto& [name, text] :
         {std::pair<const char*, std::string>{"index.html", catalogue_html(*catalogue.json)},
          std::pair<const char*, std::string>{"catalogue.md", catalogue_markdown(*catalogue.json)},
          std::pair<const char*, std::string>{"catalogue.json", catalogue.json->dump(2) + "\n"}}) {
        const Path file = directory / name;
        if (const Status written = write_file_derived(file, as_bytes(text)); !written)
            return fail(options, kUsage, written.error());
        files.push_back(file);
    }
    return tell_files(options, files);
}

}  // namespace overlord::ctl
