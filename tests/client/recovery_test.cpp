#include "recovery.h"

#include <gtest/gtest.h>

#include <exception>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "onbehalf/client/client.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::client {
namespace {

std::exception_ptr Windows(int code) {
  return std::make_exception_ptr(std::system_error(code, std::system_category()));
}
std::exception_ptr Connection(std::errc code) {
  return std::make_exception_ptr(std::system_error(std::make_error_code(code)));
}
std::exception_ptr Answer(int code) { return std::make_exception_ptr(RpcError(code, "no", nullptr)); }

TEST(Recovery, RepeatsAfterALostConnectionOrAStoppingService) {
  EXPECT_EQ(RecoveryFrom(Connection(std::errc::connection_reset)), Recovery::kConnectionLost);
  EXPECT_EQ(RecoveryFrom(Connection(std::errc::not_connected)), Recovery::kConnectionLost);
  EXPECT_EQ(RecoveryFrom(Windows(ERROR_PIPE_BUSY)), Recovery::kConnectionLost);
  EXPECT_EQ(RecoveryFrom(Windows(ERROR_FILE_NOT_FOUND)), Recovery::kConnectionLost);
  EXPECT_EQ(RecoveryFrom(Answer(-32014)), Recovery::kServiceStopping);
}

TEST(Recovery, RepeatsNothingElse) {
  for (const std::errc code : {std::errc::timed_out, std::errc::operation_canceled, std::errc::bad_message,
                               std::errc::protocol_error, std::errc::message_size}) {
    EXPECT_EQ(RecoveryFrom(Connection(code)), Recovery::kNone);
  }
  EXPECT_EQ(RecoveryFrom(Windows(ERROR_ACCESS_DENIED)), Recovery::kNone);
  EXPECT_EQ(RecoveryFrom(Answer(-32010)), Recovery::kNone);
  EXPECT_EQ(RecoveryFrom(Answer(kRequestCancelled)), Recovery::kNone);
  EXPECT_EQ(RecoveryFrom(std::make_exception_ptr(ServerNotTrusted("no"))), Recovery::kNone);
  EXPECT_EQ(RecoveryFrom(std::make_exception_ptr(std::runtime_error("no"))), Recovery::kNone);
}

}  // namespace
}  // namespace onbehalf::client
