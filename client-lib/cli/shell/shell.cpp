#include <fcntl.h>
#include <io.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "cancel_watch.h"
#include "command.h"
#include "console_stop.h"
#include "context.h"
#include "failure.h"
#include "json_layout.h"
#include "method_catalogue.h"
#include "methods.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "output.h"
#include "printable.h"
#include "shell/console_line.h"
#include "shell/history_file.h"
#include "shell/shell_line.h"
#include "shown_call.h"
#include "usage_error.h"

namespace onbehalf::cli {
namespace {

using client::Json;
using namespace shell;

// Longest wait for rpc.discover and rpc.subscribe.
constexpr std::chrono::milliseconds kDiscoverTimeout{2'000};

constexpr char kHelp[] =
    "METHOD [PARAMS]   call a method. PARAMS is a JSON object or array, or NAME=VALUE ..., each VALUE JSON or\n"
    "                  text without spaces: file.read path=C:\\a.txt\n"
    "methods [NAME]    list the methods you may call; for one, its parameters, result and errors\n"
    "help, quit, exit\n"
    "Tab completes methods and parameters. Ctrl+C cancels the call in progress; Ctrl+Z or Ctrl+D exits.\n"
    "Lines with a word such as password in the parameters are not saved in the history.\n";

// One connection, reconnected when it is lost, and the calls made on it. One thread; notifications arrive on
// another.
class Session {
 public:
  enum class Result { kDone, kFailed, kQuit };

  // On a console Ctrl+C never ends the shell. Throws what Client::Connect throws.
  Session(const Context& context, bool on_console)
      : context_(context), output_(context.output), on_console_(on_console), service_(context.Connect()) {
    if (on_console_) stop_.emplace();
    Listen();
  }

  // Executes a line. Reports a failure before it returns.
  Result Do(std::string_view text) {
    std::string method;
    try {
      const Request request = ParseShellLine(CheckedText(text));
      if (std::holds_alternative<Quit>(request)) return Result::kQuit;
      if (std::holds_alternative<Help>(request)) {
        output_.Result(kHelp, kHelp);
      } else if (const auto* list = std::get_if<ListMethods>(&request)) {
        method = "rpc.discover";
        ShowMethods(Call(method, nullptr), list->name, output_);
      } else if (const auto* call = std::get_if<CallMethod>(&request)) {
        method = call->method;
        const Json result = Call(method, call->params);
        output_.Result(result, JsonIndented(result) + "\n");
      }
      return Result::kDone;
    } catch (const UsageError& error) {
      Failure failure = Explain(error);
      // The advice is for the program's command line, not for the shell.
      failure.text = "error: " + Printable(error.what()) + "\n";
      failure.json["error"].erase("advice");
      Tell(failure);
    } catch (const client::RpcError& error) {
      Tell(Explain(error, method, context_.global.client.service));
    } catch (const client::ServerNotTrusted& error) {
      Tell(Explain(error));
    } catch (const std::system_error& error) {
      Tell(Explain(error, context_.global.client));
    }
    return Result::kFailed;
  }

  // The stop that Ctrl+C signals. Only on a console.
  ConsoleStop& stop() { return *stop_; }

  // Completes for Tab.
  Completions Complete(std::string_view before) {
    try {
      Discover();
    } catch (const std::system_error&) {
      // Tab reports nothing: it completes from what is known already. The next call reports the error.
    }
    return catalogue_.Complete(before);
  }

 private:
  // Returns `text` if it is valid UTF-8. Throws UsageError.
  static std::string_view CheckedText(std::string_view text) {
    try {
      win32::ToWide(text);
    } catch (const win32::Win32Error&) {
      throw UsageError("the line is not UTF-8");
    }
    return text;
  }

  // Subscribes to method changes. A connection with a notification handler notices at once when it is lost.
  void Listen() {
    service_.OnNotification([this](const std::string& method, const Json&) {
      if (method == "rpc.methodsChanged") is_stale_ = true;
    });
    is_stale_ = true;
    if (!on_console_) return;
    try {
      service_.Call("rpc.subscribe", {{"events", {"rpc.methodsChanged"}}}, kDiscoverTimeout);
    } catch (const client::RpcError&) {
      // An older service: Tab then knows only the methods from the beginning.
    }
  }

  // Throws std::system_error.
  void Discover() {
    if (!is_stale_.exchange(false)) return;
    try {
      catalogue_ = MethodCatalogue(service_.Call("rpc.discover", nullptr, kDiscoverTimeout));
    } catch (const client::RpcError&) {
      // Not allowed for this caller: no methods are known until they change.
      catalogue_ = MethodCatalogue();
    } catch (const std::system_error&) {
      is_stale_ = true;
      throw;
    }
  }

  Json Call(const std::string& method, const Json& params) {
    if (!service_.IsConnected()) {
      service_ = context_.Connect();
      Listen();
      output_.Error("The connection was lost and has been re-established.\n");
    }
    if (on_console_) {
      stop_->Reset();
      return Call(method, params, *stop_);
    }
    // While a line is read, Ctrl+C ends the program as usual.
    const ConsoleStop stop;
    return Call(method, params, stop);
  }

  Json Call(const std::string& method, const Json& params, const ConsoleStop& stop) {
    Progress progress = Progress::kNone;
    // Parameters by position have no place for a token, and rpc.discover reports no progress.
    if (!params.is_array() && method != "rpc.discover") {
      Discover();
      progress = catalogue_.ProgressOf(method);
      // A person at a prompt wants a single result.
      if (progress == Progress::kOptionalStream) progress = Progress::kNone;
    }
    CancelWatch watch(stop.event());
    client::CallOptions options;
    if (progress != Progress::kNone && !context_.global.has_timeout) options.timeout = kNoTimeout;
    return CallAndShow(service_, method, params, std::move(options), progress, watch, output_);
  }

  void Tell(const Failure& failure) {
    output_.Error(output_.json() ? JsonLine(failure.json) + "\n" : failure.text);
  }

  const Context& context_;
  Output& output_;
  bool on_console_;
  std::optional<ConsoleStop> stop_;
  MethodCatalogue catalogue_;
  std::atomic<bool> is_stale_ = true;  // the catalogue
  client::Client service_;             // last: its callbacks use the others
};

// The lines entered on the console. A problem with the history file is reported once; the lines are kept in
// memory then.
class Entered {
 public:
  explicit Entered(Output& output) : output_(output) {
    try {
      file_.emplace();
      history_ = file_->Load();
    } catch (const std::exception& error) {
      GiveUp(error);
    }
  }

  void Add(const std::string& text) {
    if (!history_.Add(text) || !file_) return;
    try {
      file_->Append(text);
    } catch (const std::exception& error) {
      GiveUp(error);
    }
  }
  const History& history() const { return history_; }

 private:
  void GiveUp(const std::exception& error) {
    file_.reset();
    output_.Error(std::string("warning: the history is not saved: ") + error.what() + "\n");
  }

  Output& output_;
  History history_;
  std::optional<HistoryFile> file_;
};

ExitCode RunOnConsole(const Context& context) {
  const client::Options& options = context.global.client;
  Session session(context, true);
  context.output.Error("Connected to " + client::PipePath(options) + ". 'help' shows the syntax.\n");
  const std::string prompt = options.server == "." ? "onbehalf> " : "onbehalf@" + options.server + "> ";
  Entered entered(context.output);
  ConsoleLine console;
  for (;;) {
    const std::optional<std::string> text = console.Read(
        prompt, entered.history(), [&](std::string_view before) { return session.Complete(before); },
        session.stop());
    if (!text) return ExitCode::kDone;
    entered.Add(*text);
    if (session.Do(*text) == Session::Result::kQuit) return ExitCode::kDone;
  }
}

ExitCode RunOnLines(const Context& context) {
  Session session(context, false);
  ::_setmode(::_fileno(stdin), _O_BINARY);
  ExitCode code = ExitCode::kDone;
  bool is_first = true;
  for (std::string text; std::getline(std::cin, text);) {
    if (std::exchange(is_first, false) && text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    const Session::Result result = session.Do(text);
    if (result == Session::Result::kQuit) return code;
    if (result == Session::Result::kFailed) code = ExitCode::kServiceError;
  }
  return code;
}

ExitCode Shell(const Context& context) {
  return ConsoleLine::IsThere() ? RunOnConsole(context) : RunOnLines(context);
}

}  // namespace

extern const Command kShellCommand = {
    .name = "shell",
    .summary =
        "call methods interactively, one per line, with history and completion; or from a pipe, in sequence",
    .handler = Handles<Shell>()};

}  // namespace onbehalf::cli
