#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "file/file_calls.h"

namespace onbehalf::cli {

// Reads [offset, offset + length) of a file on the service's computer (file.read, as a stream), less only at
// its end, and gives `take` the bytes in order, a piece at a time. Throws FileError if what came is not, by
// its SHA-256, what the service says that it sent. Returns what the service says of the file at the end;
// nullopt when `take` has said that nothing more is wanted.
std::optional<RemoteState> ReadRemote(FileCalls& calls, const std::string& path, std::uint64_t offset,
                                      std::uint64_t length,
                                      const std::function<bool(std::string_view bytes)>& take);

// Throws FileError unless both are of the same file, unchanged.
void CheckUnchanged(const std::string& path, const RemoteState& before, const RemoteState& after);

}  // namespace onbehalf::cli
