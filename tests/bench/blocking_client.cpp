#include "blocking_client.h"

#include <array>

#include "onbehalf/protocol/framing.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::bench {

const std::string& PingRequest() {
  static const std::string request =
      protocol::ToFrame(protocol::Framing::kHeader, R"({"jsonrpc":"2.0","id":1,"method":"rpc.ping"})");
  return request;
}

win32::UniqueFile Open(const std::string& path) {
  const std::wstring name = win32::ToWide(path);
  for (;;) {
    win32::UniqueFile pipe(
        ::CreateFileW(name.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                      SECURITY_SQOS_PRESENT | SECURITY_IMPERSONATION | SECURITY_CONTEXT_TRACKING, nullptr));
    if (pipe) return pipe;
    const DWORD code = ::GetLastError();
    if (code != ERROR_PIPE_BUSY) throw win32::Win32Error(code, "CreateFileW", path);
    ::WaitNamedPipeW(name.c_str(), 10'000);
  }
}

DWORD RoundTrip(HANDLE pipe) {
  const std::string& request = PingRequest();
  std::array<char, 4096> answer;
  DWORD bytes = 0;
  if (!::WriteFile(pipe, request.data(), static_cast<DWORD>(request.size()), &bytes, nullptr)) {
    win32::ThrowLastError("WriteFile");
  }
  if (!::ReadFile(pipe, answer.data(), static_cast<DWORD>(answer.size()), &bytes, nullptr)) {
    win32::ThrowLastError("ReadFile");
  }
  return bytes;
}

}  // namespace onbehalf::bench
