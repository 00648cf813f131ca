#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

namespace onbehalf::service {

// Reports when the files of a folder may have changed: any file, changed by any process, including this one. Changes within
// kPause are reported once. Subfolders are not watched. The watch survives the removal and replacement of files; if Windows ends
// it (the folder was removed), it is set up again as soon as possible.
class FolderWatch {
 public:
  // Programs write a file in several steps; looking after the first one would be too early.
  static constexpr std::chrono::milliseconds kPause{100};

  // `look` is called on threads of the process's pool, one at a time: once at the beginning, and after each change. It returns
  // the time until the next call if nothing changes; zero for none. It must neither throw nor destroy this object. Throws
  // Win32Error if the folder cannot be watched.
  FolderWatch(const std::filesystem::path& folder, std::function<std::chrono::milliseconds()> look);
  // Waits for a running `look`; none is called afterwards.
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace onbehalf::service
