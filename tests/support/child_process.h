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

// A child process with its three standard streams piped to this one, in a job of its own: when this object
// goes, or this process dies, the child and all that it started end. It inherits those three handles and no
// others. Its output is read by threads of this object, so a child never blocks on a test that does not look.
// One thread, except that id() and process() may be used by any. Throws Win32Error.
class ChildProcess {
 public:
  struct Options {
    // This executable, running the part that ONBEHALF_CHILD_MAIN(name) defines.
    static Options Self(std::string_view name, std::vector<std::string> arguments = {});

    std::string executable;
    std::vector<std::string> arguments;  // quoted as CommandLineToArgvW takes them apart
    std::vector<std::pair<std::string, std::string>> environment{};  // on top of this process's own
    // A primary token to run with (CreateProcessAsUserW); null: this process's own. Borrowed during Start.
    HANDLE token = nullptr;
    DWORD creation_flags = 0;  // CREATE_NEW_PROCESS_GROUP, …
  };

  static ChildProcess Start(const Options& options);
  ~ChildProcess();
  ChildProcess(ChildProcess&&) noexcept;
  ChildProcess& operator=(ChildProcess&&) noexcept;

  DWORD id() const;
  HANDLE process() const;

  void WriteInput(std::string_view bytes);
  void CloseInput();

  // The next line of standard output, without its end; the rest, if it ends without one. nullopt when the
  // output has ended. Throws Win32Error(WAIT_TIMEOUT).
  std::optional<std::string> ReadLine(std::chrono::milliseconds limit = kPatience);
  // The same of standard error.
  std::optional<std::string> ReadErrorLine(std::chrono::milliseconds limit = kPatience);

  struct Exit {
    DWORD code;
    std::string output;  // all of standard output, also what ReadLine has given
    std::string errors;  // all of standard error
  };
  // Closes the input and waits. Throws Win32Error(WAIT_TIMEOUT); the child runs on then, until this object
  // goes.
  Exit WaitForExit(std::chrono::milliseconds limit = kPatience);

  // Ends the child at once, as a crash would.
  void Terminate(DWORD exit_code = 1);

 private:
  struct State;
  explicit ChildProcess(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Starts, waits, and returns what came of it.
ChildProcess::Exit RunChild(const ChildProcess::Options& options,
                            std::chrono::milliseconds limit = kPatience);

}  // namespace onbehalf::test
