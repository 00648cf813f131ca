#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "onbehalf/pipe/status.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::pipe {

// Reads a message part by part into a string. One thread at a time.
class MessageParts {
 public:
  MessageParts(HANDLE pipe, std::string& message, std::size_t max_bytes);

  // Where the next part goes.
  std::span<char> Next();
  // The result of the whole read, or nullopt if there is another part.
  std::optional<IoResult> Take(IoResult part);

 private:
  const HANDLE pipe_;
  std::string& message_;
  const std::size_t max_bytes_;
  std::size_t size_ = 0;  // of the next part
  std::size_t have_ = 0;
};

}  // namespace onbehalf::pipe
