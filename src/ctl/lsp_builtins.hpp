// What rules may call beside the predicates of packs: names, modes, one sentence each.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace overlord::ctl {

struct LspBuiltin {
    std::string_view name;
    std::size_t arity;
    std::string_view signature;
    std::string_view about;
};

[[nodiscard]] std::span<const LspBuiltin> lsp_builtins();

}  // namespace overlord::ctl
