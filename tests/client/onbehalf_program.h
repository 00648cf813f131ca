#pragma once

#include <string>
#include <vector>

#include "exit_code.h"
#include "fake_server.h"
#include "support/child_process.h"

namespace onbehalf::test {

// onbehalf.exe, in this test program's folder, as a child.

// The path of a program in this test program's folder.
std::string BesideThisTest(const std::string& name);
ChildProcess::Exit RunProgram(const std::vector<std::string>& arguments);
// Runs the command with the options that reach the server.
ChildProcess::Exit RunAgainst(const FakeServer& server, const std::vector<std::string>& command);
// In a process group of its own, which can be sent Ctrl+Break.
ChildProcess StartAgainst(const FakeServer& server, const std::vector<std::string>& command);

inline DWORD Code(cli::ExitCode code) { return static_cast<DWORD>(code); }

}  // namespace onbehalf::test
