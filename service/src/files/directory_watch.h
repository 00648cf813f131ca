#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "onbehalf/protocol/json_text.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::service {

// The changes in an open folder, from when the watch begins: names that are made, removed, renamed, and files that are
// written to (ReadDirectoryChangesW). Windows keeps what happens between two looks; what does not fit into its buffer
// (64 KiB) is lost, and that is said.
class DirectoryWatch {
 public:
  // Owns `directory`, opened with FILE_LIST_DIRECTORY and overlapped. `on_change` is called when Take may have
  // something: on a thread of the process's pool, perhaps during Take; it neither waits nor throws. Throws Win32Error.
  DirectoryWatch(win32::UniqueFile directory, bool recursive, std::function<void()> on_change);
  // Waits for a call that is under way; none comes after.
  ~DirectoryWatch();
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;

  HANDLE directory() const;
  // {"changes": […]} or {"overflow": true}; nullopt while there is nothing. One thread at a time. Throws Win32Error when
  // Windows ends the watch, as it does when the folder goes.
  std::optional<protocol::Json> Take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace onbehalf::service
