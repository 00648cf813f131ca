#pragma once

#include <string>
#include <vector>

#include "onbehalf/service/settings.h"

namespace onbehalf::service {

// Protections of this process that Windows was asked for, each a few words ("libraries from System32 only").
struct Hardening {
  std::vector<std::string> in_force;
  std::vector<std::string> missing;  // refused, or accepted and not there when read back
  std::vector<std::string> off;      // not asked for: the settings turn them off
};

// Asks Windows for every protection the service can live with, and reads back what can be read. To be called
// once, first thing in the program: what was loaded before stays loaded. Never fails: a protection that is
// missing is a warning, because the oldest supported Windows lacks some.
Hardening HardenProcess();
// The same for those that not every driver or module can live with; to be called before the first of these is loaded.
void HardenProcessFurther(const Settings::Protections& wanted, Hardening& hardening);

}  // namespace onbehalf::service
