#pragma once

#include <string>
#include <string_view>

namespace onbehalf::cli::generate {

// Writes `text` to the file `path` (UTF-8), in place of what it was: whole, or not at all. A new file is made
// beside it and then takes its name. Throws UsageError, with what Windows said; the new file is gone then.
void WriteWholeFile(const std::string& path, std::string_view text);

}  // namespace onbehalf::cli::generate
