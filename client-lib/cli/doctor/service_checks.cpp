#include "service_checks.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "onbehalf/protocol/ascii.h"
#include "onbehalf/protocol/service_name.h"
#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/file_security.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/utf.h"

namespace onbehalf::cli::doctor {
namespace {

using win32::InstalledService;

// Rights that let an account make the service run something else, or give itself such rights.
constexpr ACCESS_MASK kServiceChangeRights =
    SERVICE_CHANGE_CONFIG | WRITE_DAC | WRITE_OWNER | DELETE | GENERIC_WRITE | GENERIC_ALL;

constexpr std::array<std::string_view, 2> kExpectedPrivileges = {"SeChangeNotifyPrivilege",
                                                                 "SeImpersonatePrivilege"};

bool FileExists(const std::string& path) {
  const DWORD attributes = ::GetFileAttributesW(win32::ToWide(path).c_str());
  if (attributes != INVALID_FILE_ATTRIBUTES) return (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
  const DWORD code = ::GetLastError();
  if (code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND) return false;
  throw win32::Win32Error(code, "GetFileAttributesW", path);
}

Finding JudgeRunning(const ServiceFacts& facts) {
  const std::string check = "service.running";
  const win32::ServiceStatus& status = *facts.status;
  if (status.state == SERVICE_RUNNING) {
    return {check, Verdict::kOk, "running, process " + std::to_string(status.process_id), {}};
  }
  const std::string state = win32::ServiceStateName(status.state);
  if (status.state != SERVICE_STOPPED) {
    return {check, Verdict::kWarn, state, "Wait a moment and check again: sc query " + facts.name};
  }
  if (StartsByPipe(facts) && status.exit_code == ERROR_SUCCESS) {
    return {check, Verdict::kOk, state + "; it starts when a client opens its pipe", {}};
  }
  std::string found = state;
  if (status.exit_code == ERROR_SERVICE_SPECIFIC_ERROR) {
    found += ", it ended with service-specific code " + std::to_string(status.service_specific_exit_code);
  } else if (status.exit_code != ERROR_SUCCESS && status.exit_code != ERROR_SERVICE_NEVER_STARTED) {
    found += ", it ended with " + win32::ErrorName(status.exit_code) + ": " +
             win32::ErrorMessage(status.exit_code);
  }
  return {check, Verdict::kFail, found,
          "sc start " + facts.name + "; if it stops again, the Application log (source " + facts.name +
              ") says why."};
}

Finding JudgeStart(const ServiceFacts& facts) {
  const std::string check = "service.start";
  const std::string fix = "sc config " + facts.name + " start= auto";
  switch (facts.config->start_type) {
    case SERVICE_AUTO_START:
      if (facts.delayed_start && *facts.delayed_start) {
        return {check, Verdict::kWarn,
                "automatic, delayed: until it runs, another program could take the pipe's name", fix};
      }
      return {check, Verdict::kOk, "automatic", {}};
    case SERVICE_DEMAND_START:
      if (StartsByPipe(facts)) {
        return {check, Verdict::kOk, "when a client opens the pipe " + facts.pipe, {}};
      }
      if (facts.start_pipes && !facts.start_pipes->empty()) {
        return {
            check, Verdict::kWarn,
            "when a client opens the pipe " + facts.start_pipes->front() + ", but its pipe is " + facts.pipe,
            "sc triggerinfo " + facts.name + " start/namedpipe/" + facts.pipe};
      }
      return {check, Verdict::kWarn, "on demand: it does not start with the computer", fix};
    case SERVICE_DISABLED:
      return {check, Verdict::kFail, "disabled", fix};
    default:
      return {check, Verdict::kWarn, "start type " + std::to_string(facts.config->start_type), fix};
  }
}

Finding JudgeAccount(const ServiceFacts& facts) {
  const std::string check = "service.account";
  const std::string& account = facts.config->account;
  const std::string expected = "NT SERVICE\\" + facts.name;
  if (protocol::IsSameIgnoringAsciiCase(account, expected)) return {check, Verdict::kOk, account, {}};
  const auto is = [&](std::string_view name) { return protocol::IsSameIgnoringAsciiCase(account, name); };
  if (is("NT AUTHORITY\\LocalService") || is("NT AUTHORITY\\NetworkService")) {
    return {check, Verdict::kOk, account + ", which other services of this computer share", {}};
  }
  const bool is_special =
      account.empty() || is("LocalSystem") || protocol::AsciiUpper(account).starts_with("NT ");
  if (!is_special) {
    return {
        check, Verdict::kOk, account + (account.ends_with('$') ? " (a managed account)" : " (a user)"), {}};
  }
  return {check, Verdict::kWarn,
          (account.empty() ? std::string("none named") : account) + "; expected " + expected +
              ", which has only the rights it needs",
          "sc config " + facts.name + " obj= \"" + expected + "\" and restart it"};
}

Finding JudgePath(const ServiceFacts& facts) {
  const std::string check = "service.path";
  const std::string& line = facts.config->command_line;
  const ServiceCommand command = ParseServiceCommand(line);
  if (!command.is_quoted && line.find(' ') != std::string::npos) {
    return {
        check, Verdict::kFail,
        line + ": not quoted, so Windows may start another program, at a prefix of this path",
        "Reinstall with installer\\install.cmd, or: sc config " + facts.name + " binPath= \"\\\"PATH\\\"\""};
  }
  const std::string default_name = protocol::ServiceName().text();
  const std::string named = OptionOf(command, "--name").value_or(default_name);
  if (!protocol::IsSameIgnoringAsciiCase(named, facts.name)) {
    return {check, Verdict::kFail, line + ": it runs with the pipe, folder and event source of " + named,
            "Add --name " + facts.name + " to the command line (sc config " + facts.name + " binPath= ...)."};
  }
  if (!facts.executable_exists) {
    return NotAnswered(check, facts.executable_exists.code, facts.executable_exists.why);
  }
  if (!*facts.executable_exists) {
    return {check, Verdict::kFail, command.executable + " does not exist",
            "Reinstall with installer\\install.cmd."};
  }
  if (!command.is_quoted)
    return {check, Verdict::kWarn, line + ": not quoted", "Reinstall with installer\\install.cmd."};
  return {check, Verdict::kOk, line, {}};
}

Finding JudgeFailureActions(const ServiceFacts& facts) {
  const std::string check = "service.failure_actions";
  if (!facts.failure_actions)
    return NotAnswered(check, facts.failure_actions.code, facts.failure_actions.why);
  const std::vector<SC_ACTION>& actions = facts.failure_actions->actions;
  const std::string fix =
      "sc failure " + facts.name +
      " reset= 86400 actions= restart/1000/restart/5000/restart/60000 and sc failureflag " + facts.name +
      " 1";
  const bool restarts = std::any_of(actions.begin(), actions.end(),
                                    [](const SC_ACTION& action) { return action.Type == SC_ACTION_RESTART; });
  if (!restarts) return {check, Verdict::kWarn, "it is not restarted after a crash", fix};
  std::string found = "restarts after";
  for (const SC_ACTION& action : actions) {
    if (action.Type == SC_ACTION_RESTART) found += " " + std::to_string(action.Delay) + " ms";
  }
  if (facts.acts_on_failure_exit && !*facts.acts_on_failure_exit) {
    return {check, Verdict::kWarn, found + ", but not when it stops with an error", fix};
  }
  return {check, Verdict::kOk, found, {}};
}

Finding JudgeSidType(const ServiceFacts& facts) {
  const std::string check = "service.sid_type";
  if (!facts.sid_type) return NotAnswered(check, facts.sid_type.code, facts.sid_type.why);
  if (*facts.sid_type == SERVICE_SID_TYPE_UNRESTRICTED) return {check, Verdict::kOk, "unrestricted", {}};
  return {check, Verdict::kWarn,
          *facts.sid_type == SERVICE_SID_TYPE_NONE
              ? "none: its pipe cannot be recognized by the service's SID"
              : "restricted: it can write only what its SID may write",
          "sc sidtype " + facts.name + " unrestricted and restart it"};
}

Finding JudgePrivileges(const ServiceFacts& facts) {
  const std::string check = "service.privileges";
  if (!facts.privileges) return NotAnswered(check, facts.privileges.code, facts.privileges.why);
  const std::string fix =
      "sc privs " + facts.name + " SeChangeNotifyPrivilege/SeImpersonatePrivilege and restart it";
  const std::vector<std::string>& privileges = *facts.privileges;
  if (privileges.empty()) {
    return {check, Verdict::kWarn, "not limited: it has all privileges of its account", fix};
  }
  std::string surplus;
  for (const std::string& privilege : privileges) {
    if (std::find(kExpectedPrivileges.begin(), kExpectedPrivileges.end(), privilege) ==
        kExpectedPrivileges.end()) {
      surplus += (surplus.empty() ? "" : ", ") + privilege;
    }
  }
  for (const std::string_view expected : kExpectedPrivileges) {
    if (std::find(privileges.begin(), privileges.end(), expected) == privileges.end()) {
      return {check, Verdict::kFail, std::string(expected) + " is missing: it cannot do its work", fix};
    }
  }
  if (!surplus.empty()) return {check, Verdict::kWarn, "more than it needs: " + surplus, fix};
  return {check, Verdict::kOk, "SeChangeNotifyPrivilege, SeImpersonatePrivilege", {}};
}

Finding JudgeSecurity(const ServiceFacts& facts) {
  const std::string check = "service.descriptor";
  if (!facts.security) return NotAnswered(check, facts.security.code, facts.security.why);
  if (!facts.security->HasDacl()) {
    return {check, Verdict::kFail, "no DACL: everyone may make the service run anything",
            "Reinstall with installer\\install.cmd."};
  }
  const std::vector<win32::Sid> trusted = win32::AdministrativeAccounts();
  win32::AccountNames names;
  const std::vector<win32::AccessEntry> entries = facts.security->Dacl();
  if (entries.empty()) return NotAnswered(check, ERROR_CALL_NOT_IMPLEMENTED, "the descriptor has no entries");
  for (const win32::AccessEntry& entry : entries) {
    if (!entry.allows() || (entry.mask & kServiceChangeRights) == 0) continue;
    if (std::find(trusted.begin(), trusted.end(), entry.sid) != trusted.end()) continue;
    return {check, Verdict::kFail,
            names.Display(entry.sid) + " may change the service and so run anything as its account",
            "Reinstall with installer\\install.cmd, which sets the descriptor (sc sdset)."};
  }
  return {check, Verdict::kOk, "only administrators may change the service", {}};
}

}  // namespace

ServiceCommand ParseServiceCommand(std::string_view command_line) {
  ServiceCommand command;
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  bool in_quotes = false;
  for (const char c : command_line) {
    if (c == '"') {
      if (!in_word && words.empty()) command.is_quoted = true;
      in_quotes = !in_quotes;
      in_word = true;
    } else if (c == ' ' && !in_quotes) {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) words.push_back(word);
  if (!words.empty()) {
    command.executable = words.front();
    command.arguments.assign(words.begin() + 1, words.end());
  }
  return command;
}

std::optional<std::string> OptionOf(const ServiceCommand& command, std::string_view option) {
  std::optional<std::string> value;
  for (std::size_t i = 0; i + 1 < command.arguments.size(); ++i) {
    if (command.arguments[i] == option) value = command.arguments[i + 1];
  }
  return value;
}

bool StartsByPipe(const ServiceFacts& facts) {
  if (!facts.start_pipes) return false;
  return std::any_of(facts.start_pipes->begin(), facts.start_pipes->end(), [&](const std::string& pipe) {
    return protocol::IsSameIgnoringAsciiCase(pipe, facts.pipe);
  });
}

ServiceFacts CollectServiceFacts(const std::string& name, const std::string& pipe) {
  ServiceFacts facts;
  facts.name = name;
  facts.pipe = pipe;
  facts.status = Ask([&] { return InstalledService::Open(name, SERVICE_QUERY_STATUS).QueryStatus(); });
  if (facts.IsMissing()) return facts;
  const auto ask_config = [&](auto query) {
    return Ask([&] { return query(InstalledService::Open(name, SERVICE_QUERY_CONFIG)); });
  };
  facts.config = ask_config([](const InstalledService& service) { return service.QueryConfig(); });
  facts.delayed_start =
      ask_config([](const InstalledService& service) { return service.QueryDelayedAutoStart(); });
  facts.failure_actions =
      ask_config([](const InstalledService& service) { return service.QueryFailureActions(); });
  facts.acts_on_failure_exit =
      ask_config([](const InstalledService& service) { return service.QueryFailureActionsOnNonCrash(); });
  facts.start_pipes = ask_config([](const InstalledService& service) { return service.QueryStartPipes(); });
  facts.sid_type = ask_config([](const InstalledService& service) { return service.QuerySidType(); });
  facts.privileges =
      ask_config([](const InstalledService& service) { return service.QueryRequiredPrivileges(); });
  facts.security = Ask(
      [&] { return InstalledService::Open(name, READ_CONTROL).QuerySecurity(DACL_SECURITY_INFORMATION); });
  if (facts.config) {
    const std::string executable = ParseServiceCommand(facts.config->command_line).executable;
    facts.executable_exists = Ask([&] { return FileExists(executable); });
  }
  return facts;
}

Findings JudgeService(const ServiceFacts& facts) {
  Findings findings;
  if (facts.IsMissing()) {
    findings.push_back({"service.installed", Verdict::kFail, "there is no service " + facts.name,
                        "Run installer\\install.cmd as an administrator."});
    return findings;
  }
  if (!facts.status) {
    findings.push_back(NotAnswered("service.installed", facts.status.code, facts.status.why));
    return findings;
  }
  findings.push_back({"service.installed", Verdict::kOk, facts.name, {}});
  findings.push_back(JudgeRunning(facts));
  if (facts.config) {
    findings.push_back(JudgeStart(facts));
    findings.push_back(JudgeAccount(facts));
    findings.push_back(JudgePath(facts));
  } else {
    findings.push_back(NotAnswered("service.config", facts.config.code, facts.config.why));
  }
  findings.push_back(JudgeFailureActions(facts));
  findings.push_back(JudgeSidType(facts));
  findings.push_back(JudgePrivileges(facts));
  findings.push_back(JudgeSecurity(facts));
  return findings;
}

}  // namespace onbehalf::cli::doctor
