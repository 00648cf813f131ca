#include "access/node_name.h"

#include <cstddef>

#include "methods_model/method_name.h"

namespace onbehalf::service {

bool IsNodeName(std::string_view node) {
  if (node == kRootNode || node == kPipeNode) return true;
  return IsNameWord(node) || IsMethodName(node);
}

std::optional<std::string_view> ParentOf(std::string_view node) {
  if (node == kRootNode || !IsNodeName(node)) return std::nullopt;
  const std::size_t dot = node.find('.');
  return dot == std::string_view::npos ? kRootNode : node.substr(0, dot);
}

bool IsAtOrBelow(std::string_view node, std::string_view top) {
  for (std::optional<std::string_view> at = node; at; at = ParentOf(*at)) {
    if (*at == top) return true;
  }
  return false;
}

}  // namespace onbehalf::service
