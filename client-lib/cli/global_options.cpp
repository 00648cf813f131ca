#include "global_options.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "onbehalf/protocol/service_name.h"
#include "usage_error.h"

namespace onbehalf::cli {
namespace {

constexpr std::array kGlobalOptions = {
    OptionInfo{"--server", "HOST", "HOST",
               "connect to another computer (its service must allow remote callers)"},
    OptionInfo{"--service", "NAME", "NAME", "the service's name (default: OnBehalf)"},
    OptionInfo{"--pipe", "NAME", "NAME", "the pipe's name (default: the service's name in lower case)"},
    OptionInfo{"--timeout", "MS", "5000",
               "connection timeout (default: 5000) and response timeout (default: 30000)"},
    OptionInfo{
        "--level", "identify|impersonate", "identify",
        "what the service may do with your identity (default: impersonate; for a remote service identify)"},
    OptionInfo{"--trust", "service|same-user|any", "service",
               "who must have created the pipe (default: service, the installed service)"},
    OptionInfo{"--json", "", "", "print results as JSON"},
    OptionInfo{"--help", "", "", "show this text; after a command, the help of that command"},
    OptionInfo{"--version", "", "", "show the version of this program"},
};

// A name inserted into \\HOST\pipe\NAME.
std::string CheckedName(const std::string& option, const std::string& text) {
  if (text.empty() || text.find_first_of("\\/") != std::string::npos) {
    Refuse(option + " must be a name without slashes, not '" + text + "'");
  }
  return text;
}

}  // namespace

std::span<const OptionInfo> GlobalOptionTable() { return kGlobalOptions; }

void TakeGlobalOption(Words& words, GlobalOptions& options) {
  const std::string option = words.Take();
  if (option == "--json") {
    options.json = true;
  } else if (option == "--server") {
    options.client.server = CheckedName(option, words.TakeValueOf(option, "HOST"));
  } else if (option == "--service") {
    const std::string name = words.TakeValueOf(option, "NAME");
    if (const auto fault = protocol::ServiceName::FaultOf(name)) Refuse(option + ": " + *fault);
    options.client.service = name;
  } else if (option == "--pipe") {
    options.client.pipe = CheckedName(option, words.TakeValueOf(option, "NAME"));
  } else if (option == "--timeout") {
    const std::chrono::milliseconds timeout = ParseMilliseconds(option, words.TakeValueOf(option, "5000"));
    options.has_timeout = true;
    options.client.connect_timeout = timeout;
    options.client.call_timeout = timeout;
  } else if (option == "--level") {
    options.client.level = ParseChoice<client::Level>(
        option, words.TakeValueOf(option, "identify"),
        {{"identify", client::Level::kIdentify}, {"impersonate", client::Level::kImpersonate}});
  } else if (option == "--trust") {
    options.client.trust = ParseChoice<client::Trust>(option, words.TakeValueOf(option, "service"),
                                                      {{"service", client::Trust::kService},
                                                       {"same-user", client::Trust::kSameUser},
                                                       {"any", client::Trust::kAny}});
  } else if (IsGlobalOption(option)) {
    const std::size_t equals = option.find('=');
    Refuse("write " + option.substr(0, equals) + " " + option.substr(equals + 1) + ", with a space");
  } else {
    Refuse("unknown option " + option);
  }
}

std::size_t TakeWholeGlobalOptions(std::span<const std::string> arguments, GlobalOptions& options) {
  Words words(arguments);
  std::size_t taken = 0;
  try {
    while (!words.AtEnd() && words.Peek().starts_with("-")) {
      TakeGlobalOption(words, options);
      taken = words.taken();
    }
  } catch (const UsageError&) {
    // The word being typed.
  }
  return taken;
}

bool IsGlobalOption(std::string_view word) {
  const std::string_view name = word.substr(0, word.find('='));
  return std::any_of(kGlobalOptions.begin(), kGlobalOptions.end(),
                     [&](const OptionInfo& option) { return option.name == name; });
}

}  // namespace onbehalf::cli
