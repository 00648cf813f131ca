#include "error_record.h"

#include <gtest/gtest.h>

#include <exception>
#include <new>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <system_error>

#include "onbehalf/client/client.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::c_abi {
namespace {

template <typename Exception>
onbehalf_status Set(ErrorRecord& record, const Exception& exception) {
  try {
    throw exception;
  } catch (...) {
    return record.SetCurrentException();
  }
}

template <typename Exception>
void Expect(const Exception& exception, onbehalf_status status, int code, const std::string& name = "") {
  ErrorRecord record;
  EXPECT_EQ(Set(record, exception), status);
  EXPECT_EQ(record.view().status, status);
  EXPECT_EQ(record.view().code, code);
  EXPECT_EQ(record.view().name, name);
  EXPECT_STRNE(record.view().message, "");
}

std::system_error Failure(std::errc code) { return {std::make_error_code(code), "x"}; }

TEST(ErrorRecord, HasAStatusForEachKindOfException) {
  Expect(client::RpcError(-32010, "no", nullptr), ONBEHALF_RPC_ERROR, -32010, "AccessDenied");
  Expect(client::RpcError(7, "own", nullptr), ONBEHALF_RPC_ERROR, 7);
  Expect(client::RpcError(client::kRequestCancelled, "x", nullptr), ONBEHALF_CANCELLED, -32800,
         "RequestCancelled");
  Expect(client::ServerNotTrusted("x"), ONBEHALF_NOT_TRUSTED, 0);
  Expect(win32::Win32Error(ERROR_PIPE_BUSY, "CreateFileW"), ONBEHALF_WINDOWS_ERROR, 231, "ERROR_PIPE_BUSY");
  Expect(Failure(std::errc::timed_out), ONBEHALF_TIMEOUT, 0);
  Expect(Failure(std::errc::connection_reset), ONBEHALF_CONNECTION_ERROR, ONBEHALF_CONNECTION_RESET);
  Expect(Failure(std::errc::bad_message), ONBEHALF_CONNECTION_ERROR, ONBEHALF_CONNECTION_BAD_MESSAGE);
  Expect(Failure(std::errc::protocol_error), ONBEHALF_CONNECTION_ERROR, ONBEHALF_CONNECTION_PROTOCOL);
  Expect(Failure(std::errc::message_size), ONBEHALF_CONNECTION_ERROR, ONBEHALF_CONNECTION_ANSWER_TOO_LARGE);
  Expect(Failure(std::errc::not_connected), ONBEHALF_CONNECTION_ERROR, ONBEHALF_CONNECTION_NOT_CONNECTED);
  Expect(Failure(std::errc::operation_canceled), ONBEHALF_CONNECTION_ERROR, ONBEHALF_CONNECTION_CLOSED);
  Expect(Failure(std::errc::no_space_on_device), ONBEHALF_CONNECTION_ERROR, ONBEHALF_CONNECTION_OTHER);
  Expect(std::invalid_argument("x"), ONBEHALF_INVALID_ARGUMENT, 0);
  Expect(std::bad_alloc(), ONBEHALF_OUT_OF_MEMORY, 0);
  Expect(std::logic_error("x"), ONBEHALF_INTERNAL_ERROR, 0);
  Expect(5, ONBEHALF_INTERNAL_ERROR, 0);
}

// MSVC's library treats this Windows code as equivalent to std::errc::timed_out.
TEST(ErrorRecord, WindowsErrorsStayWindowsErrors) {
  Expect(win32::Win32Error(ERROR_SEM_TIMEOUT, "WaitNamedPipeW"), ONBEHALF_WINDOWS_ERROR, ERROR_SEM_TIMEOUT,
         win32::ErrorName(ERROR_SEM_TIMEOUT));
}

TEST(ErrorRecord, ForgetsTheLastOne) {
  ErrorRecord record;
  Set(record, client::RpcError(-32010, "no", {{"requestId", "r"}}));
  EXPECT_STREQ(record.view().data, R"({"requestId":"r"})");
  EXPECT_EQ(record.view().data_length, 17);
  Set(record, std::invalid_argument("x"));
  EXPECT_EQ(record.view().data, nullptr);
  EXPECT_EQ(record.view().data_length, 0);
  EXPECT_STREQ(record.view().name, "");
  record.SetOk();
  EXPECT_EQ(record.view().status, ONBEHALF_OK);
  EXPECT_STREQ(record.view().message, "");
}

}  // namespace
}  // namespace onbehalf::c_abi
