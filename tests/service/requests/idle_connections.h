#pragma once

#include <gtest/gtest.h>

#include <chrono>

#include "onbehalf/protocol/limits.h"
#include "raw_client.h"
#include "test_server.h"

namespace onbehalf::test {

// Has the server close the connections that have been idle for as long as one that is opened here. Those that were silent
// before that and are open when this returns do not count as idle. The idle time is short only meanwhile, so that nobody is
// closed who is between two steps of the test.
inline void ExpectIdleConnectionsToBeClosed(TestServer& server) {
  const auto patient = server.live_settings()->Now()->limits.idle_timeout;
  RawClient idle(server.pipe_path());
  ASSERT_TRUE(idle.Call("rpc.ping").contains("result"));
  server.ChangeLimits([](protocol::Limits& limits) { limits.idle_timeout = std::chrono::milliseconds(200); });
  EXPECT_TRUE(idle.IsClosedByServer());
  server.ChangeLimits([patient](protocol::Limits& limits) { limits.idle_timeout = patient; });
}

}  // namespace onbehalf::test
