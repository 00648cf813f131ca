#pragma once

#include "exit_code.h"
#include "file/file_calls.h"
#include "file/file_options.h"
#include "output.h"

namespace onbehalf::cli {

// A file that is being copied has its name with this behind it, until it is whole.
inline constexpr char kPartSuffix[] = ".onbehalf-part";

// Copy a file from the service's computer and to it, in pieces, so that a file of any size takes little
// memory. The file grows beside its place, under the name of a part, and takes its own name when its SHA-256
// is that of what was copied. Whatever ends that before leaves the part. Throw FileError and what
// Client::Call throws.
ExitCode GetFile(FileCalls& calls, const FileOptions& options, Output& output);
ExitCode PutFile(FileCalls& calls, const FileOptions& options, Output& output);

}  // namespace onbehalf::cli
