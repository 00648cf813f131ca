#include <gtest/gtest.h>

#include <string>

#include "doctor/connection_checks.h"
#include "doctor/finding.h"
#include "doctor/pipe_checks.h"
#include "fake_server.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::cli::doctor {
namespace {

using client::Json;
using win32::SecurityDescriptor;
using win32::Sid;

// The DACL that the service sets.
std::string ExpectedDacl(const std::string& service) {
  return "P(D;;FA;;;AN)(D;;FA;;;BG)(A;;0x1e019f;;;" + service +
         ")(A;;RC;;;OW)(A;;0x12019b;;;SY)(A;;0x12019b;;;BA)(A;;0x12019b;;;AU)";
}
constexpr char kLabel[] = "S:(ML;;NWNR;;;ME)";

Verdict Worst(const Findings& findings) {
  Verdict worst = Verdict::kOk;
  for (const Finding& finding : findings) worst = std::max(worst, finding.verdict);
  return worst;
}

Verdict Judge(const std::string& dacl, const std::string& sacl = kLabel) {
  const std::string service = Sid::ForService("OnBehalf").ToString();
  return Worst(
      JudgePipeDescriptor(SecurityDescriptor::FromSddl("O:" + service + "G:SYD:" + dacl + sacl), "OnBehalf"));
}

TEST(DoctorPipe, TheServicesOwnDescriptorIsAsExpected) {
  const std::string service = Sid::ForService("OnBehalf").ToString();
  EXPECT_EQ(Judge(ExpectedDacl(service)), Verdict::kOk);
}

TEST(DoctorPipe, AUserMayTakeTheServicesPlace) {
  const std::string alice = "S-1-5-21-1-2-3-1001";
  const auto descriptor =
      SecurityDescriptor::FromSddl("O:" + alice + "G:SYD:" + ExpectedDacl(alice) + kLabel);
  EXPECT_EQ(Worst(JudgePipeDescriptor(descriptor, "OnBehalf")), Verdict::kOk);
}

TEST(DoctorPipe, EachDeviationIsFound) {
  const std::string service = Sid::ForService("OnBehalf").ToString();
  const std::string own = "(A;;0x1e019f;;;" + service + ")";
  const std::string deny = "(D;;FA;;;AN)(D;;FA;;;BG)";
  const std::string rest = "(A;;RC;;;OW)(A;;0x12019b;;;SY)(A;;0x12019b;;;BA)";
  const std::string users = "(A;;0x12019b;;;AU)";
  struct Row {
    const char* what;
    std::string dacl;
    Verdict verdict;
  };
  const std::string client = "(A;;0x12019b;;;";
  const Row rows[] = {
      {"anonymous is not refused", "P(D;;FA;;;BG)" + own + rest + users, Verdict::kFail},
      {"guests are not refused", "P(D;;FA;;;AN)" + own + rest + users, Verdict::kFail},
      {"guests are refused in part", "P(D;;FA;;;AN)(D;;0x12019b;;;BG)" + own + rest + users, Verdict::kFail},
      {"refused after somebody is let in", "P" + client + "AU)" + deny + own + rest, Verdict::kFail},
      {"users may make instances", "P" + deny + own + rest + "(A;;0x12019f;;;AU)", Verdict::kFail},
      {"users may write all", "P" + deny + own + rest + "(A;;GA;;;AU)", Verdict::kFail},
      {"users may change the DACL", "P" + deny + own + rest + "(A;;0x16019b;;;AU)", Verdict::kFail},
      {"users may take it", "P" + deny + own + rest + "(A;;0x1a019b;;;AU)", Verdict::kFail},
      {"users may delete it", "P" + deny + own + rest + "(A;;0x13019b;;;AU)", Verdict::kFail},
      {"guests are let in as well", "P" + deny + own + rest + client + "BG)", Verdict::kFail},
      {"anonymous is let in as well", "P" + deny + own + rest + client + "AN)", Verdict::kFail},
      {"a domain's guests are let in", "P" + deny + own + rest + client + "S-1-5-21-1-2-3-514)",
       Verdict::kFail},
      {"the service is not in it", "P" + deny + rest + users, Verdict::kFail},
      {"the service lacks a right", "P" + deny + "(A;;0x12019b;;;" + service + ")" + rest + users,
       Verdict::kFail},
      {"the owner is not limited", "P" + deny + own + client + "SY)" + client + "BA)" + users,
       Verdict::kWarn},
      {"the owner may change it", "P" + deny + own + "(A;;0x60000;;;OW)" + users, Verdict::kFail},
      {"users may only read", "P" + deny + own + rest + "(A;;0x120089;;;AU)", Verdict::kWarn},
      {"nobody may connect", "P" + deny + own + "(A;;RC;;;OW)", Verdict::kWarn},
      {"the policy lets fewer in", "P" + deny + own + rest, Verdict::kOk},
      {"the policy lets somebody else in", "P" + deny + own + rest + client + "S-1-5-21-1-2-3-1001)",
       Verdict::kOk},
      {"the policy refuses somebody", "P" + deny + "(D;;0x12019b;;;S-1-5-21-1-2-3-1002)" + own + rest + users,
       Verdict::kOk},
      {"the root refuses somebody after the pipe's own entries",
       "P" + deny + own + "(A;;RC;;;OW)" + users +
           "(D;ID;0x12019b;;;S-1-5-21-1-2-3-1002)(A;ID;0x12019b;;;BA)",
       Verdict::kOk},
      {"network logons are refused as well", "P(D;;FA;;;NU)" + deny + own + rest + users, Verdict::kOk},
      {"not protected", deny + own + rest + users, Verdict::kWarn},
      {"empty", "P", Verdict::kFail},
      {"none", "NO_ACCESS_CONTROL", Verdict::kFail},
  };
  for (const Row& row : rows) EXPECT_EQ(Judge(row.dacl), row.verdict) << row.what;
  EXPECT_EQ(Judge("P" + deny + own + rest + users, ""), Verdict::kWarn) << "no label";
  EXPECT_EQ(Judge("P" + deny + own + rest + users, "S:(ML;;NW;;;LW)"), Verdict::kWarn) << "another label";
  EXPECT_EQ(Judge("P" + deny + own + rest + users, "S:(ML;;NWNR;;;HI)"), Verdict::kWarn) << "another level";
  EXPECT_EQ(Judge("P" + deny + own + rest + users, "S:(ML;;NWNR;;;LW)"), Verdict::kOk) << "pipe.integrity";
  EXPECT_EQ(Judge("P" + deny + own + "(A;;0x12019b;;;S-1-15-2-1-2-3-4-5-6-7)" + rest + users), Verdict::kOk)
      << "pipe.app_packages";
}

TEST(DoctorPipe, AnotherOwnerMayNotClaimTheServicesName) {
  const std::string service = Sid::ForService("OnBehalf").ToString();
  const auto descriptor =
      SecurityDescriptor::FromSddl("O:S-1-5-21-1-2-3-1001G:SYD:" + ExpectedDacl(service) + kLabel);
  EXPECT_EQ(Worst(JudgePipeDescriptor(descriptor, "OnBehalf")), Verdict::kFail);
}

TEST(DoctorPipe, ShowsWhichAccountsMayConnect) {
  const std::string service = Sid::ForService("OnBehalf").ToString();
  const auto descriptor =
      SecurityDescriptor::FromSddl("O:" + service + "G:SYD:P(D;;FA;;;AN)(D;;FA;;;BG)(A;;0x1e019f;;;" +
                                   service + ")(A;;RC;;;OW)(A;;0x12019b;;;S-1-5-21-1-2-3-1001)" + kLabel);
  const Findings findings = JudgePipeDescriptor(descriptor, "OnBehalf");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].found, "as expected; may connect: S-1-5-21-1-2-3-1001");
  const Findings low = JudgePipeDescriptor(
      SecurityDescriptor::FromSddl("O:" + service + "G:SYD:P(D;;FA;;;AN)(D;;FA;;;BG)(A;;0x1e019f;;;" +
                                   service +
                                   ")(A;;RC;;;OW)(A;;0x12019b;;;S-1-5-21-1-2-3-1001)S:(ML;;NWNR;;;LW)"),
      "OnBehalf");
  ASSERT_EQ(low.size(), 1u);
  EXPECT_EQ(low[0].found,
            "as expected; may connect: S-1-5-21-1-2-3-1001, also at low integrity (pipe.integrity)");
}

TEST(DoctorPipe, FailsIfMissingOrNotTheServices) {
  PipeFacts facts;
  facts.path = "\\\\.\\pipe\\x";
  facts.descriptor.code = ERROR_FILE_NOT_FOUND;
  EXPECT_EQ(JudgePipe(facts, "OnBehalf").size(), 1u);
  EXPECT_EQ(Worst(JudgePipe(facts, "OnBehalf")), Verdict::kFail);

  facts.was_opened = true;
  facts.distrust = "its owner is somebody";
  facts.descriptor.code = ERROR_ACCESS_DENIED;
  const Findings findings = JudgePipe(facts, "OnBehalf");
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[1].check, "pipe.owner");
  EXPECT_EQ(findings[1].verdict, Verdict::kFail);
  EXPECT_EQ(findings[2].verdict, Verdict::kWarn);
}

TEST(DoctorPipe, IsReadFromAPipeWithoutWritingToIt) {
  std::string got = "nothing yet";
  client::Options options;
  {
    test::FakeServer server([&](test::FakeServer::Session& session) { got = session.ReadSome(); });
    options = server.ClientOptions();
    const PipeFacts facts = CollectPipeFacts(options);
    EXPECT_TRUE(facts.was_opened);
    EXPECT_TRUE(facts.descriptor);
  }
  EXPECT_EQ(got, "");
}

ConnectionFacts Answered() {
  ConnectionFacts facts;
  facts.ping.answer = {{"pong", true}};
  facts.whoami.answer = {{"level", "impersonation"}, {"account", {{"name", "PC\\alice"}}}};
  facts.status.answer = {{"version", "1.0"},
                         {"last_error", nullptr},
                         {"hardening", {{"in_force", {"a"}}, {"missing", Json::array()}}}};
  return facts;
}

TEST(DoctorConnection, EvaluatesTheServicesAnswers) {
  EXPECT_EQ(Worst(JudgeConnection(Answered())), Verdict::kOk);

  ConnectionFacts low = Answered();
  low.whoami.answer["level"] = "identification";
  EXPECT_EQ(Worst(JudgeConnection(low)), Verdict::kFail);
  low.asked_level = client::Level::kIdentify;
  EXPECT_EQ(Worst(JudgeConnection(low)), Verdict::kOk);

  ConnectionFacts error = Answered();
  error.status.answer["last_error"] = "2026-01-01T00:00:00.000Z";
  EXPECT_EQ(Worst(JudgeConnection(error)), Verdict::kWarn);

  ConnectionFacts soft = Answered();
  soft.status.answer["hardening"]["missing"] = {"libraries from System32 only"};
  EXPECT_EQ(Worst(JudgeConnection(soft)), Verdict::kWarn);

  ConnectionFacts less = Answered();
  less.status.answer["hardening"]["off"] = {"no code generated at run time"};
  EXPECT_EQ(Worst(JudgeConnection(less)), Verdict::kOk);
  EXPECT_EQ(
      JudgeConnection(less).back().found,
      "all protections are in force except those that the settings turn off: no code generated at run time");

  ConnectionFacts denied = Answered();
  denied.status.failure = Explain(client::RpcError(-32010, "no", nullptr), "service.status");
  EXPECT_EQ(Worst(JudgeConnection(denied)), Verdict::kWarn);
  denied.status.failure = Explain(client::RpcError(-32603, "no", nullptr), "service.status");
  EXPECT_EQ(Worst(JudgeConnection(denied)), Verdict::kFail);

  ConnectionFacts dead;
  dead.ping.failure = Explain(client::ServerNotTrusted("who?"));
  EXPECT_EQ(Worst(JudgeConnection(dead)), Verdict::kFail);
  EXPECT_EQ(JudgeConnection(dead).size(), 1u);
}

TEST(DoctorConnection, AsksAServerOnce) {
  test::FakeServer server(test::Answering([](const Json& request) -> Json {
    if (request.at("method") == "service.status") return {{"error", {{"code", -32010}, {"message", "no"}}}};
    return {{"result", {{"level", "impersonation"}}}};
  }));
  const ConnectionFacts facts = CollectConnectionFacts(server.ClientOptions());
  EXPECT_FALSE(facts.ping.failure);
  EXPECT_EQ(facts.whoami.answer.at("level"), "impersonation");
  ASSERT_TRUE(facts.status.failure);
  EXPECT_EQ(facts.status.failure->exit_code, ExitCode::kAccessDenied);
}

}  // namespace
}  // namespace onbehalf::cli::doctor
