#include "onbehalf/pipe/server.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "forms.h"
#include "onbehalf/pipe/anchor.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/win32_error.h"
#include "support/event.h"
#include "support/platform_probe.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::pipe {
namespace {

using namespace std::chrono_literals;
using win32::SecurityDescriptor;

constexpr SECURITY_INFORMATION kParts =
    OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;

// The code of an open that does not wait; the end, if it was opened, is put into `clients`.
std::uint32_t OpenAtOnce(const std::string& path, std::vector<ClientEnd>* clients = nullptr) {
  return ErrorOf([&] {
    ConnectOptions options;
    options.check = AnyServer();
    ClientEnd client = Connect(path, options, Clock::now() - 1s);
    if (clients != nullptr) clients->push_back(std::move(client));
  });
}

class AcceptTest : public testing::TestWithParam<Form> {};
INSTANTIATE_TEST_SUITE_P(Forms, AcceptTest, AllForms(), NameOf);

TEST_P(AcceptTest, AClientIsAccepted) {
  Server server(test::UniquePipeName());
  auto accept = StartAccept(GetParam(), server, Soon());
  ClientEnd client = OpenTo(server);
  Accepted accepted = Get(std::move(accept));
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted.status, Status::kOk);
  ASSERT_TRUE(client.Write("x", Soon()));
  EXPECT_EQ(ReadText(*accepted.client), "x");
}

TEST_P(AcceptTest, AClientThatConnectedBeforeIsAccepted) {
  Server server(test::UniquePipeName());
  ClientEnd first = OpenTo(server);
  ClientEnd second = OpenTo(server);
  ASSERT_TRUE(first.Write("first", Soon()));
  ASSERT_TRUE(second.Write("second", Soon()));
  std::vector<std::string> texts;
  for (int i = 0; i < 2; ++i) {
    Accepted accepted = Get(StartAccept(GetParam(), server, Soon()));
    ASSERT_TRUE(accepted);
    texts.push_back(ReadText(*accepted.client));
  }
  EXPECT_TRUE(texts == std::vector<std::string>({"first", "second"}) ||
              texts == std::vector<std::string>({"second", "first"}));
}

// go-winio drops such a client, .NET throws, libuv closes the instance: what it wrote would be lost.
TEST_P(AcceptTest, AClientThatCameAndLeftBeforeIsReadAndThenClosed) {
  Server server(test::UniquePipeName());
  {
    ClientEnd brief = OpenTo(server);
    ASSERT_TRUE(brief.Write("brief", Soon()));
  }
  Accepted accepted = Get(StartAccept(GetParam(), server, Soon()));
  ASSERT_TRUE(accepted);
  EXPECT_EQ(ReadText(*accepted.client), "brief");
  std::array<char, 8> buffer{};
  EXPECT_EQ(accepted.client->Read(buffer, Soon()).code, static_cast<std::uint32_t>(ERROR_BROKEN_PIPE));
}

TEST_P(AcceptTest, EndsAtItsDeadlineAndTheNextOneWorks) {
  Server server(test::UniquePipeName());
  for (const auto time : {20ms, 0ms, -1000ms}) {
    const Accepted none = Get(StartAccept(GetParam(), server, Clock::now() + time));
    EXPECT_EQ(none.status, Status::kTimeout);
    EXPECT_FALSE(none);
  }
  const ClientEnd client = OpenTo(server);
  EXPECT_TRUE(Get(StartAccept(GetParam(), server, Soon())));
}

TEST_P(AcceptTest, EndsWithTheStopEvent) {
  Server server(test::UniquePipeName());
  StopEvent stop;
  auto accept = StartAccept(GetParam(), server, Soon(), stop.native());
  stop.Set();
  EXPECT_EQ(Get(std::move(accept)).status, Status::kStopped);
  // The other calls go on.
  const ClientEnd client = OpenTo(server);
  EXPECT_TRUE(Get(StartAccept(GetParam(), server, Soon())));
}

// go-winio#281 and #357, dotnet#40674: closing a listener hung, or did not end its wait.
TEST_P(AcceptTest, StopEndsEveryWaitingCallAndLaterOnesToo) {
  for (int round = 0; round < 50; ++round) {
    Server server(test::UniquePipeName());
    std::vector<std::future<Accepted>> accepts;
    for (int i = 0; i < 3; ++i) accepts.push_back(StartAccept(GetParam(), server));
    server.Stop();
    for (auto& accept : accepts) EXPECT_EQ(Get(std::move(accept)).status, Status::kStopped);
    EXPECT_EQ(Get(StartAccept(GetParam(), server)).status, Status::kStopped);
    server.Stop();
  }
}

// Each client is given to exactly one call, or to none because the server stopped.
TEST_P(AcceptTest, RacesWithClientsDeadlinesAndStop) {
  for (int round = 0; round < 20; ++round) {
    Server server(test::UniquePipeName());
    std::atomic<int> served{0};
    std::atomic<int> connected{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        for (;;) {
          Accepted accepted =
              Get(StartAccept(GetParam(), server, Clock::now() + std::chrono::microseconds(300)));
          if (accepted.status == Status::kStopped) return;
          if (!accepted) continue;
          if (ReadText(*accepted.client) == "x") ++served;
        }
      });
    }
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        for (int client = 0; client < 10; ++client) {
          ClientEnd end = OpenTo(server);
          ASSERT_TRUE(end.Write("x", Soon()));
          ++connected;
          std::array<char, 8> buffer{};
          // Until it has been served: the server closes its end.
          EXPECT_EQ(end.Read(buffer, Soon()).status, Status::kClosed);
        }
      });
    }
    for (std::size_t i = 3; i < threads.size(); ++i) threads[i].join();
    server.Stop();
    for (std::size_t i = 0; i < 3; ++i) threads[i].join();
    EXPECT_EQ(connected, 30);
    EXPECT_EQ(served, 30);
  }
}

TEST_P(AcceptTest, LeaksNoHandles) {
  const auto round = [] {
    Server server(test::UniquePipeName());
    const ClientEnd client = OpenTo(server);
    EXPECT_TRUE(Get(StartAccept(GetParam(), server, Soon())));
    EXPECT_FALSE(Get(StartAccept(GetParam(), server, Clock::now())));
  };
  EXPECT_FALSE(LeaksHandles(round));
}

// ---- Options ----

TEST(ServerTest, RefusesOptionsOutsideTheirLimits) {
  const std::string name = test::UniquePipeName();
  EXPECT_THROW(Server(name, {.waiting_instances = 0}), std::invalid_argument);
  EXPECT_THROW(Server(name, {.waiting_instances = 65}), std::invalid_argument);
  for (const char* bad : {"", "a\\b", "a/b", "..", "\\\\.\\pipe\\", "\\\\host\\share\\x"}) {
    EXPECT_THROW(Server{bad}, std::invalid_argument) << bad;
  }
  EXPECT_EQ(OpenAtOnce(test::LocalPipePath(name)), static_cast<std::uint32_t>(ERROR_FILE_NOT_FOUND));
}

TEST(ServerTest, TakesANameOrAPath) {
  const std::string name = test::UniquePipeName();
  const Server server("\\\\.\\pipe\\" + name);
  EXPECT_EQ(server.path(), "\\\\.\\pipe\\" + name);
  EXPECT_EQ(OpenAtOnce(name), 0U);
}

TEST(ServerTest, HasTheKindAndDirectionOfItsOptions) {
  for (const Kind kind : {Kind::kByte, Kind::kMessage}) {
    // Wine makes a message pipe of every pipe that refuses remote clients.
    Connection pipe({.kind = kind, .accept_remote = true});
    DWORD flags = 0;
    ASSERT_TRUE(::GetNamedPipeInfo(pipe.served.native(), &flags, nullptr, nullptr, nullptr));
    EXPECT_EQ((flags & PIPE_TYPE_MESSAGE) != 0, kind == Kind::kMessage);
    DWORD state = 0;
    ASSERT_TRUE(
        ::GetNamedPipeHandleStateW(pipe.served.native(), &state, nullptr, nullptr, nullptr, nullptr, 0));
    EXPECT_EQ((state & PIPE_READMODE_MESSAGE) != 0, kind == Kind::kMessage);
    EXPECT_EQ(state & PIPE_NOWAIT, 0U);
  }
}

TEST(ServerTest, HandlesAreNotInherited) {
  Connection pipe;
  for (const HANDLE handle : {pipe.served.native(), pipe.client.native()}) {
    DWORD flags = HANDLE_FLAG_INHERIT;
    ASSERT_TRUE(::GetHandleInformation(handle, &flags));
    EXPECT_EQ(flags & HANDLE_FLAG_INHERIT, 0U);
  }
}

// Before anything accepts, a burst is connected; beyond it the pipe is busy, and accepting makes room.
TEST(ServerTest, AsManyClientsAsWaitingInstancesConnectWithoutAnAccept) {
  Server server(test::UniquePipeName(), {.waiting_instances = 5});
  std::vector<ClientEnd> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(OpenTo(server));
  // At most as many again: an instance is replaced before its client is queued.
  while (clients.size() < 20 && OpenAtOnce(server.path(), &clients) == 0) {
  }
  EXPECT_LE(clients.size(), 10U);
  EXPECT_EQ(OpenAtOnce(server.path()), static_cast<std::uint32_t>(ERROR_PIPE_BUSY));
  auto waiting = std::async(std::launch::async, [&] { return OpenTo(server); });
  std::vector<ServerEnd> served;
  for (std::size_t i = 0; i < clients.size() + 1; ++i) {
    Accepted accepted = server.Accept(Soon());
    ASSERT_TRUE(accepted);
    served.push_back(std::move(*accepted.client));
  }
  EXPECT_TRUE(Get(std::move(waiting)).is_open());
}

TEST(ServerTest, ServesAtMostMaxClientsAndTheNextOneWhenAnInstanceIsFree) {
  Server server(test::UniquePipeName(), {.max_clients = 2});
  std::vector<ClientEnd> clients;
  std::vector<ServerEnd> served;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(OpenTo(server));
    served.push_back(std::move(server.Accept(Soon()).client.value()));
  }
  EXPECT_EQ(OpenAtOnce(server.path()), static_cast<std::uint32_t>(ERROR_PIPE_BUSY));
  EXPECT_EQ(server.Accept(Clock::now()).status, Status::kTimeout);
  for (int i = 0; i < 5; ++i) {
    // Whichever end is closed first.
    if (i % 2 == 0) {
      clients.front().Close();
      served.front().Close();
    } else {
      served.front().Close();
      clients.front().Close();
    }
    clients.erase(clients.begin());
    served.erase(served.begin());
    clients.push_back(OpenTo(server));
    served.push_back(std::move(server.Accept(Soon()).client.value()));
  }
}

// Otherwise a client that keeps its end could block the pipe for as long as it likes.
TEST(ServerTest, AClosedEndIsFreeAtOnceEvenIfItsClientKeepsItsOwn) {
  Server server(test::UniquePipeName(), {.max_clients = 1});
  const ClientEnd first = OpenTo(server);
  ASSERT_TRUE(server.Accept(Soon()));
  const ClientEnd second = OpenTo(server);
  EXPECT_TRUE(server.Accept(Soon()));
}

// ---- The name ----

TEST(NameGuardTest, TheNameIsHeldUntilTheServerIsDestroyed) {
  std::string path;
  {
    Server server(test::UniquePipeName());
    path = server.path();
    server.Stop();
    // No instance listens any more, but the pipe exists.
    EXPECT_EQ(OpenAtOnce(path), static_cast<std::uint32_t>(ERROR_PIPE_BUSY));
  }
  EXPECT_EQ(OpenAtOnce(path), static_cast<std::uint32_t>(ERROR_FILE_NOT_FOUND));
}

TEST(NameGuardTest, TheNameIsHeldWhileNoInstanceListens) {
  Server server(test::UniquePipeName(), {.max_clients = 1});
  ClientEnd client = OpenTo(server);
  std::optional<ServerEnd> served = std::move(server.Accept(Soon()).client);
  EXPECT_EQ(OpenAtOnce(server.path()), static_cast<std::uint32_t>(ERROR_PIPE_BUSY));
  // Another program's pipe of this name is refused, whether it asks to be the first or not.
  const std::wstring wide(server.path().begin(), server.path().end());
  if (test::FirstPipeInstanceIsHonoured()) {
    const HANDLE first = ::CreateNamedPipeW(wide.c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
                                            PIPE_TYPE_MESSAGE, 255, 0, 0, 0, nullptr);
    EXPECT_EQ(first, INVALID_HANDLE_VALUE);
    EXPECT_EQ(::GetLastError(), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  }
}

TEST(NameGuardTest, AcceptedEndsOutliveTheServer) {
  std::optional<Server> server(std::in_place, test::UniquePipeName());
  ClientEnd client = OpenTo(*server);
  ServerEnd served = std::move(server->Accept(Soon()).client.value());
  server.reset();
  ASSERT_TRUE(client.Write("x", Soon()));
  EXPECT_EQ(ReadText(served), "x");
}

TEST(NameGuardTest, APipeWithAnotherDescriptorIsNotServed) {
  const std::string name = test::UniquePipeName();
  const ServerEnd squatter = AddInstance(
      {test::LocalPipePath(name), SecurityDescriptor::FromSddl("D:P(A;;FA;;;WD)"), false}, nullptr);
  EXPECT_THROW(Server{name}, NameTaken);
  // And nothing of the attempt is left: the squatter still has the only instance.
  DWORD instances = 0;
  ASSERT_TRUE(
      ::GetNamedPipeHandleStateW(squatter.native(), nullptr, &instances, nullptr, nullptr, nullptr, 0));
  EXPECT_EQ(instances, 1U);
}

TEST(NameGuardTest, APipeThatDeniesThisAccountIsNotServed) {
  ONBEHALF_SKIP_WITHOUT("a pipe's DACL that is enforced", test::PipeDaclIsEnforced());
  const std::string name = test::UniquePipeName();
  const ServerEnd squatter = AddInstance(
      {test::LocalPipePath(name), SecurityDescriptor::FromSddl("D:P(A;;0x12019b;;;WD)"), false}, nullptr);
  EXPECT_THROW(Server{name}, NameTaken);
}

TEST(NameGuardTest, APipeOfOtherOptionsIsNotServed) {
  const Server first(test::UniquePipeName(), {.max_clients = 3});
  // Windows refuses an instance of another direction or kind.
  EXPECT_THROW(Server(first.path(), {.direction = Direction::kInbound}), NameTaken);
  EXPECT_THROW(Server(first.path(), {.security = Security()}), NameTaken);
}

// The same account and the same descriptor: an earlier run whose client still holds its end, or a second server, which
// then serves beside the first.
TEST(NameGuardTest, APipeOfThisAccountAndDescriptorIsJoined) {
  const std::string name = test::UniquePipeName();
  std::optional<Server> first(std::in_place, name);
  ClientEnd old_client = OpenTo(*first);
  ServerEnd old_served = std::move(first->Accept(Soon()).client.value());
  first.reset();
  Server second(name);
  ClientEnd client = OpenTo(second);
  ServerEnd served = std::move(second.Accept(Soon()).client.value());
  ASSERT_TRUE(client.Write("new", Soon()));
  EXPECT_EQ(ReadText(served), "new");
}

// ---- The descriptor of a live pipe ----

TEST(SetSecurityTest, ReplacesDaclAndLabelAndKeepsClients) {
  Server server(test::UniquePipeName());
  ClientEnd client = OpenTo(server);
  ServerEnd served = std::move(server.Accept(Soon()).client.value());
  Security security;
  security.Allow("S-1-5-32-545", Access::kRead).AllowLowIntegrity();
  server.SetSecurity(security);
  const auto actual = SecurityDescriptor::FromKernelObject(served.native(), kParts);
  EXPECT_EQ(DifferenceOf(actual, security.Build()).text, "");
  ASSERT_TRUE(client.Write("x", Soon()));
  EXPECT_EQ(ReadText(served), "x");
  // Further instances can be added.
  for (int i = 0; i < 10; ++i) {
    const ClientEnd next = OpenTo(server);
    EXPECT_TRUE(server.Accept(Soon()));
  }
}

// The server could not add instances any more.
TEST(SetSecurityTest, ThatDeniesTheServersOwnAccountIsRefusedAndChangesNothing) {
  Server server(test::UniquePipeName());
  ClientEnd client = OpenTo(server);
  const std::string user = win32::Token::FromOwnProcess().User().ToString();
  EXPECT_EQ(ErrorOf([&] { server.SetSecurity(Security::Default().Deny(user)); }),
            static_cast<std::uint32_t>(ERROR_ACCESS_DENIED));
  const auto actual = SecurityDescriptor::FromKernelObject(client.native(), kParts);
  EXPECT_EQ(DifferenceOf(actual, Security::Default().Build()).text, "");
}

TEST(SetSecurityTest, OfAnotherOwnerIsRefusedAndChangesNothing) {
  Server server(test::UniquePipeName());
  ClientEnd client = OpenTo(server);
  const std::string user = win32::Token::FromOwnProcess().User().ToString();
  EXPECT_THROW(
      server.SetSecurity(Security::FromSddl("O:SYG:SYD:P(A;;FA;;;WD)(A;;FA;;;" + user + ")S:(ML;;NW;;;LW)")),
      NameTaken);
  const auto actual = SecurityDescriptor::FromKernelObject(client.native(), kParts);
  EXPECT_EQ(DifferenceOf(actual, Security::Default().Build()).text, "");
}

// Windows stores what they stand for.
TEST(SetSecurityTest, MayHaveGenericRights) {
  const std::string user = win32::Token::FromOwnProcess().User().ToString();
  const Security generic =
      Security::FromSddl("O:" + user + "G:SYD:P(A;;GA;;;" + user + ")(A;;GR;;;BU)S:(ML;;NWNR;;;ME)");
  Server server(test::UniquePipeName(), {.security = generic});
  server.SetSecurity(generic);
  EXPECT_EQ(OpenAtOnce(server.path()), 0U);
}

TEST(SetSecurityTest, ManyTimesWhileClientsComeAndGo) {
  Server server(test::UniquePipeName());
  std::atomic<bool> done{false};
  std::thread setter([&] {
    for (int i = 0; i < 50; ++i) {
      Security security = Security::Default();
      if (i % 2 == 0) security.Deny("S-1-5-21-42-42-42-7777");
      server.SetSecurity(security);
    }
    done = true;
  });
  while (!done) {
    ClientEnd client = OpenTo(server);
    Accepted accepted = server.Accept(Soon());
    ASSERT_TRUE(accepted);
    ASSERT_TRUE(client.Write("x", Soon()));
    EXPECT_EQ(ReadText(*accepted.client), "x");
  }
  setter.join();
}

// ---- Lifetime ----

// Ends that close on other threads ask the server for a new instance while it is being destroyed.
TEST(ServerTest, IsDestroyedWhileItsEndsClose) {
  for (int round = 0; round < 30; ++round) {
    auto server = std::make_unique<Server>(test::UniquePipeName());
    std::vector<ClientEnd> clients;
    std::vector<ServerEnd> served;
    for (int i = 0; i < 4; ++i) {
      clients.push_back(OpenTo(*server));
      served.push_back(std::move(server->Accept(Soon()).client.value()));
    }
    std::vector<std::thread> threads;
    for (ServerEnd& end : served) threads.emplace_back([&end] { end.Close(); });
    threads.emplace_back([&clients] { clients.clear(); });
    server.reset();
    for (std::thread& thread : threads) thread.join();
  }
}

TEST(ServerTest, IsDestroyedInACallback) {
  auto server = std::make_unique<Server>(test::UniquePipeName());
  const std::string path = server->path();
  const auto gone = std::make_shared<std::promise<void>>();
  server->AcceptAsync([&server, gone](Accepted accepted) {
    EXPECT_TRUE(accepted);
    server.reset();
    accepted.client.reset();
    gone->set_value();
  });
  std::vector<ClientEnd> clients;
  ASSERT_EQ(OpenAtOnce(path, &clients), 0U);
  Get(gone->get_future());
  clients.clear();
  EXPECT_EQ(OpenAtOnce(path), static_cast<std::uint32_t>(ERROR_FILE_NOT_FOUND));
}

// ---- Many clients ----

FireAndForget EchoTo(ServerEnd client) {
  std::array<char, 64> buffer{};
  for (;;) {
    const IoResult read = co_await client.ReadAsync(buffer);
    if (!read) co_return;
    if (!co_await client.WriteAsync({buffer.data(), read.bytes})) co_return;
  }
}

FireAndForget ServeAll(Server& server, std::shared_ptr<std::promise<int>> done) {
  int clients = 0;
  for (;;) {
    Accepted accepted = co_await server.AcceptAsync();
    if (!accepted) break;
    ++clients;
    EchoTo(std::move(*accepted.client));
  }
  done->set_value(clients);
}

TEST(ServerTest, AThousandClientsAreServedAtTheSameTime) {
  constexpr int kClients = 1000;
  const auto served = std::make_shared<std::promise<int>>();
  Server server(test::UniquePipeName(), {.waiting_instances = 8});
  ServeAll(server, served);
  std::vector<ClientEnd> clients;
  clients.reserve(kClients);
  for (int i = 0; i < kClients; ++i) clients.push_back(OpenTo(server));
  // All are connected; each gets its own answers.
  for (int i = 0; i < kClients; ++i)
    ASSERT_TRUE(clients[static_cast<std::size_t>(i)].Write(std::to_string(i), Soon()));
  for (int i = 0; i < kClients; ++i) {
    ASSERT_EQ(ReadText(clients[static_cast<std::size_t>(i)]), std::to_string(i));
  }
  DWORD instances = 0;
  ASSERT_TRUE(::GetNamedPipeHandleStateW(clients.front().native(), nullptr, &instances, nullptr, nullptr,
                                         nullptr, 0));
  EXPECT_GE(instances, static_cast<DWORD>(kClients));
  server.Stop();
  EXPECT_EQ(Get(served->get_future()), kClients);
}

}  // namespace
}  // namespace onbehalf::pipe
