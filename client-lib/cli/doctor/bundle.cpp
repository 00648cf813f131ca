#include "bundle.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "json_layout.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "secrets.h"
#include "tar_writer.h"
#include "usage_error.h"

namespace onbehalf::cli::doctor {
namespace {

constexpr std::size_t kLogBytes = 256 * 1024;
// Larger than any settings file that the service accepts.
constexpr std::size_t kSettingsBytes = 1024 * 1024;

// The last `most` bytes of a file that may be written to at the same time.
std::string ReadEnd(const std::string& path, std::size_t most) {
  const win32::UniqueFile file(::CreateFileW(win32::ToWide(path).c_str(), GENERIC_READ,
                                             FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                             OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!file) win32::ThrowLastError("CreateFileW", path);
  LARGE_INTEGER size{};
  if (!::GetFileSizeEx(file.get(), &size)) win32::ThrowLastError("GetFileSizeEx", path);
  LARGE_INTEGER start{};
  start.QuadPart = std::max<LONGLONG>(0, size.QuadPart - static_cast<LONGLONG>(most));
  if (!::SetFilePointerEx(file.get(), start, nullptr, FILE_BEGIN))
    win32::ThrowLastError("SetFilePointerEx", path);
  std::string content(most, '\0');
  std::size_t filled = 0;
  while (filled < content.size()) {
    DWORD count = 0;
    if (!::ReadFile(file.get(), content.data() + filled, static_cast<DWORD>(content.size() - filled), &count,
                    nullptr)) {
      win32::ThrowLastError("ReadFile", path);
    }
    if (count == 0) break;
    filled += count;
  }
  content.resize(filled);
  return content;
}

std::string ReadFailure(DWORD code, const std::string& why) {
  return code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND ? "there is none\n"
                                                                      : "not readable: " + why + "\n";
}

std::string WindowsVersion() {
  // From the registry: GetVersionEx depends on the program's manifest.
  const auto read = [](const wchar_t* name) {
    wchar_t value[256] = {};
    DWORD size = sizeof value;
    const LSTATUS status =
        ::RegGetValueW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", name,
                       RRF_RT_REG_SZ, nullptr, value, &size);
    return status == ERROR_SUCCESS ? win32::ToUtf8Lossy(value) : std::string("?");
  };
  return read(L"ProductName") + ", version " + read(L"CurrentVersion") + ", build " +
         read(L"CurrentBuildNumber");
}

std::string ServiceText(const ServiceFacts& facts) {
  std::string text = "service             " + facts.name + "\n";
  const auto add = [&](std::string name, const std::string& value) {
    name.resize(20, ' ');
    text += name + value + "\n";
  };
  if (facts.status) {
    add("state", win32::ServiceStateName(facts.status->state));
    add("process", std::to_string(facts.status->process_id));
    add("exit code", std::to_string(facts.status->exit_code) + ", service-specific " +
                         std::to_string(facts.status->service_specific_exit_code));
  } else {
    add("state", facts.status.why);
  }
  if (facts.config) {
    add("start type", std::to_string(facts.config->start_type));
    add("command line", facts.config->command_line);
    add("account", facts.config->account);
    for (const std::string& dependency : facts.config->dependencies) add("depends on", dependency);
  } else {
    add("configuration", facts.config.why);
  }
  if (facts.failure_actions) {
    for (const SC_ACTION& action : facts.failure_actions->actions) {
      add("failure action",
          std::to_string(static_cast<int>(action.Type)) + " after " + std::to_string(action.Delay) + " ms");
    }
  } else {
    add("failure actions", facts.failure_actions.why);
  }
  add("sid type", facts.sid_type ? std::to_string(*facts.sid_type) : facts.sid_type.why);
  if (facts.privileges) {
    for (const std::string& privilege : *facts.privileges) add("privilege", privilege);
  } else {
    add("privileges", facts.privileges.why);
  }
  add("descriptor", facts.security ? facts.security->ToSddl(DACL_SECURITY_INFORMATION) : facts.security.why);
  return text;
}

constexpr char kReadMe[] =
    "A support archive of OnBehalf, written by 'onbehalf doctor --bundle'.\n"
    "\n"
    "doctor.txt, doctor.json   what doctor found\n"
    "version.txt               versions of OnBehalf and Windows\n"
    "service.txt               how the service is configured\n"
    "pipe.txt                  the pipe's owner and descriptor\n"
    "settings.json             the settings; values under keys that look like secrets are removed\n"
    "service.log               the end of the service's log, at most 256 KiB\n"
    "\n"
    "The audit is not included, because its lines name people and what they did. The files above do contain\n"
    "account names and paths: read them before you share the archive.\n";

}  // namespace

std::string LastLines(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  const std::size_t line_end = text.find('\n', text.size() - most - 1);
  return line_end == std::string::npos ? std::string() : text.substr(line_end + 1);
}

std::string MakeBundle(const BundleSource& source) {
  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  TarWriter tar;
  const auto add = [&](const std::string& name, const std::string& content) {
    tar.Add("onbehalf-support/" + name, content, now);
  };
  add("README.txt", kReadMe);
  add("doctor.txt", Render(source.findings));
  add("doctor.json", JsonIndented(ToJson(source.findings)) + "\n");
  add("version.txt", "onbehalf " ONBEHALF_VERSION "\n" + WindowsVersion() + "\n");
  add("service.txt", ServiceText(source.service));
  add("pipe.txt",
      source.pipe.path + "\n" +
          (source.pipe.descriptor ? source.pipe.descriptor->ToSddl() : source.pipe.descriptor.why) + "\n");
  const std::string settings_path = source.installation.data + "\\onbehalf.json";
  const Answer<std::string> settings = Ask([&] { return ReadEnd(settings_path, kSettingsBytes); });
  add("settings.json", settings ? WithoutSecrets(*settings) : ReadFailure(settings.code, settings.why));
  const std::string log_path = source.installation.data + "\\logs\\service.log";
  // One byte more than needed, to see whether the first line is complete.
  const Answer<std::string> log = Ask([&] { return ReadEnd(log_path, kLogBytes + 1); });
  add("service.log", log ? LastLines(*log, kLogBytes) : ReadFailure(log.code, log.why));
  return tar.Finish();
}

void WriteBundle(const std::string& path, const std::string& archive) {
  const win32::UniqueFile file(::CreateFileW(win32::ToWide(path).c_str(), GENERIC_WRITE, 0, nullptr,
                                             CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!file) {
    const DWORD code = ::GetLastError();
    if (code == ERROR_FILE_EXISTS) throw UsageError(path + " already exists; name a new file");
    throw win32::Win32Error(code, "CreateFileW", path);
  }
  DWORD count = 0;
  if (!::WriteFile(file.get(), archive.data(), static_cast<DWORD>(archive.size()), &count, nullptr)) {
    win32::ThrowLastError("WriteFile", path);
  }
}

}  // namespace onbehalf::cli::doctor
