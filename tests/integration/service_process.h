#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/token.h"
#include "support/child_process.h"

namespace onbehalf::test {

// The path of a program of this build, which lies beside this executable.
std::string PathBeside(std::string_view program);

// A service program of this build as a child process in console mode, on a pipe and with a data folder of its
// own. It listens when the constructor returns. When this object goes, the process ends and the folder is
// removed. One thread.
class ServiceProcess {
 public:
  // `program` lies beside this executable; `settings` is the text of its onbehalf.json. Throws Win32Error, or
  // std::runtime_error with what the program said if it does not come to listen.
  // `token`: the process's, primary, borrowed; null: this process's own.
  ServiceProcess(std::string_view program, std::string_view settings, const win32::Token* token = nullptr);
  ~ServiceProcess();
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;

  const std::string& pipe_name() const { return pipe_name_; }
  // For CreateFileW.
  const std::string& pipe_path() const { return pipe_path_; }
  DWORD id() const { return process_.id(); }
  HANDLE process() const { return process_.process(); }

  // Asks it to stop, by the end of its input, and waits.
  ChildProcess::Exit Stop() { return process_.WaitForExit(); }
  // Ends it at once, as a crash would.
  void Kill() { process_.Terminate(); }
  // Starts it again, on the same pipe and with the same data folder, once it has ended. Throws as the constructor does.
  void Restart();
  // Its onbehalf.json from now on.
  void WriteSettings(std::string_view settings) const;
  // What the log has so far.
  std::string LogText() const;
  // The audit's lines so far, in order. The service may run or have stopped.
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
