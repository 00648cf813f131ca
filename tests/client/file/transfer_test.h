#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "client/file/scripted_files.h"
#include "client/onbehalf_program.h"
#include "onbehalf/win32/utf.h"
#include "service/temporary_folder.h"

namespace onbehalf::test {

// Copies between a folder of the test's own and scripted files, with onbehalf.exe.
class TransferTest : public testing::Test {
 protected:
  static constexpr char kPart[] = ".onbehalf-part";

  TransferTest() : server_(files_.Script()) {}

  std::string Local(const std::string& name) const {
    return win32::ToUtf8((folder_.path() / win32::ToWide(name)).wstring());
  }
  std::string LocalBytes(const std::string& name) const { return ReadAll(folder_.path() / name); }
  bool IsThere(const std::string& name) const { return std::filesystem::exists(folder_.path() / name); }
  void WriteLocal(const std::string& name, std::string_view bytes) const {
    WriteAll(folder_.path() / name, bytes);
  }

  ChildProcess::Exit Run(const std::vector<std::string>& command) { return RunAgainst(server_, command); }
  // With --json: the error that it ended with, which is the last line of its output.
  client::Json ErrorOf(const std::vector<std::string>& command,
                       DWORD code = Code(cli::ExitCode::kServiceError)) {
    std::vector<std::string> with_json = {"--json"};
    with_json.insert(with_json.end(), command.begin(), command.end());
    const auto exit = Run(with_json);
    EXPECT_EQ(exit.code, code) << exit.errors;
    EXPECT_EQ(exit.output, "");
    const std::vector<std::string> lines = Lines(exit.errors);
    return lines.empty() ? client::Json() : client::Json::parse(lines.back()).value("error", client::Json());
  }
  static std::string MessageIn(const client::Json& error) { return error.value("message", ""); }

  TemporaryFolder folder_;
  ScriptedFiles files_;
  FakeServer server_;
};

// Bytes of every value, with a period that is not a power of two.
inline std::string SomeBytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((i * 7 + i / 251) & 0xFF);
  return bytes;
}

// Whether `text` contains `part`.
inline testing::AssertionResult Says(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "'" << text << "' does not contain '" << part << "'";
}

}  // namespace onbehalf::test
