#pragma once

#include <string>

namespace onbehalf::test {

// In a test whose target defines ONBEHALF_SOURCE_FOLDER: fails unless `text` is the file `name` (by its place in the sources). With
// ONBEHALF_WRITE_GOLDEN=1 writes the file instead, for whoever has changed what is generated and reads the difference.
void ExpectSourceFile(const std::string& text, const std::string& name);

}  // namespace onbehalf::test
