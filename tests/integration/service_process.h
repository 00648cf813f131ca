#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

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
  ServiceProcess(std::string_view program, std::string_view settings);
  ~ServiceProcess();
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;

  const std::string& pipe_name() const { return pipe_name_; }
  // For CreateFileW.
  const std::string& pipe_path() const { return pipe_path_; }
  DWORD id() const { return process_.id(); }

  // Asks it to stop, by the end of its input, and waits.
  ChildProcess::Exit Stop() { return process_.WaitForExit(); }
  // Ends it at once, as a crash would.
  void Kill() { process_.Terminate(); }
  // Its onbehalf.json from now on.
  void WriteSettings(std::string_view settings) const;
  // The audit's lines so far, in order. The service may run or have stopped.
  std::vector<nlohmann::json> AuditLines() const;

 private:
  const std::string pipe_name_;
  const std::string pipe_path_;
  const std::filesystem::path data_;
  ChildProcess process_;
};

}  // namespace onbehalf::test
