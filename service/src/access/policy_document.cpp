#include "access/policy_document.h"

#include <algorithm>

namespace onbehalf::service {

void PutInOrder(std::vector<win32::AccessEntry>& entries) {
  std::stable_partition(entries.begin(), entries.end(),
                        [](const win32::AccessEntry& entry) { return entry.denies(); });
}

std::string Describe(const PolicyFault& fault) {
  std::string text;
  for (const std::string* place : {&fault.node, &fault.entry}) {
    if (!place->empty()) text += *place + ": ";
  }
  return text + fault.message;
}

std::string Describe(const std::vector<PolicyFault>& faults) {
  std::string text;
  for (const PolicyFault& fault : faults) text += (text.empty() ? "" : "; ") + Describe(fault);
  return text;
}

}  // namespace onbehalf::service
