#pragma once

#include <string>
#include <string_view>

#include "generate/api_model.h"

namespace onbehalf::cli::generate {

// The client of a service as one source file, with LF line ends. `name_space` is one that IsCppNamespace or
// IsCSharpNamespace accepts.

// A header for C++20 that needs the client library and nothing else.
std::string WriteCpp(Api api, std::string_view name_space);
// A module for vscode-jsonrpc.
std::string WriteTypeScript(Api api);
// A file for StreamJsonRpc with its SystemTextJsonFormatter, .NET 8 or later.
std::string WriteCSharp(Api api, std::string_view name_space);

// Identifiers with :: between them, none of them reserved.
bool IsCppNamespace(std::string_view name);
// The same with points.
bool IsCSharpNamespace(std::string_view name);

}  // namespace onbehalf::cli::generate
