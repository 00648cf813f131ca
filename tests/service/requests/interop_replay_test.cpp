// What other vendors' clients put on the pipe, write by write (recorded in interop.md;
// tests/protocol/interop_test.cpp covers the parsing), against a running server: the responses are compared
// byte by byte.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "gate.h"
#include "messages.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "raw_client.h"
#include "support/patience.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using service::Acts;
using service::Call;
using service::MethodResult;
using service::Pace;

// A byte stream in each direction, as Node and .NET use the pipe: read in byte mode, whatever the writes.
class ByteClient {
 public:
  explicit ByteClient(const TestServer& server) : client_(server.pipe_path()) {
    DWORD mode = PIPE_READMODE_BYTE;
    EXPECT_TRUE(::SetNamedPipeHandleState(client_.stream().native(), &mode, nullptr, nullptr));
  }
  void Write(std::initializer_list<std::string_view> writes) {
    for (const std::string_view bytes : writes) client_.Write(bytes);
  }
  // Reads `bytes` bytes, in any number of reads; fewer when the server has closed the connection.
  std::string Read(std::size_t bytes) {
    std::string text;
    std::array<char, 4096> buffer;
    while (text.size() < bytes) {
      const std::size_t read = client_.stream()
                                   .Read({buffer.data(), std::min(buffer.size(), bytes - text.size())},
                                         win32::Clock::now() + kPatience)
                                   .bytes;
      if (read == 0) break;
      text.append(buffer.data(), read);
    }
    return text;
  }
  // The next bytes are exactly these.
  void Expect(std::string_view bytes) { EXPECT_EQ(Read(bytes.size()), bytes); }

 private:
  RawClient client_;
};

class Replay : public testing::Test {
 protected:
  Replay() {
    service::Method add =
        PublicMethod("test.add", Acts::kAsCaller, Pace::kMayBlock, [](const Call& call) -> MethodResult {
          call.progress.Report({{"half", true}});
          return Json(call.params.at("a").get<int>() + call.params.at("b").get<int>());
        });
    add.parameters = {{"a", "", Json{{"type", "integer"}}, true}, {"b", "", Json{{"type", "integer"}}, true}};
    add.reports_progress = true;
    server_.methods().Add(std::move(add));
    server_.methods().Add(PublicMethod("test.zero", Acts::kAsService, Pace::kQuick,
                                       [](const Call&) -> MethodResult { return Json(0); }));
    server_.methods().Add(gate_.AsMethod("test.wait"));
    server_.Start();
  }

  Gate gate_;
  TestServer server_;
};

std::string Framed(std::string_view text) {
  return "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" + std::string(text);
}

TEST_F(Replay, StreamJsonRpcsRequests) {
  ByteClient client(server_);
  // InvokeAsync("test.zero")
  client.Write({Framed(R"({"jsonrpc":"2.0","id":2,"method":"test.zero","params":[]})")});
  client.Expect(Framed(R"({"jsonrpc":"2.0","id":2,"result":0})"));
  // InvokeAsync("test.add", 19, 23)
  client.Write({Framed(R"({"jsonrpc":"2.0","id":3,"method":"test.add","params":[19,23]})")});
  client.Expect(Framed(R"({"jsonrpc":"2.0","id":3,"result":42})"));
  // InvokeWithParameterObjectAsync("test.add", new { a = 19, b = 23 })
  client.Write({Framed(R"({"jsonrpc":"2.0","id":4,"method":"test.add","params":{"a":19,"b":23}})")});
  client.Expect(Framed(R"({"jsonrpc":"2.0","id":4,"result":42})"));
  // InvokeAsync("test.add", 19, 23, progress): the token takes the position of the IProgress argument, and
  // counts from 0.
  client.Write({Framed(R"({"jsonrpc":"2.0","id":5,"method":"test.add","params":[19,23,0]})")});
  client.Expect(
      Framed(R"({"jsonrpc":"2.0","method":"$/progress","params":{"token":0,"value":{"half":true}}})"));
  client.Expect(Framed(R"({"jsonrpc":"2.0","id":5,"result":42})"));
  // With a named encoding, and an activity.
  const std::string traced =
      R"({"jsonrpc":"2.0","id":6,"method":"test.zero","params":[],)"
      R"("traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","tracestate":"a=b"})";
  client.Write({"Content-Length: " + std::to_string(traced.size()) +
                    "\r\nContent-Type: application/jsonrpc; charset=utf-8\r\n\r\n",
                traced});
  client.Expect(Framed(R"({"jsonrpc":"2.0","id":6,"result":0})"));
}

TEST_F(Replay, StreamJsonRpcsCancelBackToBack) {
  ByteClient client(server_);
  for (int id = 2; id < 52; ++id) {
    const std::string number = std::to_string(id);
    const std::string request =
        Framed(R"({"jsonrpc":"2.0","id":)" + number + R"(,"method":"test.wait","params":[]})");
    const std::string cancel =
        Framed(R"({"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":)" + number + "}}");
    if (id % 2 == 0) {
      client.Write({request, cancel});
    } else {
      client.Write({request + cancel});
    }
    client.Expect(Framed(R"({"jsonrpc":"2.0","id":)" + number +
                         R"(,"error":{"code":-32800,"message":"The request was cancelled."}})"));
  }
}

TEST_F(Replay, StreamJsonRpcsBytesCutAnywhere) {
  const std::string bytes = Framed(R"({"jsonrpc":"2.0","id":2,"method":"test.add","params":[1,2]})") +
                            Framed(R"({"jsonrpc":"2.0","id":3,"method":"test.add","params":[3,4]})");
  const std::string first = Framed(R"({"jsonrpc":"2.0","id":2,"result":3})");
  const std::string second = Framed(R"({"jsonrpc":"2.0","id":3,"result":7})");
  for (std::size_t cut = 1; cut < bytes.size(); cut += 5) {
    ByteClient client(server_);
    client.Write({std::string_view(bytes).substr(0, cut), std::string_view(bytes).substr(cut)});
    const std::string answers = client.Read(first.size() + second.size());
    // They finish at the same time.
    EXPECT_TRUE(answers == first + second || answers == second + first) << answers;
  }
}

TEST_F(Replay, StreamJsonRpcDelimitingByNewlines) {
  ByteClient client(server_);
  client.Write({"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"test.zero\",\"params\":[]}\r\n"});
  client.Expect("{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":0}\n");
  client.Write({"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"test.wait\",\"params\":[]}\r\n",
                "{\"jsonrpc\":\"2.0\",\"method\":\"$/cancelRequest\",\"params\":{\"id\":3}}\r\n"
                "{\"jsonrpc\":\"2.0\",\"id\":4,\"met",
                "hod\":\"test.add\",\"params\":[1,2,7]}\r\n"});
  const std::string cancelled =
      "{\"jsonrpc\":\"2.0\",\"id\":3,\"error\":{\"code\":-32800,\"message\":\"The request was cancelled.\"}}\n";
  const std::string progress =
      "{\"jsonrpc\":\"2.0\",\"method\":\"$/progress\",\"params\":{\"token\":7,\"value\":{\"half\":true}}}\n";
  const std::string sum = "{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":3}\n";
  const std::string answers = client.Read(cancelled.size() + progress.size() + sum.size());
  EXPECT_NE(answers.find(cancelled), std::string::npos) << answers;
  EXPECT_NE(answers.find(progress), std::string::npos) << answers;
  EXPECT_LT(answers.find(progress), answers.find(sum)) << answers;
}

TEST_F(Replay, VscodeJsonRpcsTwoWritesAndIdsFromZero) {
  ByteClient client(server_);
  client.Write({"Content-Length: 45\r\n\r\n", R"({"jsonrpc":"2.0","id":0,"method":"test.zero"})"});
  client.Expect("Content-Length: 35\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":0}");
  const std::string with_token =
      R"({"jsonrpc":"2.0","id":1,"method":"test.add","params":{"a":1,"b":2,"progressToken":"c-1"}})";
  client.Write({"Content-Length: " + std::to_string(with_token.size()) + "\r\n\r\n", with_token});
  client.Expect(
      Framed(R"({"jsonrpc":"2.0","method":"$/progress","params":{"token":"c-1","value":{"half":true}}})"));
  client.Expect(Framed(R"({"jsonrpc":"2.0","id":1,"result":3})"));
}

TEST_F(Replay, ProtocolTrafficIsIgnoredAndItsRequestsAreUnknown) {
  ByteClient client(server_);
  client.Write(
      {Framed(R"({"jsonrpc":"2.0","method":"$/setTrace","params":{"value":"off"}})"),
       Framed(
           R"({"jsonrpc":"2.0","method":"$/releaseMarshaledObject","params":{"handle":1,"ownedBySender":false}})"),
       Framed(R"({"jsonrpc":"2.0","method":"$/progress","params":{"token":1,"value":2}})"),
       Framed(R"({"jsonrpc":"2.0","id":9,"method":"$/enumerator/next","params":{"token":1}})")});
  client.Expect(
      Framed(R"({"jsonrpc":"2.0","id":9,"error":{"code":-32601,"message":"There is no such method."}})"));
}

// ---- Every kind of client at once on the one pipe, each answered in kind ----

std::string CallPipe(const std::string& path, std::string request) {
  std::array<char, 4096> answer;
  DWORD bytes = 0;
  if (!::CallNamedPipeW(win32::ToWide(path).c_str(), request.data(), static_cast<DWORD>(request.size()),
                        answer.data(), static_cast<DWORD>(answer.size()), &bytes, NMPWAIT_WAIT_FOREVER)) {
    return "error " + std::to_string(::GetLastError());
  }
  return {answer.data(), bytes};
}

TEST_F(Replay, AllKindsOfClientsAreServedConcurrently) {
  constexpr int kRounds = 20;
  const std::string path = server_.pipe_path();
  const std::string request = R"({"jsonrpc":"2.0","id":1,"method":"test.add","params":[1,2]})";
  const std::string answer = R"({"jsonrpc":"2.0","id":1,"result":3})";
  std::vector<std::jthread> threads;
  threads.emplace_back([&] {
    for (int i = 0; i < kRounds; ++i) EXPECT_EQ(CallPipe(path, request), answer + "\n");
  });
  threads.emplace_back([&] {
    const win32::UniqueFile pipe(::CreateFileW(win32::ToWide(path).c_str(), GENERIC_READ | GENERIC_WRITE, 0,
                                               nullptr, OPEN_EXISTING, 0, nullptr));
    ASSERT_TRUE(pipe);
    DWORD mode = PIPE_READMODE_MESSAGE;
    ASSERT_TRUE(::SetNamedPipeHandleState(pipe.get(), &mode, nullptr, nullptr));
    for (int i = 0; i < kRounds; ++i) {
      std::array<char, 4096> buffer;
      DWORD bytes = 0;
      std::string copy = request;
      ASSERT_TRUE(::TransactNamedPipe(pipe.get(), copy.data(), static_cast<DWORD>(copy.size()), buffer.data(),
                                      static_cast<DWORD>(buffer.size()), &bytes, nullptr));
      EXPECT_EQ(std::string_view(buffer.data(), bytes), answer + "\n");
    }
  });
  threads.emplace_back([&] {  // newline-delimited, frames and halves of frames in a write
    ByteClient client(server_);
    const std::string zero = R"({"jsonrpc":"2.0","id":2,"method":"test.zero"})";
    for (int i = 0; i < kRounds; ++i) {
      client.Write({zero + "\n" + zero.substr(0, 10), zero.substr(10) + "\n" + request + "\n"});
      client.Expect(
          "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":0}\n{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":0}\n" +
          answer + "\n");
    }
  });
  threads.emplace_back([&] {  // header-delimited, one frame in many writes
    ByteClient client(server_);
    const std::string frame = Framed(request);
    for (int i = 0; i < kRounds; ++i) {
      for (const char& byte : frame) client.Write({{&byte, 1}});
      client.Expect(Framed(answer));
    }
  });
  threads.emplace_back([&] {  // several header-delimited frames in one write
    ByteClient client(server_);
    for (int i = 0; i < kRounds; ++i) {
      std::string frames;
      std::string answers;
      for (int id = 0; id < 5; ++id) {
        const std::string number = std::to_string(id);
        frames += Framed(R"({"jsonrpc":"2.0","id":)" + number + R"(,"method":"test.zero"})");
        answers += Framed(R"({"jsonrpc":"2.0","id":)" + number + R"(,"result":0})");
      }
      client.Write({frames});
      client.Expect(answers);
    }
  });
}

// These clients take the first message as the response: without a token there is no other.
TEST_F(Replay, CallNamedPipeGetsTheAnswerAndWithATokenTheProgress) {
  EXPECT_EQ(
      CallPipe(server_.pipe_path(), R"({"jsonrpc":"2.0","id":1,"method":"test.add","params":{"a":1,"b":2}})"),
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":3}\n");
  EXPECT_EQ(
      CallPipe(server_.pipe_path(),
               R"({"jsonrpc":"2.0","id":1,"method":"test.add","params":{"a":1,"b":2,"progressToken":4}})"),
      "{\"jsonrpc\":\"2.0\",\"method\":\"$/progress\",\"params\":{\"token\":4,\"value\":{\"half\":true}}}\n");
}

}  // namespace
}  // namespace onbehalf::test
