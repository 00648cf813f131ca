#include "onbehalf/pipe/client_process.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/utf.h"

// Exported by ntdll; the SDK's <winternl.h> does not declare it.
extern "C" LONG NTAPI NtQueryInformationFile(HANDLE file, void* io, void* information, ULONG size,
                                             ULONG kind);

namespace onbehalf::pipe {
namespace {

// FILE_PIPE_LOCAL_INFORMATION of wdm.h, a driver header.
struct PipeInformation {
  ULONG type, configuration, max_instances, instances, inbound_quota, readable, outbound_quota, writable,
      state, end;
};
constexpr ULONG kPipeLocalInformation = 24;  // FilePipeLocalInformation
constexpr ULONG kConnected = 3;  // FILE_PIPE_CONNECTED_STATE; 4 when the client has closed its end

struct IoStatus {  // IO_STATUS_BLOCK
  LONG status;
  ULONG_PTR information;
};

bool HasItsClient(HANDLE pipe) {
  IoStatus io{};
  PipeInformation information{};
  return ::NtQueryInformationFile(pipe, &io, &information, sizeof(information), kPipeLocalInformation) >= 0 &&
         information.state == kConnected;
}

std::string OwnComputerName() {
  std::array<wchar_t, MAX_COMPUTERNAME_LENGTH + 1> name{};
  DWORD size = static_cast<DWORD>(name.size());
  return ::GetComputerNameW(name.data(), &size) ? win32::ToUtf8Lossy({name.data(), size}) : std::string();
}

// The computer of a remote client.
std::optional<std::string> RemoteComputerOf(HANDLE pipe) {
  // Loaded dynamically, because not every supported system has it (Wine 8 does not). kernel32 is always loaded.
  using NameOfClient = BOOL(WINAPI*)(HANDLE, LPWSTR, ULONG);
  static const auto name_of_client = reinterpret_cast<NameOfClient>(reinterpret_cast<void*>(
      ::GetProcAddress(::GetModuleHandleW(L"kernel32.dll"), "GetNamedPipeClientComputerNameW")));
  std::array<wchar_t, 256> name{};
  // ERROR_PIPE_LOCAL: the client is on this computer.
  if (name_of_client == nullptr || !name_of_client(pipe, name.data(), static_cast<ULONG>(sizeof(name)))) {
    return std::nullopt;
  }
  return win32::ToUtf8Lossy(name.data());
}

}  // namespace

ClientProcess ClientProcessOf(void* pipe) {
  ClientProcess process;
  ULONG id = 0;
  if (::GetNamedPipeClientProcessId(pipe, &id)) process.process_id = id;
  if (auto remote = RemoteComputerOf(pipe)) {
    // The process id belongs to that computer; here it would name another process, or none.
    process.computer = std::move(*remote);
    return process;
  }
  static const std::string own_computer = OwnComputerName();
  process.computer = own_computer;
  std::optional<std::string> image = id == 0 ? std::nullopt : win32::ImagePath(id);
  // Checked last: once the client has closed its end, another process may have the id; also if the process that opened it passed
  // its end on and exited. The image, like the id, is a hint for people and decides nothing.
  if (image && HasItsClient(pipe)) process.image_path = std::move(*image);
  return process;
}

}  // namespace onbehalf::pipe
