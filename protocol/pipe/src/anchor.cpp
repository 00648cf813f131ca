#include "onbehalf/pipe/anchor.h"

// Needs <windows.h> before it.
#include <winternl.h>

#include <cstddef>
#include <vector>

#include "onbehalf/win32/token.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

// Exported by ntdll.dll. CreateNamedPipeW cannot be used: it always requests data access, and uses one bit, 0x00080000, for both
// WRITE_OWNER and FILE_FLAG_FIRST_PIPE_INSTANCE.
extern "C" NTSTATUS NTAPI NtCreateNamedPipeFile(HANDLE* pipe, ULONG access, OBJECT_ATTRIBUTES* attributes,
                                                IO_STATUS_BLOCK* status, ULONG share, ULONG disposition,
                                                ULONG options, ULONG type, ULONG read_mode,
                                                ULONG completion_mode, ULONG max_instances,
                                                ULONG inbound_quota, ULONG outbound_quota,
                                                LARGE_INTEGER* default_timeout);

namespace onbehalf::pipe {
namespace {

using win32::AccessEntry;
using win32::SecurityDescriptor;

// From wdm.h, a driver header.
constexpr ULONG kOpenIf = 3;               // FILE_OPEN_IF
constexpr ULONG kMessageType = 1;          // FILE_PIPE_MESSAGE_TYPE
constexpr ULONG kRejectRemoteClients = 2;  // FILE_PIPE_REJECT_REMOTE_CLIENTS
constexpr ULONG kMessageMode = 1;          // FILE_PIPE_MESSAGE_MODE
constexpr ULONG kQueueOperation = 0;       // FILE_PIPE_QUEUE_OPERATION
constexpr ULONG kUnlimitedInstances = 0xFFFFFFFF;
// In NT's terms the direction of a pipe is the sharing of its instances: FILE_SHARE_WRITE is inbound, FILE_SHARE_READ
// outbound (MS-FSA 2.1.5.1, "Open of a Named Pipe").
ULONG Sharing(Direction direction) {
  switch (direction) {
    case Direction::kInbound:
      return FILE_SHARE_WRITE;
    case Direction::kOutbound:
      return FILE_SHARE_READ;
    case Direction::kDuplex:
      break;
  }
  return FILE_SHARE_READ | FILE_SHARE_WRITE;
}

DWORD OpenMode(Direction direction) {
  switch (direction) {
    case Direction::kInbound:
      return PIPE_ACCESS_INBOUND;
    case Direction::kOutbound:
      return PIPE_ACCESS_OUTBOUND;
    case Direction::kDuplex:
      break;
  }
  return PIPE_ACCESS_DUPLEX;
}

// S-1-5-80-...: Windows puts it only into tokens of that service.
bool IsServiceSid(const win32::Sid& sid) {
  return sid.Authority() == 5 && sid.PartCount() == 6 && sid.Part(0) == SECURITY_SERVICE_ID_BASE_RID;
}

constexpr SECURITY_INFORMATION kCompared =
    OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;

// Windows maps generic rights when it stores a descriptor.
ACCESS_MASK FileRights(ACCESS_MASK mask) {
  GENERIC_MAPPING mapping = win32::kFileMapping;
  ::MapGenericMask(&mask, &mapping);
  return mask;
}

DescriptorDifference Difference(HANDLE pipe, const SecurityDescriptor& wanted) {
  return DifferenceOf(SecurityDescriptor::FromKernelObject(pipe, kCompared), wanted);
}

}  // namespace

Anchor::Anchor(const PipeOptions& options) : path_(options.path) {
  Create(options);
  joined_ = !IsAlone();
  const DescriptorDifference found = Difference(instance_.get(), options.descriptor);
  if (!found.text.empty()) {
    if (!joined_ || !IsServiceSid(*options.descriptor.Owner()) || !found.owner_is_same) {
      throw NameTaken(
          "the pipe " + path_ +
          (joined_ ? " was created by another program: " : " does not have the requested descriptor: ") +
          found.text);
    }
    // Left by an earlier run with other settings. Nobody else can have created it, because only the service itself can
    // make its service SID an owner.
    SetDescriptor(options.descriptor);
  }
  Park();
}

void Anchor::Create(const PipeOptions& options) {
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
      &pipe, kAccess, &object, &status_block, Sharing(options.direction), kOpenIf, 0,
      (options.kind == Kind::kMessage ? kMessageType : 0) |
          (options.accept_remote ? 0 : kRejectRemoteClients),
      options.kind == Kind::kMessage ? kMessageMode : 0, kQueueOperation, kUnlimitedInstances,
      options.inbound_bytes, options.outbound_bytes, &default_timeout);
  if (status >= 0) {
    instance_.reset(pipe);
    return;
  }
  const DWORD code = ::RtlNtStatusToDosError(status);
  // An existing pipe's DACL denies access, or the pipe has all the instances that its creator allowed.
  if (code == ERROR_ACCESS_DENIED || code == ERROR_PIPE_BUSY) {
    throw NameTaken("the pipe " + path_ + " exists and denies this process access (" +
                    win32::ErrorName(code) + "): another program created it");
  }
  throw win32::Win32Error(code, "NtCreateNamedPipeFile", path_);
}

bool Anchor::IsAlone() const {
  DWORD instances = 0;
  if (!::GetNamedPipeHandleStateW(instance_.get(), nullptr, &instances, nullptr, nullptr, nullptr, 0)) {
    win32::ThrowLastError("GetNamedPipeHandleStateW", path_);
  }
  return instances == 1;
}

// For systems where the instance listens all the same, because they look only at the kind of handle: a client of our own
// connects and leaves, and what is left of it, or of another that was faster, is disconnected. The descriptor is right by now.
// On other systems there is nothing to connect to and nothing to disconnect.
void Anchor::Park() {
  {
    const win32::UniqueFile client(::CreateFileW(win32::ToWide(path_).c_str(), FILE_READ_ATTRIBUTES, 0,
                                                 nullptr, OPEN_EXISTING,
                                                 SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS, nullptr));
  }
  ::DisconnectNamedPipe(instance_.get());
}

void Anchor::SetDescriptor(const SecurityDescriptor& descriptor) {
  const auto owner =
      SecurityDescriptor::FromKernelObject(instance_.get(), OWNER_SECURITY_INFORMATION).Owner();
  if (!owner || !(*owner == *descriptor.Owner())) {
    throw NameTaken("the pipe " + path_ + " has another owner than the new descriptor: nothing was changed");
  }
  constexpr SECURITY_INFORMATION kSet =
      DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;
  if (!::SetKernelObjectSecurity(instance_.get(), kSet, descriptor.get())) {
    win32::ThrowLastError("SetKernelObjectSecurity", path_);
  }
  const DescriptorDifference found = Difference(instance_.get(), descriptor);
  if (!found.text.empty())
    throw NameTaken("the pipe " + path_ + " does not have the requested descriptor: " + found.text);
}

ServerEnd AddInstance(const PipeOptions& options, PoolEnvironment environment) {
  // The handle is not inheritable: a child process must never hold an end of the pipe.
  SECURITY_ATTRIBUTES attributes{sizeof(SECURITY_ATTRIBUTES), options.descriptor.get(), FALSE};
  // No WRITE_OWNER: here it is FILE_FLAG_FIRST_PIPE_INSTANCE, the same bit, with which any instance but the first is
  // refused (ERROR_ACCESS_DENIED; "CreateNamedPipeW function", dwOpenMode).
  static_assert(FILE_FLAG_FIRST_PIPE_INSTANCE == WRITE_OWNER);
  const DWORD pipe_mode = (options.kind == Kind::kMessage ? PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE
                                                          : PIPE_TYPE_BYTE | PIPE_READMODE_BYTE) |
                          PIPE_WAIT |
                          (options.accept_remote ? PIPE_ACCEPT_REMOTE_CLIENTS : PIPE_REJECT_REMOTE_CLIENTS);
  win32::UniqueFile pipe(::CreateNamedPipeW(
      win32::ToWide(options.path).c_str(), OpenMode(options.direction) | FILE_FLAG_OVERLAPPED, pipe_mode,
      PIPE_UNLIMITED_INSTANCES, options.outbound_bytes, options.inbound_bytes, 0, &attributes));
  if (!pipe) win32::ThrowLastError("CreateNamedPipeW", options.path);
  return ServerEnd(pipe.release(), environment);
}

bool GrantsServerRights(const SecurityDescriptor& descriptor) {
  const win32::Token own =
      win32::Token::FromOwnProcess(TOKEN_QUERY | TOKEN_DUPLICATE)
          .Duplicate(TokenImpersonation, win32::ImpersonationLevel::kIdentification, TOKEN_QUERY);
  return win32::CheckAccess(descriptor, own, kServerRights, win32::kFileMapping).allowed;
}

DescriptorDifference DifferenceOf(const SecurityDescriptor& actual, const SecurityDescriptor& wanted) {
  const auto same_entry = [](const AccessEntry& a, const AccessEntry& b) {
    return a.type == b.type && FileRights(a.mask) == FileRights(b.mask) && a.sid == b.sid;
  };
  const auto owner = actual.Owner();
  if (!owner || !(*owner == *wanted.Owner())) {
    return {"the owner is " + (owner ? owner->ToString() : std::string("nobody")) + ", not " +
                wanted.Owner()->ToString(),
            false};
  }
  if (!actual.HasDacl()) return {"there is no DACL", true};
  const std::vector<AccessEntry> have = actual.Dacl();
  const std::vector<AccessEntry> want = wanted.Dacl();
  bool same = have.size() == want.size();
  for (std::size_t i = 0; same && i < have.size(); ++i) same = same_entry(have[i], want[i]);
  if (!same) return {"the DACL is " + actual.ToSddl(DACL_SECURITY_INFORMATION), true};
  const auto label = actual.Label();
  const auto wanted_label = wanted.Label();
  if (label.has_value() != wanted_label.has_value() || (label && !same_entry(*label, *wanted_label))) {
    return {"the mandatory label is " + actual.ToSddl(LABEL_SECURITY_INFORMATION), true};
  }
  return {{}, true};
}

}  // namespace onbehalf::pipe
