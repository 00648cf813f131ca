#include "service_process.h"

#include <fstream>
#include <iterator>
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

}  // namespace

std::string PathBeside(std::string_view program) {
  const std::filesystem::path own = win32::ToWide(win32::OwnImagePath());
  return win32::ToUtf8((own.parent_path() / program).native());
}

ServiceProcess::ServiceProcess(std::string_view program, std::string_view settings, const win32::Token* token)
    : program_(program),
      token_(token),
      pipe_name_(UniquePipeName()),
      pipe_path_(LocalPipePath(pipe_name_)),
      data_(MakeData(pipe_name_, settings)),
      process_(Start()) {
  WaitUntilItListens();
}

ChildProcess ServiceProcess::Start() const {
  ChildProcess::Options options;
  options.executable = PathBeside(program_);
  options.arguments = {"--console", "--until-input-ends",         "--pipe", pipe_name_,
                       "--data",    win32::ToUtf8(data_.native())};
  if (token_ != nullptr) options.token = token_->get();
  return ChildProcess::Start(options);
}

void ServiceProcess::Restart() {
  process_.WaitForExit();
  process_ = Start();
  WaitUntilItListens();
}

void ServiceProcess::WaitUntilItListens() {
  // In console mode the log goes to standard error too.
  std::string said;
  while (const auto line = process_.ReadErrorLine()) {
    if (line->find(" listening ") != std::string::npos) return;
    said += *line + "\n";
  }
  throw std::runtime_error(program_ + " does not listen: " + said);
}

ServiceProcess::~ServiceProcess() {
  // Windows refuses to terminate a process that has ended.
  if (::WaitForSingleObject(process_.process(), 0) == WAIT_TIMEOUT) process_.Terminate();
  ::WaitForSingleObject(process_.process(), INFINITE);
  std::error_code ignored;  // files that another process still has open stay in the temporary folder
  std::filesystem::remove_all(data_, ignored);
}

void ServiceProcess::WriteSettings(std::string_view settings) const { WriteTo(data_, settings); }

std::string ServiceProcess::LogText() const {
  std::ifstream in(data_ / "logs" / "service.log", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

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
