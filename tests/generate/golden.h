#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "onbehalf/client/client.h"

namespace onbehalf::test {

// The path of `name` in this folder of the sources.
std::string SourcePath(const std::string& name);
std::string ReadSource(const std::string& name);
client::Json ReadDocument(const std::string& name);

// ExpectSourceFile for the file golden/NAME.
void ExpectGolden(const std::string& text, const std::string& name);
// The same for the file `name` of this folder.
void ExpectSource(const std::string& text, const std::string& name);

}  // namespace onbehalf::test
