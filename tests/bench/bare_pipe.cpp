#include "bare_pipe.h"

#include <cstdio>
#include <thread>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::bench {

void ServeBarePipe(const std::string& path, std::size_t connections, std::size_t request_bytes,
                   std::size_t answer_bytes) {
  const std::wstring name = win32::ToWide(path);
  std::vector<win32::UniqueFile> pipes;
  for (std::size_t i = 0; i < connections; ++i) {
    win32::UniqueFile pipe(::CreateNamedPipeW(name.c_str(), PIPE_ACCESS_DUPLEX,
                                              PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT,
                                              PIPE_UNLIMITED_INSTANCES, 64 * 1024, 64 * 1024, 0, nullptr));
    if (!pipe) win32::ThrowLastError("CreateNamedPipeW", path);
    pipes.push_back(std::move(pipe));
  }
  std::puts("ready");
  std::fflush(stdout);
  std::vector<std::jthread> threads;
  for (win32::UniqueFile& pipe : pipes) {
    threads.emplace_back([&pipe, request_bytes, answer_bytes] {
      if (!::ConnectNamedPipe(pipe.get(), nullptr) && ::GetLastError() != ERROR_PIPE_CONNECTED) return;
      std::vector<char> request(request_bytes);
      const std::vector<char> answer(answer_bytes, 'a');
      DWORD bytes = 0;
      while (::ReadFile(pipe.get(), request.data(), static_cast<DWORD>(request.size()), &bytes, nullptr) &&
             ::WriteFile(pipe.get(), answer.data(), static_cast<DWORD>(answer.size()), &bytes, nullptr)) {
      }
    });
  }
}

}  // namespace onbehalf::bench
