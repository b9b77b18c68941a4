// The text of docs/rules/codes.md, made at build time by embed_text.cmake.
#pragma once

namespace overlord::workbench {

extern const char kCodesText[];

}  // namespace overlord::workbench
