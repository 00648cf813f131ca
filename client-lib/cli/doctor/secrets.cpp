#include "secrets.h"

#include <algorithm>
#include <array>
#include <vector>

#include "json_layout.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/json_with_comments.h"
#include "onbehalf/protocol/limits.h"

namespace onbehalf::cli::doctor {

bool LooksSecret(std::string_view key) {
  std::string letters;
  for (const char c : key) {
    if (c >= 'A' && c <= 'Z') {
      letters += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80) {
      letters += c;
    }
  }
  constexpr std::array<std::string_view, 9> kWords = {"password",   "passphrase", "secret",
                                                      "pwd",        "token",      "connectionstring",
                                                      "credential", "apikey",     "privatekey"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return letters.find(word) != std::string::npos; });
}

std::string WithoutSecrets(std::string_view settings) {
  if (settings.starts_with("\xEF\xBB\xBF")) settings.remove_prefix(3);
  protocol::Json value;
  if (const auto fault = protocol::ParseJsonWithComments(settings, protocol::JsonLimits{}, value)) {
    return "not shown, because it is not valid JSON: " + fault.Describe() + "\n";
  }
  if (value.is_discarded()) return "empty: no settings\n";
  // An explicit stack, because the file determines the depth.
  std::vector<protocol::Json*> open = {&value};
  while (!open.empty()) {
    protocol::Json& next = *open.back();
    open.pop_back();
    if (next.is_object()) {
      for (auto& [key, member] : next.items()) {
        if (LooksSecret(key)) {
          member = "(removed)";
        } else {
          open.push_back(&member);
        }
      }
    } else if (next.is_array()) {
      for (protocol::Json& element : next) open.push_back(&element);
    }
  }
  return JsonIndented(value) + "\n";
}

}  // namespace onbehalf::cli::doctor
