// An accepted policy text means the same after it is written and read again, and is valid as a document; a
// refused text is refused with a message; nothing throws.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "access/policy_checks.h"
#include "access/policy_text.h"
#include "invariant.h"
#include "service/access/plain_entries.h"

namespace {

using namespace onbehalf::service;

void CheckPolicy(std::string_view text) {
  const PolicyReading reading = ReadPolicyText(text, onbehalf::test::ReadPlainEntry);
  for (const PolicyFault& fault : reading.faults) ONBEHALF_INVARIANT(!fault.message.empty());
  if (!reading.faults.empty()) return;
  ONBEHALF_INVARIANT(FindFaults(reading.document).empty());
  FindWarnings(reading.document, [](std::string_view) { return false; });
  const PolicyReading again = ReadPolicyText(ToText(reading.document, {}), onbehalf::test::ReadPlainEntry);
  ONBEHALF_INVARIANT(again.faults.empty());
  ONBEHALF_INVARIANT(again.warnings.empty());
  ONBEHALF_INVARIANT(again.document == reading.document);
}

void CheckNode(std::string_view sddl) {
  std::vector<PolicyFault> faults;
  std::vector<PolicyFault> warnings;
  const PolicyNode node = ReadNode("file", sddl, onbehalf::test::ReadPlainEntry, faults, warnings);
  if (!faults.empty()) return;
  warnings.clear();
  ONBEHALF_INVARIANT(ReadNode("file", ToSddl(node), onbehalf::test::ReadPlainEntry, faults, warnings) ==
                     node);
  ONBEHALF_INVARIANT(faults.empty() && warnings.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  CheckPolicy(text);
  CheckNode(text);
  return 0;
}
