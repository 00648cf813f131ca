#include "modules/modules.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {

std::filesystem::path ModulesFolder(const std::filesystem::path& executable) {
  return executable.parent_path() / L"modules";
}

Modules::Modules(std::filesystem::path folder, const Settings::Modules& settings, Log& log)
    : folder_(std::move(folder)), settings_(settings), log_(log) {}

void Modules::Load(MethodRegistry& methods) {
  for (const auto& [name, settings] : settings_.load) {
    // In the list from the beginning: even a refused module may have to be stopped.
    const auto& module = modules_.emplace_back(std::make_shared<Module>(name, settings_.overdue_calls, log_));
    try {
      module->Start(folder_ / win32::ToWide(name + ".dll"), settings, methods);
    } catch (const std::exception& error) {
      throw std::runtime_error("the module " + name + " is refused: " + error.what());
    }
    const ModuleState state = module->State();
    log_.Write(LogLevel::kInfo, "a module has started", {{"module", name}, {"version", state.version}});
  }
}

bool Modules::Stop(std::chrono::milliseconds at_most, const std::function<void()>& still_stopping) {
  // Runs on a separate thread, because this one must keep reporting progress. If a module does not end, the thread is abandoned
  // and the process ends; so it must not use this object.
  struct Ending {
    std::vector<std::shared_ptr<Module>> modules;
    win32::UniqueObject ended;
  };
  const auto ending = std::make_shared<Ending>();
  ending->modules = modules_;
  ending->ended.reset(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  if (!ending->ended) win32::ThrowLastError("CreateEventW");
  // Stopped in reverse order.
  std::reverse(ending->modules.begin(), ending->modules.end());
  std::thread thread([ending] {
    for (const auto& module : ending->modules) module->Stop();
    ::SetEvent(ending->ended.get());
  });
  for (auto waited = std::chrono::seconds(0); waited < at_most; waited += std::chrono::seconds(1)) {
    if (::WaitForSingleObject(ending->ended.get(), 1'000) == WAIT_OBJECT_0) {
      thread.join();
      return true;
    }
    if (still_stopping) still_stopping();
  }
  thread.detach();
  return false;
}

std::vector<ModuleState> Modules::States() const {
  std::vector<ModuleState> states;
  for (const auto& module : modules_) states.push_back(module->State());
  return states;
}

bool Modules::HaveAll(const std::vector<std::string>& methods) const {
  return std::all_of(methods.begin(), methods.end(), [this](std::string_view method) {
    return std::any_of(modules_.begin(), modules_.end(),
                       [&](const auto& module) { return module->HasNamespaceOf(method); });
  });
}

}  // namespace onbehalf::service
