#include "support/source_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::test {

void ExpectSourceFile(const std::string& text, const std::string& name) {
  const std::string path = ONBEHALF_SOURCE_FOLDER "/" + name;
  wchar_t write[2] = {};
  if (::GetEnvironmentVariableW(L"ONBEHALF_WRITE_GOLDEN", write, 2) == 1 && write[0] == L'1') {
    std::ofstream(path, std::ios::binary) << text;
  }
  std::ifstream in(path, std::ios::binary);
  const std::string expected{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (text == expected) return;
  const auto differs = std::mismatch(text.begin(), text.end(), expected.begin(), expected.end());
  const auto line = 1 + std::count(text.begin(), differs.first, '\n');
  ADD_FAILURE()
      << name << ": differs from line " << line << " on ("
      << std::string(differs.first, differs.first + std::min<std::ptrdiff_t>(80, text.end() - differs.first))
      << "). If the change is intended, run this program with ONBEHALF_WRITE_GOLDEN=1 and review the diff.";
}

}  // namespace onbehalf::test
