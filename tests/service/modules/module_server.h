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

// Where the modules of the tests are: the folder modules beside this executable.
std::filesystem::path TestModules();

// The pipe server with modules of the tests. When it goes, the server stops first, and then the modules.
class ModuleServer {
 public:
  // A module's name and its settings.
  using Load = std::map<std::string, std::string, std::less<>>;

  // `change` may change the settings of the server. Listens when it returns.
  explicit ModuleServer(Load load, const std::function<void(service::Settings&)>& change = {});
  ~ModuleServer();
  ModuleServer(const ModuleServer&) = delete;
  ModuleServer& operator=(const ModuleServer&) = delete;

  TestServer& server() { return server_; }
  service::Modules& modules() { return *modules_; }
  const std::string& pipe_path() const { return server_.pipe_path(); }
  // What the modules, and the service about them, have logged so far.
  std::string ModuleLog() const;

 private:
  const TemporaryFolder folder_;
  service::Log log_;
  TestServer server_;
  std::unique_ptr<service::Modules> modules_;
};

// Another caller, who calls a built-in method and one of the module raw in turns, all the while, from a thread of its own.
class Bystander {
 public:
  explicit Bystander(const ModuleServer& server);
  // Ends it.
  ~Bystander();
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;

  // Waits until so many more calls have been answered, counted from now. False when one was answered otherwise than it must
  // be, or when they take longer than a test waits.
  bool IsAnswered(std::size_t more = 20);
  // What was wrong; empty if nothing was.
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

// An event that the module faulty waits for, by its name.
class NamedEvent {
 public:
  NamedEvent();
  // Sets it, so that nothing goes on waiting.
  ~NamedEvent() { Set(); }
  NamedEvent(const NamedEvent&) = delete;
  NamedEvent& operator=(const NamedEvent&) = delete;

  void Set() { ::SetEvent(event_.get()); }
  // One more of those who wait for it has come. False when none has in that time.
  bool WaitUntilEntered(std::chrono::milliseconds limit = kPatience) {
    return ::WaitForSingleObject(entered_.get(), static_cast<DWORD>(limit.count())) == WAIT_OBJECT_0;
  }
  // The settings of faulty with this event.
  std::string Settings() const { return R"({"event":")" + name_ + "\"}"; }

 private:
  const std::string name_;
  win32::UniqueObject event_;
  win32::UniqueObject entered_;
};

}  // namespace onbehalf::test
