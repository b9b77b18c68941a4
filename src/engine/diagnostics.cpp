#include "diagnostics.hpp"

namespace overlord::engine {

std::vector<evaluate::LoadDiagnostic> to_message(const std::vector<prolog::Diagnostic>& from) {
    std::vector<evaluate::LoadDiagnostic> to;
    for (const prolog::Diagnostic& one : from) {
        to.push_back({one.file, static_cast<std::uint32_t>(one.line),
                      static_cast<std::uint32_t>(one.column), one.severity, one.code, one.text});
    }
    return to;
}

}  // namespace overlord::engine
