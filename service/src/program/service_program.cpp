#include "onbehalf/service/service_main.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/reset_access.h"
#include "audit/audit.h"
#include "database/source_access.h"
#include "hardening/file_permissions.h"
#include "hardening/process_hardening.h"
#include "log/event_log.h"
#include "log/log.h"
#include "methods/built_in_methods.h"
#include "modules/modules.h"
#include "onbehalf/pipe/listener.h"
#include "onbehalf/protocol/ascii.h"
#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/service_control.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "program/command_line.h"
#include "program/server.h"
#include "program/service_account.h"
#include "program/service_host.h"
#include "program/service_program.h"
#include "requests/method_limits.h"
#include "requests/settings_reload.h"
#include "settings/live_settings.h"

namespace onbehalf::service {
namespace {

// Why the service did not start, as reported to the service control manager (listed in docs/operating.md).
enum class StartFailure : DWORD { kOther = 1, kSettings = 2, kUnsafeFiles = 3, kPipeTaken = 4 };

// How long a start waits for the pipe's name while another program has it, before it fails.
constexpr std::chrono::seconds kPipeTimeout{30};

constexpr const char* kStopOfModule = "a module's stop function";

std::string Joined(const std::vector<std::string>& texts, std::string_view separator = "\n") {
  std::string all;
  for (const std::string& text : texts) {
    if (!all.empty()) all += separator;
    all += text;
  }
  return all;
}

std::filesystem::path OwnExecutable() { return win32::ToWide(win32::OwnImagePath()); }

std::string ReportOf(const SettingsResult& read, const std::filesystem::path& file) {
  return CheckConfigReport(read, win32::ToUtf8Lossy(file.filename().native()));
}

// All parts of the service, in the order in which they are started.
class Application final : public HostedService {
 public:
  Application(CommandLine command_line, Hardening hardening,
              const std::function<void(MethodRegistry&)>& add_methods, const StopTimeouts& timeouts)
      : command_line_(std::move(command_line)),
        hardening_(std::move(hardening)),
        add_methods_(add_methods),
        timeouts_(timeouts) {}

  void SetStop(std::function<void()> stop) override { stop_ = std::move(stop); }

  void Start(const std::function<bool()>& still_starting) override {
    try {
      failure_ = StartFailure::kOther;
      Assemble();
      if (const auto idle = IdleStop(); idle.count() != 0)
        server_->StopWhenIdle(idle, [this, idle] { OnIdle(idle); });
      Listen(still_starting);
    } catch (const std::exception& error) {
      Report(failure_ == StartFailure::kSettings    ? Event::kSettingsRefused
             : failure_ == StartFailure::kPipeTaken ? Event::kPipeSquatted
                                                    : Event::kStartFailed,
             {error.what()});
      if (log_) log_->Write(LogLevel::kError, "the service did not start", {{"why", error.what()}});
      if (modules_) {
        // Their threads use members of this object.
        failed_start_has_ended_ = false;
        failed_start_has_ended_ =
            modules_->Stop(timeouts_.stop_of_modules, [&still_starting] { still_starting(); });
        if (!failed_start_has_ended_) LogAbandoned(kStopOfModule);
      }
      throw;
    }
    log_->Write(LogLevel::kInfo, "listening", {{"pipe", pipe_path_}, {"version", ONBEHALF_VERSION}});
    Report(Event::kStarted, {ONBEHALF_VERSION, pipe_path_});
  }

  bool Stop(const std::function<void()>& still_stopping) override {
    log_->Write(LogLevel::kInfo, "stopping");
    std::string abandoned;
    const auto may_abandon = [&](const std::vector<std::string>& methods, std::chrono::milliseconds waited) {
      if (waited < (modules_->HaveAll(methods) ? timeouts_.modules : timeouts_.others)) return false;
      abandoned = Joined(methods, ", ");
      return true;
    };
    bool has_ended = server_->Stop(still_stopping, may_abandon);
    if (has_ended && !modules_->Stop(timeouts_.stop_of_modules, still_stopping)) {
      has_ended = false;
      abandoned = kStopOfModule;
    }
    audit_->Anchor();
    if (!has_ended) {
      LogAbandoned(abandoned);
      Report(Event::kStopped, {"Calls did not end and were abandoned:", abandoned});
      return false;
    }
    log_->Write(LogLevel::kInfo, "stopped");
    Report(Event::kStopped, {why_stopped_});
    return true;
  }

  bool FailedStartHasEnded() const override { return failed_start_has_ended_; }
  DWORD FailureCode() const override { return static_cast<DWORD>(failure_); }

  // Instead of Start: reports everything in the settings that a start would refuse. All parts are constructed, because only then
  // are the methods known; nothing is opened or written.
  SettingsResult CheckSettings() {
    SettingsResult read = ReadOwnSettings();
    settings_ = std::make_shared<LiveSettings>(Settings());
    log_ = std::make_unique<Log>();
    audit_ = std::make_unique<Audit>(command_line_.folders.Logs());
    AddMethods();
    CheckMethodLimits(read.settings, server_->methods(), KnownMethods::kWithoutModules, read.faults);
    return read;
  }

 private:
  const protocol::ServiceName& name() const { return command_line_.name; }
  // Also before there is a log.
  void Report(Event event, std::initializer_list<std::string_view> strings) const {
    ReportToEventLog(name().EventSource(), event, strings);
  }
  bool in_console() const { return command_line_.mode == Mode::kConsole; }
  // Whether the settings belong to a service, also when they are only checked.
  RunsIn runs_in() const {
    const bool checks_own = command_line_.mode == Mode::kCheckConfig && command_line_.own_folder;
    return in_console() || checks_own ? RunsIn::kConsole : RunsIn::kService;
  }

  // How long the service stays without a connection; 0: for ever. Only one that Windows starts again for the next client may stop
  // itself.
  std::chrono::milliseconds IdleStop() const {
    if (timeouts_.idle) return *timeouts_.idle;
    const auto settings = settings_->Now();
    if (command_line_.mode != Mode::kService || settings->service.idle_stop.count() == 0) return {};
    try {
      const auto pipes = win32::InstalledService::Open(name().text(), SERVICE_QUERY_CONFIG).QueryStartPipes();
      const bool starts_by_own = std::any_of(pipes.begin(), pipes.end(), [&](const std::string& pipe) {
        return protocol::IsSameIgnoringAsciiCase(pipe, settings->pipe.name);
      });
      if (starts_by_own) return settings->service.idle_stop;
      if (!pipes.empty()) {
        log_->Write(
            LogLevel::kWarning,
            "a client of another pipe starts this service, so it does not stop by itself: correct its start trigger",
            {{"pipe", settings->pipe.name}, {"trigger", Joined(pipes, ", ")}});
      }
    } catch (const win32::Win32Error& error) {
      // A system without start triggers.
      if (error.win32_code() != ERROR_INVALID_LEVEL) {
        log_->Write(LogLevel::kWarning,
                    "the start trigger cannot be read, so the service does not stop by itself",
                    {{"why", error.what()}});
      }
    }
    return {};
  }

  // On a thread of the server, which ends before Stop does.
  void OnIdle(std::chrono::milliseconds idle) {
    const auto minutes = std::chrono::floor<std::chrono::minutes>(idle).count();
    const std::string time =
        minutes != 0 ? std::to_string(minutes) + " min" : std::to_string(idle.count()) + " ms";
    why_stopped_ = "It had no connection for " + time + " (service.idle_stop_minutes).";
    log_->Write(LogLevel::kInfo, "there is nothing to do: stopping until a client opens the pipe",
                {{"idle", time}});
    stop_();
  }

  void LogAbandoned(std::string_view running) {
    log_->Write(LogLevel::kError, "calls do not end: the process ends without them", {{"running", running}});
  }

  void Assemble() {
    const DataFolders& folders = command_line_.folders;
    if (in_console()) CreateDataFolders(folders);

    const auto unsafe = UnsafeFiles();
    if (!unsafe.empty()) {
      failure_ = StartFailure::kUnsafeFiles;
      throw std::runtime_error(Joined(unsafe));
    }

    SettingsResult read = ReadOwnSettings();
    RequireSound(read);
    const Settings settings = read.settings;
    settings_ = std::make_shared<LiveSettings>(settings);

    HardenProcessFurther(settings.hardening, hardening_);
    log_ = std::make_unique<Log>(folders.Logs(), settings.log,
                                 in_console() ? Log::Console::kYes : Log::Console::kNo, name());
    settings_->Observe([this](const Settings&, const Settings& now) { log_->SetLevel(now.log.level); });
    if (!hardening_.missing.empty()) {
      const std::string missing = Joined(hardening_.missing);
      log_->Write(LogLevel::kWarning, "some requested protections are not in force", {{"missing", missing}});
      Report(Event::kHardeningIncomplete, {missing});
    }
    if (!hardening_.off.empty()) {
      log_->Write(LogLevel::kInfo, "protections are turned off by the settings",
                  {{"off", Joined(hardening_.off)}});
    }
    AuditOptions audit;
    audit.settings = settings.audit;
    // In the foreground any user may run it, possibly without the right to write the audit's own event log.
    audit.anchors =
        in_console()
            ? std::make_shared<EventLogAnchors>(name().EventSource(), EventLogAnchors::Source::kShared)
            : std::make_shared<EventLogAnchors>(name().AuditEventSource(), EventLogAnchors::Source::kAudit);
    audit.report = [this](Event event, std::initializer_list<std::string_view> strings) {
      Report(event, strings);
    };
    audit_ = std::make_unique<Audit>(folders.Logs(), std::move(audit));
    if (!audit_->Open()) {
      log_->Write(LogLevel::kError, "the audit cannot be written", {{"why", audit_->State().error}});
    }
    AddMethods();
    // Last: modules must not use namespaces that exist already.
    modules_ = std::make_unique<Modules>(ModulesFolder(OwnExecutable()), settings.modules, *log_);
    modules_->Load(server_->methods());
    CheckMethodLimits(settings, server_->methods(), KnownMethods::kAll, read.faults);
    RequireSound(read);
  }

  // Creates the server with every method that a client may call.
  void AddMethods() {
    const auto settings = settings_->Now();
    const DataFolders& folders = command_line_.folders;
    pipe_path_ = R"(\\.\pipe\)" + settings->pipe.name;
    const auto names = std::make_shared<win32::AccountNames>();
    server_ =
        std::make_unique<Server>(settings_, pipe_path_, folders.Policy(), *audit_, *log_, names, name());
    const auto reload =
        std::make_shared<SettingsReload>([this] { return RereadSettings(); }, settings_, *log_);
    AddBuiltInMethods({server_->methods(), server_->access(), *server_, *audit_, *log_, settings_, names,
                       pipe_path_, hardening_, [this] { return modules_->States(); },
                       [reload](const std::string& account) { return reload->Run(account); }});
    if (add_methods_) add_methods_(server_->methods());
  }

  SettingsResult ReadSettingsFile() const {
    Settings defaults;
    defaults.pipe.name = name().PipeName();
    SettingsResult read = ReadSettings(command_line_.folders.SettingsFile(), defaults);
    CheckSourceAccess(read.settings, read.faults);
    if (command_line_.pipe) read.settings.pipe.name = *command_line_.pipe;
    return read;
  }

  // Does not run any module code.
  std::vector<SettingsFault> FaultsOfModules(const Settings& settings) const {
    return FindModuleFaults(OwnExecutable(), settings.modules, runs_in());
  }

  // Includes faults of the settings and of the modules' files.
  SettingsResult ReadOwnSettings() const {
    SettingsResult read = ReadSettingsFile();
    if (read.faults.empty()) read.faults = FaultsOfModules(read.settings);
    return read;
  }

  void RequireSound(const SettingsResult& read) {
    if (read.faults.empty()) return;
    failure_ = StartFailure::kSettings;
    throw std::runtime_error(ReportOf(read, command_line_.folders.SettingsFile()));
  }

  // A reload refuses what a start would. Paths, and who may write to them, are not for clients: they go to the log.
  SettingsResult RereadSettings() {
    if (const auto unsafe = UnsafeFiles(); !unsafe.empty()) {
      log_->Write(LogLevel::kError, "the service's files are not safe", {{"what", Joined(unsafe)}});
      SettingsResult refused;
      refused.faults.push_back({"", "the service's files can be changed by ordinary users: see its log"});
      return refused;
    }
    SettingsResult read = ReadSettingsFile();
    if (read.faults.empty()) {
      for (const SettingsFault& fault : FaultsOfModules(read.settings)) {
        log_->Write(LogLevel::kError, "a module file failed its security check",
                    {{"key", fault.key}, {"what", fault.message}});
        read.faults.push_back(
            {fault.key, "its file is missing or can be changed by ordinary users: see the log"});
      }
    }
    CheckMethodLimits(read.settings, server_->methods(), KnownMethods::kAll, read.faults);
    return read;
  }

  std::vector<std::string> UnsafeFiles() const {
    return FindUnsafeFiles(OwnExecutable(), command_line_.folders, runs_in(), name());
  }

  // The pipe's name may belong to another program, which may end; until then nothing is served.
  void Listen(const std::function<bool()>& still_starting) {
    const auto give_up =
        std::chrono::steady_clock::now() + (in_console() ? std::chrono::seconds(0) : kPipeTimeout);
    for (DWORD pause = 250;; pause = std::min<DWORD>(pause * 2, 4'000)) {
      try {
        return server_->Start();
      } catch (const pipe::NameTaken& taken) {
        failure_ = StartFailure::kPipeTaken;
        if (std::chrono::steady_clock::now() >= give_up || !still_starting()) throw;
        log_->Write(LogLevel::kError, "the pipe cannot be used; will retry", {{"why", taken.what()}});
        Report(Event::kPipeSquatted, {taken.what()});
      }
      ::Sleep(pause);
    }
  }

  const CommandLine command_line_;
  Hardening hardening_;
  const std::function<void(MethodRegistry&)> add_methods_;
  const StopTimeouts timeouts_;
  std::shared_ptr<LiveSettings> settings_;
  std::string pipe_path_;
  std::function<void()> stop_;
  std::string why_stopped_;  // if it was not asked to
  StartFailure failure_ = StartFailure::kOther;
  bool failed_start_has_ended_ = true;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Audit> audit_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Modules> modules_;
};

int CheckConfig(Application& application, const std::filesystem::path& file) {
  const SettingsResult result = application.CheckSettings();
  std::fputs((ReportOf(result, file) + "\n").c_str(), stdout);
  return result.faults.empty() ? 0 : 1;
}

int ResetPolicy(const CommandLine& command_line) {
  const ResetAccessResult result =
      ResetAccess(command_line.folders.Policy(), command_line.name,
                  command_line.own_folder ? FolderOf::kNoService : FolderOf::kService);
  if (!result.done) {
    std::fprintf(stderr, "onbehalf-service: %s\n", result.text.c_str());
    return 1;
  }
  std::puts(result.text.c_str());
  ReportToEventLog(command_line.name.EventSource(), Event::kPolicyChanged, {"--reset-access:", result.text});
  return 0;
}

}  // namespace

int ServiceProgram(int argc, wchar_t** argv, const std::function<void(MethodRegistry&)>& add_methods) {
  return ServiceProgram(argc, argv, add_methods, StopTimeouts());
}

int ServiceProgram(int argc, wchar_t** argv, const std::function<void(MethodRegistry&)>& add_methods,
                   const StopTimeouts& timeouts) {
  // First of all: from now on libraries are loaded only from trusted places.
  Hardening hardening = HardenProcess();
  try {
    CommandLineResult parsed = ParseCommandLine(argc, argv);
    if (!parsed.fault.empty()) {
      std::fprintf(stderr, "onbehalf-service: %s\n\n%s", parsed.fault.c_str(), kCommandLineHelp);
      return 2;
    }
    const Mode mode = parsed.command_line.mode;
    switch (mode) {
      case Mode::kHelp:
        std::fputs(kCommandLineHelp, stdout);
        return 0;
      case Mode::kVersion:
        std::puts("onbehalf-service " ONBEHALF_VERSION);
        return 0;
      case Mode::kResetAccess:
        return ResetPolicy(parsed.command_line);
      case Mode::kSetAccount: {
        const auto [account, fault] =
            ParseServiceAccount(parsed.command_line.account, parsed.command_line.name);
        if (account) return SetServiceAccount(parsed.command_line.name, *account);
        std::fprintf(stderr, "onbehalf-service: --set-account: %s\n", fault.c_str());
        return 2;
      }
      case Mode::kCheckConfig:
      case Mode::kConsole:
      case Mode::kService:
        break;
    }
    const std::filesystem::path settings_file = parsed.command_line.folders.SettingsFile();
    const std::wstring name = win32::ToWide(parsed.command_line.name.text());
    const bool until_input_ends = parsed.command_line.until_input_ends;
    Application application(std::move(parsed.command_line), std::move(hardening), add_methods, timeouts);
    if (mode == Mode::kCheckConfig) return CheckConfig(application, settings_file);
    if (mode == Mode::kConsole) return RunInConsole(application, until_input_ends);
    return RunUnderServiceControl(name.c_str(), application);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "onbehalf-service: %s\n", error.what());
    return 1;
  }
}

}  // namespace onbehalf::service
