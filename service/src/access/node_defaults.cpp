#include "access/node_defaults.h"

#include <algorithm>
#include <optional>

#include "access/node_name.h"
#include "access/policy_checks.h"

namespace onbehalf::service {
namespace {

constexpr std::string_view kRootDefault = "D:(A;;GA;;;SY)(A;;GA;;;BA)";
constexpr std::string_view kPipeDefault = "D:(A;;GX;;;AU)";

}  // namespace

std::string DefaultSddl(std::string_view node, const MethodRegistry& methods) {
  if (node == kRootNode) return std::string(kRootDefault);
  if (node == kPipeNode) return std::string(kPipeDefault);
  const Method* method = methods.Find(node);
  return method == nullptr ? "D:" : method->access_default;
}

std::vector<PolicyFault> FindWarnings(const PolicyDocument& document, const MethodRegistry& methods) {
  std::vector<std::string_view> namespaces;
  for (const Method* method : methods.All()) {
    if (const auto parent = ParentOf(method->name)) namespaces.push_back(*parent);
  }
  std::sort(namespaces.begin(), namespaces.end());
  return FindWarnings(document, [&](std::string_view node) {
    return node == kRootNode || node == kPipeNode || methods.Find(node) != nullptr ||
           std::binary_search(namespaces.begin(), namespaces.end(), node);
  });
}

}  // namespace onbehalf::service
