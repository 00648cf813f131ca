#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

namespace onbehalf::service {

// Says when the files of a folder may have changed: any of them, by anyone, this process too. Changes within
// kPause are said once. What is in folders inside the folder does not count. The watch goes on when files are
// removed or replaced; where Windows ends it (the folder was removed), it is set up again as soon as possible.
class FolderWatch {
 public:
  // Programs write a file in several steps; to look after the first one would be too early.
  static constexpr std::chrono::milliseconds kPause{100};

  // `look` is called on threads of the process's pool, one at a time: first of all, and after each change. It
  // returns when it wants to be called again though nothing changes, zero for not at all. It must neither
  // throw nor destroy this object. Throws Win32Error when the folder cannot be watched.
  FolderWatch(const std::filesystem::path& folder, std::function<std::chrono::milliseconds()> look);
  // Waits for a `look` that is under way; none comes after.
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace onbehalf::service
