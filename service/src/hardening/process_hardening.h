#pragma once

#include <string>
#include <vector>

#include "onbehalf/service/settings.h"

namespace onbehalf::service {

// Mitigations requested for this process, each described in a few words ("libraries from System32 only").
struct Hardening {
  std::vector<std::string> in_force;
  std::vector<std::string> missing;  // refused, or accepted but not in force when read back
  std::vector<std::string> off;      // not requested: turned off in the settings
};

// Requests every mitigation that the service can live with, and reads back what can be read. Must be called once, first thing in
// the program: already loaded libraries stay loaded. Never fails: a missing mitigation is a warning, because the oldest
// supported Windows lacks some.
Hardening HardenProcess();
// The same for mitigations that some drivers or modules cannot run with; must be called before any of these is loaded.
void HardenProcessFurther(const Settings::Protections& wanted, Hardening& hardening);

}  // namespace onbehalf::service
