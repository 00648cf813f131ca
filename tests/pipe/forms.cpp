#include "forms.h"

#include <system_error>
#include <thread>

#include "onbehalf/win32/win32_error.h"
#include "support/handle_count.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::pipe {
namespace {

using Promise = std::shared_ptr<std::promise<IoResult>>;

IoResult Failed(const win32::Win32Error& error) { return {Status::kFailed, error.win32_code(), 0}; }

FireAndForget Await(IoAwaitable awaitable, Promise promise) {
  std::optional<IoResult> result;
  try {
    result = co_await awaitable;
  } catch (const win32::Win32Error& error) {
    result = Failed(error);
  }
  promise->set_value(*result);
}

FireAndForget AwaitClient(AcceptAwaitable awaitable, std::shared_ptr<std::promise<Accepted>> promise) {
  promise->set_value(co_await awaitable);
}

std::future<IoResult> Start(Form form, const std::function<IoResult()>& synchronous,
                            const std::function<void(PipeEnd::Callback)>& callback,
                            const std::function<IoAwaitable()>& awaitable) {
  if (form == Form::kSynchronous) {
    return std::async(std::launch::async, [synchronous] {
      try {
        return synchronous();
      } catch (const win32::Win32Error& error) {
        return Failed(error);
      }
    });
  }
  const auto promise = std::make_shared<std::promise<IoResult>>();
  std::future<IoResult> future = promise->get_future();
  if (form == Form::kCallback) {
    callback([promise](IoResult result) { promise->set_value(result); });
  } else {
    Await(awaitable(), promise);
  }
  return future;
}

}  // namespace

std::future<IoResult> StartRead(Form form, PipeEnd& end, std::span<char> buffer, Deadline deadline,
                                NativeHandle stop) {
  return Start(
      form, [&end, buffer, deadline, stop] { return end.Read(buffer, deadline, stop); },
      [&](PipeEnd::Callback on_end) { end.ReadAsync(buffer, std::move(on_end), deadline, stop); },
      [&] { return end.ReadAsync(buffer, deadline, stop); });
}

std::future<IoResult> StartReadMessage(Form form, PipeEnd& end, std::string& message, std::size_t max_bytes,
                                       Deadline deadline, NativeHandle stop) {
  return Start(
      form,
      [&end, &message, max_bytes, deadline, stop] {
        return end.ReadMessage(message, max_bytes, deadline, stop);
      },
      [&](PipeEnd::Callback on_end) {
        end.ReadMessageAsync(message, max_bytes, std::move(on_end), deadline, stop);
      },
      [&] { return end.ReadMessageAsync(message, max_bytes, deadline, stop); });
}

std::future<IoResult> StartWrite(Form form, PipeEnd& end, std::string_view bytes, Deadline deadline,
                                 NativeHandle stop) {
  return Start(
      form, [&end, bytes, deadline, stop] { return end.Write(bytes, deadline, stop); },
      [&](PipeEnd::Callback on_end) { end.WriteAsync(bytes, std::move(on_end), deadline, stop); },
      [&] { return end.WriteAsync(bytes, deadline, stop); });
}

std::future<IoResult> StartWait(Form form, ServerEnd& end, Deadline deadline, NativeHandle stop) {
  return Start(
      form, [&end, deadline, stop] { return end.WaitForClient(deadline, stop); },
      [&](PipeEnd::Callback on_end) { end.WaitForClientAsync(std::move(on_end), deadline, stop); },
      [&] { return end.WaitForClientAsync(deadline, stop); });
}

std::future<Accepted> StartAccept(Form form, Server& server, Deadline deadline, NativeHandle stop) {
  if (form == Form::kSynchronous) {
    return std::async(std::launch::async,
                      [&server, deadline, stop] { return server.Accept(deadline, stop); });
  }
  const auto promise = std::make_shared<std::promise<Accepted>>();
  std::future<Accepted> future = promise->get_future();
  if (form == Form::kCallback) {
    server.AcceptAsync([promise](Accepted accepted) { promise->set_value(std::move(accepted)); }, deadline,
                       stop);
  } else {
    AwaitClient(server.AcceptAsync(deadline, stop), promise);
  }
  return future;
}

ClientEnd OpenTo(std::string_view path, Kind kind, Access access) {
  ConnectOptions options;
  options.read_mode = kind;
  options.access = access;
  options.check = AnyServer();
  return Connect(path, options, Soon());
}

Connection::Connection(ServerOptions options, Access access)
    : server(test::UniquePipeName(), options),
      client(OpenTo(server, options.kind, access)),
      served(std::move(server.Accept(Soon()).client.value())) {}

std::string ReadText(PipeEnd& end) {
  std::string text(65536, '\0');
  const IoResult read = end.Read(text, Soon());
  EXPECT_EQ(read.status, Status::kOk) << read.code;
  text.resize(read.bytes);
  return text;
}

bool LeaksHandles(const std::function<void()>& round) {
  for (int attempt = 0; attempt < 5; ++attempt) {
    const std::size_t before = test::OpenHandleCount();
    for (int i = 0; i < 50; ++i) round();
    if (test::OpenHandleCount() < before + 40) return false;
  }
  return true;
}

std::uint32_t ErrorOf(const std::function<void()>& work) {
  try {
    work();
    return 0;
  } catch (const win32::Win32Error& error) {
    return error.win32_code();
  }
}

}  // namespace onbehalf::pipe
