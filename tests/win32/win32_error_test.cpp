#include "onbehalf/win32/win32_error.h"

#include <gtest/gtest.h>

#include <string>
#include <system_error>

namespace onbehalf::win32 {
namespace {

// Windows' own text is in the user's language.
std::string AccessDeniedText() { return ErrorMessage(ERROR_ACCESS_DENIED); }

TEST(Win32ErrorTest, WhatNamesFunctionSubjectTextNameAndCode) {
  const Win32Error error(ERROR_ACCESS_DENIED, "CreateNamedPipeW", R"(\\.\pipe\onbehalf)");
  EXPECT_EQ(std::string(error.what()),
            R"(CreateNamedPipeW(\\.\pipe\onbehalf): )" + AccessDeniedText() + " (ERROR_ACCESS_DENIED, 5)");
}

TEST(Win32ErrorTest, WhatHasNoBracketsWithoutASubject) {
  const Win32Error error(ERROR_ACCESS_DENIED, "OpenThreadToken");
  EXPECT_EQ(std::string(error.what()),
            "OpenThreadToken: " + AccessDeniedText() + " (ERROR_ACCESS_DENIED, 5)");
}

TEST(Win32ErrorTest, IsASystemErrorOfTheSystemCategory) {
  try {
    throw Win32Error(ERROR_FILE_NOT_FOUND, "CreateFileW", "C:\\none");
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::error_code(ERROR_FILE_NOT_FOUND, std::system_category()));
    EXPECT_NE(std::string(error.what()).find("CreateFileW(C:\\none): "), std::string::npos);
  }
}

TEST(Win32ErrorTest, KeepsItsParts) {
  const Win32Error error(ERROR_PIPE_BUSY, "CreateFileW", "pipe");
  EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_PIPE_BUSY));
  EXPECT_EQ(error.operation(), "CreateFileW");
  EXPECT_EQ(error.subject(), "pipe");
}

TEST(Win32ErrorTest, ThrowLastErrorTakesTheLastError) {
  ::SetLastError(ERROR_NO_TOKEN);
  try {
    ThrowLastError("OpenThreadToken");
    FAIL();
  } catch (const Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_NO_TOKEN));
  }
}

TEST(Win32ErrorTest, NamesAreThoseOfWinerror) {
  EXPECT_EQ(ErrorName(0), "ERROR_SUCCESS");
  EXPECT_EQ(ErrorName(2), "ERROR_FILE_NOT_FOUND");
  EXPECT_EQ(ErrorName(5), "ERROR_ACCESS_DENIED");
  EXPECT_EQ(ErrorName(109), "ERROR_BROKEN_PIPE");
  EXPECT_EQ(ErrorName(231), "ERROR_PIPE_BUSY");
  EXPECT_EQ(ErrorName(258), "WAIT_TIMEOUT");
  EXPECT_EQ(ErrorName(740), "ERROR_ELEVATION_REQUIRED");
  EXPECT_EQ(ErrorName(1060), "ERROR_SERVICE_DOES_NOT_EXIST");
  EXPECT_EQ(ErrorName(1309), "ERROR_NO_IMPERSONATION_TOKEN");
  EXPECT_EQ(ErrorName(1338), "ERROR_INVALID_SECURITY_DESCR");
  EXPECT_EQ(ErrorName(1347), "ERROR_CANT_OPEN_ANONYMOUS");
  EXPECT_EQ(ErrorName(1722), "RPC_S_SERVER_UNAVAILABLE");
}

TEST(Win32ErrorTest, ACodeWithoutANameIsItsNumber) {
  EXPECT_EQ(ErrorName(54321), "ERROR_54321");
  EXPECT_EQ(ErrorName(0x80070005), "ERROR_2147942405");
}

TEST(Win32ErrorTest, MessagesEndWithoutALineEnd) {
  for (const DWORD code : {0U, 2U, 5U, 109U, 231U, 1060U, 1722U}) {
    const std::string message = ErrorMessage(code);
    ASSERT_FALSE(message.empty()) << code;
    EXPECT_EQ(message.find_first_of("\r\n"), std::string::npos) << code;
    EXPECT_NE(message.back(), ' ') << code;
  }
}

TEST(Win32ErrorTest, ACodeWithoutATextShowsItsNumber) {
  EXPECT_EQ(ErrorMessage(54321), "Windows has no text for error 54321.");
}

}  // namespace
}  // namespace onbehalf::win32
