#include "new_module/new_module.h"

#include <filesystem>
#include <system_error>

#include "command.h"
#include "context.h"
#include "generate/whole_file.h"
#include "new_module/new_module_files.h"
#include "onbehalf/win32/utf.h"
#include "output.h"
#include "usage_error.h"

namespace onbehalf::cli {
namespace {

constexpr Operand kOperands[] = {{"NAME"}};
constexpr OptionInfo kOptions[] = {
    {"--folder", "DIR", "C:\\greeting", "the folder to write to (default: NAME in the current folder)"}};

NewModuleOptions Parse(const Given& given) {
  const std::string& name = given.words[0];
  if (const std::string refusal = new_module::NameFault(name); !refusal.empty()) {
    Refuse("'" + name + "': " + refusal);
  }
  return {name, given.ValueOf("--folder")};
}

ExitCode NewModule(const Context& context, const NewModuleOptions& options) {
  const std::string folder = options.folder.value_or(options.name);
  const std::filesystem::path path = win32::ToWide(folder);
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw UsageError(folder + " cannot be created: " + error.message());
  const auto files = new_module::Files(options.name);
  const auto path_of = [&](const new_module::File& file) { return folder + "\\" + file.name; };
  // Writes all files or none, and never overwrites one.
  for (const new_module::File& file : files) {
    if (std::filesystem::exists(path / win32::ToWide(file.name), error)) {
      throw UsageError(path_of(file) + " already exists: give another folder with --folder");
    }
  }
  client::Json written = client::Json::array();
  std::string text;
  for (const new_module::File& file : files) {
    generate::WriteWholeFile(path_of(file), file.text);
    written.push_back(path_of(file));
    text += "wrote " + path_of(file) + "\n";
  }
  context.output.Result({{"files", written}},
                        text + "README.md there says how to build, install and call it.\n");
  return ExitCode::kDone;
}

}  // namespace

extern const Command kNewModuleCommand = {
    .name = "new-module",
    .operands = kOperands,
    .options = kOptions,
    .summary = "write a CMake project for a module with that name and your own methods",
    .handler = Handles<Parse, NewModule>()};

}  // namespace onbehalf::cli
