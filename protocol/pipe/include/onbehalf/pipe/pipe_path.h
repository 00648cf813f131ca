// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace onbehalf::pipe {

// `\\.\pipe\NAME`; text that is a path already is returned as it is. Throws std::invalid_argument if `name` is not the
// name of a pipe: empty, over 256 characters with `\\.\pipe\` ("CreateNamedPipeW function", lpName), or with a NUL, a
// slash, a backslash other than in `LOCAL\`, or `..`.
std::string LocalPath(std::string_view name);
// `\\HOST\pipe\NAME`; an empty host or "." is this computer.
std::string RemotePath(std::string_view host, std::string_view name);
// Whether `path` is `\\host\pipe\name` and nothing else. Anything else might be a file, which a client would open for
// writing: `\\.\pipe\..\C:\x` is one, because Windows resolves `..`; and `\\?\` is another name for this computer.
bool IsPipePath(std::string_view path);
// Whether `path` is on this computer by its spelling (`\\.\pipe\...`).
bool IsLocalPath(std::string_view path);

}  // namespace onbehalf::pipe
