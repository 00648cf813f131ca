#include "answer.h"

namespace onbehalf::cli::doctor {

Finding NotAnswered(const std::string& check, DWORD code, const std::string& why) {
  if (code == ERROR_ACCESS_DENIED || code == ERROR_PRIVILEGE_NOT_HELD) {
    return {check, Verdict::kWarn, "this account may not query it: " + why,
            "Run doctor as an administrator (elevated) to check it."};
  }
  return {check, Verdict::kWarn, "this system does not report it: " + why, {}};
}

}  // namespace onbehalf::cli::doctor
