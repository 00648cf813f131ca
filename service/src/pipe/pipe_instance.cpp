#include "pipe/pipe_instance.h"

#include "identity/impersonation.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {

PipeInstance::PipeInstance(const PipeOptions& options, ThreadPool& pool) {
  // The handle is not inheritable: a child process must never hold an end of the pipe.
  SECURITY_ATTRIBUTES attributes{sizeof(SECURITY_ATTRIBUTES), options.descriptor.get(), FALSE};
  // No WRITE_OWNER: here it is FILE_FLAG_FIRST_PIPE_INSTANCE, the same bit, with which any instance but the first is refused
  // (ERROR_ACCESS_DENIED; "CreateNamedPipeW function", dwOpenMode).
  constexpr DWORD kOpenMode = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED;
  static_assert(FILE_FLAG_FIRST_PIPE_INSTANCE == WRITE_OWNER);
  const DWORD pipe_mode = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT |
                          (options.accept_remote ? PIPE_ACCEPT_REMOTE_CLIENTS : PIPE_REJECT_REMOTE_CLIENTS);
  pipe_.reset(::CreateNamedPipeW(win32::ToWide(options.path).c_str(), kOpenMode, pipe_mode,
                                 PIPE_UNLIMITED_INSTANCES, kPipeBuffer, kPipeBuffer, 0, &attributes));
  if (!pipe_) win32::ThrowLastError("CreateNamedPipeW", options.path);
  io_ = ::CreateThreadpoolIo(pipe_.get(), &PipeInstance::OnIo, this, pool.environment());
  if (io_ == nullptr) win32::ThrowLastError("CreateThreadpoolIo", options.path);
}

PipeInstance::~PipeInstance() {
  pipe_.reset();
  // If this runs inside a callback of this object, Windows frees it after the callback has returned.
  if (io_ != nullptr) ::CloseThreadpoolIo(io_);
}

void CALLBACK PipeInstance::OnIo(PTP_CALLBACK_INSTANCE, void*, void* overlapped, ULONG code, ULONG_PTR bytes,
                                 PTP_IO) {
  AssertNotImpersonating();
  static_cast<Operation*>(static_cast<OVERLAPPED*>(overlapped))->OnComplete(code, static_cast<DWORD>(bytes));
  AssertNotImpersonating();
}

DWORD PipeInstance::Connect(Operation& operation) {
  static_cast<OVERLAPPED&>(operation) = OVERLAPPED{};
  ::StartThreadpoolIo(io_);
  if (::ConnectNamedPipe(pipe_.get(), &operation)) return ERROR_SUCCESS;
  const DWORD code = ::GetLastError();
  if (code == ERROR_IO_PENDING) return ERROR_SUCCESS;
  ::CancelThreadpoolIo(io_);
  return code;
}

DWORD PipeInstance::Read(Operation& operation, std::span<char> buffer) {
  static_cast<OVERLAPPED&>(operation) = OVERLAPPED{};
  ::StartThreadpoolIo(io_);
  if (::ReadFile(pipe_.get(), buffer.data(), static_cast<DWORD>(buffer.size()), nullptr, &operation)) {
    return ERROR_SUCCESS;
  }
  const DWORD code = ::GetLastError();
  // ERROR_MORE_DATA is a warning, not an error: a completion is queued as for success.
  if (code == ERROR_IO_PENDING || code == ERROR_MORE_DATA) return ERROR_SUCCESS;
  ::CancelThreadpoolIo(io_);
  return code;
}

void PipeInstance::Cancel() { ::CancelIoEx(pipe_.get(), nullptr); }

void PipeInstance::Disconnect() { ::DisconnectNamedPipe(pipe_.get()); }

}  // namespace onbehalf::service
