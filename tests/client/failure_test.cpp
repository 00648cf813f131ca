#include "failure.h"

#include <gtest/gtest.h>

#include <string>
#include <system_error>

#include "onbehalf/protocol/error_code.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::cli {
namespace {

using client::Json;

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Failure, OfTheServiceShowsCodeNameMessageRequestAndWhatToDo) {
  const Failure failure =
      Explain(client::RpcError(-32010, "refused", {{"requestId", "r-1"}}), "service.status");
  EXPECT_EQ(failure.exit_code, ExitCode::kAccessDenied);
  EXPECT_TRUE(Has(failure.text, "AccessDenied (-32010): refused")) << failure.text;
  EXPECT_TRUE(Has(failure.text, "service.status"));
  EXPECT_TRUE(Has(failure.text, "r-1"));
  EXPECT_TRUE(Has(failure.text, "'onbehalf access explain METHOD' shows which entry decides"));
  const Json& error = failure.json.at("error");
  EXPECT_EQ(error.at("kind"), "service");
  EXPECT_EQ(error.at("code"), -32010);
  EXPECT_EQ(error.at("name"), "AccessDenied");
  EXPECT_EQ(error.at("data"), Json({{"requestId", "r-1"}}));
}

TEST(Failure, OfTheServiceIsExitCodeOneForEveryCodeButAccessDenied) {
  for (const protocol::ErrorInfo& info : protocol::ErrorTable()) {
    const Failure failure = Explain(client::RpcError(static_cast<int>(info.code), "m", nullptr), "x");
    EXPECT_EQ(failure.exit_code, info.code == protocol::ErrorCode::kAccessDenied ? ExitCode::kAccessDenied
                                                                                 : ExitCode::kServiceError);
    EXPECT_TRUE(Has(failure.text, std::string(info.name)));
  }
  EXPECT_EQ(Explain(client::RpcError(-1, "m", nullptr), "x").exit_code, ExitCode::kServiceError);
}

TEST(Failure, OfTheServiceShowsItsDataWithoutControlCharacters) {
  const Failure failure = Explain(
      client::RpcError(-32015, "no\x1b[2J", {{"name", "ERROR_ACCESS_DENIED"}, {"code", 5}, {"x", "a\nb"}}),
      "x");
  EXPECT_TRUE(Has(failure.text, "ERROR_ACCESS_DENIED"));
  EXPECT_TRUE(Has(failure.text, "no\\x1b[2J"));
  EXPECT_TRUE(Has(failure.text, "a\\x0ab"));
  EXPECT_TRUE(Has(failure.text, "Windows denied your account access"));
}

TEST(Failure, OfALocalFileShowsTheWindowsErrorOrTheProblem) {
  const Failure windows = Explain(FileError("CreateFileW(C:\\x): No.", {}, ERROR_ACCESS_DENIED));
  EXPECT_EQ(windows.exit_code, ExitCode::kServiceError);
  EXPECT_EQ(windows.text, "error: ERROR_ACCESS_DENIED (5): CreateFileW(C:\\x): No.\n");
  EXPECT_EQ(windows.json, Json({{"error",
                                 {{"kind", "file"},
                                  {"code", 5},
                                  {"name", "ERROR_ACCESS_DENIED"},
                                  {"message", "CreateFileW(C:\\x): No."}}}}));
  const Failure other = Explain(FileError("x\n already exists", "--force replaces it."));
  EXPECT_EQ(other.text, "error: x\\x0a already exists\n  what to do  --force replaces it.\n");
  EXPECT_EQ(
      other.json,
      Json({{"error",
             {{"kind", "file"}, {"message", "x\n already exists"}, {"advice", "--force replaces it."}}}}));
}

TEST(Failure, OfAConflictingChangeSaysToRunItAgain) {
  const Failure failure =
      Explain(client::RpcError(-32018, "The policy has changed since it was read.", {{"version", 9}}),
              "access.grant");
  EXPECT_EQ(failure.exit_code, ExitCode::kServiceError);
  EXPECT_EQ(failure.text,
            "error: PolicyConflict (-32018): The policy has changed since it was read.\n"
            "  method      access.grant\n"
            "  version     9\n"
            "  what to do  The policy was changed in the meantime, so nothing was changed now: review it "
            "('onbehalf access history', 'onbehalf access show NODE') and run the command again.\n");
}

TEST(Failure, OfTheAccessCommandsSaysWhatTheyNeed) {
  const Failure unknown =
      Explain(client::RpcError(-32602, "node: there is no node 'x'", nullptr), "access.show");
  EXPECT_EQ(unknown.exit_code, ExitCode::kServiceError);
  EXPECT_TRUE(Has(unknown.text, "InvalidParams (-32602): node: there is no node 'x'"));
  EXPECT_TRUE(Has(unknown.text, "'onbehalf access list' lists the nodes")) << unknown.text;
  const Failure refused = Explain(
      client::RpcError(-32010, "refused", {{"reason", "you do not hold 'see' at file"}}), "access.grant");
  EXPECT_EQ(refused.exit_code, ExitCode::kAccessDenied);
  EXPECT_TRUE(Has(refused.text, "reason      you do not hold 'see' at file")) << refused.text;
  EXPECT_TRUE(Has(refused.text, "the right manage on the node")) << refused.text;
  EXPECT_TRUE(Has(Explain(client::RpcError(-32602, "x", nullptr), "file.write").text, "methods NAME"));
}

TEST(Failure, OfTheConnectionNamesThePipeAndWhatToCheck) {
  client::Options options;
  const Failure absent = Explain(win32::Win32Error(ERROR_FILE_NOT_FOUND, "CreateFileW"), options);
  EXPECT_EQ(absent.exit_code, ExitCode::kNoConnection);
  EXPECT_TRUE(Has(absent.text, "\\\\.\\pipe\\onbehalf"));
  EXPECT_TRUE(Has(absent.text, "sc query OnBehalf"));
  EXPECT_EQ(absent.json.at("error").at("code"), ERROR_FILE_NOT_FOUND);

  for (const DWORD code : {DWORD{ERROR_PIPE_BUSY}, DWORD{ERROR_ACCESS_DENIED}}) {
    const Failure failure = Explain(win32::Win32Error(code, "CreateFileW"), options);
    EXPECT_EQ(failure.exit_code, ExitCode::kNoConnection);
    EXPECT_TRUE(Has(failure.text, "what to do")) << failure.text;
  }
  const win32::Win32Error refused(ERROR_ACCESS_DENIED, "CreateFileW");
  EXPECT_TRUE(Has(Explain(refused, options).text, "'onbehalf access show pipe:'"));
  options.service = "Two";
  EXPECT_TRUE(
      Has(Explain(win32::Win32Error(ERROR_FILE_NOT_FOUND, "CreateFileW"), options).text, "sc start Two"));
  const std::system_error reset(std::make_error_code(std::errc::connection_reset), "gone");
  EXPECT_TRUE(Has(Explain(reset, options).text, "%ProgramData%\\Two\\logs\\service.log"));
  EXPECT_TRUE(Has(Explain(client::RpcError(-32014, "m", nullptr), "x", "Two").text, "sc query Two"));
  EXPECT_TRUE(
      Has(Explain(client::RpcError(-32017, "m", nullptr), "x", "Two").text, "%ProgramData%\\Two\\logs"));
  options.service = "OnBehalf";
  options.server = "files";
  EXPECT_TRUE(Has(Explain(refused, options).text, "'onbehalf access show pipe:'"));
  EXPECT_TRUE(
      Has(Explain(win32::Win32Error(ERROR_FILE_NOT_FOUND, "CreateFileW"), options).text, "pipe.remote"));

  const Failure late =
      Explain(std::system_error(std::make_error_code(std::errc::timed_out), "no answer"), options);
  EXPECT_EQ(late.exit_code, ExitCode::kNoConnection);
  EXPECT_TRUE(Has(late.text, "--timeout"));
  EXPECT_TRUE(Has(late.text, "\\\\files\\pipe\\onbehalf"));
}

TEST(Failure, OfTrustAndUsageHaveTheirExitCodes) {
  EXPECT_EQ(Explain(client::ServerNotTrusted("who?")).exit_code, ExitCode::kNotTrusted);
  EXPECT_TRUE(Has(Explain(client::ServerNotTrusted("who?")).text, "Nothing was sent"));
  EXPECT_EQ(Explain(UsageError("what?")).exit_code, ExitCode::kUsage);
}

}  // namespace
}  // namespace onbehalf::cli
