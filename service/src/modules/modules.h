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

// The modules folder next to the service's executable.
std::filesystem::path ModulesFolder(const std::filesystem::path& executable);

// The modules in the settings. Load and Stop by one thread, the rest by any.
class Modules {
 public:
  // `log` must outlive the added methods. The caller must have checked that `folder` is safe (FindModuleFaults).
  Modules(std::filesystem::path folder, const Settings::Modules& settings, Log& log);
  Modules(const Modules&) = delete;
  Modules& operator=(const Modules&) = delete;

  // Loads every module and adds its methods to `methods`, which already has all others. Throws std::runtime_error with a
  // module's name and the reason if it is refused: the started modules must then be stopped, and the process must end.
  void Load(MethodRegistry& methods);
  // Stops the started modules, of which no call may be running. Returns false if that takes longer than `at_most`: the process
  // must then end. `still_stopping` is called about once a second.
  bool Stop(std::chrono::milliseconds at_most, const std::function<void()>& still_stopping = {});

  // Sorted by name.
  std::vector<ModuleState> States() const;
  // Whether all of these methods belong to modules.
  bool HaveAll(const std::vector<std::string>& methods) const;

 private:
  const std::filesystem::path folder_;
  const Settings::Modules settings_;
  Log& log_;
  std::vector<std::shared_ptr<Module>> modules_;
};

}  // namespace onbehalf::service
