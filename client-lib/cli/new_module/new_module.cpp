#include "new_module/new_module_files.h"

#include <filesystem>
#include <string>
#include <system_error>

#include "commands.h"
#include "generate/whole_file.h"
#include "onbehalf/win32/utf.h"
#include "output.h"

namespace onbehalf::cli {

ExitCode NewModule(const CommandLine& line, Output& output) {
  const std::string folder = line.folder.value_or(line.module);
  const std::filesystem::path path = win32::ToWide(folder);
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw UsageError(folder + " cannot be made: " + error.message());
  const auto files = new_module::Files(line.module);
  const auto path_of = [&](const new_module::File& file) { return folder + "\\" + file.name; };
  // All or none: what is there is somebody's work.
  for (const new_module::File& file : files) {
    if (std::filesystem::exists(path / win32::ToWide(file.name), error)) {
      throw UsageError(path_of(file) + " is there already: give another folder with --folder");
    }
  }
  client::Json written = client::Json::array();
  std::string text;
  for (const new_module::File& file : files) {
    generate::WriteWholeFile(path_of(file), file.text);
    written.push_back(path_of(file));
    text += "wrote " + path_of(file) + "\n";
  }
  output.Result({{"files", written}}, text + "README.md there says how to build, install and call it.\n");
  return ExitCode::kDone;
}

}  // namespace onbehalf::cli
