#include "onbehalf/service/caller_identity.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "onbehalf/protocol/framing.h"
#include "onbehalf/win32/sid.h"
#include "requests/fault_test.h"

namespace onbehalf::test {
namespace {

using service::CallerIdentity;
using win32::ImpersonationLevel;

// ---- When two captures are the same writer ----

// Two identities from this process's token; the second reports something different about itself.
class SameWriter : public testing::Test {
 protected:
  // `answer` replaces Windows' answer to `kind` for the second token.
  template <typename Answer>
  bool IsSameWith(TOKEN_INFORMATION_CLASS kind, std::function<void(Answer&)> change) {
    win32::Token first = OwnToken();
    win32::Token second = OwnToken();
    const HANDLE changed = second.get();
    TokenHooks hooks;
    hooks.get_token_information = [=](HANDLE token, TOKEN_INFORMATION_CLASS asked, void* answer, DWORD size,
                                      DWORD* needed) {
      if (token != changed || asked != kind)
        return WindowsGetTokenInformation(token, asked, answer, size, needed);
      *needed = sizeof(Answer);
      if (size < sizeof(Answer)) return FailWith(ERROR_INSUFFICIENT_BUFFER);
      Answer made{};
      change(made);
      std::memcpy(answer, &made, sizeof(made));
      return TRUE;
    };
    const TokenSeam seam(hooks);
    const CallerIdentity a(std::move(first));
    const CallerIdentity b(std::move(second));
    EXPECT_EQ(a.IsSameAs(b), b.IsSameAs(a));
    return a.IsSameAs(b);
  }

  static TOKEN_STATISTICS OwnStatistics() {
    TOKEN_STATISTICS statistics{};
    DWORD needed = 0;
    EXPECT_TRUE(WindowsGetTokenInformation(OwnToken().get(), TokenStatistics, &statistics, sizeof(statistics),
                                           &needed));
    return statistics;
  }
};

TEST_F(SameWriter, IsComparedByContentNotByTokenId) {
  const CallerIdentity a(OwnToken());
  const CallerIdentity b(OwnToken());
  EXPECT_NE(a.token().Facts().token_id, b.token().Facts().token_id);
  EXPECT_TRUE(a.IsSameAs(b));
  EXPECT_TRUE(a.IsSameAs(a));
}

TEST_F(SameWriter, IsNotAnotherLevel) {
  const CallerIdentity a(OwnToken(ImpersonationLevel::kImpersonation));
  const CallerIdentity b(OwnToken(ImpersonationLevel::kIdentification));
  EXPECT_FALSE(a.IsSameAs(b));
  EXPECT_FALSE(b.IsSameAs(a));
}

TEST_F(SameWriter, IsNotTheSameAccountWithoutAdministrators) {
  const CallerIdentity a(OwnToken());
  const CallerIdentity b(DenyOnlyToken());
  ASSERT_EQ(a.user(), b.user());
  ASSERT_EQ(a.logon_id(), b.logon_id());
  EXPECT_FALSE(a.IsSameAs(b));
  EXPECT_FALSE(b.IsSameAs(a));
}

TEST_F(SameWriter, IsNotAnotherUser) {
  static const win32::Sid system = win32::Sid::FromWellKnown(WinLocalSystemSid);
  EXPECT_FALSE(IsSameWith<TOKEN_USER>(TokenUser, [](TOKEN_USER& user) { user.User.Sid = system.get(); }));
}

TEST_F(SameWriter, IsNotAnotherLogonSession) {
  EXPECT_TRUE(IsSameWith<TOKEN_STATISTICS>(TokenStatistics, [](auto& made) { made = OwnStatistics(); }));
  EXPECT_FALSE(IsSameWith<TOKEN_STATISTICS>(TokenStatistics, [](auto& made) {
    made = OwnStatistics();
    ++made.AuthenticationId.LowPart;
  }));
  EXPECT_FALSE(IsSameWith<TOKEN_STATISTICS>(TokenStatistics, [](auto& made) {
    made = OwnStatistics();
    ++made.AuthenticationId.HighPart;
  }));
}

TEST_F(SameWriter, IsNotAnotherIntegrity) {
  static const win32::Sid low = win32::Sid::FromWellKnown(WinLowLabelSid);
  EXPECT_FALSE(IsSameWith<TOKEN_MANDATORY_LABEL>(
      TokenIntegrityLevel, [](TOKEN_MANDATORY_LABEL& label) { label.Label.Sid = low.get(); }));
}

TEST_F(SameWriter, IsNotAnotherElevation) {
  const auto own = OwnToken().ElevationType();
  const auto other = own == win32::Elevation::kLimited ? TokenElevationTypeFull : TokenElevationTypeLimited;
  EXPECT_FALSE(IsSameWith<TOKEN_ELEVATION_TYPE>(TokenElevationType, [other](auto& type) { type = other; }));
}

TEST_F(SameWriter, IsNotOneWithRestrictingSids) {
  static const win32::Sid everyone = win32::Sid::FromWellKnown(WinWorldSid);
  EXPECT_FALSE(IsSameWith<TOKEN_GROUPS>(TokenRestrictedSids, [](TOKEN_GROUPS& groups) {
    groups.GroupCount = 1;
    groups.Groups[0] = {everyone.get(), SE_GROUP_ENABLED};
  }));
}

TEST_F(SameWriter, IsNotOneWithOtherGroups) {
  static const win32::Sid everyone = win32::Sid::FromWellKnown(WinWorldSid);
  EXPECT_FALSE(IsSameWith<TOKEN_GROUPS>(TokenGroups, [](TOKEN_GROUPS& groups) {
    groups.GroupCount = 1;
    groups.Groups[0] = {everyone.get(), SE_GROUP_ENABLED};
  }));
}

// ---- One frame, one writer ----

class FrameWriters : public FaultTest {
 protected:
  FrameWriters() { Start(); }

  static std::string Frame(const char* method, int id) {
    return protocol::ToFrame(protocol::Framing::kHeader,
                             Json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}}.dump());
  }
  static std::string Head(const std::string& frame) { return frame.substr(0, frame.find("\r\n\r\n") + 4); }
  static std::string Body(const std::string& frame) { return frame.substr(Head(frame).size()); }

  // The frame is refused and the connection closed. Every queued writer has been captured, because the server
  // reads a connection's messages one after the other, and no handler has run.
  void ExpectRefused(RawClient& client) {
    const auto error = client.Read();
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(CodeOf(*error), -32600) << *error;
    EXPECT_EQ(error->at("id"), nullptr);
    EXPECT_TRUE(client.IsClosedByServer());
    EXPECT_TRUE(writers().IsEmpty());
    EXPECT_TRUE(server().AuditLines().empty());
    EXPECT_EQ(runs(), 0);
  }
};

TEST_F(FrameWriters, AHeaderAndABodyOfTwoWritersAreRefusedAndOthersUnaffected) {
  RawClient other = Connect();
  RawClient client = Connect();
  writers().Add(OwnToken());
  writers().Add(DenyOnlyToken());
  const std::string frame = Frame("test.asCaller", 1);
  client.Write(Head(frame));
  client.Write(Body(frame));
  ExpectRefused(client);
  ExpectServed(other);
  ExpectServesOthers();
}

TEST_F(FrameWriters, TheReverseIsRefusedToo) {
  RawClient client = Connect();
  writers().Add(DenyOnlyToken());
  writers().Add(OwnToken());
  const std::string frame = Frame("test.asCaller", 1);
  client.Write(Head(frame));
  client.Write(Body(frame));
  ExpectRefused(client);
}

TEST_F(FrameWriters, AWriterInTheMiddleIsRefused) {
  RawClient client = Connect();
  writers().Add(OwnToken());
  writers().Add(DenyOnlyToken());
  const std::string body = Body(Frame("test.asCaller", 1));
  client.Write(Head(Frame("test.asCaller", 1)));
  client.Write(body.substr(0, 5));
  ExpectRefused(client);
}

TEST_F(FrameWriters, ABareFrameOfTwoWritersIsRefused) {
  RawClient client = Connect();
  writers().Add(OwnToken());
  writers().Add(DenyOnlyToken());
  client.Write(R"({"jsonrpc":"2.0","id":1,)");
  client.Write(R"("method":"test.asCaller"})");
  ExpectRefused(client);
}

TEST_F(FrameWriters, ALevelThatChangesInsideAFrameIsRefused) {
  RawClient client = Connect();
  writers().Add(OwnToken(ImpersonationLevel::kImpersonation));
  writers().Add(OwnToken(ImpersonationLevel::kIdentification));
  const std::string frame = Frame("test.asService", 1);
  client.Write(Head(frame));
  client.Write(Body(frame));
  ExpectRefused(client);
}

TEST_F(FrameWriters, AFailedCaptureInsideAFrameCountsAsAnotherWriter) {
  for (const bool at_first : {true, false}) {
    RawClient client = Connect();
    const auto fail = [](HANDLE) { return FailWith(ERROR_CANT_OPEN_ANONYMOUS); };
    if (at_first) writers().Add(fail);
    writers().Add(OwnToken());
    if (!at_first) writers().Add(fail);
    const std::string frame = Frame("test.asService", 1);
    client.Write(Head(frame));
    client.Write(Body(frame));
    ExpectRefused(client);
  }
}

TEST_F(FrameWriters, AFrameThatStartsInAnotherWritersMessageIsRefused) {
  RawClient client = Connect();
  writers().Add(OwnToken());
  writers().Add(OwnToken());
  writers().Add(DenyOnlyToken());
  const std::string first = Frame("test.quickAsCaller", 1);
  const std::string second = Frame("test.quickAsCaller", 2);
  client.Write(Head(first));
  client.Write(Body(first) + Head(second));
  const auto answer = client.Read();
  ASSERT_TRUE(answer && answer->contains("result"));
  EXPECT_EQ(answer->at("id"), 1);
  client.Write(Body(second));
  const auto error = client.Read();
  ASSERT_TRUE(error);
  EXPECT_EQ(CodeOf(*error), -32600) << *error;
  EXPECT_TRUE(client.IsClosedByServer());
  EXPECT_EQ(runs(), 1);
}

TEST_F(FrameWriters, AFrameThatEndsInAnotherWritersMessageIsRefused) {
  RawClient client = Connect();
  writers().Add(OwnToken());
  writers().Add(DenyOnlyToken());
  const std::string first = Frame("test.quickAsCaller", 1);
  client.Write(Head(first));
  client.Write(Body(first) + Frame("test.quickAsCaller", 2));
  ExpectRefused(client);
}

TEST_F(FrameWriters, AFrameInManyWritesByOneWriterIsServed) {
  RawClient client = Connect();
  const std::string frame = Frame("test.asCaller", 1);
  for (const char c : frame) {
    writers().Add(DenyOnlyToken());
    client.Write(std::string(1, c));
  }
  const auto answer = client.Read();
  ASSERT_TRUE(answer && answer->contains("result"));
  EXPECT_TRUE(writers().IsEmpty());
}

TEST_F(FrameWriters, TheWriterMayChangeBetweenFrames) {
  RawClient client = Connect();
  const auto groups_of = [](const win32::Token& token) {
    Json groups = Json::array();
    for (const auto& group : token.Groups()) groups.push_back({group.sid.ToString(), group.attributes});
    return groups;
  };
  for (int i = 0; i < 3; ++i) {
    for (const char* method : {"test.asCaller", "test.quickAsCaller"}) {
      writers().Add(OwnToken());
      writers().Add(DenyOnlyToken());
      EXPECT_EQ(client.Call(method)["result"]["groups"], groups_of(OwnToken()));
      EXPECT_EQ(client.Call(method)["result"]["groups"], groups_of(DenyOnlyToken()));
    }
  }
  ExpectServed(client);
}

TEST_F(FrameWriters, RequestsInFlightKeepTheirWriter) {
  // With one handler thread the second request waits for the first; its writer is known by then, and a third
  // message had another one.
  RawClient client = Connect();
  writers().Add(OwnToken());
  writers().Add(DenyOnlyToken());
  writers().Add(OwnToken());
  for (int id = 1; id <= 3; ++id) client.Write(Frame("test.asCaller", id));
  std::size_t deny_only = 0;
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.Read();
    ASSERT_TRUE(answer && answer->contains("result"));
    const std::string groups = answer->at("result").at("groups").dump();
    const bool is_second = answer->at("id") == 2;
    const auto administrators = win32::Sid::FromWellKnown(WinBuiltinAdministratorsSid).ToString();
    for (const Json& group : answer->at("result").at("groups")) {
      if (group[0] != administrators) continue;
      const bool denies = (group[1].get<DWORD>() & SE_GROUP_USE_FOR_DENY_ONLY) != 0;
      EXPECT_EQ(denies, is_second) << groups;
      deny_only += denies ? 1 : 0;
    }
  }
  EXPECT_EQ(deny_only, 1U);
}

}  // namespace
}  // namespace onbehalf::test
