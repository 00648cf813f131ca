#pragma once

#include <string>
#include <string_view>

#include "generate/api_model.h"

namespace onbehalf::cli::generate {

// The client of a service as one source file, with LF line ends. `name_space` must satisfy IsCppNamespace or
// IsCSharpNamespace.

// A C++20 header that needs only the client library.
std::string WriteCpp(Api api, std::string_view name_space);
// A module for vscode-jsonrpc.
std::string WriteTypeScript(Api api);
// A file for StreamJsonRpc with its SystemTextJsonFormatter, .NET 10 or later.
std::string WriteCSharp(Api api, std::string_view name_space);

// Whether these are identifiers joined by ::, none of them reserved.
bool IsCppNamespace(std::string_view name);
// The same for identifiers joined by points.
bool IsCSharpNamespace(std::string_view name);

}  // namespace onbehalf::cli::generate
