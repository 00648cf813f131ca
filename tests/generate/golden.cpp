#include "golden.h"

#include "support/source_file.h"

namespace onbehalf::test {

std::string SourcePath(const std::string& name) { return ONBEHALF_SOURCE_FOLDER "/tests/generate/" + name; }

std::string ReadSource(const std::string& name) { return ReadSourceFile("tests/generate/" + name); }

client::Json ReadDocument(const std::string& name) { return client::Json::parse(ReadSource(name)); }

void ExpectGolden(const std::string& text, const std::string& name) { ExpectSource(text, "golden/" + name); }

void ExpectSource(const std::string& text, const std::string& name) {
  ExpectSourceFile(text, "tests/generate/" + name);
}

}  // namespace onbehalf::test
