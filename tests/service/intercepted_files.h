#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "storage/file_operations.h"

namespace onbehalf::test {

// Windows' file operations, with a test's functions called before and after each: they may throw, wait, or
// end the process. Tests use it to make operations on the policy's and the audit's files fail. Set the
// functions only while no operation is running; the operating thread calls them.
class InterceptedFiles final : public service::FileOperations {
 private:
  template <typename Function>
  auto Do(std::string_view name, Function&& function, HANDLE file = nullptr, std::string_view bytes = {}) {
    const Operation operation{++count, name, file, bytes};
    if (before) before(operation);
    if constexpr (std::is_void_v<decltype(function())>) {
      function();
      if (after) after(operation);
    } else {
      auto result = function();
      if (after) after(operation);
      return result;
    }
  }

 public:
  struct Operation {
    std::size_t number;     // 1 for the first since `count` was set to 0
    std::string_view name;  // "Create", …
    HANDLE file = nullptr;  // for "Write", with the bytes that it writes
    std::string_view bytes = {};
  };
  std::function<void(const Operation&)> before;
  std::function<void(const Operation&)> after;
  std::atomic<std::size_t> count{0};

  void MakeFolder(const std::filesystem::path& folder) override {
    Do("MakeFolder", [&] { real_.MakeFolder(folder); });
  }
  win32::UniqueFile Create(const std::filesystem::path& file) override {
    return Do("Create", [&] { return real_.Create(file); });
  }
  void Write(HANDLE file, std::string_view bytes) override {
    Do(
        "Write", [&] { real_.Write(file, bytes); }, file, bytes);
  }
  void Flush(HANDLE file) override {
    Do("Flush", [&] { real_.Flush(file); });
  }
  void Close(win32::UniqueFile file) override {
    Do("Close", [&] { real_.Close(std::move(file)); });
  }
  void Replace(const std::filesystem::path& from, const std::filesystem::path& to) override {
    Do("Replace", [&] { real_.Replace(from, to); });
  }
  void Delete(const std::filesystem::path& file) override {
    Do("Delete", [&] { real_.Delete(file); });
  }
  std::vector<std::wstring> List(const std::filesystem::path& folder) override {
    return Do("List", [&] { return real_.List(folder); });
  }
  std::optional<std::string> Read(const std::filesystem::path& file, std::size_t most) override {
    return Do("Read", [&] { return real_.Read(file, most); });
  }

 private:
  service::FileOperations& real_ = service::FileOperations::Windows();
};

}  // namespace onbehalf::test
