#include "golden.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "service/temporary_folder.h"

namespace onbehalf::test {

std::string SourcePath(const std::string& name) { return ONBEHALF_SOURCE_FOLDER "/tests/generate/" + name; }

std::string ReadSource(const std::string& name) { return ReadAll(SourcePath(name)); }

client::Json ReadDocument(const std::string& name) { return client::Json::parse(ReadSource(name)); }

void ExpectGolden(const std::string& text, const std::string& name) { ExpectSource(text, "golden/" + name); }

void ExpectSource(const std::string& text, const std::string& name) {
  const char* const write = std::getenv("ONBEHALF_WRITE_GOLDEN");
  if (write != nullptr && std::string_view(write) == "1") WriteAll(SourcePath(name), text);
  const std::string expected = ReadSource(name);
  if (text == expected) return;
  const auto differs = std::mismatch(text.begin(), text.end(), expected.begin(), expected.end());
  const auto line = 1 + std::count(text.begin(), differs.first, '\n');
  ADD_FAILURE()
      << "tests/generate/" << name << " is another from line " << line << " on ("
      << std::string(differs.first, differs.first + std::min<std::ptrdiff_t>(80, text.end() - differs.first))
      << "). If that is wanted, run this program with ONBEHALF_WRITE_GOLDEN=1 and read the difference.";
}

}  // namespace onbehalf::test
