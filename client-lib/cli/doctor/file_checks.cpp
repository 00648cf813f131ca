#include "file_checks.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/file_security.h"
#include "onbehalf/win32/folder_search.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"

namespace onbehalf::cli::doctor {
namespace {

std::string ParentOf(const std::string& path) {
  const std::size_t slash = path.find_last_of("\\/");
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

FileFacts Collect(std::string check, std::string path, bool service_may_write, bool may_be_absent) {
  FileFacts facts;
  facts.check = std::move(check);
  facts.path = std::move(path);
  facts.service_may_write = service_may_write;
  facts.may_be_absent = may_be_absent;
  facts.is_reparse_point = Ask([&] { return win32::IsReparsePoint(facts.path); });
  if (facts.is_reparse_point) {
    facts.descriptor = Ask([&] {
      return win32::SecurityDescriptor::FromFile(facts.path,
                                                 OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION);
    });
  }
  return facts;
}

// The names of a directory's entries, up to the point where listing it failed.
std::vector<std::string> NamesIn(const std::string& directory) {
  std::vector<std::string> names;
  try {
    win32::FolderSearch search(win32::ToWide(directory + "\\*"));
    while (names.size() < kMaxFiles) {
      const WIN32_FIND_DATAW* const entry = search.Next();
      if (entry == nullptr) break;
      names.push_back(win32::ToUtf8Lossy(entry->cFileName));
    }
  } catch (const win32::Win32Error&) {
    // The directory's own check says why.
  }
  return names;
}

}  // namespace

Installation FindInstallation(const ServiceFacts& service) {
  Installation installation;
  wchar_t program_data[MAX_PATH + 1];
  const DWORD length = ::GetEnvironmentVariableW(L"ProgramData", program_data, MAX_PATH + 1);
  if (length != 0 && length <= MAX_PATH) {
    installation.data = win32::ToUtf8Lossy({program_data, length}) + "\\" + service.name;
  }
  if (!service.config) return installation;
  const ServiceCommand command = ParseServiceCommand(service.config->command_line);
  installation.executable = command.executable;
  if (const auto data = OptionOf(command, "--data")) {
    installation.data = *data;
    installation.names_data = true;
  }
  installation.name = OptionOf(command, "--name").value_or(std::string());
  return installation;
}

std::vector<FileFacts> CollectFileFacts(const Installation& installation) {
  std::vector<FileFacts> files;
  if (!installation.executable.empty()) {
    files.push_back(Collect("files.executable", installation.executable, false, false));
    files.push_back(Collect("files.program_directory", ParentOf(installation.executable), false, false));
  }
  if (!installation.data.empty()) {
    files.push_back(Collect("files.data", installation.data, false, false));
    files.push_back(Collect("files.settings", installation.data + "\\onbehalf.json", false, true));
    files.push_back(Collect("files.policy", installation.data + "\\policy", true, false));
    files.push_back(Collect("files.access_policy", installation.data + "\\policy\\access.json", true, true));
    files.push_back(Collect("files.logs", installation.data + "\\logs", true, false));
    for (const std::string folder : {"policy", "logs"}) {
      const std::string path = installation.data + "\\" + folder;
      for (const std::string& name : NamesIn(path)) {
        files.push_back(Collect("files.in_" + folder, path + "\\" + name, true, true));
      }
    }
  }
  return files;
}

FileWriters FindFileWriters(const ServiceFacts& service) {
  FileWriters writers;
  writers.own_folders.push_back(win32::Sid::ForService(service.name));
  const auto user_of = [](HANDLE process) {
    return Ask([&] {
      const win32::Token token = win32::Token::FromProcess(process, TOKEN_QUERY | TOKEN_DUPLICATE);
      const win32::Sid administrators = win32::Sid::FromWellKnown(WinBuiltinAdministratorsSid);
      return std::pair(token.User(), token.IsMember(administrators));
    });
  };
  if (!service.status || service.status->process_id == 0) {
    if (const auto own = user_of(::GetCurrentProcess()); own && own->second) {
      writers.perhaps_everything = own->first;
    }
    return writers;
  }
  const win32::UniqueObject process(
      ::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, service.status->process_id));
  // If the service's token cannot be read, no account is added.
  if (!process) return writers;
  if (const auto user = user_of(process.get())) {
    writers.own_folders.push_back(user->first);
    if (user->second) writers.everything.push_back(user->first);
  }
  return writers;
}

Finding JudgeFile(const FileFacts& facts, const FileWriters& writers_allowed) {
  if (facts.IsMissing()) {
    if (facts.may_be_absent)
      return {facts.check, Verdict::kOk, "no " + facts.path + ": the defaults apply", {}};
    return {facts.check, Verdict::kFail, facts.path + " does not exist",
            "Reinstall with installer\\install.cmd."};
  }
  if (!facts.is_reparse_point) {
    return NotAnswered(facts.check, facts.is_reparse_point.code, facts.is_reparse_point.why);
  }
  if (*facts.is_reparse_point) {
    return {facts.check, Verdict::kFail, facts.path + " is a link or junction: it may point anywhere",
            "Remove it and reinstall with installer\\install.cmd."};
  }
  if (!facts.descriptor) return NotAnswered(facts.check, facts.descriptor.code, facts.descriptor.why);
  std::vector<win32::Sid> trusted = win32::AdministrativeAccounts();
  trusted.insert(trusted.end(), writers_allowed.everything.begin(), writers_allowed.everything.end());
  if (facts.service_may_write) {
    trusted.insert(trusted.end(), writers_allowed.own_folders.begin(), writers_allowed.own_folders.end());
  }
  const std::vector<win32::UntrustedWriter> writers = win32::WritersOtherThan(*facts.descriptor, trusted);
  if (writers.empty()) return {facts.check, Verdict::kOk, facts.path, {}};
  win32::AccountNames names;
  std::string found;
  std::set<win32::Sid> told;
  for (const win32::UntrustedWriter& writer : writers) {
    if (told.insert(writer.sid).second) found += (found.empty() ? "" : ", ") + names.Display(writer.sid);
  }
  const std::optional<win32::Sid>& perhaps = writers_allowed.perhaps_everything;
  if (perhaps && told == std::set<win32::Sid>{*perhaps}) {
    return {facts.check, Verdict::kWarn, facts.path + " can be changed by " + found,
            "The service accepts this only if it runs as this administrator; start it to find out."};
  }
  return {facts.check, Verdict::kFail, facts.path + " can be changed by " + found,
          "Remove these rights (icacls), or reinstall with installer\\install.cmd."};
}

Finding JudgeAccountAccess(const std::vector<FileFacts>& files, const std::vector<win32::Sid>& account) {
  const std::string check = "files.account_access";
  // FILE_READ_DATA also lists a folder, FILE_WRITE_DATA also creates files in it.
  constexpr ACCESS_MASK kRead = FILE_READ_DATA | FILE_READ_ATTRIBUTES;
  constexpr ACCESS_MASK kWrite = kRead | FILE_WRITE_DATA;
  std::string missing;
  for (const FileFacts& file : files) {
    const bool is_written = file.check == "files.policy" || file.check == "files.logs";
    if (!is_written && file.check != "files.data" && file.check != "files.settings") continue;
    if (!file.descriptor || !file.descriptor->HasDacl()) continue;
    ACCESS_MASK left = is_written ? kWrite : kRead;
    for (const win32::AccessEntry& entry : file.descriptor->Dacl()) {
      if (std::find(account.begin(), account.end(), entry.sid) == account.end()) continue;
      if (entry.denies() && (entry.mask & left) != 0) break;
      if (entry.allows()) left &= ~entry.mask;
    }
    if (left != 0) missing += (missing.empty() ? "" : ", ") + file.path;
  }
  if (missing.empty()) return {check, Verdict::kOk, "the service can use its folders", {}};
  return {
      check, Verdict::kWarn, "no entry lets the service, as far as its groups are known, use " + missing,
      "Run install.cmd again, which gives the service's SID what it needs; it does not depend on the account."};
}

Findings JudgeFiles(const std::vector<FileFacts>& files, const FileWriters& writers) {
  Findings findings;
  for (std::size_t first = 0, next = 0; first < files.size(); first = next) {
    const std::string& check = files[first].check;
    std::size_t well = 0;
    Findings others;
    for (next = first; next < files.size() && files[next].check == check; ++next) {
      Finding finding = JudgeFile(files[next], writers);
      if (finding.verdict == Verdict::kOk && next != first) {
        ++well;
      } else {
        others.push_back(std::move(finding));
      }
    }
    if (well != 0 && others.front().verdict == Verdict::kOk) {
      others.front().found += " and " + std::to_string(well) + " more";
    }
    for (Finding& finding : others) findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace onbehalf::cli::doctor
