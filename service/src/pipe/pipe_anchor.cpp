#include "pipe/pipe_anchor.h"

// Needs <windows.h> before it.
#include <winternl.h>

#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "pipe/pipe_descriptor.h"

// Exported by ntdll.dll. CreateNamedPipeW cannot be used: it always requests data access, and uses one bit, 0x00080000, for both
// WRITE_OWNER and FILE_FLAG_FIRST_PIPE_INSTANCE.
extern "C" NTSTATUS NTAPI NtCreateNamedPipeFile(HANDLE* pipe, ULONG access, OBJECT_ATTRIBUTES* attributes,
                                                IO_STATUS_BLOCK* status, ULONG share, ULONG disposition,
                                                ULONG options, ULONG type, ULONG read_mode,
                                                ULONG completion_mode, ULONG max_instances,
                                                ULONG inbound_quota, ULONG outbound_quota,
                                                LARGE_INTEGER* default_timeout);

namespace onbehalf::service {
namespace {

using win32::SecurityDescriptor;
using win32::Sid;

// From wdm.h, a driver header.
constexpr ULONG kOpenIf = 3;               // FILE_OPEN_IF
constexpr ULONG kMessageType = 1;          // FILE_PIPE_MESSAGE_TYPE
constexpr ULONG kRejectRemoteClients = 2;  // FILE_PIPE_REJECT_REMOTE_CLIENTS
constexpr ULONG kMessageMode = 1;          // FILE_PIPE_MESSAGE_MODE
constexpr ULONG kQueueOperation = 0;       // FILE_PIPE_QUEUE_OPERATION
constexpr ULONG kUnlimitedInstances = 0xFFFFFFFF;

constexpr SECURITY_INFORMATION kCompared =
    OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;

PipeDifference Difference(HANDLE pipe, const SecurityDescriptor& wanted) {
  return DifferenceOf(SecurityDescriptor::FromKernelObject(pipe, kCompared), wanted);
}

}  // namespace

PipeAnchor::PipeAnchor(const PipeOptions& options, Log& log) : path_(options.path) {
  Create(options);
  const bool existed = !IsAlone();
  const PipeDifference found = Difference(instance_.get(), options.descriptor);
  if (!found.text.empty()) {
    const bool is_service_owned = *options.descriptor.Owner() == Sid::ForService(kServiceName);
    if (!existed || !is_service_owned || !found.owner_is_same) {
      throw PipeTaken(
          "the pipe " + path_ +
          (existed ? " was created by another program: " : " does not have the requested descriptor: ") +
          found.text);
    }
    // Left by an earlier run with other settings. Nobody else can have created it, because only the service itself can make its
    // service SID an owner.
    SetDescriptor(options.descriptor);
  }
  Park();
  if (existed) {
    // Routine: an idle client does not notice that the service has stopped.
    log.Write(
        LogLevel::kInfo,
        "the pipe already exists and is ours: a client still holds an end of it, or another server of this account has it",
        {{"pipe", path_}});
  }
}

void PipeAnchor::Create(const PipeOptions& options) {
  // \\.\pipe\name is \??\pipe\name to the object manager.
  std::wstring name = L"\\??\\" + win32::ToWide(options.path).substr(4);
  const auto bytes = static_cast<USHORT>(name.size() * sizeof(wchar_t));
  UNICODE_STRING counted{bytes, bytes, name.data()};
  OBJECT_ATTRIBUTES object{};
  object.Length = sizeof(object);
  object.ObjectName = &counted;
  object.Attributes = OBJ_CASE_INSENSITIVE;
  object.SecurityDescriptor = options.descriptor.get();
  IO_STATUS_BLOCK status_block{};
  LARGE_INTEGER default_timeout{};
  default_timeout.QuadPart = -50 * 10'000;  // 50 ms, CreateNamedPipeW's default
  HANDLE pipe = nullptr;
  // No data access: such an instance begins disconnected, not listening, so no client can ever be on it.
  constexpr ACCESS_MASK kAccess = FILE_READ_ATTRIBUTES | READ_CONTROL | WRITE_DAC | WRITE_OWNER | SYNCHRONIZE;
  const NTSTATUS status = ::NtCreateNamedPipeFile(
      &pipe, kAccess, &object, &status_block, FILE_SHARE_READ | FILE_SHARE_WRITE, kOpenIf, 0,
      kMessageType | (options.accept_remote ? 0 : kRejectRemoteClients), kMessageMode, kQueueOperation,
      kUnlimitedInstances, kPipeBuffer, kPipeBuffer, &default_timeout);
  if (status >= 0) {
    instance_.reset(pipe);
    return;
  }
  const DWORD code = ::RtlNtStatusToDosError(status);
  // An existing pipe's DACL denies access, or the pipe has all the instances that its creator allowed.
  if (code == ERROR_ACCESS_DENIED || code == ERROR_PIPE_BUSY) {
    throw PipeTaken("the pipe " + path_ + " exists and denies the service access (" + win32::ErrorName(code) +
                    "): another program created it");
  }
  throw win32::Win32Error(code, "NtCreateNamedPipeFile", path_);
}

bool PipeAnchor::IsAlone() const {
  DWORD instances = 0;
  if (!::GetNamedPipeHandleStateW(instance_.get(), nullptr, &instances, nullptr, nullptr, nullptr, 0)) {
    win32::ThrowLastError("GetNamedPipeHandleStateW", path_);
  }
  return instances == 1;
}

// For systems where the instance listens all the same, because they look only at the kind of handle: a client of our own
// connects and leaves, and what is left of it, or of another that was faster, is disconnected. The descriptor is right by now.
// On other systems there is nothing to connect to and nothing to disconnect.
void PipeAnchor::Park() {
  {
    const win32::UniqueFile client(::CreateFileW(win32::ToWide(path_).c_str(), FILE_READ_ATTRIBUTES, 0,
                                                 nullptr, OPEN_EXISTING,
                                                 SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS, nullptr));
  }
  ::DisconnectNamedPipe(instance_.get());
}

void PipeAnchor::SetDescriptor(const SecurityDescriptor& descriptor) {
  constexpr SECURITY_INFORMATION kSet =
      DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;
  if (!::SetKernelObjectSecurity(instance_.get(), kSet, descriptor.get())) {
    win32::ThrowLastError("SetKernelObjectSecurity", path_);
  }
  const PipeDifference found = Difference(instance_.get(), descriptor);
  if (!found.text.empty())
    throw PipeTaken("the pipe " + path_ + " does not have the requested descriptor: " + found.text);
}

}  // namespace onbehalf::service
