#include "module_server.h"

#include <chrono>
#include <exception>
#include <utility>

#include "onbehalf/win32/process.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "raw_client.h"
#include "support/patience.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::test {

std::filesystem::path TestModules() { return service::ModulesFolder(win32::ToWide(win32::OwnImagePath())); }

ModuleServer::ModuleServer(Load load, const std::function<void(service::Settings&)>& change)
    : log_(folder_.path(), service::Settings::LogFile(), service::Log::Console::kNo) {
  service::Settings& settings = server_.settings();
  settings.modules.load = std::move(load);
  if (change) change(settings);
  modules_ = std::make_unique<service::Modules>(TestModules(), settings.modules, log_);
  modules_->Load(server_.methods());
  server_.Start();
}

ModuleServer::~ModuleServer() {
  server_.server().Stop();
  modules_->Stop(kPatience);
}

std::string ModuleServer::ModuleLog() const { return ReadAll(folder_.path() / "service.log"); }

Bystander::Bystander(const ModuleServer& server)
    : thread_([this, path = server.pipe_path()] { Run(path); }) {}

Bystander::~Bystander() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  thread_.join();
}

bool Bystander::IsAnswered(std::size_t more) {
  std::unique_lock lock(mutex_);
  const std::size_t enough = answered_ + more;
  const bool in_time =
      changed_.wait_for(lock, kPatience, [&] { return !fault_.empty() || answered_ >= enough; });
  return in_time && fault_.empty();
}

std::string Bystander::fault() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}

void Bystander::Run(const std::string& pipe_path) {
  std::string fault;
  try {
    RawClient client(pipe_path);
    for (std::size_t i = 0;; ++i) {
      const Json params{{"text", std::to_string(i)}};
      const Json ping = client.Call("rpc.ping");
      const Json echo = client.Call("raw.echo", params);
      if (!ping.contains("result")) fault = ping.dump();
      if (!echo.contains("result") || echo.at("result") != params) fault = echo.dump();
      const std::lock_guard lock(mutex_);
      answered_ += 2;
      fault_ = fault;
      changed_.notify_all();
      if (stop_ || !fault.empty()) return;
    }
  } catch (const std::exception& error) {
    const std::lock_guard lock(mutex_);
    fault_ = error.what();
    changed_.notify_all();
  }
}

NamedEvent::NamedEvent()
    : name_(UniquePipeName()), event_(::CreateEventW(nullptr, TRUE, FALSE, win32::ToWide(name_).c_str())) {
  if (!event_) win32::ThrowLastError("CreateEventW", name_);
  entered_.reset(::CreateSemaphoreW(nullptr, 0, 1000, win32::ToWide(name_ + "-entered").c_str()));
  if (!entered_) win32::ThrowLastError("CreateSemaphoreW", name_);
}

}  // namespace onbehalf::test
