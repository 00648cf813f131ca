// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace onbehalf::pipe {

// What Windows reports about the process at the other end. Only for logs and people, never an input to a decision: the
// process may have passed its end on, and ids are reused.
struct ClientProcess {
  std::uint32_t process_id = 0;  // 0 if unknown
  std::string image_path;  // empty if it could not be read: the process has exited or is on another computer
  std::string computer;    // this computer's name for local clients
};

// What Windows reports about the client process of `pipe`, the HANDLE of a server's end. What cannot be determined
// stays empty.
ClientProcess ClientProcessOf(void* pipe);

}  // namespace onbehalf::pipe
