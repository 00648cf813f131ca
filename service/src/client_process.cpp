#include "client_process.h"

#include <array>

#include "onbehalf/win32/process.h"
#include "onbehalf/win32/utf.h"

namespace onbehalf::service {
namespace {

std::string OwnComputerName() {
  std::array<wchar_t, MAX_COMPUTERNAME_LENGTH + 1> name{};
  DWORD size = static_cast<DWORD>(name.size());
  return ::GetComputerNameW(name.data(), &size) ? win32::ToUtf8Lossy({name.data(), size}) : std::string();
}

std::string ComputerOf(HANDLE pipe) {
  // Looked up by name, because not every system that this runs on has it (Wine 8 does not). kernel32 is loaded already.
  using NameOfClient = BOOL(WINAPI*)(HANDLE, LPWSTR, ULONG);
  static const auto name_of_client = reinterpret_cast<NameOfClient>(reinterpret_cast<void*>(
      ::GetProcAddress(::GetModuleHandleW(L"kernel32.dll"), "GetNamedPipeClientComputerNameW")));
  std::array<wchar_t, 256> name{};
  if (name_of_client != nullptr && name_of_client(pipe, name.data(), static_cast<ULONG>(sizeof(name)))) {
    return win32::ToUtf8Lossy(name.data());
  }
  // ERROR_PIPE_LOCAL: the client is on this computer.
  static const std::string own = OwnComputerName();
  return own;
}

}  // namespace

ClientProcess ClientProcessOf(HANDLE pipe) {
  ClientProcess process;
  ULONG id = 0;
  if (::GetNamedPipeClientProcessId(pipe, &id)) {
    process.process_id = id;
    process.image_path = win32::ImagePath(id).value_or("");
  }
  process.computer = ComputerOf(pipe);
  return process;
}

}  // namespace onbehalf::service
