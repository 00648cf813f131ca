#pragma once

#include <string>
#include <string_view>

namespace onbehalf::cli::generate {

// Replaces the file `path` (UTF-8) with `text`, all or nothing: writes a temporary file next to it and
// renames that. Throws UsageError with the Windows error and deletes the temporary file then.
void WriteWholeFile(const std::string& path, std::string_view text);

}  // namespace onbehalf::cli::generate
