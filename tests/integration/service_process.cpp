#include "service_process.h"

#include <fstream>
#include <stdexcept>
#include <system_error>

#include "onbehalf/win32/process.h"
#include "onbehalf/win32/utf.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::test {
namespace {

void WriteTo(const std::filesystem::path& folder, std::string_view settings) {
  std::ofstream(folder / "onbehalf.json", std::ios::binary) << settings;
}

std::filesystem::path MakeData(const std::string& name, std::string_view settings) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / name;
  std::filesystem::create_directory(folder);
  WriteTo(folder, settings);
  return folder;
}

ChildProcess Start(std::string_view program, const std::string& pipe_name,
                   const std::filesystem::path& data) {
  ChildProcess::Options options;
  options.executable = PathBeside(program);
  options.arguments = {"--console", "--until-input-ends",        "--pipe", pipe_name,
                       "--data",    win32::ToUtf8(data.native())};
  return ChildProcess::Start(options);
}

}  // namespace

std::string PathBeside(std::string_view program) {
  const std::filesystem::path own = win32::ToWide(win32::OwnImagePath());
  return win32::ToUtf8((own.parent_path() / program).native());
}

ServiceProcess::ServiceProcess(std::string_view program, std::string_view settings)
    : pipe_name_(UniquePipeName()),
      pipe_path_(LocalPipePath(pipe_name_)),
      data_(MakeData(pipe_name_, settings)),
      process_(Start(program, pipe_name_, data_)) {
  // In console mode the log is on standard error too.
  std::string said;
  while (const auto line = process_.ReadErrorLine()) {
    if (line->find(" listening ") != std::string::npos) return;
    said += *line + "\n";
  }
  throw std::runtime_error(std::string(program) + " does not listen: " + said);
}

ServiceProcess::~ServiceProcess() {
  process_.Terminate();
  ::WaitForSingleObject(process_.process(), INFINITE);
  std::error_code ignored;  // what another process still holds open stays behind in the temporary folder
  std::filesystem::remove_all(data_, ignored);
}

void ServiceProcess::WriteSettings(std::string_view settings) const { WriteTo(data_, settings); }

std::vector<nlohmann::json> ServiceProcess::AuditLines() const {
  std::vector<nlohmann::json> lines;
  for (const auto& entry : std::filesystem::directory_iterator(data_ / "logs")) {
    if (entry.path().extension() != ".jsonl") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  }
  return lines;
}

}  // namespace onbehalf::test
