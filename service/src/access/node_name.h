#pragma once

#include <optional>
#include <string_view>

namespace onbehalf::service {

// The nodes that every policy has: the root, from which all inherit, and the pipe, whose call right means connect.
inline constexpr std::string_view kRootNode = "/";
inline constexpr std::string_view kPipeNode = "pipe:";

// "/", "pipe:", "file" or "file.write", in letters, digits and _ as MethodRegistry has them.
bool IsNodeName(std::string_view node);
// The fault of any other name.
inline constexpr std::string_view kNotANodeName =
    "is not a node: expected /, pipe:, a namespace, or namespace.method, in letters, digits and _";

// "file" for "file.write", "/" for "file" and "pipe:"; nullopt for the root and for an invalid name. Part of `node`, or static.
std::optional<std::string_view> ParentOf(std::string_view node);
// Whether `top` is `node` or a node above it.
bool IsAtOrBelow(std::string_view node, std::string_view top);

}  // namespace onbehalf::service
