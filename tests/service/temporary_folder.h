#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "support/hostile_texts.h"

namespace onbehalf::test {

// A folder of this test alone, removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    static int count = 0;
    // An existing folder was left by a process with the same id that was ended.
    do {
      path_ =
          std::filesystem::temp_directory_path() /
          (L"onbehalf-test-" + std::to_wstring(::GetCurrentProcessId()) + L"-" + std::to_wstring(++count));
    } while (!std::filesystem::create_directory(path_));
  }
  ~TemporaryFolder() {
    std::error_code nothing_to_be_done;
    std::filesystem::remove_all(path_, nothing_to_be_done);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string ReadAll(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void WriteAll(const std::filesystem::path& file, std::string_view text) {
  std::ofstream(file, std::ios::binary) << text;
}

// The lines of a text whose every line ends in a newline; the last element is whatever follows the last
// newline.
inline std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

}  // namespace onbehalf::test
