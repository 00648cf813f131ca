#include "pipe_library.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <list>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "onbehalf/pipe/server.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::bench {
namespace {

// Of each read and write; never reached.
constexpr std::chrono::seconds kDeadline{60};
constexpr DWORD kDeadlineMilliseconds = 60'000;

struct Sizes {
  std::size_t request;
  std::size_t answer;
};

std::vector<win32::UniqueFile> MakePipes(const std::string& path, std::size_t connections) {
  const std::wstring name = win32::ToWide(path);
  std::vector<win32::UniqueFile> pipes;
  for (std::size_t i = 0; i < connections; ++i) {
    win32::UniqueFile pipe(::CreateNamedPipeW(name.c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                                              PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT,
                                              PIPE_UNLIMITED_INSTANCES, 64 * 1024, 64 * 1024, 0, nullptr));
    if (!pipe) win32::ThrowLastError("CreateNamedPipeW", path);
    pipes.push_back(std::move(pipe));
  }
  return pipes;
}

void Ready() {
  std::puts("ready");
  std::fflush(stdout);
}

// ---- By hand, a thread for each client ----

// Waits for what `call` has started. False if it failed or did not end in time.
template <typename Call>
bool Overlapped(HANDLE pipe, HANDLE event, const Call& call) {
  OVERLAPPED overlapped{};
  overlapped.hEvent = event;
  DWORD bytes = 0;
  if (!call(&overlapped)) {
    const DWORD code = ::GetLastError();
    if (code == ERROR_PIPE_CONNECTED) return true;
    if (code != ERROR_IO_PENDING) return false;
    if (::WaitForSingleObject(event, kDeadlineMilliseconds) != WAIT_OBJECT_0) {
      ::CancelIoEx(pipe, &overlapped);
      ::GetOverlappedResult(pipe, &overlapped, &bytes, TRUE);
      return false;
    }
  }
  return ::GetOverlappedResult(pipe, &overlapped, &bytes, FALSE) != FALSE;
}

void ServeOverlapped(const std::string& path, std::size_t connections, Sizes sizes) {
  const std::vector<win32::UniqueFile> pipes = MakePipes(path, connections);
  Ready();
  std::vector<std::jthread> threads;
  for (const win32::UniqueFile& pipe : pipes) {
    threads.emplace_back([handle = pipe.get(), sizes] {
      const win32::UniqueObject reading(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
      const win32::UniqueObject writing(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
      std::vector<char> request(sizes.request);
      const std::vector<char> answer(sizes.answer, 'a');
      if (!Overlapped(handle, reading.get(),
                      [&](OVERLAPPED* overlapped) { return ::ConnectNamedPipe(handle, overlapped); })) {
        return;
      }
      const auto read = [&](OVERLAPPED* overlapped) {
        return ::ReadFile(handle, request.data(), static_cast<DWORD>(request.size()), nullptr, overlapped);
      };
      const auto write = [&](OVERLAPPED* overlapped) {
        return ::WriteFile(handle, answer.data(), static_cast<DWORD>(answer.size()), nullptr, overlapped);
      };
      while (Overlapped(handle, reading.get(), read) && Overlapped(handle, writing.get(), write)) {
      }
    });
  }
}

// ---- The library, a thread for each client ----

pipe::ServerOptions Options() {
  pipe::ServerOptions options;
  // As the servers by hand: all clients find an instance that waits.
  options.waiting_instances = 64;
  return options;
}

void ServeLibrary(const std::string& path, std::size_t connections, Sizes sizes) {
  pipe::Server server(path, Options());
  Ready();
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < connections; ++i) {
    pipe::Accepted accepted = server.Accept();
    threads.emplace_back([client = std::move(*accepted.client), sizes]() mutable {
      std::vector<char> request(sizes.request);
      const std::string answer(sizes.answer, 'a');
      while (client.Read(request, pipe::Clock::now() + kDeadline) &&
             client.Write(answer, pipe::Clock::now() + kDeadline)) {
      }
    });
  }
}

// ---- By hand, on the thread pool ----

// Reads complete on the pool; an answer that the pipe takes at once, as here, needs no completion.
class PoolClient {
 public:
  PoolClient(HANDLE pipe, Sizes sizes)
      : pipe_(pipe),
        io_(::CreateThreadpoolIo(pipe, &PoolClient::OnIo, this, nullptr)),
        event_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)),
        ended_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)),
        request_(sizes.request),
        answer_(sizes.answer, 'a') {
    if (io_ == nullptr) win32::ThrowLastError("CreateThreadpoolIo");
  }
  ~PoolClient() {
    ::WaitForSingleObject(ended_.get(), INFINITE);
    ::WaitForThreadpoolIoCallbacks(io_, FALSE);
    ::CloseThreadpoolIo(io_);
  }
  PoolClient(const PoolClient&) = delete;
  PoolClient& operator=(const PoolClient&) = delete;

  void Connect() {
    overlapped_ = {};
    ::StartThreadpoolIo(io_);
    if (::ConnectNamedPipe(pipe_, &overlapped_)) return;
    const DWORD code = ::GetLastError();
    if (code == ERROR_IO_PENDING) return;
    ::CancelThreadpoolIo(io_);
    if (code == ERROR_PIPE_CONNECTED) return Read();
    ::SetEvent(ended_.get());
  }

 private:
  void Read() {
    overlapped_ = {};
    ::StartThreadpoolIo(io_);
    if (::ReadFile(pipe_, request_.data(), static_cast<DWORD>(request_.size()), nullptr, &overlapped_))
      return;
    if (::GetLastError() == ERROR_IO_PENDING) return;
    ::CancelThreadpoolIo(io_);
    ::SetEvent(ended_.get());
  }

  static void CALLBACK OnIo(PTP_CALLBACK_INSTANCE, void* context, void*, ULONG code, ULONG_PTR, PTP_IO) {
    auto& self = *static_cast<PoolClient*>(context);
    if (code != ERROR_SUCCESS) {
      ::SetEvent(self.ended_.get());
      return;
    }
    if (self.is_connected_) {
      OVERLAPPED overlapped{};
      overlapped.hEvent = reinterpret_cast<HANDLE>(reinterpret_cast<std::uintptr_t>(self.event_.get()) | 1U);
      DWORD bytes = 0;
      if (!::WriteFile(self.pipe_, self.answer_.data(), static_cast<DWORD>(self.answer_.size()), nullptr,
                       &overlapped) &&
          (::GetLastError() != ERROR_IO_PENDING ||
           !::GetOverlappedResult(self.pipe_, &overlapped, &bytes, TRUE))) {
        ::SetEvent(self.ended_.get());
        return;
      }
    }
    self.is_connected_ = true;
    self.Read();
  }

  const HANDLE pipe_;
  const PTP_IO io_;
  const win32::UniqueObject event_;
  const win32::UniqueObject ended_;
  bool is_connected_ = false;
  OVERLAPPED overlapped_{};
  std::vector<char> request_;
  const std::string answer_;
};

void ServePool(const std::string& path, std::size_t connections, Sizes sizes) {
  const std::vector<win32::UniqueFile> pipes = MakePipes(path, connections);
  std::list<PoolClient> clients;
  for (const win32::UniqueFile& pipe : pipes) clients.emplace_back(pipe.get(), sizes).Connect();
  Ready();
}

// ---- The library, on the thread pool ----

class LibraryPoolClient final : private pipe::Operation {
 public:
  LibraryPoolClient(pipe::ServerEnd client, Sizes sizes)
      : client_(std::move(client)), request_(sizes.request), answer_(sizes.answer, 'a') {}
  ~LibraryPoolClient() { ::WaitForSingleObject(ended_.native(), INFINITE); }
  LibraryPoolClient(const LibraryPoolClient&) = delete;
  LibraryPoolClient& operator=(const LibraryPoolClient&) = delete;

  void Read() {
    if (client_.StartRead(*this, request_) != ERROR_SUCCESS) ended_.Set();
  }

 private:
  void OnComplete(std::uint32_t code, std::size_t) override {
    if (code != ERROR_SUCCESS || !client_.Write(answer_)) return ended_.Set();
    Read();
  }

  pipe::ServerEnd client_;
  pipe::StopEvent ended_;
  std::vector<char> request_;
  const std::string answer_;
};

void ServeLibraryPool(const std::string& path, std::size_t connections, Sizes sizes) {
  pipe::Server server(path, Options());
  Ready();
  std::list<LibraryPoolClient> clients;
  for (std::size_t i = 0; i < connections; ++i) {
    clients.emplace_back(std::move(*server.Accept().client), sizes).Read();
  }
}

}  // namespace

const char* ToString(PipeServer server) {
  constexpr std::array kNames{"overlapped", "library", "pool", "library-pool"};
  return kNames.at(static_cast<std::size_t>(server));
}

void ServePipe(PipeServer server, const std::string& path, std::size_t connections, std::size_t request_bytes,
               std::size_t answer_bytes) {
  const Sizes sizes{request_bytes, answer_bytes};
  switch (server) {
    case PipeServer::kOverlapped:
      return ServeOverlapped(path, connections, sizes);
    case PipeServer::kLibrary:
      return ServeLibrary(path, connections, sizes);
    case PipeServer::kPool:
      return ServePool(path, connections, sizes);
    case PipeServer::kLibraryPool:
      return ServeLibraryPool(path, connections, sizes);
  }
}

}  // namespace onbehalf::bench
