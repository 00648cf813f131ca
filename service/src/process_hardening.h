#pragma once

#include <string>
#include <vector>

namespace onbehalf::service {

// Protections of this process that Windows was asked for, each a few words ("libraries from System32 only").
struct Hardening {
  std::vector<std::string> in_force;
  std::vector<std::string> missing;  // refused, or accepted and not there when read back
};

// Asks Windows for every protection the service can live with, and reads back what can be read. To be called
// once, first thing in the program: what was loaded before stays loaded. Never fails: a protection that is
// missing is a warning, because the oldest supported Windows lacks some.
Hardening HardenProcess();

}  // namespace onbehalf::service
