#include "methods/audit_methods.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <variant>

#include "audit/audit_folder.h"
#include "method_caller.h"
#include "methods_model/parameters.h"
#include "onbehalf/win32/account_names.h"
#include "settings/live_settings.h"

namespace onbehalf::service {
namespace {

using protocol::Json;
using test::AuditFolder;

constexpr const char* kFile = "audit-2026-11-22.jsonl";

// limits.response_bytes is 4,096.
std::shared_ptr<const LiveSettings> SmallAnswers() {
  Settings settings;
  settings.limits.response_bytes = 4096;
  return std::make_shared<LiveSettings>(settings);
}

class AuditMethods : public testing::Test {
 protected:
  AuditMethods() {
    AddAuditMethods(methods_, folder_.audit(), std::make_shared<win32::AccountNames>(), SmallAnswers());
  }
  Json Result(const char* name, const Json& params = Json::object()) {
    Json result = caller_.Result(methods_, name, params);
    EXPECT_EQ(test::Misfit(result, methods_.Find(name)->result_schema), "");
    return result;
  }
  std::string Fault(const Json& params) {
    const MethodResult result = caller_.Call(methods_, "audit.read", params);
    const auto* error = result.error_if();
    if (error == nullptr) return "none";
    EXPECT_EQ(error->code, protocol::ErrorCode::kInvalidParams);
    return error->message;
  }
  void Decide(const std::string& method, AuditVerdict verdict) {
    AuditDecision decision;
    decision.request_id = "d";
    decision.method = method;
    decision.caller = &caller_.caller();
    decision.verdict = verdict;
    EXPECT_TRUE(folder_.audit().Record(decision));
  }

  AuditFolder folder_;
  MethodRegistry methods_;
  test::MethodCaller caller_;
};

TEST_F(AuditMethods, ReadReturnsTheLinesUnchanged) {
  ASSERT_TRUE(folder_.Write(3));
  const Json page = Result("audit.read", {{"limit", 2}});
  const auto records = folder_.Records(kFile);
  EXPECT_EQ(page.at("lines"), Json::array({records[1], records[2]}));
  EXPECT_EQ(page.at("more"), false);
  ASSERT_TRUE(folder_.Write(2));
  const Json next = Result("audit.read", {{"after", page.at("cursor")}, {"limit", 1}});
  EXPECT_EQ(next.at("lines"), Json::array({folder_.Records(kFile)[3]}));
  EXPECT_EQ(next.at("more"), true);
  EXPECT_EQ(Result("audit.read", {{"after", next.at("cursor")}}).at("lines").size(), 1u);
}

TEST_F(AuditMethods, ReadReturnsAHundredLinesByDefault) {
  ASSERT_TRUE(folder_.Write(150));
  EXPECT_EQ(Result("audit.read").at("lines").size(), 100u);
}

TEST_F(AuditMethods, ReadFilters) {
  Decide("file.read", AuditVerdict::kAllowed);
  Decide("file.read", AuditVerdict::kDenied);
  Decide("file.write", AuditVerdict::kDenied);
  ASSERT_TRUE(folder_.Write(1));
  const auto count = [this](const Json& params) { return Result("audit.read", params).at("lines").size(); };
  EXPECT_EQ(count({{"method", "file.read"}}), 2u);
  EXPECT_EQ(count({{"method", "file.read"}, {"denied", true}}), 1u);
  EXPECT_EQ(count({{"denied", true}}), 2u);
  EXPECT_EQ(count({{"denied", false}}), 4u);
  EXPECT_EQ(count({{"account", caller_.caller().user().ToString()}}), 3u);
  EXPECT_EQ(count({{"account", "BA"}}), 0u);
  win32::AccountNames names;
  const auto own = names.Find(caller_.caller().user());
  ASSERT_TRUE(own);
  EXPECT_EQ(count({{"account", own->Qualified()}}), 3u);
}

TEST_F(AuditMethods, ReadRefusesWhatItCannotFollow) {
  EXPECT_EQ(Fault({{"account", "nobody of this name"}}), "account: no account has this name or SID");
  EXPECT_EQ(Fault({{"after", "..\\secret:0"}}), "after: not a valid audit.read cursor");
}

TEST_F(AuditMethods, ParametersAreChecked) {
  const Method& read = *methods_.Find("audit.read");
  for (const Json& params : {Json{{"limit", 0}}, Json{{"limit", 1001}}, Json{{"limit", "1"}},
                             Json{{"account", ""}}, Json{{"denied", 1}}, Json{{"follow", true}}}) {
    EXPECT_FALSE(BindParameters(read.parameters, read.takes_progress_token(), params).ok()) << params;
  }
  for (const Json& params :
       {Json::object(), Json{{"limit", 1000}}, Json{{"account", "BA"}, {"denied", true}}}) {
    EXPECT_TRUE(BindParameters(read.parameters, read.takes_progress_token(), params).ok()) << params;
  }
  EXPECT_FALSE(BindParameters(methods_.Find("audit.verify")->parameters, false, {{"x", 1}}).ok());
}

TEST_F(AuditMethods, AnInvalidLineIsShownAndNotHidden) {
  ASSERT_TRUE(folder_.Write(1));
  folder_.Stop();
  test::WriteAll(folder_.File(kFile), folder_.Read(kFile) + "no line\x1b[2J\n");
  MethodRegistry methods;
  AddAuditMethods(methods, folder_.audit(), std::make_shared<win32::AccountNames>(), SmallAnswers());
  const Json page = caller_.Result(methods, "audit.read");
  ASSERT_EQ(page.at("lines").size(), 2u);
  EXPECT_EQ(page.at("lines")[1], (Json{{"event", "unreadable"}, {"text", "no line\\u{1b}[2J"}}));
}

TEST_F(AuditMethods, VerifyReportsWhatItHasRead) {
  ASSERT_TRUE(folder_.Write(4));
  folder_.audit().Anchor();
  EXPECT_EQ(Result("audit.verify"), (Json{{"ok", true},
                                          {"files", 1},
                                          {"lines", 4},
                                          {"anchors", 1},
                                          {"problem", nullptr},
                                          {"note", nullptr}}));
}

TEST_F(AuditMethods, VerifyNamesTheFirstBrokenLine) {
  ASSERT_TRUE(folder_.Write(4));
  folder_.Stop();
  auto lines = folder_.LinesOf(kFile);
  lines[2][12] = 'x';
  folder_.Replace(kFile, lines);
  MethodRegistry methods;
  AddAuditMethods(methods, folder_.audit(), std::make_shared<win32::AccountNames>(), SmallAnswers());
  const Json result = caller_.Result(methods, "audit.verify");
  EXPECT_EQ(result.at("ok"), false);
  EXPECT_EQ(result.at("lines"), 3);
  EXPECT_EQ(
      result.at("problem"),
      (Json{{"file", kFile},
            {"line", 3},
            {"what", "the line, or the hash of the previous one, was changed: its hash does not match"}}));
}

TEST_F(AuditMethods, VerifyReportsMissingAnchors) {
  folder_.anchors->fault = "the event log cannot be read: OpenEventLogW failed with ERROR_ACCESS_DENIED";
  ASSERT_TRUE(folder_.Write(1));
  const Json result = Result("audit.verify");
  EXPECT_EQ(result.at("ok"), true);
  EXPECT_EQ(result.at("anchors"), 0);
  EXPECT_EQ(result.at("note"),
            "the anchors could not be compared: the event log cannot be read: OpenEventLogW failed with "
            "ERROR_ACCESS_DENIED");
}

TEST_F(AuditMethods, AFollowerIsCalledForEachLineUntilItIsRemoved) {
  int lines = 0;
  {
    const Audit::Follower one(folder_.audit(), [&] { ++lines; });
    const Audit::Follower other(folder_.audit(), [&] { lines += 100; });
    ASSERT_TRUE(folder_.Write(3));
    EXPECT_EQ(lines, 303);
  }
  ASSERT_TRUE(folder_.Write(1));
  EXPECT_EQ(lines, 303);
}

TEST_F(AuditMethods, FollowAcceptsTheParametersOfReadAndDescribesItsPieces) {
  const Method& read = *methods_.Find("audit.read");
  const Method& follow = *methods_.Find("audit.follow");
  ASSERT_EQ(follow.parameters.size(), read.parameters.size());
  for (std::size_t i = 0; i < read.parameters.size(); ++i) {
    EXPECT_EQ(follow.parameters[i].name, read.parameters[i].name);
    EXPECT_EQ(follow.parameters[i].schema, read.parameters[i].schema);
  }
  ASSERT_TRUE(folder_.Write(3));
  const ClientProcess process;
  const Json params{{"limit", 2}};
  const Call call{
      caller_.caller(), process, params, "r-1", 1, {}, std::chrono::steady_clock::time_point::max()};
  int woken = 0;
  auto opened = follow.stream(call, [&] { ++woken; });
  const auto& stream = opened.value();
  const Json newest = std::get<Stream::Piece>(stream->Next(call)).value;
  EXPECT_EQ(test::Misfit(newest, follow.progress_schema), "");
  EXPECT_EQ(newest.at("lines").size(), 2u);
  EXPECT_TRUE(std::holds_alternative<Stream::Later>(stream->Next(call)));
  EXPECT_EQ(woken, 0);
  ASSERT_TRUE(folder_.Write(5));
  EXPECT_EQ(woken, 5);
  for (const std::size_t size : {2u, 2u, 1u}) {
    EXPECT_EQ(std::get<Stream::Piece>(stream->Next(call)).value.at("lines").size(), size);
  }
  EXPECT_TRUE(std::holds_alternative<Stream::Later>(stream->Next(call)));
}

TEST_F(AuditMethods, APieceOfAFollowerIsBounded) {
  const Method& follow = *methods_.Find("audit.follow");
  ASSERT_TRUE(folder_.Write(2'000));
  const ClientProcess process;
  const Json params{{"limit", 1000}, {"after", ""}};
  const Call call{
      caller_.caller(), process, params, "r-1", 1, {}, std::chrono::steady_clock::time_point::max()};
  auto opened = follow.stream(call, [] {});
  const auto& stream = opened.value();
  std::size_t lines = 0;
  while (lines < 2'000) {
    const Json piece = std::get<Stream::Piece>(stream->Next(call)).value;
    EXPECT_LE(piece.dump().size(), 80'000u);
    lines += piece.at("lines").size();
  }
  EXPECT_EQ(lines, 2'000u);
}

TEST_F(AuditMethods, OnlyAdministratorsMayCallThemByDefault) {
  for (const char* name : {"audit.read", "audit.follow", "audit.verify"}) {
    EXPECT_EQ(methods_.Find(name)->access_default, "D:");
    EXPECT_EQ(methods_.Find(name)->acts, Acts::kAsService);
    EXPECT_EQ(methods_.Find(name)->pace, Pace::kMayBlock);
  }
}

}  // namespace
}  // namespace onbehalf::service
