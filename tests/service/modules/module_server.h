#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "log/log.h"
#include "modules/modules.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "support/patience.h"
#include "temporary_folder.h"
#include "test_server.h"

namespace onbehalf::test {

// The folder of the test modules: modules, next to this executable.
std::filesystem::path TestModules();

// The pipe server with test modules. Its destructor stops the server first, then the modules.
class ModuleServer {
 public:
  // A module's name and its settings.
  using Load = std::map<std::string, std::string, std::less<>>;

  // `change` may change the settings of the server, which is listening when the constructor returns.
  explicit ModuleServer(Load load, const std::function<void(service::Settings&)>& change = {});
  ~ModuleServer();
  ModuleServer(const ModuleServer&) = delete;
  ModuleServer& operator=(const ModuleServer&) = delete;

  TestServer& server() { return server_; }
  service::Modules& modules() { return *modules_; }
  const std::string& pipe_path() const { return server_.pipe_path(); }
  // Everything logged so far by the modules, and by the service about them.
  std::string ModuleLog() const;

 private:
  const TemporaryFolder folder_;
  service::Log log_;
  TestServer server_;
  std::unique_ptr<service::Modules> modules_;
};

// Another caller, which calls a built-in method and one of the module raw in turns, continuously, from a
// thread of its own.
class Bystander {
 public:
  explicit Bystander(const ModuleServer& server);
  // Stops calling.
  ~Bystander();
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;

  // Waits until `more` further calls have been answered. False when one had the wrong answer, or when they
  // take longer than a test waits.
  bool IsAnswered(std::size_t more = 20);
  // What went wrong; empty if nothing did.
  std::string fault() const;

 private:
  void Run(const std::string& pipe_path);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t answered_ = 0;
  std::string fault_;
  bool stop_ = false;
  std::thread thread_;
};

// A named event that the module faulty waits for.
class NamedEvent {
 public:
  NamedEvent();
  // Sets it, so that nothing is left waiting.
  ~NamedEvent() { Set(); }
  NamedEvent(const NamedEvent&) = delete;
  NamedEvent& operator=(const NamedEvent&) = delete;

  void Set() { ::SetEvent(event_.get()); }
  // Another waiter has entered. False if none has within that time.
  bool WaitUntilEntered(std::chrono::milliseconds limit = kPatience) {
    return ::WaitForSingleObject(entered_.get(), static_cast<DWORD>(limit.count())) == WAIT_OBJECT_0;
  }
  // The settings of faulty for this event.
  std::string Settings() const { return R"({"event":")" + name_ + "\"}"; }

 private:
  const std::string name_;
  win32::UniqueObject event_;
  win32::UniqueObject entered_;
};

}  // namespace onbehalf::test
