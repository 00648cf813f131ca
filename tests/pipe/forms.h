#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "onbehalf/pipe/client.h"
#include "onbehalf/pipe/server.h"
#include "support/patience.h"

namespace onbehalf::pipe {

// The three forms of every operation. Their results must be the same.
enum class Form { kSynchronous, kCallback, kCoroutine };
inline std::string NameOf(const testing::TestParamInfo<Form>& form) {
  return form.param == Form::kSynchronous ? "Synchronous"
         : form.param == Form::kCallback  ? "Callback"
                                          : "Coroutine";
}
inline auto AllForms() { return testing::Values(Form::kSynchronous, Form::kCallback, Form::kCoroutine); }

// When something that must happen has failed to.
inline Deadline Soon() { return Clock::now() + test::kPatience; }

// Start an operation in one of its forms. In the forms other than the synchronous one it has begun when they return. A
// failure of Windows is kFailed, also where it is thrown.
std::future<IoResult> StartRead(Form form, PipeEnd& end, std::span<char> buffer,
                                Deadline deadline = kNoDeadline, NativeHandle stop = nullptr);
std::future<IoResult> StartReadMessage(Form form, PipeEnd& end, std::string& message, std::size_t max_bytes,
                                       Deadline deadline = kNoDeadline, NativeHandle stop = nullptr);
std::future<IoResult> StartWrite(Form form, PipeEnd& end, std::string_view bytes,
                                 Deadline deadline = kNoDeadline, NativeHandle stop = nullptr);
std::future<IoResult> StartWait(Form form, ServerEnd& end, Deadline deadline = kNoDeadline,
                                NativeHandle stop = nullptr);
std::future<Accepted> StartAccept(Form form, Server& server, Deadline deadline = kNoDeadline,
                                  NativeHandle stop = nullptr);

// The result, which must come in time: otherwise the test cannot go on and the process ends.
template <typename Result>
Result Get(std::future<Result> future) {
  if (future.wait_for(test::kPatience) != std::future_status::ready) {
    ADD_FAILURE() << "an operation did not end";
    std::abort();
  }
  return future.get();
}

// A client that trusts any server, of message read mode if the pipe has messages.
ClientEnd OpenTo(std::string_view path, Kind kind = Kind::kMessage, Access access = Access::kReadWrite);
inline ClientEnd OpenTo(const Server& server, Kind kind = Kind::kMessage,
                        Access access = Access::kReadWrite) {
  return OpenTo(server.path(), kind, access);
}

// A server and one client, connected, on a pipe of its own.
struct Connection {
  explicit Connection(ServerOptions options = {}, Access access = Access::kReadWrite);
  Server server;
  ClientEnd client;
  ServerEnd served;
};

// Reads one message of at most 64 KiB.
std::string ReadText(PipeEnd& end);

// Whether each `round` leaves a handle open. The thread pool opens some of its own, but not again and again.
bool LeaksHandles(const std::function<void()>& round);

// The code that `work` throws as a Win32Error; 0 if it throws nothing.
std::uint32_t ErrorOf(const std::function<void()>& work);

}  // namespace onbehalf::pipe
