// A server and its client: the server answers each message with the name of the account that wrote it.
#include <onbehalf/pipe/client.h>
#include <onbehalf/pipe/server.h>

#include <chrono>
#include <iostream>
#include <string>
#include <thread>
#include <variant>

namespace pipe = onbehalf::pipe;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kMaxMessage = 1024 * 1024;

// Each co_await frees the thread until the client does something.
pipe::FireAndForget Serve(pipe::ServerEnd client) {
  std::string message;
  // Ends when the client has closed, after 30 seconds without a message, or at a message that is too long.
  while (co_await client.ReadMessageAsync(message, kMaxMessage, pipe::Clock::now() + 30s)) {
    const auto caller = client.CaptureCaller();
    std::string answer = "nobody known";
    if (const auto* known = std::get_if<pipe::Caller>(&caller)) {
      const auto failure = known->Run([] { /* here the thread acts as the caller */ });
      answer = known->Account() + (failure ? " (not impersonated)" : "") + ": " + message;
    }
    if (!co_await client.WriteAsync(answer, pipe::Clock::now() + 10s)) co_return;
  }
}

pipe::FireAndForget Listen(pipe::Server& server) {
  while (pipe::Accepted accepted = co_await server.AcceptAsync()) Serve(std::move(*accepted.client));
}

}  // namespace

int main() {
  try {
    pipe::ServerOptions options;
    options.security = pipe::Security();  // this account only
    pipe::Server server("onbehalf-pipe-consumer-" +
                            std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()),
                        options);
    Listen(server);
    pipe::ConnectOptions connect;
    connect.security.level = pipe::ImpersonationLevel::kImpersonation;
    std::string answer;
    const pipe::IoResult called =
        pipe::Call(server.path(), "hello", answer, kMaxMessage, connect, pipe::Clock::now() + 30s);
    std::cout << pipe::ToString(called.status) << ": " << answer << "\n";
    return called ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
}
