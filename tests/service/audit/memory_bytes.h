#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "audit/line_reader.h"

namespace onbehalf::test {

// A file in memory.
class MemoryBytes final : public service::ByteSource {
 public:
  explicit MemoryBytes(std::string bytes) : bytes_(std::move(bytes)) {}

  std::uint64_t Size() override { return bytes_.size(); }
  std::size_t Read(std::uint64_t offset, std::span<char> into) override {
    if (offset >= bytes_.size()) return 0;
    return bytes_.copy(into.data(), into.size(), static_cast<std::size_t>(offset));
  }
  void ReadAll(std::uint64_t offset, std::span<char> into) override {
    if (Read(offset, into) != into.size()) throw std::out_of_range("beyond the end");
  }

 private:
  const std::string bytes_;
};

}  // namespace onbehalf::test
