#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>

#include "messages.h"
#include "module_server.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/utf.h"
#include "raw_client.h"
#include "support/child_main.h"
#include "support/child_process.h"
#include "support/patience.h"

// The sample service/samples/process_module.cpp.
namespace onbehalf::test {
namespace {

using protocol::ErrorCode;

// Runs until its input ends.
ONBEHALF_CHILD_MAIN(UntilInputEnds) {
  while (std::getchar() != EOF) {
  }
  return 0;
}

ChildProcess StartChild() { return ChildProcess::Start(ChildProcess::Options::Self("UntilInputEnds")); }

TEST(ProcessModule, ListsProcessesAndTheirPaths) {
  ModuleServer server(ModuleServer::Load{{"process", "{}"}});
  RawClient client(server.pipe_path());
  const Json list = client.Call("process.list").at("result");
  const auto own = std::find_if(list.begin(), list.end(),
                                [](const Json& each) { return each.at("id") == ::GetCurrentProcessId(); });
  ASSERT_NE(own, list.end()) << list;
  const std::filesystem::path image = win32::ToWide(win32::OwnImagePath());
  EXPECT_EQ(own->at("name"), win32::ToUtf8(image.filename().native()));
  EXPECT_EQ(own->at("image"), win32::ToUtf8(image.native()));
}

TEST(ProcessModule, EndsAProcess) {
  ModuleServer server(ModuleServer::Load{{"process", "{}"}});
  RawClient client(server.pipe_path());
  ChildProcess child = StartChild();
  EXPECT_EQ(client.Call("process.end", {{"id", child.id()}}).at("result"), (Json{{"ended", true}}));
  ASSERT_EQ(::WaitForSingleObject(child.process(), kPatienceMilliseconds), WAIT_OBJECT_0);
  DWORD code = 0;
  ASSERT_TRUE(::GetExitCodeProcess(child.process(), &code));
  EXPECT_EQ(code, 1U);
}

TEST(ProcessModule, ItsStructsDescribeAMethod) {
  ModuleServer server(ModuleServer::Load{{"process", "{}"}});
  RawClient client(server.pipe_path());
  const Json methods = client.Call("rpc.discover").at("result").at("methods");
  const auto end = std::find_if(methods.begin(), methods.end(),
                                [](const Json& each) { return each.at("name") == "process.end"; });
  ASSERT_NE(end, methods.end());
  EXPECT_EQ(end->at("params"),
            (Json::array({{{"name", "id"},
                           {"summary", "The process."},
                           {"required", true},
                           {"schema", {{"type", "integer"}, {"minimum", 1}, {"maximum", 4294967295U}}}}})));
  EXPECT_EQ(end->at("result").at("schema"),
            (Json{{"type", "object"},
                  {"properties", {{"ended", {{"type", "boolean"}, {"description", "true"}}}}},
                  {"required", {"ended"}}}));
  const Json error = client.Call("process.end", {{"id", 4294967296U}}).at("error");
  EXPECT_EQ(error.at("code"), static_cast<int>(ErrorCode::kInvalidParams));
}

TEST(ProcessModule, WhatItsCallerCannotOpenIsAWindowsError) {
  ModuleServer server(ModuleServer::Load{{"process", "{}"}});
  RawClient client(server.pipe_path());
  // Process ids are multiples of four.
  const Json error = client.Call("process.end", {{"id", 4294967295U}}).at("error");
  EXPECT_EQ(error.at("code"), static_cast<int>(ErrorCode::kWindowsError));
  EXPECT_EQ(error.at("data"),
            (Json{{"code", 87}, {"name", "ERROR_INVALID_PARAMETER"}, {"operation", "OpenProcess"}}));
}

TEST(ProcessModule, ItsSettingsProtectAProcess) {
  const std::filesystem::path own = win32::ToWide(win32::OwnImagePath());
  ModuleServer server(
      ModuleServer::Load{{"process", Json{{"protected", {win32::ToUtf8(own.filename().native())}}}.dump()}});
  RawClient client(server.pipe_path());
  ChildProcess child = StartChild();
  const Json answer = client.Call("process.end", {{"id", child.id()}});
  EXPECT_EQ(ErrorCodeOf(answer), static_cast<int>(ErrorCode::kAccessDenied)) << answer;
  EXPECT_EQ(child.WaitForExit().code, 0U);
}

TEST(ProcessModule, WatchReportsProcessesThatStartAndEnd) {
  ModuleServer server(ModuleServer::Load{{"process", R"({"interval_ms":10})"}});
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(1, "process.watch", {{"progressToken", "watch"}}));
  const auto watching = client.Read();
  ASSERT_TRUE(watching.has_value());
  EXPECT_EQ(watching->at("params").at("value"), (Json{{"event", "watching"}}));
  // Other processes may start and end in the meantime.
  const auto next_of = [&client](DWORD id) {
    while (const auto message = client.Read()) {
      if (!message->contains("params")) return *message;
      const Json& value = message->at("params").at("value");
      if (value.at("id") == id) return value;
    }
    return Json();
  };
  ChildProcess child = StartChild();
  const DWORD id = child.id();
  const Json started = next_of(id);
  EXPECT_EQ(started.value("event", ""), "started") << started;
  EXPECT_EQ(started.value("parent", 0U), ::GetCurrentProcessId()) << started;
  EXPECT_EQ(child.WaitForExit().code, 0U);
  const Json ended = next_of(id);
  EXPECT_EQ(ended.value("event", ""), "ended") << ended;
  client.Send(CancelMessage(1));
  const Json last = client.ReadToAnswer().back();
  EXPECT_EQ(ErrorCodeOf(last), static_cast<int>(ErrorCode::kRequestCancelled)) << last;
}

}  // namespace
}  // namespace onbehalf::test
