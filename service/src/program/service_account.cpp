#include "program/service_account.h"

#include "onbehalf/win32/lean_windows.h"
// Needs windows.h before it.
#include <ntsecapi.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include "onbehalf/protocol/ascii.h"
#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/service_control.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using Kind = ServiceAccount::Kind;
using protocol::IsSameIgnoringAsciiCase;
using win32::Win32Error;

struct LsaPolicyTraits {
  using Type = LSA_HANDLE;
  static Type Invalid() noexcept { return nullptr; }
  static void Close(Type policy) noexcept { ::LsaClose(policy); }
};

// A password in memory that is wiped when it is no longer needed.
class Password {
 public:
  // Windows accepts at most 256 characters (PWLEN).
  static constexpr std::size_t kMaxUnits = 256;

  Password() = default;
  ~Password() { ::SecureZeroMemory(units_.data(), units_.size() * sizeof(wchar_t)); }
  Password(const Password&) = delete;
  Password& operator=(const Password&) = delete;

  // Throws Win32Error, or std::runtime_error if there is none or it is too long.
  void Read(const std::string& account) {
    const HANDLE input = ::GetStdHandle(STD_INPUT_HANDLE);
    DWORD mode = 0;
    if (::GetConsoleMode(input, &mode)) {
      ReadConsole(input, mode, account);
    } else {
      ReadLine(input);
    }
    if (units_[0] == L'\0') throw std::runtime_error("no password was given");
  }

  const wchar_t* get() const { return units_.data(); }

 private:
  void ReadConsole(HANDLE input, DWORD mode, const std::string& account) {
    std::fprintf(stderr, "Password of %s: ", account.c_str());
    if (!::SetConsoleMode(input,
                          (mode | ENABLE_LINE_INPUT | ENABLE_PROCESSED_INPUT) & ~DWORD{ENABLE_ECHO_INPUT}))
      win32::ThrowLastError("SetConsoleMode");
    DWORD read = 0;
    const BOOL succeeded =
        ::ReadConsoleW(input, units_.data(), static_cast<DWORD>(units_.size() - 1), &read, nullptr);
    const DWORD error = succeeded ? ERROR_SUCCESS : ::GetLastError();
    ::SetConsoleMode(input, mode);
    std::fputs("\n", stderr);
    if (!succeeded) throw Win32Error(error, "ReadConsoleW");
    EndAtLineEnd(read);
  }

  // One byte at a time: what follows the line belongs to somebody else.
  void ReadLine(HANDLE input) {
    std::array<char, kMaxUnits * 3 + 2> bytes{};
    std::size_t size = 0;
    for (char c = 0;; bytes[size++] = c) {
      DWORD read = 0;
      if (!::ReadFile(input, &c, 1, &read, nullptr) || read == 0 || c == '\n') break;
      if (size + 1 == bytes.size()) break;
    }
    const int units =
        ::MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, bytes.data(), static_cast<int>(size),
                              units_.data(), static_cast<int>(units_.size() - 1));
    const DWORD error = units == 0 && size != 0 ? ::GetLastError() : ERROR_SUCCESS;
    ::SecureZeroMemory(bytes.data(), bytes.size());
    if (error == ERROR_INSUFFICIENT_BUFFER) throw std::runtime_error("the password is too long");
    if (error != ERROR_SUCCESS) throw std::runtime_error("the password is not UTF-8 text");
    EndAtLineEnd(static_cast<std::size_t>(units));
  }

  void EndAtLineEnd(std::size_t size) {
    if (size > 0 && units_[size - 1] == L'\n') --size;
    if (size > 0 && units_[size - 1] == L'\r') --size;
    if (size > kMaxUnits) throw std::runtime_error("the password is too long");
    units_[size] = L'\0';
  }

  // With the line end and a NUL.
  std::array<wchar_t, kMaxUnits + 3> units_{};
};

bool IsOneOf(std::string_view text, std::string_view name) {
  return IsSameIgnoringAsciiCase(text, name) ||
         IsSameIgnoringAsciiCase(text, "NT AUTHORITY\\" + std::string(name));
}

std::string ComputerName() {
  std::array<wchar_t, MAX_COMPUTERNAME_LENGTH + 1> name{};
  DWORD size = static_cast<DWORD>(name.size());
  if (!::GetComputerNameW(name.data(), &size)) win32::ThrowLastError("GetComputerNameW");
  return win32::ToUtf8Lossy({name.data(), size});
}

// DOMAIN\name, with the computer's name for `.`.
win32::Sid FindAccount(const std::string& name) {
  const std::string qualified = name.starts_with(".\\") ? ComputerName() + name.substr(1) : name;
  if (const auto sid = win32::AccountNames().FindSid(qualified)) return *sid;
  throw std::runtime_error("there is no account " + name +
                           (name.ends_with('$') ? ", or its domain cannot be asked" : ""));
}

// Returns whether Windows could tell. Throws if the password is wrong or the account cannot be used.
bool CheckPassword(const std::string& qualified, const Password& password) {
  const std::size_t backslash = qualified.find('\\');
  const std::wstring domain = win32::ToWide(std::string_view(qualified).substr(0, backslash));
  const std::wstring user = win32::ToWide(std::string_view(qualified).substr(backslash + 1));
  win32::UniqueObject token;
  // A network logon: does not need the right that is granted afterwards, and leaves nothing behind.
  if (::LogonUserW(user.c_str(), domain.c_str(), password.get(), LOGON32_LOGON_NETWORK,
                   LOGON32_PROVIDER_DEFAULT, token.put())) {
    return true;
  }
  const DWORD error = ::GetLastError();
  switch (error) {
    case ERROR_LOGON_FAILURE:
    case ERROR_ACCOUNT_RESTRICTION:
    case ERROR_ACCOUNT_DISABLED:
    case ERROR_ACCOUNT_EXPIRED:
    case ERROR_ACCOUNT_LOCKED_OUT:
    case ERROR_PASSWORD_EXPIRED:
    case ERROR_PASSWORD_MUST_CHANGE:
      throw Win32Error(error, "LogonUserW", qualified);
    default:
      // This logon is not allowed to the account, or no domain controller can be asked.
      return false;
  }
}

void GrantServiceLogon(const win32::Sid& account) {
  LSA_OBJECT_ATTRIBUTES attributes{};
  win32::UniqueHandle<LsaPolicyTraits> policy;
  NTSTATUS status =
      ::LsaOpenPolicy(nullptr, &attributes, POLICY_LOOKUP_NAMES | POLICY_CREATE_ACCOUNT, policy.put());
  if (status != 0) throw Win32Error(::LsaNtStatusToWinError(status), "LsaOpenPolicy");
  std::wstring right = L"SeServiceLogonRight";
  LSA_UNICODE_STRING name{};
  name.Buffer = right.data();
  name.Length = static_cast<USHORT>(right.size() * sizeof(wchar_t));
  name.MaximumLength = name.Length;
  status = ::LsaAddAccountRights(policy.get(), account.get(), &name, 1);
  if (status != 0)
    throw Win32Error(::LsaNtStatusToWinError(status), "LsaAddAccountRights", account.ToString());
}

void SetAccount(const protocol::ServiceName& service, const ServiceAccount& account) {
  // Before a password is asked for.
  const auto installed = win32::InstalledService::Open(
      service.text(), SERVICE_CHANGE_CONFIG | SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS);
  const std::string before = installed.QueryConfig().account;
  std::string name = account.name;
  Password password;
  if (account.kind == Kind::kUser || account.kind == Kind::kManaged) {
    const win32::Sid sid = FindAccount(name);
    // The manager takes no user@domain.
    if (name.find('\\') == std::string::npos) name = win32::AccountNames().Display(sid);
    if (account.kind == Kind::kUser) {
      password.Read(name);
      const std::string qualified = name.starts_with(".\\") ? ComputerName() + name.substr(1) : name;
      std::puts(CheckPassword(qualified, password)
                    ? "The password is right."
                    : "The password could not be checked: the start of the service will tell.");
    }
    GrantServiceLogon(sid);
    std::printf("%s may log on as a service.\n", name.c_str());
  }
  // ChangeServiceConfig, lpPassword: NULL for a managed or virtual account, an empty string for LocalService and NetworkService.
  const bool has_no_password = account.kind == Kind::kVirtual || account.kind == Kind::kManaged;
  installed.SetAccount(name, has_no_password ? nullptr : password.get());

  const std::string after = installed.QueryConfig().account;
  if (!IsSameIgnoringAsciiCase(after, name))
    throw std::runtime_error("the service control manager reports the account " + after + ", not " + name);
  std::printf("The service %s runs as %s from its next start on (before: %s).\n", service.text().c_str(),
              after.c_str(), before.c_str());
  if (installed.QueryStatus().state != SERVICE_STOPPED)
    std::printf("Restart it: sc.exe stop %s, sc.exe start %s\n", service.text().c_str(),
                service.text().c_str());
}

std::string AdviceFor(DWORD code, const protocol::ServiceName& service) {
  if (code == ERROR_ACCESS_DENIED) return " Run this in an elevated prompt.";
  if (code == ERROR_SERVICE_DOES_NOT_EXIST)
    return " There is no service " + service.text() + ": --name NAME says another.";
  return {};
}

}  // namespace

ServiceAccountResult ParseServiceAccount(std::string_view text, const protocol::ServiceName& service) {
  const auto found = [](Kind kind, std::string name) {
    return ServiceAccountResult{ServiceAccount{kind, std::move(name)}, {}};
  };
  const auto fault = [](std::string why) { return ServiceAccountResult{std::nullopt, std::move(why)}; };
  if (IsOneOf(text, "LocalService")) return found(Kind::kLocalService, "NT AUTHORITY\\LocalService");
  if (IsOneOf(text, "NetworkService")) return found(Kind::kNetworkService, "NT AUTHORITY\\NetworkService");
  if (IsOneOf(text, "LocalSystem") || IsOneOf(text, "SYSTEM")) {
    return fault("the service does not run as LocalSystem, which may do everything on this computer");
  }
  const std::string own = "NT SERVICE\\" + service.text();
  if (protocol::AsciiUpper(text).starts_with("NT SERVICE\\")) {
    if (IsSameIgnoringAsciiCase(text, own)) return found(Kind::kVirtual, own);
    return fault("the virtual account of the service " + service.text() + " is " + own);
  }
  const std::size_t backslash = text.find('\\');
  const std::size_t at = text.find('@');
  const bool is_qualified = backslash != std::string_view::npos && backslash != 0 &&
                            backslash + 1 != text.size() &&
                            text.find('\\', backslash + 1) == std::string_view::npos;
  const bool is_principal =
      backslash == std::string_view::npos && at != std::string_view::npos && at != 0 && at + 1 != text.size();
  if (!is_qualified && !is_principal) {
    return fault("expected LocalService, NetworkService, " + own +
                 ", DOMAIN\\name$ (a managed account), DOMAIN\\user, .\\user or user@domain");
  }
  return found(text.ends_with('$') ? Kind::kManaged : Kind::kUser, std::string(text));
}

int SetServiceAccount(const protocol::ServiceName& service, const ServiceAccount& account) {
  try {
    SetAccount(service, account);
    return 0;
  } catch (const Win32Error& error) {
    std::fprintf(stderr, "onbehalf-service: the account was not changed: %s.%s\n", error.what(),
                 AdviceFor(error.win32_code(), service).c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "onbehalf-service: the account was not changed: %s\n", error.what());
  }
  return 1;
}

}  // namespace onbehalf::service
