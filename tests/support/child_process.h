#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "support/patience.h"

namespace onbehalf::test {

// A child process whose three standard streams are pipes to this process, in a job of its own: the child and
// everything it started end when this object is destroyed or this process dies. The child inherits those
// three handles and no others. Threads of this object read its output, so a child never blocks on a test that
// does not read. One thread, except that id() and process() may be used by any. Throws Win32Error.
class ChildProcess {
 public:
  struct Options {
    // This executable, running ONBEHALF_CHILD_MAIN(name).
    static Options Self(std::string_view name, std::vector<std::string> arguments = {});

    std::string executable;
    std::vector<std::string> arguments;                              // quoted for CommandLineToArgvW
    std::vector<std::pair<std::string, std::string>> environment{};  // in addition to this process's own
    // The primary token to run with (CreateProcessAsUserW); null: this process's own. Borrowed during Start.
    HANDLE token = nullptr;
    DWORD creation_flags = 0;  // CREATE_NEW_PROCESS_GROUP, ...
  };

  static ChildProcess Start(const Options& options);
  ~ChildProcess();
  ChildProcess(ChildProcess&&) noexcept;
  ChildProcess& operator=(ChildProcess&&) noexcept;

  DWORD id() const;
  HANDLE process() const;

  void WriteInput(std::string_view bytes);
  void CloseInput();

  // The next line of standard output, without its line end; at the end of the output, the rest if it has no
  // line end. nullopt when the output has ended. Throws Win32Error(WAIT_TIMEOUT).
  std::optional<std::string> ReadLine(std::chrono::milliseconds limit = kPatience);
  // The same for standard error.
  std::optional<std::string> ReadErrorLine(std::chrono::milliseconds limit = kPatience);

  struct Exit {
    DWORD code;
    std::string output;  // all of standard output, including what ReadLine has returned
    std::string errors;  // all of standard error
  };
  // Closes the input and waits. Throws Win32Error(WAIT_TIMEOUT); the child then runs until this object is
  // destroyed.
  Exit WaitForExit(std::chrono::milliseconds limit = kPatience);

  // Ends the child at once, as a crash would.
  void Terminate(DWORD exit_code = 1);

 private:
  struct State;
  explicit ChildProcess(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Starts the child, waits for it and returns its result.
ChildProcess::Exit RunChild(const ChildProcess::Options& options,
                            std::chrono::milliseconds limit = kPatience);

}  // namespace onbehalf::test
