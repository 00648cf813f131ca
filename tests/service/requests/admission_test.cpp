#include "requests/admission.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "access/access_policy.h"
#include "access/callers.h"
#include "log/log.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/method.h"
#include "onbehalf/service/schema.h"
#include "onbehalf/service/settings.h"
#include "requests/account_quota.h"
#include "requests/method_limits.h"
#include "requests/running_request.h"
#include "temporary_folder.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;
using service::Admission;
using service::AuditVerdict;
using service::Json;
using service::Method;
using service::RunningRequest;
using service::Settings;
using std::chrono::milliseconds;
using Clock = RunningRequest::Clock;

constexpr std::uint64_t kConnection = 7;
constexpr std::string_view kRequest = "run-1";

// Streams that are admitted here are not opened.
Method StreamMethod(std::string name, const char* access_default) {
  Method method = MethodWithDefault(std::move(name), access_default);
  method.handler = nullptr;
  method.stream = [](const service::Call&, service::Waker) {
    return service::Result<std::unique_ptr<service::Stream>>(
        protocol::Error{ErrorCode::kInternalError, "never opened", nullptr});
  };
  return method;
}

// A request and the decision on it, which holds the request's places while it exists.
struct Case {
  std::shared_ptr<RunningRequest> request;
  Admission admission;

  // The refusal's code; 0: admitted.
  int code() const { return admission.refusal ? static_cast<int>(admission.refusal->code) : 0; }
  bool is_admitted() const { return !admission.refusal; }
};

// The decisions of admission, without a pipe, a server or an audit.
class AdmissionTest : public testing::Test {
 protected:
  AdmissionTest() {
    const auto add = [this](const char* name, const char* access_default, service::Acts acts) {
      Method method = MethodWithDefault(name, access_default);
      method.acts = acts;
      method.parameters = {
          {.name = "path", .summary = "", .schema = {{"type", "string"}}, .required = true},
          {.name = "bytes", .summary = "", .schema = {{"type", "integer"}, {"default", 10}}}};
      methods_.Add(std::move(method));
    };
    add("test.open", service::kForAuthenticatedUsers, service::Acts::kAsService);
    add("test.asCaller", service::kForAuthenticatedUsers, service::Acts::kAsCaller);
    add("test.seen", "D:(D;;GX;;;AU)(A;;GR;;;AU)", service::Acts::kAsCaller);
    add("test.hidden", "D:(D;;GXGR;;;AU)", service::Acts::kAsCaller);
    methods_.Add(StreamMethod("test.stream", service::kForAuthenticatedUsers));
    Method both = StreamMethod("test.both", service::kForAuthenticatedUsers);
    both.handler = [](const service::Call&) -> service::MethodResult { return Json(); };
    methods_.Add(std::move(both));
    Method quick = MethodWithDefault("test.quick", service::kForAuthenticatedUsers);
    quick.pace = service::Pace::kQuick;
    methods_.Add(std::move(quick));
    Method diagnosis = MethodWithDefault("test.diagnosis", service::kForAuthenticatedUsers);
    diagnosis.without_audit_for_administrators = true;
    methods_.Add(std::move(diagnosis));
    policy_.emplace(service::AccessPolicy::Compile({}, methods_));
  }

  Case Admit(service::CallerIdentity::Capture caller, const std::string& method, Json params = nullptr,
             bool is_notification = false, std::shared_ptr<service::BatchAnswers> batch = nullptr) {
    Case one;
    one.request = std::make_shared<RunningRequest>(
        protocol::Request{protocol::Id(std::int64_t{1}), method, std::move(params)}, is_notification,
        std::move(caller), std::move(batch), std::string(kRequest), read_at_,
        std::make_shared<const Settings>(settings_));
    one.admission = service::Admit(*one.request, kConnection, *policy_, parts_);
    return one;
  }
  Case Admit(Who who, const std::string& method, Json params = nullptr) {
    return Admit(Caller(who), method, std::move(params));
  }
  std::string LogText() const { return ReadAll(folder_.path() / "service.log"); }

  Settings settings_;
  service::MethodRegistry methods_;
  std::optional<service::AccessPolicy> policy_;
  std::atomic<bool> stopping_{false};
  service::AccountQuota handlers_;
  service::AccountQuota streams_;
  service::MethodLimits limits_;
  const TemporaryFolder folder_;
  service::Log log_{folder_.path(), settings_.log, service::Log::Console::kNo};
  const service::AdmissionParts parts_{methods_, stopping_, handlers_, streams_, limits_, log_};
  const Clock::time_point read_at_ = Clock::now();
};

const Json kParams = {{"path", "a"}};
const Json kToken = {{"progressToken", "t"}};

TEST_F(AdmissionTest, ReturnsADecision) {
  Case one = Admit(Who::kOrdinary, "test.open", Json::array({"a"}));
  ASSERT_TRUE(one.is_admitted());
  const Admission& admission = one.admission;
  EXPECT_EQ(admission.verdict, AuditVerdict::kAllowed);
  EXPECT_EQ(admission.node, "test.open");
  EXPECT_EQ(admission.entry, "");
  EXPECT_EQ(admission.deadline, read_at_ + settings_.limits.request_deadline);
  EXPECT_EQ(admission.admitted.method, methods_.Find("test.open"));
  EXPECT_EQ(admission.admitted.params, (Json{{"path", "a"}, {"bytes", 10}}));
  EXPECT_FALSE(admission.admitted.opens_stream);
  EXPECT_TRUE(admission.progress_token.is_null());
  // The decision is a value: the request is unchanged until it is told.
  EXPECT_EQ(one.request->params(), Json::array({"a"}));
  one.request->SetAdmitted(std::move(one.admission.admitted), nullptr);
  EXPECT_EQ(one.request->params(), (Json{{"path", "a"}, {"bytes", 10}}));
  EXPECT_EQ(&one.request->method(), methods_.Find("test.open"));
}

// ---- Access and level ----

TEST_F(AdmissionTest, HiddenMethodIsAnsweredAsUnknown) {
  const Case hidden = Admit(Who::kOrdinary, "test.hidden", kParams);
  const Case none = Admit(Who::kOrdinary, "test.none", kParams);
  ASSERT_FALSE(hidden.is_admitted());
  ASSERT_FALSE(none.is_admitted());
  const auto text = [](const Case& one) {
    return protocol::ErrorText(one.request->id(), *one.admission.refusal);
  };
  EXPECT_EQ(text(hidden), text(none));
  EXPECT_EQ(hidden.code(), static_cast<int>(ErrorCode::kMethodNotFound));
  // The audit has the real reason.
  EXPECT_EQ(hidden.admission.verdict, AuditVerdict::kDenied);
  EXPECT_EQ(hidden.admission.node, "test.hidden");
  EXPECT_NE(hidden.admission.entry, "");
  EXPECT_EQ(none.admission.verdict, AuditVerdict::kRefused);
  EXPECT_EQ(none.admission.node, "");
}

TEST_F(AdmissionTest, VisibleMethodWithoutCallAccessIsDenied) {
  const Case seen = Admit(Who::kOrdinary, "test.seen", kParams);
  ASSERT_EQ(seen.code(), static_cast<int>(ErrorCode::kAccessDenied));
  EXPECT_EQ(seen.admission.refusal->data, (Json{{"requestId", kRequest}}));
  EXPECT_EQ(seen.admission.verdict, AuditVerdict::kDenied);
  EXPECT_EQ(seen.admission.node, "test.seen");
  EXPECT_EQ(seen.admission.admitted.method, nullptr);
}

TEST_F(AdmissionTest, ChecksAccessThenTheLevelThenParameters) {
  const Json wrong = {{"unknown", 1}};
  EXPECT_EQ(Admit(Who::kIdentified, "test.seen", wrong).code(), static_cast<int>(ErrorCode::kAccessDenied));
  EXPECT_EQ(Admit(Who::kIdentified, "test.hidden", wrong).code(),
            static_cast<int>(ErrorCode::kMethodNotFound));
  const Case low = Admit(Who::kIdentified, "test.asCaller", wrong);
  ASSERT_EQ(low.code(), static_cast<int>(ErrorCode::kImpersonationLevel));
  EXPECT_EQ(low.admission.refusal->data, (Json{{"required", "impersonation"}, {"actual", "identification"}}));
  EXPECT_EQ(low.admission.verdict, AuditVerdict::kRefused);
  EXPECT_EQ(low.admission.node, "test.asCaller");
  EXPECT_EQ(Admit(Who::kIdentified, "test.open", wrong).code(), static_cast<int>(ErrorCode::kInvalidParams));
  EXPECT_EQ(Admit(Who::kIdentified, "test.open", kParams).code(), 0);
}

TEST_F(AdmissionTest, UnidentifiedCallerLearnsNothingAboutMethods) {
  for (const char* method : {"test.open", "test.hidden", "test.none"}) {
    const Case anonymous =
        Admit(service::CaptureFailure{ERROR_CANT_OPEN_ANONYMOUS, "OpenThreadToken", true}, method);
    ASSERT_EQ(anonymous.code(), static_cast<int>(ErrorCode::kImpersonationLevel)) << method;
    EXPECT_EQ(anonymous.admission.refusal->data,
              (Json{{"required", "identification"}, {"actual", "anonymous"}}));
    EXPECT_EQ(anonymous.admission.node, "");
    EXPECT_EQ(LogText().find("identity could not be captured"), std::string::npos);
  }
  for (const char* method : {"test.open", "test.none"}) {
    const Case failed = Admit(service::CaptureFailure{ERROR_ACCESS_DENIED, "OpenThreadToken", false}, method);
    ASSERT_EQ(failed.code(), static_cast<int>(ErrorCode::kInternalError)) << method;
    EXPECT_EQ(failed.admission.refusal->data, (Json{{"requestId", kRequest}}));
    EXPECT_EQ(failed.admission.verdict, AuditVerdict::kRefused);
  }
  EXPECT_NE(LogText().find("connection=7 request=run-1 operation=OpenThreadToken code=5"), std::string::npos)
      << LogText();
}

// ---- Parameters ----

TEST_F(AdmissionTest, InvalidParametersAreRefusedAndTakeNoPlace) {
  settings_.limits.handlers_per_account = 1;
  const Case wrong = Admit(Who::kOrdinary, "test.open", {{"path", 1}});
  ASSERT_EQ(wrong.code(), static_cast<int>(ErrorCode::kInvalidParams));
  EXPECT_EQ(wrong.admission.refusal->message, "path: expected a string, got an integer");
  EXPECT_EQ(wrong.admission.verdict, AuditVerdict::kRefused);
  EXPECT_TRUE(Admit(Who::kOrdinary, "test.open", kParams).is_admitted());
}

// ---- Stream or handler ----

TEST_F(AdmissionTest, AStreamNeedsATokenAndAnId) {
  const Case opened = Admit(Who::kOrdinary, "test.stream", kToken);
  ASSERT_TRUE(opened.is_admitted());
  EXPECT_TRUE(opened.admission.admitted.opens_stream);
  EXPECT_EQ(opened.admission.deadline, read_at_ + settings_.limits.request_deadline) << "until it is open";
  EXPECT_EQ(opened.admission.progress_token, "t");
  EXPECT_EQ(opened.admission.admitted.params, Json::object());

  EXPECT_EQ(Admit(Who::kOrdinary, "test.stream").code(), static_cast<int>(ErrorCode::kInvalidParams));
  EXPECT_EQ(Admit(Caller(Who::kOrdinary), "test.stream", kToken, true).code(),
            static_cast<int>(ErrorCode::kInvalidRequest));
  const auto batch = std::make_shared<service::BatchAnswers>(1, 1000);
  EXPECT_EQ(Admit(Caller(Who::kOrdinary), "test.stream", kToken, false, batch).code(),
            static_cast<int>(ErrorCode::kInvalidRequest));
}

TEST_F(AdmissionTest, AMethodWithBothOpensItsStreamOnlyWhenPossible) {
  EXPECT_TRUE(Admit(Who::kOrdinary, "test.both", kToken).admission.admitted.opens_stream);
  const Case called = Admit(Who::kOrdinary, "test.both");
  EXPECT_TRUE(called.is_admitted());
  EXPECT_FALSE(called.admission.admitted.opens_stream);
  EXPECT_EQ(called.admission.deadline, read_at_ + settings_.limits.request_deadline);
  const Case notified = Admit(Caller(Who::kOrdinary), "test.both", kToken, true);
  EXPECT_TRUE(notified.is_admitted());
  EXPECT_FALSE(notified.admission.admitted.opens_stream);
  EXPECT_TRUE(notified.admission.progress_token.is_null());
}

// ---- Places ----

TEST_F(AdmissionTest, APlaceOfTheAccountIsHeldAsLongAsTheAdmission) {
  settings_.limits.handlers_per_account = 1;
  settings_.limits.streams_per_account = 1;
  std::optional<Case> first = Admit(Who::kOrdinary, "test.open", kParams);
  ASSERT_TRUE(first->is_admitted());
  const Case second = Admit(Who::kOrdinary, "test.open", kParams);
  EXPECT_EQ(second.code(), static_cast<int>(ErrorCode::kBusy));
  EXPECT_EQ(second.admission.verdict, AuditVerdict::kRefused);
  // Streams are counted separately, and methods that never block are not counted at all.
  const Case stream = Admit(Who::kOrdinary, "test.stream", kToken);
  EXPECT_TRUE(stream.is_admitted());
  EXPECT_EQ(Admit(Who::kOrdinary, "test.stream", kToken).code(), static_cast<int>(ErrorCode::kBusy));
  EXPECT_TRUE(Admit(Who::kOrdinary, "test.quick").is_admitted());

  first.reset();
  EXPECT_TRUE(Admit(Who::kOrdinary, "test.open", kParams).is_admitted());
}

TEST_F(AdmissionTest, ARequestKeepsItsPlacesUntilItReleasesThem) {
  settings_.limits.handlers_per_account = 1;
  settings_.methods.limits["test.quick"].handlers = 1;
  settings_.methods.limits["test.open"].handlers = 1;
  for (const char* method : {"test.open", "test.quick"}) {
    const Json params = method == std::string("test.open") ? kParams : Json();
    Case first = Admit(Who::kOrdinary, method, params);
    ASSERT_TRUE(first.is_admitted()) << method;
    first.request->SetAdmitted(std::move(first.admission.admitted), nullptr);
    EXPECT_EQ(Admit(Who::kOrdinary, method, params).code(), static_cast<int>(ErrorCode::kBusy)) << method;
    first.request->ReleasePlaces();
    EXPECT_TRUE(Admit(Who::kOrdinary, method, params).is_admitted()) << method;
    first.request->ReleasePlaces();
  }
  Case gone = Admit(Who::kOrdinary, "test.open", kParams);
  gone.request->SetAdmitted(std::move(gone.admission.admitted), nullptr);
  gone.request.reset();
  EXPECT_TRUE(Admit(Who::kOrdinary, "test.open", kParams).is_admitted());
}

TEST_F(AdmissionTest, ARequestRefusedByItsAccountsQuotaFreesItsMethodsPlace) {
  settings_.limits.handlers_per_account = 1;
  settings_.methods.limits["test.asCaller"].handlers = 1;
  std::optional<Case> other = Admit(Who::kOrdinary, "test.open", kParams);
  ASSERT_TRUE(other->is_admitted());
  const Case refused = Admit(Who::kOrdinary, "test.asCaller", kParams);
  ASSERT_EQ(refused.code(), static_cast<int>(ErrorCode::kBusy));
  other.reset();
  // `refused` is still there.
  EXPECT_TRUE(Admit(Who::kOrdinary, "test.asCaller", kParams).is_admitted());
}

TEST_F(AdmissionTest, AWaitingRequestHasItsMethodsDeadline) {
  settings_.limits.handlers_per_account = 1;
  settings_.methods.limits["test.open"].deadline = milliseconds(123);
  const Case first = Admit(Who::kOrdinary, "test.open", kParams);
  EXPECT_EQ(first.admission.deadline, read_at_ + milliseconds(123));
  const Case busy = Admit(Who::kOrdinary, "test.open", kParams);
  EXPECT_EQ(busy.code(), static_cast<int>(ErrorCode::kBusy));
  EXPECT_EQ(busy.admission.deadline, read_at_ + milliseconds(123));
  settings_.methods.limits["test.stream"].deadline = milliseconds(123);
  EXPECT_EQ(Admit(Who::kOrdinary, "test.stream", kToken).admission.deadline, read_at_ + milliseconds(123));
}

TEST_F(AdmissionTest, LimitsAreNotRevealedWithoutAccess) {
  settings_.methods.limits["test.hidden"].handlers = 0;
  settings_.methods.limits["test.hidden"].deadline = milliseconds(123);
  const Case hidden = Admit(Who::kOrdinary, "test.hidden", kParams);
  EXPECT_EQ(hidden.code(), static_cast<int>(ErrorCode::kMethodNotFound));
  EXPECT_EQ(hidden.admission.deadline, read_at_ + settings_.limits.request_deadline);
}

// ---- Stopping, another policy, no audit ----

TEST_F(AdmissionTest, WhileTheServiceStopsNothingElseIsChecked) {
  stopping_ = true;
  for (const char* method : {"test.open", "test.hidden", "test.none"}) {
    const Case one = Admit(Who::kOrdinary, method, {{"unknown", 1}});
    EXPECT_EQ(one.code(), static_cast<int>(ErrorCode::kShuttingDown)) << method;
    EXPECT_EQ(one.admission.verdict, AuditVerdict::kRefused);
    EXPECT_EQ(one.admission.node, "");
  }
  EXPECT_EQ(Admit(service::CaptureFailure{ERROR_ACCESS_DENIED, "OpenThreadToken", false}, "test.open").code(),
            static_cast<int>(ErrorCode::kShuttingDown));
}

TEST_F(AdmissionTest, AnotherPolicyRechecksOnlyAccess) {
  settings_.limits.streams_per_account = 1;
  Case stream = Admit(Who::kOrdinary, "test.stream", kToken);
  ASSERT_TRUE(stream.is_admitted());
  stream.request->SetAdmitted(std::move(stream.admission.admitted), nullptr);
  EXPECT_FALSE(service::AdmitAgain(*stream.request, *policy_, log_).refusal);

  service::PolicyDocument document;
  document.administrators_only = true;
  const auto administrators_only = service::AccessPolicy::Compile(std::move(document), methods_);
  const Admission again = service::AdmitAgain(*stream.request, administrators_only, log_);
  ASSERT_TRUE(again.refusal);
  // A caller who has opened it knows that the method exists, even if the new policy hides it.
  EXPECT_EQ(again.refusal->code, ErrorCode::kAccessDenied);
  EXPECT_EQ(again.verdict, AuditVerdict::kDenied);
  EXPECT_EQ(again.node, "test.stream");
}

TEST_F(AdmissionTest, WithoutAnAuditOnlyAdministratorsMayRunDiagnostics) {
  const auto may_go = [this](Who who, const char* method, const Json& params) {
    Case one = Admit(who, method, params);
    EXPECT_TRUE(one.is_admitted());
    one.request->SetAdmitted(std::move(one.admission.admitted), nullptr);
    return service::MayRunUnrecorded(*one.request, *policy_);
  };
  EXPECT_TRUE(may_go(Who::kAdministrator, "test.diagnosis", nullptr));
  EXPECT_FALSE(may_go(Who::kOrdinary, "test.diagnosis", nullptr));
  EXPECT_FALSE(may_go(Who::kAdministrator, "test.open", kParams));
}

}  // namespace
}  // namespace onbehalf::test
