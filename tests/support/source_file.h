#pragma once

#include <string>

namespace onbehalf::test {

// The file `name`, a path relative to the sources.
std::string ReadSourceFile(const std::string& name);

// In a test whose target defines ONBEHALF_SOURCE_FOLDER: fails unless the file `name` (relative to the source
// folder) contains exactly `text`. With ONBEHALF_WRITE_GOLDEN=1 writes the file instead; review the diff.
void ExpectSourceFile(const std::string& text, const std::string& name);

}  // namespace onbehalf::test
