#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "log/log.h"
#include "onbehalf/service/settings.h"
#include "program/server.h"
#include "settings/live_settings.h"

namespace onbehalf::test {

// The whole pipe server in this process, on a pipe and in a folder of its own, with the built-in methods.
// Change settings() and methods() before Start. Its timeouts are as long as a test waits at most. The
// destructor stops it and removes its folder.
class TestServer {
 public:
  TestServer();
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  // Only before the first use of methods() or Start.
  service::Settings& settings() { return settings_; }
  service::MethodRegistry& methods() { return server().methods(); }
  service::Server& server();
  // Made from settings() by the first use of methods() or Start.
  const std::shared_ptr<service::LiveSettings>& live_settings() {
    server();
    return live_settings_;
  }
  // For a running server: takes effect from the next request, and the next check of its connections.
  void ChangeLimits(const std::function<void(protocol::Limits&)>& change);
  service::Log& log() {
    server();
    return *log_;
  }
  service::Audit& audit() {
    server();
    return *audit_;
  }
  void Start() { server().Start(); }

  const std::string& pipe_path() const { return pipe_path_; }
  const std::filesystem::path& folder() const { return folder_; }
  // What service.reload reads. The file need not exist.
  std::filesystem::path settings_file() const { return folder_ / "onbehalf.json"; }
  std::filesystem::path policy_folder() const { return folder_ / "policy"; }
  // The audit's records so far, in order.
  std::vector<nlohmann::json> AuditLines() const;
  // The log's text so far.
  std::string LogText() const;

 private:
  const std::string pipe_name_;
  const std::string pipe_path_;
  const std::filesystem::path folder_;
  service::Settings settings_;
  std::shared_ptr<service::LiveSettings> live_settings_;
  std::unique_ptr<service::Log> log_;
  std::unique_ptr<service::Audit> audit_;
  std::unique_ptr<service::Server> server_;
};

// A method that everyone may call.
service::Method PublicMethod(std::string name, service::Acts acts, service::Pace pace,
                             std::function<service::MethodResult(const service::Call&)> handler);

}  // namespace onbehalf::test
