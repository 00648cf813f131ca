#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace onbehalf::cli::doctor {

// A POSIX tar archive (ustar) in memory: what Windows' own tar.exe and every other one opens. One thread.
class TarWriter {
 public:
  // `name` is a path of at most 100 bytes with forward slashes, `time` in seconds since 1970.
  // Throws std::invalid_argument for a longer or empty name.
  void Add(std::string_view name, std::string_view content, std::int64_t time);
  // The whole archive. Nothing can be added after it.
  std::string Finish();

 private:
  std::string archive_;
};

}  // namespace onbehalf::cli::doctor
