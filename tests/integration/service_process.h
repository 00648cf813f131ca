#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/token.h"
#include "support/child_process.h"

namespace onbehalf::test {

// The path of a program of this build, in the same folder as this executable.
std::string PathBeside(std::string_view program);

// A service program of this build as a child process in console mode, on a pipe and with a data folder of its
// own. It is listening when the constructor returns. The destructor ends the process and removes the folder.
// One thread.
class ServiceProcess {
 public:
  // `program` is in the same folder as this executable; `settings` is the text of its onbehalf.json. Throws
  // Win32Error, or std::runtime_error with the program's output if it does not listen. `token`: the process's
  // primary token, borrowed; null: this process's own.
  ServiceProcess(std::string_view program, std::string_view settings, const win32::Token* token = nullptr);
  ~ServiceProcess();
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;

  const std::string& pipe_name() const { return pipe_name_; }
  // For CreateFileW.
  const std::string& pipe_path() const { return pipe_path_; }
  DWORD id() const { return process_.id(); }
  HANDLE process() const { return process_.process(); }

  // Asks it to stop, by closing its input, and waits.
  ChildProcess::Exit Stop() { return process_.WaitForExit(); }
  // Ends it at once, as a crash would.
  void Kill() { process_.Terminate(); }
  // Starts it again, on the same pipe and with the same data folder, after it has ended. Throws as the
  // constructor does.
  void Restart();
  // Replaces its onbehalf.json.
  void WriteSettings(std::string_view settings) const;
  // The log so far.
  std::string LogText() const;
  // The audit's records so far, in order. The service may be running or stopped.
  std::vector<nlohmann::json> AuditLines() const;

 private:
  ChildProcess Start() const;
  void WaitUntilItListens();

  const std::string program_;
  const win32::Token* const token_;
  const std::string pipe_name_;
  const std::string pipe_path_;
  const std::filesystem::path data_;
  ChildProcess process_;
};

}  // namespace onbehalf::test
