#include "hardening/file_permissions.h"

#include <string_view>
#include <utility>

#include "modules/modules.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/file_security.h"
#include "onbehalf/win32/folder_search.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using std::filesystem::path;
using win32::SecurityDescriptor;
using win32::Sid;
using win32::Token;
using win32::UntrustedWriter;
using win32::Win32Error;

std::string Text(const path& file) { return win32::ToUtf8Lossy(file.native()); }

std::string Quoted(const path& file) { return "\"" + Text(file) + "\""; }

class Inspection {
 public:
  explicit Inspection(RunsIn runs_in) {
    administrators_ = win32::AdministrativeAccounts();
    const Token own = Token::FromOwnProcess(TOKEN_QUERY | TOKEN_DUPLICATE);
    if (runs_in == RunsIn::kConsole || own.IsMember(Sid::FromWellKnown(WinBuiltinAdministratorsSid))) {
      administrators_.push_back(own.User());
    }
  }

  // A file or folder that only administrators may change.
  void Check(const path& file) { Check(file, administrators_); }

  // A folder that `service` writes to, with everything in it, including subfolders.
  void CheckInsideFolderOf(const Sid& service, const path& folder) {
    std::vector<Sid> trusted = administrators_;
    trusted.push_back(service);
    CheckInside(folder, trusted);
  }
  // The same for a folder that only administrators may change. Returns false if it does not exist or is a link.
  bool CheckInside(const path& folder) { return CheckInside(folder, administrators_); }

  std::vector<std::string> Take() { return std::move(findings_); }

 private:
  void Add(std::string finding) { findings_.push_back(std::move(finding)); }

  bool CheckInside(const path& folder, const std::vector<Sid>& trusted) {
    if (!Check(folder, trusted)) return false;
    try {
      win32::FolderSearch search((folder / L"*").native());
      while (const WIN32_FIND_DATAW* const entry = search.Next()) {
        const path file = folder / entry->cFileName;
        if ((entry->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
          CheckInside(file, trusted);
        } else {
          Check(file, trusted);
        }
      }
    } catch (const Win32Error& error) {
      Add(Text(folder) + " cannot be listed: " + error.what());
    }
    return true;
  }

  // Returns false if the file or folder does not exist or is a link.
  bool Check(const path& file, const std::vector<Sid>& trusted) {
    const std::string name = Text(file);
    try {
      if (win32::IsReparsePoint(name)) {
        Add(name +
            " is a link or junction, which others may have placed there: remove it and run install.cmd again.");
        return false;
      }
      const auto descriptor =
          SecurityDescriptor::FromFile(name, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION);
      if (!descriptor.HasDacl()) {
        Add(name + " has no DACL, so everyone can change it: run install.cmd again, or icacls " +
            Quoted(file) + " /reset.");
        return true;
      }
      for (const UntrustedWriter& writer : win32::WritersOtherThan(descriptor, trusted))
        Add(Describe(file, writer));
      return true;
    } catch (const Win32Error& error) {
      if (error.win32_code() == ERROR_FILE_NOT_FOUND || error.win32_code() == ERROR_PATH_NOT_FOUND) {
        Add(name + " is missing: run install.cmd again.");
        return false;
      }
      Add("The permissions of " + name + " cannot be read: " + error.what());
      return true;
    }
  }

  std::string Describe(const path& file, const UntrustedWriter& writer) {
    const std::string sid = writer.sid.ToString();
    const std::string name = names_.Display(writer.sid);
    const std::string account = name == sid ? sid : name + " (" + sid + ")";
    if (writer.is_owner) {
      return Text(file) + " belongs to " + account +
             ", who can therefore change its permissions: run install.cmd " + "again, or icacls " +
             Quoted(file) + " /setowner *S-1-5-32-544.";
    }
    return Text(file) + " can be changed by " + account + ": run install.cmd again, or icacls " +
           Quoted(file) + " /inheritance:d /remove:g *" + sid + ".";
  }

  std::vector<Sid> administrators_;
  win32::AccountNames names_;
  std::vector<std::string> findings_;
};

}  // namespace

std::vector<std::string> FindUnsafeFiles(const path& executable, const DataFolders& folders, RunsIn runs_in,
                                         const protocol::ServiceName& name) {
  pipe::AssertNotImpersonating();
  Inspection inspection(runs_in);
  inspection.Check(executable);
  inspection.Check(executable.parent_path());
  inspection.Check(folders.root);
  if (::GetFileAttributesW(folders.SettingsFile().c_str()) != INVALID_FILE_ATTRIBUTES) {
    inspection.Check(folders.SettingsFile());
  }
  const Sid service = Sid::ForService(name.text());
  inspection.CheckInsideFolderOf(service, folders.Policy());
  inspection.CheckInsideFolderOf(service, folders.Logs());
  return inspection.Take();
}

std::vector<SettingsFault> FindModuleFaults(const path& executable, const Settings::Modules& modules,
                                            RunsIn runs_in) {
  pipe::AssertNotImpersonating();
  std::vector<SettingsFault> faults;
  if (modules.load.empty()) return faults;
  const path folder = ModulesFolder(executable);
  Inspection inspection(runs_in);
  const bool is_there = inspection.CheckInside(folder);
  for (std::string& finding : inspection.Take()) faults.push_back({"modules.load", std::move(finding)});
  if (!is_there) return faults;
  for (const auto& [name, settings] : modules.load) {
    const path file = folder / win32::ToWide(name + ".dll");
    const DWORD attributes = ::GetFileAttributesW(file.c_str());
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) continue;
    faults.push_back({"modules.load." + name,
                      "there is no file " + Text(file) + ": put the module there, or remove its name"});
  }
  return faults;
}

void CreateDataFolders(const DataFolders& folders) {
  pipe::AssertNotImpersonating();
  // FA: everything. OICI: files and subfolders inherit it. P: nothing is inherited from the folder above, where every user may
  // write (%ProgramData%).
  const SecurityDescriptor descriptor = SecurityDescriptor::FromSddl(
      "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;" + Token::FromOwnProcess().User().ToString() + ")");
  SECURITY_ATTRIBUTES attributes{sizeof(attributes), descriptor.get(), FALSE};
  for (const path& folder : {folders.root, folders.Policy(), folders.Logs()}) {
    if (!::CreateDirectoryW(folder.c_str(), &attributes)) {
      const DWORD error = ::GetLastError();
      if (error != ERROR_ALREADY_EXISTS) throw Win32Error(error, "CreateDirectoryW", Text(folder));
    }
  }
}

}  // namespace onbehalf::service
