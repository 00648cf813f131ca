#include "test_server.h"

#include <chrono>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string_view>
#include <utility>

#include "database/source_access.h"
#include "log/event_log.h"
#include "methods/built_in_methods.h"
#include "pipe/pipe_descriptor.h"
#include "requests/method_limits.h"
#include "requests/settings_reload.h"
#include "support/patience.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::test {
namespace {

using std::chrono::milliseconds;

std::string TextOf(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TestServer::TestServer()
    : pipe_name_(UniquePipeName()),
      pipe_path_(LocalPipePath(pipe_name_)),
      folder_(std::filesystem::temp_directory_path() / pipe_name_) {
  std::filesystem::create_directories(folder_);
  settings_.pipe.name = pipe_name_;
  // Tests of these limits set them. Otherwise they must not be reached just because a machine is busy.
  protocol::Limits& limits = settings_.limits;
  for (milliseconds* limit : {&limits.first_request_timeout, &limits.header_timeout, &limits.frame_timeout,
                              &limits.write_timeout, &limits.request_deadline, &limits.stop_grace}) {
    *limit = kPatience;
  }
}

void TestServer::ChangeLimits(const std::function<void(protocol::Limits&)>& change) {
  live_settings()->Change([&](const service::Settings& now) {
    service::Settings next = now;
    change(next.limits);
    return next;
  });
}

TestServer::~TestServer() {
  server_.reset();
  audit_.reset();
  log_.reset();
  std::error_code ignored;  // a file that a test still has open stays in the temporary folder
  std::filesystem::remove_all(folder_, ignored);
}

service::Server& TestServer::server() {
  if (!server_) {
    log_ = std::make_unique<service::Log>(folder_, settings_.log, service::Log::Console::kNo);
    service::AuditOptions audit;
    audit.settings = settings_.audit;
    audit_ = std::make_unique<service::Audit>(folder_, std::move(audit));
    std::filesystem::create_directories(policy_folder());
    live_settings_ = std::make_shared<service::LiveSettings>(settings_);
    const auto names = std::make_shared<win32::AccountNames>();
    server_ =
        std::make_unique<service::Server>(live_settings_, pipe_path_, policy_folder(), *audit_, *log_, names);
    const auto read = [this] {
      service::SettingsResult result = service::ReadSettings(settings_file());
      service::CheckSourceAccess(result.settings, result.faults);
      service::CheckMethodLimits(result.settings, server_->methods(), service::KnownMethods::kAll,
                                 result.faults);
      return result;
    };
    const auto reload = std::make_shared<service::SettingsReload>(
        read, live_settings_, *log_, [](service::Event, std::initializer_list<std::string_view>) {});
    service::AddBuiltInMethods({server_->methods(),
                                server_->access(),
                                *server_,
                                *audit_,
                                *log_,
                                live_settings_,
                                names,
                                pipe_path_,
                                {},
                                [] { return std::vector<service::ModuleState>(); },
                                [reload](const std::string& account) { return reload->Run(account); }});
  }
  return *server_;
}

std::vector<nlohmann::json> TestServer::AuditLines() const {
  std::vector<nlohmann::json> lines;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().extension() != ".jsonl") continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  }
  return lines;
}

std::string TestServer::LogText() const { return TextOf(folder_ / "service.log"); }

service::Method PublicMethod(std::string name, service::Acts acts, service::Pace pace,
                             std::function<service::MethodResult(const service::Call&)> handler) {
  service::Method method;
  method.name = std::move(name);
  method.summary = "A method of a test.";
  method.access_default = "D:(A;;GXGR;;;AU)";
  method.acts = acts;
  method.pace = pace;
  method.handler = std::move(handler);
  return method;
}

}  // namespace onbehalf::test
