#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forms.h"
#include "onbehalf/win32/lean_windows.h"
#include "support/child_main.h"
#include "support/child_process.h"
#include "support/patience.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::pipe {
namespace {

using test::ChildProcess;

// Tells the test that the child has come so far.
void Say(const char* word) {
  std::puts(word);
  std::fflush(stdout);
}

// A server that accepts one client, writes one message to it, says so and waits to be killed.
ONBEHALF_CHILD_MAIN(ServeOne) {
  Server server(arguments.at(0));
  Say("listening");
  Accepted accepted = server.Accept();
  accepted.client->Write("queued");
  Say("served");
  ::Sleep(INFINITE);
  return 0;
}

// A client that does what its second argument says, and then waits to be killed.
ONBEHALF_CHILD_MAIN(ActAsClient) {
  ClientEnd client = OpenTo(arguments.at(0));
  std::array<char, 8> buffer{};
  const std::string large(4 << 20, 'x');
  const std::string& what = arguments.at(1);
  if (what == "write one") client.Write("whole");
  if (what == "read") client.ReadAsync(buffer, [](IoResult) {});
  if (what == "write") client.WriteAsync(large, [](IoResult) {});
  Say("ready");
  ::Sleep(INFINITE);
  return 0;
}

// Answers "ping" with its process id, `arguments[1]` clients in one process.
ONBEHALF_CHILD_MAIN(OpenClients) {
  std::vector<ClientEnd> clients;
  for (int i = 0; i < std::stoi(arguments.at(1)); ++i) {
    clients.push_back(OpenTo(arguments.at(0)));
    if (!clients.back().Write(std::to_string(i), Soon())) return 1;
  }
  Say("connected");
  for (std::size_t i = 0; i < clients.size(); ++i) {
    if (ReadText(clients[i]) != std::to_string(i)) return 2;
  }
  return 0;
}

TEST(ProcessTest, AKilledServerIsTheEndAfterWhatItWrote) {
  const std::string name = test::UniquePipeName();
  auto child = ChildProcess::Start(ChildProcess::Options::Self("ServeOne", {name}));
  ASSERT_EQ(child.ReadLine(), "listening");
  ConnectOptions options;
  options.check = AnyServer();
  ClientEnd client = Connect(name, options, Soon());
  ASSERT_EQ(child.ReadLine(), "served");
  child.Terminate();
  ASSERT_EQ(::WaitForSingleObject(child.process(), test::kPatienceMilliseconds), WAIT_OBJECT_0);
  EXPECT_EQ(ReadText(client), "queued");
  std::array<char, 8> buffer{};
  IoResult result = client.Read(buffer, Soon());
  EXPECT_EQ(result.status, Status::kClosed);
  EXPECT_EQ(result.code, static_cast<std::uint32_t>(ERROR_BROKEN_PIPE));
  result = client.Write("x", Soon());
  EXPECT_EQ(result.status, Status::kClosed);
  EXPECT_EQ(result.code, static_cast<std::uint32_t>(ERROR_NO_DATA));
  client.Close();
  EXPECT_EQ(ErrorOf([&] { Connect(name, options, Soon()); }),
            static_cast<std::uint32_t>(ERROR_FILE_NOT_FOUND));
}

TEST(ProcessTest, AServerKilledWhileTheClientReadsEndsTheRead) {
  const std::string name = test::UniquePipeName();
  auto child = ChildProcess::Start(ChildProcess::Options::Self("ServeOne", {name}));
  ASSERT_EQ(child.ReadLine(), "listening");
  ConnectOptions options;
  options.check = AnyServer();
  ClientEnd client = Connect(name, options, Soon());
  EXPECT_EQ(ReadText(client), "queued");
  std::array<char, 8> buffer{};
  auto read = StartRead(Form::kCallback, client, buffer);
  child.Terminate();
  const IoResult result = Get(std::move(read));
  EXPECT_EQ(result.status, Status::kClosed);
  EXPECT_EQ(result.code, static_cast<std::uint32_t>(ERROR_BROKEN_PIPE));
}

// Kills a client that has begun `what`, and returns what the server reads then.
std::vector<IoResult> KillClient(const std::string& what, int reads) {
  Server server(test::UniquePipeName());
  auto child = ChildProcess::Start(ChildProcess::Options::Self("ActAsClient", {server.path(), what}));
  ServerEnd served = std::move(server.Accept(Soon()).client.value());
  EXPECT_EQ(served.Client().process_id, child.id());
  EXPECT_EQ(child.ReadLine(), "ready");
  child.Terminate();
  EXPECT_EQ(::WaitForSingleObject(child.process(), test::kPatienceMilliseconds), WAIT_OBJECT_0);
  std::vector<IoResult> results;
  std::array<char, 64> buffer{};
  for (int i = 0; i < reads; ++i) results.push_back(served.Read(buffer, Soon()));
  results.push_back(served.Write("x", Soon()));
  // The next client is served.
  ClientEnd next = OpenTo(server);
  EXPECT_TRUE(server.Accept(Soon()));
  return results;
}

TEST(ProcessTest, AClientKilledBetweenMessagesIsTheEnd) {
  const auto results = KillClient("nothing", 1);
  EXPECT_EQ(results[0].code, static_cast<std::uint32_t>(ERROR_BROKEN_PIPE));
  EXPECT_EQ(results[1].code, static_cast<std::uint32_t>(ERROR_NO_DATA));
}

TEST(ProcessTest, AClientKilledWhileReadingIsTheEnd) {
  const auto results = KillClient("read", 1);
  EXPECT_EQ(results[0].code, static_cast<std::uint32_t>(ERROR_BROKEN_PIPE));
  EXPECT_EQ(results[1].code, static_cast<std::uint32_t>(ERROR_NO_DATA));
}

TEST(ProcessTest, WhatAKilledClientWroteIsRead) {
  const auto results = KillClient("write one", 2);
  EXPECT_EQ(results[0].status, Status::kOk);
  EXPECT_EQ(results[0].bytes, 5U);
  EXPECT_EQ(results[1].code, static_cast<std::uint32_t>(ERROR_BROKEN_PIPE));
}

// Whether its message is still there depends on the system: never a part of it as a whole message.
TEST(ProcessTest, AClientKilledWhileWritingIsNeverReadAsAWholeMessage) {
  Server server(test::UniquePipeName());
  auto child = ChildProcess::Start(ChildProcess::Options::Self("ActAsClient", {server.path(), "write"}));
  ServerEnd served = std::move(server.Accept(Soon()).client.value());
  EXPECT_EQ(child.ReadLine(), "ready");
  child.Terminate();
  EXPECT_EQ(::WaitForSingleObject(child.process(), test::kPatienceMilliseconds), WAIT_OBJECT_0);
  std::string message;
  IoResult read = served.ReadMessage(message, 64 << 20, Soon());
  if (read) {
    EXPECT_EQ(message.size(), std::size_t{4} << 20);
    read = served.ReadMessage(message, 64 << 20, Soon());
  }
  EXPECT_EQ(read.status, Status::kClosed);
  EXPECT_EQ(read.code, static_cast<std::uint32_t>(ERROR_BROKEN_PIPE));
}

// Half a message: the reader has its first part when the writer dies. The rest is there or the end is told.
TEST(ProcessTest, AClientKilledInTheMiddleOfAMessageLeavesNoHalfOne) {
  Server server(test::UniquePipeName());
  auto child = ChildProcess::Start(ChildProcess::Options::Self("ActAsClient", {server.path(), "write"}));
  ServerEnd served = std::move(server.Accept(Soon()).client.value());
  EXPECT_EQ(child.ReadLine(), "ready");
  std::array<char, 1000> part{};
  const IoResult first = served.Read(part, Soon());
  EXPECT_EQ(first.status, Status::kMoreData);
  EXPECT_EQ(first.bytes, part.size());
  child.Terminate();
  EXPECT_EQ(::WaitForSingleObject(child.process(), test::kPatienceMilliseconds), WAIT_OBJECT_0);
  std::string rest;
  const IoResult read = served.ReadMessage(rest, 64 << 20, Soon());
  if (read) {
    EXPECT_EQ(rest.size(), (std::size_t{4} << 20) - part.size());
  } else {
    EXPECT_EQ(read.status, Status::kClosed);
  }
}

FireAndForget EchoOnce(ServerEnd client) {
  std::array<char, 64> buffer{};
  for (;;) {
    const IoResult read = co_await client.ReadAsync(buffer);
    if (!read) co_return;
    if (!co_await client.WriteAsync({buffer.data(), read.bytes})) co_return;
  }
}

TEST(ProcessTest, AThousandClientsOfFourProcesses) {
  Server server(test::UniquePipeName(), {.waiting_instances = 8});
  std::vector<ChildProcess> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(
        ChildProcess::Start(ChildProcess::Options::Self("OpenClients", {server.path(), "250"})));
  }
  for (int i = 0; i < 1000; ++i) {
    Accepted accepted = server.Accept(Soon());
    ASSERT_TRUE(accepted) << i;
    EchoOnce(std::move(*accepted.client));
  }
  for (ChildProcess& child : children) EXPECT_EQ(child.WaitForExit().code, 0U);
}

}  // namespace
}  // namespace onbehalf::pipe
