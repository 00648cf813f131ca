#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "log/log.h"
#include "modules/module.h"
#include "onbehalf/service/method.h"
#include "onbehalf/service/settings.h"

namespace onbehalf::service {

// The folder of modules beside the service's executable.
std::filesystem::path ModulesFolder(const std::filesystem::path& executable);

// All modules of the settings. Load and Stop by one thread, the rest by any.
class Modules {
 public:
  // `log` must outlive the methods that are added. That `folder` is safe has been looked at (FindModuleFaults).
  Modules(std::filesystem::path folder, const Settings::Modules& settings, Log& log);
  Modules(const Modules&) = delete;
  Modules& operator=(const Modules&) = delete;

  // Loads every module and adds its methods to `methods`, which has all others already. Throws std::runtime_error when one is
  // refused, with its name and why: those that have started are to be stopped then, and the process is to end.
  void Load(MethodRegistry& methods);
  // Has those end that have started; no call of them runs any more. False when that takes longer than `at_most`: the process must
  // end then. `still_stopping` is called about once a second.
  bool Stop(std::chrono::milliseconds at_most, const std::function<void()>& still_stopping = {});

  // In the order of their names.
  std::vector<ModuleState> States() const;
  // All of these methods are modules'.
  bool HaveAll(const std::vector<std::string>& methods) const;

 private:
  const std::filesystem::path folder_;
  const Settings::Modules settings_;
  Log& log_;
  std::vector<std::shared_ptr<Module>> modules_;
};

}  // namespace onbehalf::service
