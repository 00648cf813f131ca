#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "message_writers.h"
#include "onbehalf/win32/token.h"
#include "raw_client.h"
#include "support/restricted_token.h"
#include "support/token_seam.h"
#include "test_server.h"

namespace onbehalf::test {

// A server whose calls of Windows' token functions a test can replace, with one thread of each pool, so that
// whatever is left on a thread meets the next request. Its methods: test.asCaller and test.asService on the
// handlers' thread, test.quickAsCaller and test.quickAsService on the reading one; each counts in runs() and
// answers {"level": of the thread's token or null, "groups": of it}.
class FaultTest : public testing::Test {
 protected:
  FaultTest();

  // Windows' own functions but for these, and writers() for the capture. Any hooks before are gone. Hooks may
  // still be called after they have been replaced: what they refer to belongs to this object or is theirs.
  void Use(TokenHooks hooks);
  // Nothing is replaced but the capture.
  void UseWindows() { Use({}); }
  MessageWriters& writers() { return writers_; }
  TestServer& server() { return server_; }
  RawClient Connect() { return RawClient(server_.pipe_path()); }
  // How many handlers have run.
  int runs() const { return runs_; }
  void ResetRuns() { runs_ = 0; }

  // Starts with the rest, if the test has not added methods of its own before.
  void Start() { server_.Start(); }

  // This connection and a new one are served, each kind of method, on clean threads.
  void ExpectServed(RawClient& client);
  void ExpectServesOthers();

  static int CodeOf(const Json& answer) {
    return answer.contains("error") ? answer["error"].value("code", 0) : 0;
  }

 private:
  MessageWriters writers_;
  std::atomic<int> runs_{0};
  std::optional<TokenSeam> seam_;
  TestServer server_;
};

// This process's token as an impersonation token.
win32::Token OwnToken(win32::ImpersonationLevel level = win32::ImpersonationLevel::kImpersonation);
// The same account without Administrators.
win32::Token DenyOnlyToken(win32::ImpersonationLevel level = win32::ImpersonationLevel::kImpersonation);

// What has -32011, with both levels and nothing else of the caller.
testing::AssertionResult IsLevelError(const Json& answer, win32::ImpersonationLevel required,
                                      win32::ImpersonationLevel actual);

}  // namespace onbehalf::test
