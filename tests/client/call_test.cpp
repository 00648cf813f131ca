#include <gtest/gtest.h>

#include <future>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "fake_server.h"
#include "onbehalf/client/client.h"
#include "onbehalf/protocol/framing.h"
#include "outcomes.h"
#include "support/patience.h"

namespace onbehalf::client {
namespace {

using test::Answering;
using test::FakeServer;
using Session = FakeServer::Session;

std::string Framed(const Json& message) {
  return protocol::ToFrame(protocol::Framing::kHeader, message.dump());
}

Json Result(const Json& request, const Json& result) {
  return {{"jsonrpc", "2.0"}, {"id", request.at("id")}, {"result", result}};
}

// The error code that the call of "x" throws against this script.
std::error_code CodeOfCall(const FakeServer::Script& script, Options options = {}) {
  FakeServer server(script);
  Options with = server.ClientOptions();
  with.max_answer_bytes = options.max_answer_bytes;
  if (options.call_timeout != Options{}.call_timeout) with.call_timeout = options.call_timeout;
  Client client = Client::Connect(with);
  try {
    client.Call("x");
  } catch (const std::system_error& error) {
    // Whatever went wrong, the connection can no longer be used.
    try {
      client.Call("x");
      ADD_FAILURE() << "the connection is still in use";
    } catch (const std::system_error& second) {
      EXPECT_EQ(second.code(), std::errc::not_connected);
    }
    return error.code();
  }
  return {};
}

TEST(Call, ReturnsTheResult) {
  FakeServer server(Answering([](const Json& request) { return Json{{"result", request.at("method")}}; }));
  EXPECT_EQ(Client::Connect(server.ClientOptions()).Call("rpc.ping"), "rpc.ping");
}

// A timeout that does not fit into nanoseconds.
TEST(Call, AnEnormousTimeoutNeverExpires) {
  FakeServer server(Answering([](const Json&) { return Json{{"result", 1}}; }));
  Options options = server.ClientOptions();
  options.connect_timeout = std::chrono::milliseconds::max();
  options.call_timeout = std::chrono::milliseconds::max();
  EXPECT_EQ(Client::Connect(options).Call("x"), 1);
}

TEST(Call, SendsParametersByNameByPositionAndNone) {
  FakeServer server(Answering([](const Json& request) {
    return Json{{"result", request.value("params", Json("none"))}};
  }));
  Client client = Client::Connect(server.ClientOptions());
  EXPECT_EQ(client.Call("x", {{"a", 1}}), Json({{"a", 1}}));
  EXPECT_EQ(client.Call("x", Json::array({1, "b"})), Json::array({1, "b"}));
  EXPECT_EQ(client.Call("x"), "none");
}

TEST(Call, RefusesParametersOfAnotherTypeAndStaysConnected) {
  FakeServer server(Answering([](const Json&) { return Json{{"result", 1}}; }));
  Client client = Client::Connect(server.ClientOptions());
  EXPECT_THROW(client.Call("x", "text"), std::invalid_argument);
  EXPECT_THROW(client.Call("x", 5), std::invalid_argument);
  EXPECT_EQ(client.Call("x"), 1);
}

TEST(Call, IsOneWriteOfOneFrame) {
  std::promise<std::string> first_read;
  FakeServer server([&](Session& session) {
    first_read.set_value(session.ReadSome());
    session.ReadSome();
  });
  Options options = server.ClientOptions();
  Client client = Client::Connect(options);
  EXPECT_THROW(client.Call("x", {{"a", 1}}, std::chrono::milliseconds(50)), std::system_error);
  const std::string body = R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"a":1}})";
  EXPECT_EQ(first_read.get_future().get(),
            "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

TEST(Call, ReturnsTheServicesErrorAndStaysConnected) {
  FakeServer server([](Session& session) {
    session.Refuse(session.ReadRequest(), -32010, "no", {{"requestId", "r-7"}});
    session.Answer(session.ReadRequest(), "still here");
    session.ReadRequest();
  });
  Client client = Client::Connect(server.ClientOptions());
  try {
    client.Call("x");
    FAIL() << "no error";
  } catch (const RpcError& error) {
    EXPECT_EQ(error.code(), -32010);
    EXPECT_STREQ(error.what(), "no");
    EXPECT_EQ(error.data(), Json({{"requestId", "r-7"}}));
  }
  EXPECT_EQ(client.Call("x"), "still here");
}

TEST(Call, ReturnsAnUnknownErrorCode) {
  FakeServer server([](Session& session) { session.Refuse(session.ReadRequest(), -1, "own"); });
  Client client = Client::Connect(server.ClientOptions());
  try {
    client.Call("x");
    FAIL() << "no error";
  } catch (const RpcError& error) {
    EXPECT_EQ(error.code(), -1);
    EXPECT_TRUE(error.data().is_null());
  }
}

TEST(Call, IgnoresNotificationsBeforeAndAfterTheAnswer) {
  FakeServer server([](Session& session) {
    const Json note = {
        {"jsonrpc", "2.0"}, {"method", "$/progress"}, {"params", {{"token", 1}, {"value", 2}}}};
    const Json request = session.ReadRequest();
    session.Send(note);
    session.Write(Framed(note) + Framed(Result(request, "first")) + Framed(note));
    session.Answer(session.ReadRequest(), "second");
    session.ReadRequest();
  });
  Client client = Client::Connect(server.ClientOptions());
  EXPECT_EQ(client.Call("x"), "first");
  EXPECT_EQ(client.Call("x"), "second");
}

TEST(Call, ReadsAnAnswerInPiecesOfOneByte) {
  FakeServer server([](Session& session) {
    const std::string frame = Framed(Result(session.ReadRequest(), "in pieces"));
    for (const char c : frame) session.Write(std::string(1, c));
    session.ReadRequest();
  });
  EXPECT_EQ(Client::Connect(server.ClientOptions()).Call("x"), "in pieces");
}

TEST(Call, ReadsAnAnswerLongerThanAnyRead) {
  const std::string text(3 * 1024 * 1024, 'x');
  FakeServer server(Answering([&](const Json&) { return Json{{"result", text}}; }));
  EXPECT_EQ(Client::Connect(server.ClientOptions()).Call("x"), text);
}

TEST(Call, MakesManyCallsOnOneConnection) {
  FakeServer server(Answering([](const Json& request) {
    return Json{{"result", request.at("params").at(0)}};
  }));
  Client client = Client::Connect(server.ClientOptions());
  for (int i = 0; i < 500; ++i) ASSERT_EQ(client.Call("x", Json::array({i})), i);
}

TEST(Call, RefusesAnAnswerOverTheLimitBeforeItsBodyComes) {
  Options options;
  options.max_answer_bytes = 1000;
  EXPECT_EQ(CodeOfCall(
                [](Session& session) {
                  session.ReadRequest();
                  session.Write("Content-Length: 1001\r\n\r\n");
                  session.ReadRequest();
                },
                options),
            std::errc::message_size);
}

TEST(Call, RefusesInvalidFrames) {
  for (const std::string bytes :
       {"HTTP/1.1 200 OK\r\n\r\n", "Content-Length: x\r\n\r\n", "\x01\x02\x03\x04"}) {
    EXPECT_EQ(CodeOfCall([&](Session& session) {
                session.ReadRequest();
                session.Write(bytes);
                session.ReadRequest();
              }),
              std::errc::bad_message)
        << bytes;
  }
}

TEST(Call, RefusesAnotherFramingThanItsOwn) {
  EXPECT_EQ(CodeOfCall([](Session& session) {
              session.Write(Result(session.ReadRequest(), 1).dump() + "\n");
              session.ReadRequest();
            }),
            std::errc::bad_message);
}

TEST(Call, RefusesFramesThatAreNotJsonRpc) {
  for (const std::string body :
       {"{\"a\":", "{}", "[]", "5", R"({"jsonrpc":"2.0","id":1})",
        R"({"jsonrpc":"2.0","id":1,"result":1,"result":2})", "{\"jsonrpc\":\"\xFF\"}"}) {
    EXPECT_EQ(CodeOfCall([&](Session& session) {
                session.ReadRequest();
                session.Write(protocol::ToFrame(protocol::Framing::kHeader, body));
                session.ReadRequest();
              }),
              std::errc::bad_message)
        << body;
  }
}

TEST(Call, RefusesAnAnswerToAnotherId) {
  for (const Json& id : {Json(2), Json("1"), Json(nullptr)}) {
    EXPECT_EQ(CodeOfCall([&](Session& session) {
                session.ReadRequest();
                session.Send({{"jsonrpc", "2.0"}, {"id", id}, {"result", 1}});
                session.ReadRequest();
              }),
              std::errc::protocol_error)
        << id;
  }
}

TEST(Call, RefusesABatchAndARequestFromTheServer) {
  EXPECT_EQ(CodeOfCall([](Session& session) {
              session.Send(Json::array({Result(session.ReadRequest(), 1)}));
              session.ReadRequest();
            }),
            std::errc::protocol_error);
  EXPECT_EQ(CodeOfCall([](Session& session) {
              session.ReadRequest();
              session.Send({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "come.here"}});
              session.ReadRequest();
            }),
            std::errc::protocol_error);
}

TEST(Call, TreatsAnErrorWithoutAnIdAsTheConnectionsAndClosesIt) {
  FakeServer server([](Session& session) {
    session.ReadRequest();
    session.Send({{"jsonrpc", "2.0"}, {"id", nullptr}, {"error", {{"code", -32012}, {"message", "full"}}}});
  });
  Client client = Client::Connect(server.ClientOptions());
  try {
    client.Call("x");
    FAIL() << "no error";
  } catch (const RpcError& error) {
    EXPECT_EQ(error.code(), -32012);
  }
  try {
    client.Call("x");
    FAIL() << "no error";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::not_connected);
  }
}

TEST(Call, ReportsThatTheServerDisconnected) {
  EXPECT_EQ(CodeOfCall([](Session& session) { session.ReadRequest(); }), std::errc::connection_reset);
  EXPECT_EQ(CodeOfCall([](Session& session) {
              session.ReadRequest();
              session.Write("Content-Length: 10\r\n\r\n{\"a\"");
            }),
            std::errc::connection_reset);
}

TEST(Call, ReportsThatTheServerDisconnectedBeforeTheWrite) {
  FakeServer server([](Session&) {});
  Client client = Client::Connect(server.ClientOptions());
  // The server's end is closed once the next client is connected.
  const Client next = Client::Connect(server.ClientOptions());
  try {
    client.Call("x");
    FAIL() << "no error";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::connection_reset);
  }
}

TEST(Call, EndsAtItsTimeoutCancelsAndStaysConnected) {
  Json late;
  Json cancel;
  FakeServer server([&](Session& session) {
    for (Json message = session.ReadRequest(); !message.is_null(); message = session.ReadRequest()) {
      const std::string method = message.at("method");
      if (method == "x") late = message;
      if (method == "$/cancelRequest") cancel = message;
      if (method != "y") continue;
      if (!late.is_null()) session.Answer(late, "too late");
      session.Answer(message, "in time");
    }
  });
  Client client = Client::Connect(server.ClientOptions());
  EXPECT_TRUE(test::WithGrowingTime([&](std::chrono::milliseconds timeout) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(test::WordOfCall([&] { return client.Call("x", nullptr, timeout); }), "timed_out");
    EXPECT_GE(std::chrono::steady_clock::now() - start, timeout - std::chrono::milliseconds(10));
    EXPECT_EQ(client.Call("y"), "in time");
    // Null: it timed out before it could be sent.
    return !late.is_null();
  }));
  EXPECT_EQ(cancel, Json({{"jsonrpc", "2.0"},
                          {"method", "$/cancelRequest"},
                          {"params", {{"id", late.value("id", Json())}}}}));
}

TEST(Call, EndsAtItsTimeoutAlthoughNotificationsKeepComing) {
  FakeServer server([](Session& session) {
    session.ReadRequest();
    const Json note = {{"jsonrpc", "2.0"}, {"method", "$/progress"}};
    // A closed pipe no longer accepts them, and the server's end ends the reads.
    for (int i = 0; i < 2000; ++i) session.Send(note);
    session.ReadRequest();
  });
  Client client = Client::Connect(server.ClientOptions());
  try {
    client.Call("x", nullptr, std::chrono::milliseconds(200));
    FAIL() << "no error";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::timed_out);
  }
}

TEST(Call, WorksOnAClientThatWasMoved) {
  FakeServer server(Answering([](const Json&) { return Json{{"result", 1}}; }));
  Client first = Client::Connect(server.ClientOptions());
  EXPECT_EQ(first.Call("x"), 1);
  Client second = std::move(first);
  EXPECT_EQ(second.Call("x"), 1);
}

}  // namespace
}  // namespace onbehalf::client
