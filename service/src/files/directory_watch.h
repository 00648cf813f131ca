#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::service {

struct DirectoryChange {
  std::string_view action;              // "added", "removed", "modified" or "renamed"
  std::string name;                     // relative to the folder
  std::optional<std::string> old_name;  // if renamed; empty if Windows did not report it
};

// Reports changes in an open folder from the start of the watch: names added, removed and renamed, and files written
// to (ReadDirectoryChangesW). Windows buffers the changes between two calls; what does not fit into its buffer (64
// KiB) is lost and reported as an overflow.
class DirectoryWatch {
 public:
  // Owns `directory`, opened overlapped with FILE_LIST_DIRECTORY. `on_change` is called when Take may have something:
  // on a thread of the process's pool, perhaps during Take; it must neither wait nor throw. Throws Win32Error.
  DirectoryWatch(win32::UniqueFile directory, bool recursive, std::function<void()> on_change);
  // Waits for a running `on_change`; none is called afterwards.
  ~DirectoryWatch();
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;

  HANDLE directory() const;
  struct Taken {
    bool overflow = false;  // changes were lost, and there are none here
    std::vector<DirectoryChange> changes;
  };
  // nullopt if there is nothing. One thread at a time. Throws Win32Error when Windows ends the watch, for example
  // because the folder was deleted.
  std::optional<Taken> Take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace onbehalf::service
