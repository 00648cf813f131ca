#include "new_module/new_module_files.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "onbehalf/protocol/ascii.h"

namespace onbehalf::cli::new_module {
namespace {

constexpr std::string_view kCMakeLists =
    R"cmake(# The module @NAME@ of OnBehalf: a DLL that the service loads.
cmake_minimum_required(VERSION 3.25)
project(@NAME@ LANGUAGES CXX)

find_package(onbehalf @VERSION@ CONFIG REQUIRED COMPONENTS module)

add_library(@NAME@ MODULE @NAME@_module.cpp)
target_compile_features(@NAME@ PRIVATE cxx_std_20)
target_link_libraries(@NAME@ PRIVATE onbehalf::module)
# The service looks for @NAME@.dll.
set_target_properties(@NAME@ PROPERTIES PREFIX "")
# When it is loaded, only Windows' libraries and those next to the module are found: link the compiler's statically.
if(MINGW)
  target_link_options(@NAME@ PRIVATE -static)
elseif(MSVC)
  set_target_properties(@NAME@ PROPERTIES MSVC_RUNTIME_LIBRARY "MultiThreaded$<$<CONFIG:Debug>:Debug>")
endif()
)cmake";

constexpr std::string_view kSource =
    R"source(// The module @NAME@ of OnBehalf. OnBehalf's docs/modules.md has the rules for code that runs here.
#include <onbehalf/module.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace {

namespace module = onbehalf::module;

// Runs under the caller's token, as its method's flag requests: Windows checks access for the caller. Exceptions become
// error responses: module::Error and module::WindowsError unchanged, all others as InternalError.
std::string Hello(const module::Call& call) {
  // Parameters and result are JSON texts: use the JSON library of your choice.
  return R"({"caller": ")" + call.caller_sid() + R"(", "params": )" + std::string(call.params()) + "}";
}

std::shared_ptr<void> Start(module::Host& host, std::string_view settings) {
  // `settings` is the value of modules.load.@NAME@ in the service's settings. An exception here keeps the service from
  // starting, and its log says why.
  if (settings != "{}") throw std::invalid_argument("this module takes no settings");

  module::Method hello;
  hello.name = "@NAME@.hello";
  hello.summary = "Returns the caller and the parameters.";
  hello.parameters = {{"name", "Any text.", R"({"type": "string", "maxLength": 100})", true}};
  hello.result_schema = R"({"type": "object", "properties": {"caller": {"type": "string"}, "params": {"type": "object"}}})";
  // All authenticated users may see it; an administrator grants the right to call it (onbehalf access grant).
  hello.access_default = "D:(A;;GR;;;AU)";
  hello.flags = ONBEHALF_MODULE_ACTS_AS_CALLER;
  hello.handler = Hello;
  host.Add(std::move(hello));

  // State that the module needs while it is loaded; the service releases it when it stops.
  return nullptr;
}

}  // namespace

ONBEHALF_MODULE("@NAME@", "0.1.0", Start)
)source";

constexpr std::string_view kReadme = R"readme(# @NAME@

A module of OnBehalf: the methods `@NAME@.*`, in a DLL that the service loads.

1. Build it (`CMAKE_PREFIX_PATH` is where OnBehalf's package is):

       cmake -S . -B build -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH=C:/onbehalf
       cmake --build build --config Release

2. As an administrator, copy `@NAME@.dll` into the service's `modules` folder. The service refuses it if accounts other than
   administrators can change it or anything in that folder:

       copy build\@NAME@.dll "%ProgramFiles%\OnBehalf\modules"

   (Multi-configuration generators put it into `build\Release`.)

3. Name it in `%ProgramData%\OnBehalf\onbehalf.json`, with its own settings, and check the file:

       { "modules": { "load": { "@NAME@": {} } } }

       "%ProgramFiles%\OnBehalf\onbehalf-service.exe" --check-config

4. Restart the service. If it does not start, the event log (source OnBehalf) and `logs\service.log` say why:

       sc.exe stop OnBehalf
       sc.exe start OnBehalf

5. Grant the right to call it, and call it:

       onbehalf access grant DOMAIN\alice @NAME@.hello call
       onbehalf call @NAME@.hello "{""name"": ""you""}"
)readme";

std::string Filled(std::string_view text, std::string_view name) {
  constexpr std::string_view kVersion = ONBEHALF_VERSION;
  // Only a major or minor version may change interfaces.
  const std::string_view minor_version = kVersion.substr(0, kVersion.rfind('.'));
  std::string filled;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t mark = std::min(text.find('@', begin), text.size());
    filled += text.substr(begin, mark - begin);
    if (mark == text.size()) break;
    const bool is_name = text.substr(mark).starts_with("@NAME@");
    filled += is_name ? name : minor_version;
    begin = text.find('@', mark + 1) + 1;
  }
  return filled;
}

}  // namespace

std::vector<File> Files(std::string_view name) {
  return {{"CMakeLists.txt", Filled(kCMakeLists, name)},
          {std::string(name) + "_module.cpp", Filled(kSource, name)},
          {"README.md", Filled(kReadme, name)}};
}

std::string NameFault(std::string_view name) {
  // The service's own namespaces, CMake's targets, and Windows device names, which cannot be used for files
  // with any extension.
  constexpr std::array<std::string_view, 20> kTaken = {
      "access", "audit",   "database", "file", "identity", "registry", "rpc", "service", "all",  "clean",
      "help",   "install", "package",  "test", "aux",      "con",      "nul", "prn",     "com1", "lpt1"};
  const auto may_be_in = [](char c) {
    return protocol::IsAsciiLetter(c) || protocol::IsAsciiDigit(c) || c == '_';
  };
  const bool is_word = !name.empty() && name.size() <= 64 && protocol::IsAsciiLetter(name.front()) &&
                       std::all_of(name.begin(), name.end(), may_be_in);
  if (!is_word) return "a module's name must be 1 to 64 letters, digits and _, with a letter first";
  if (std::find(kTaken.begin(), kTaken.end(), protocol::AsciiLower(name)) != kTaken.end())
    return "this name is reserved";
  return {};
}

}  // namespace onbehalf::cli::new_module
