#include "settings/settings_sections.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "methods_model/method_name.h"
#include "onbehalf/protocol/ascii.h"
#include "onbehalf/protocol/json_object.h"
#include "settings/settings_faults.h"
#include "settings/settings_object.h"
#include "settings/settings_table.h"

namespace onbehalf::service {
namespace {

using protocol::Json;

constexpr std::size_t kPathBytes = 32 * 1024;
constexpr std::size_t kConnectionBytes = 16 * 1024;
constexpr std::size_t kAccessBytes = 16 * 1024;

// Names of sources and modules: need no quoting anywhere, not even as a file name.
bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return protocol::IsAsciiLetter(c) || protocol::IsAsciiDigit(c) || c == '_' || c == '-';
  });
}

// Calls `read(name, member)` for each member with a valid name. Names that differ only in case are refused: they
// would be the same file, and people would confuse them.
template <typename Read>
void ForEachNamed(std::string_view key, const Json& value, std::vector<SettingsFault>& faults, Read read) {
  std::map<std::string, std::string> names;
  for (const auto& [name, member] : value.items()) {
    const std::string whole_key = std::string(key) + "." + Shown(name);
    if (!IsName(name)) {
      faults.push_back({whole_key, "a name must be 1 to 64 letters, digits, _ and -"});
      continue;
    }
    if (const auto [other, is_new] = names.emplace(protocol::AsciiLower(name), name); !is_new) {
      faults.push_back({whole_key, "differs from " + other->second + " only in upper and lower case"});
    }
    read(name, member);
  }
}

// Each takes an entry of up to 56 bytes in the pipe's ACL.
constexpr std::size_t kMaxAppPackages = 64;

// "App container SID constants" (winnt.h): a package has eight parts, a container within one has twelve, and the SIDs of all
// packages have two.
std::optional<win32::Sid> AppPackage(std::string_view text) {
  const std::optional<win32::Sid> sid = win32::Sid::FromNumbers(text);
  if (!sid) return win32::Sid::ForPackageFamily(text);
  const bool is_package =
      sid->IsPackage() && (sid->PartCount() == 8 || sid->PartCount() == 12 || sid->IsEveryPackage());
  return is_package ? sid : std::nullopt;
}

// C:\folder or C:/folder, without characters that a folder name cannot have.
bool IsDrivePath(std::string_view path) {
  return path.size() >= 3 && path.size() <= kPathBytes && protocol::IsAsciiLetter(path[0]) &&
         path[1] == ':' && (path[2] == '\\' || path[2] == '/') &&
         std::none_of(path.begin() + 2, path.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 ||
                  std::string_view(R"(<>:"|?*)").find(c) != std::string_view::npos;
         });
}

}  // namespace

void ReadAppPackages(const Json& value, Settings& settings, std::vector<SettingsFault>& faults) {
  settings.pipe.app_packages.clear();
  if (value.size() > kMaxAppPackages) {
    faults.push_back({"pipe.app_packages", "at most " + std::to_string(kMaxAppPackages) +
                                               " packages, found " + std::to_string(value.size())});
    return;
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    const Json& package = value[i];
    if (package.is_string() && AppPackage(package.get_ref<const std::string&>())) {
      settings.pipe.app_packages.push_back(package.get<std::string>());
    } else {
      faults.push_back(
          {"pipe.app_packages[" + std::to_string(i) + "]",
           "expected a package family name, such as Contoso.Orders_8wekyb3d8bbwe, or the SID of a "
           "package (S-1-15-2-...), found " +
               Found(package)});
    }
  }
}

std::vector<win32::Sid> AppPackages(const Settings::Pipe& pipe) {
  std::vector<win32::Sid> packages;
  for (const std::string& text : pipe.app_packages) packages.push_back(AppPackage(text).value());
  return packages;
}

void ReadFileRoots(const Json& value, Settings& settings, std::vector<SettingsFault>& faults) {
  settings.file.roots.clear();
  for (std::size_t i = 0; i < value.size(); ++i) {
    const Json& root = value[i];
    if (root.is_string() && IsDrivePath(root.get_ref<const std::string&>())) {
      settings.file.roots.push_back(root.get<std::string>());
    } else {
      faults.push_back({"file.roots[" + std::to_string(i) + "]",
                        "expected a path with a drive letter, such as D:\\Shares, found " + Found(root)});
    }
  }
}

void ReadDatabaseSources(const Json& value, Settings& settings, std::vector<SettingsFault>& faults) {
  constexpr std::string_view kKey = "database.sources";
  settings.database.sources.clear();
  ForEachNamed(kKey, value, faults, [&](const std::string& name, const Json& member) {
    Settings::DatabaseSource source;
    SettingsObject object(std::string(kKey) + "." + name, member, faults);
    if (!object.Text("connection", kConnectionBytes, source.connection) && member.is_object() &&
        !member.contains("connection")) {
      object.Fault("connection", "required: the ODBC connection string");
    }
    object.Boolean("as_caller", source.as_caller);
    object.Boolean("pooled", source.pooled);
    object.Text("access", kAccessBytes, source.access);
    settings.database.sources.emplace(name, std::move(source));
  });
}

Json DatabaseSourcesToJson(const Settings& settings) {
  Json all = Json::object();
  for (const auto& [name, source] : settings.database.sources) {
    all[name] = protocol::MakeObject(
        {{"connection", source.connection}, {"as_caller", source.as_caller}, {"pooled", source.pooled}});
    if (!source.access.empty()) all[name]["access"] = source.access;
  }
  return all;
}

void ReadModules(const Json& value, Settings& settings, std::vector<SettingsFault>& faults) {
  constexpr std::string_view kKey = "modules.load";
  settings.modules.load.clear();
  ForEachNamed(kKey, value, faults, [&](const std::string& name, const Json& member) {
    if (!member.is_object()) {
      faults.push_back({std::string(kKey) + "." + name, "expected an object, found " + FoundKind(member)});
      return;
    }
    settings.modules.load.emplace(name, protocol::ToText(member));
  });
}

Json ModulesToJson(const Settings& settings) {
  Json all = Json::object();
  for (const auto& [name, text] : settings.modules.load) {
    if (const auto fault = protocol::ParseJson(text, protocol::JsonLimits{}, all[name])) {
      throw std::invalid_argument("modules.load." + name + ": " + fault.Describe());
    }
  }
  return all;
}

void ReadMethodLimits(const Json& value, Settings& settings, std::vector<SettingsFault>& faults) {
  constexpr std::string_view kKey = "methods.limits";
  settings.methods.limits.clear();
  for (const auto& [name, member] : value.items()) {
    const std::string whole_key = std::string(kKey) + "." + Shown(name);
    if (!IsMethodName(name)) {
      faults.push_back({whole_key, "a method name must be namespace.method, in letters, digits and _"});
      continue;
    }
    Settings::MethodLimits limits;
    std::uint64_t number = 0;
    SettingsObject object(whole_key, member, faults);
    if (object.Integer("deadline_ms", 100, kDayMs, number))
      limits.deadline = std::chrono::milliseconds(number);
    if (object.Integer("handlers", 1, 10'000, number)) limits.handlers = static_cast<std::size_t>(number);
    if (object.Integer("handlers_per_account", 1, 10'000, number)) {
      limits.handlers_per_account = static_cast<std::size_t>(number);
    }
    settings.methods.limits.emplace(name, limits);
  }
}

Json MethodLimitsToJson(const Settings& settings) {
  Json all = Json::object();
  for (const auto& [name, limits] : settings.methods.limits) {
    Json one = Json::object();
    if (limits.deadline) one["deadline_ms"] = static_cast<std::uint64_t>(limits.deadline->count());
    if (limits.handlers) one["handlers"] = *limits.handlers;
    if (limits.handlers_per_account) one["handlers_per_account"] = *limits.handlers_per_account;
    all[name] = std::move(one);
  }
  return all;
}

}  // namespace onbehalf::service
