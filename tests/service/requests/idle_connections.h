#pragma once

#include <gtest/gtest.h>

#include <chrono>

#include "onbehalf/protocol/limits.h"
#include "raw_client.h"
#include "test_server.h"

namespace onbehalf::test {

// Makes the server close the connections that have been idle for as long as one that is opened here. A
// connection that is still open when this returns does not count as idle for the time before. The idle
// timeout is short only during this call, so that it closes no connection between two steps of the test.
inline void ExpectIdleConnectionsToBeClosed(TestServer& server) {
  const auto patient = server.live_settings()->Now()->limits.idle_timeout;
  RawClient idle(server.pipe_path());
  ASSERT_TRUE(idle.Call("rpc.ping").contains("result"));
  server.ChangeLimits([](protocol::Limits& limits) { limits.idle_timeout = std::chrono::milliseconds(200); });
  EXPECT_TRUE(idle.IsClosedByServer());
  server.ChangeLimits([patient](protocol::Limits& limits) { limits.idle_timeout = patient; });
}

}  // namespace onbehalf::test
