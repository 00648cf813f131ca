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

// A server whose calls of Windows' token functions a test can replace, with one thread in each pool, so that
// whatever is left on a thread meets the next request. Its methods: test.asCaller and test.asService on the
// handlers' thread, test.quickAsCaller and test.quickAsService on the reading thread; each counts in runs()
// and returns {"level": the thread token's level or null, "groups": its groups}.
class FaultTest : public testing::Test {
 protected:
  FaultTest();

  // Windows' own functions except for these, and writers() for the capture. Replaces any earlier hooks. Hooks
  // may still be called after they are replaced: what they refer to belongs to this object or to the hooks
  // themselves.
  void Use(TokenHooks hooks);
  // Replaces only the capture.
  void UseWindows() { Use({}); }
  MessageWriters& writers() { return writers_; }
  TestServer& server() { return server_; }
  RawClient Connect() { return RawClient(server_.pipe_path()); }
  // The number of handlers that have run.
  int runs() const { return runs_; }
  void ResetRuns() { runs_ = 0; }

  // Starts the server with the methods above; tests may add their own methods before.
  void Start() { server_.Start(); }

  // Each kind of method works on this connection and on a new one, on clean threads.
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

// The response is -32011 with both levels and nothing else about the caller.
testing::AssertionResult IsLevelError(const Json& answer, win32::ImpersonationLevel required,
                                      win32::ImpersonationLevel actual);

}  // namespace onbehalf::test
