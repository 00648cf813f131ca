#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "file/file_calls.h"

namespace onbehalf::cli {

// Reads [offset, offset + length) of a file on the service's computer (file.read, as a stream), less only at
// its end, and passes the bytes to `take` in order, one piece at a time. Throws FileError if the SHA-256 of
// the received bytes is not the one that the service reports. Returns the file's state at the end; nullopt if
// `take` returned false to stop.
std::optional<RemoteState> ReadRemote(FileCalls& calls, const std::string& path, std::uint64_t offset,
                                      std::uint64_t length,
                                      const std::function<bool(std::string_view bytes)>& take);

// Throws FileError unless both states are of the same, unchanged file.
void CheckUnchanged(const std::string& path, const RemoteState& before, const RemoteState& after);

}  // namespace onbehalf::cli
