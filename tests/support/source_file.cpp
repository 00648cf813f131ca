#include "support/source_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>

#include "support/golden_writing.h"

namespace onbehalf::test {

std::string ReadSourceFile(const std::string& name) {
  std::ifstream in(ONBEHALF_SOURCE_FOLDER "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void ExpectSourceFile(const std::string& text, const std::string& name) {
  if (WritesGolden()) std::ofstream(ONBEHALF_SOURCE_FOLDER "/" + name, std::ios::binary) << text;
  const std::string expected = ReadSourceFile(name);
  if (text == expected) return;
  const auto differs = std::mismatch(text.begin(), text.end(), expected.begin(), expected.end());
  const auto line = 1 + std::count(text.begin(), differs.first, '\n');
  ADD_FAILURE()
      << name << ": differs from line " << line << " on ("
      << std::string(differs.first, differs.first + std::min<std::ptrdiff_t>(80, text.end() - differs.first))
      << "). If the change is intended, run this program with ONBEHALF_WRITE_GOLDEN=1 and review the diff.";
}

}  // namespace onbehalf::test
