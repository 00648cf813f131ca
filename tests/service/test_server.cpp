#include "test_server.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "methods/access_methods.h"
#include "methods/audit_methods.h"
#include "methods/database_methods.h"
#include "methods/file_methods.h"
#include "methods/identity_methods.h"
#include "methods/registry_methods.h"
#include "methods/rpc_methods.h"
#include "pipe_descriptor.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::test {
namespace {

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
}

TestServer::~TestServer() {
  server_.reset();
  audit_.reset();
  log_.reset();
  std::error_code ignored;  // a file that a test still holds open stays behind in the temporary folder
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
    server_ = std::make_unique<service::Server>(live_settings_, pipe_path_, policy_folder(), *audit_, *log_, names);
    service::Server& server = *server_;
    service::AddRpcMethods(server.methods(),
                           [&server](const service::Method& method, const service::CallerIdentity& caller) {
                             return server.access().policy()->MaySee(method, caller);
                           },
                           [&server](std::uint64_t connection, service::EventSet events) {
                             return server.Subscribe(connection, events);
                           });
    service::AddAuditMethods(server.methods(), *audit_, names, live_settings_);
    service::AddDatabaseMethods(server.methods(), live_settings_, *log_);
    service::AddIdentityMethods(server.methods(), names);
    service::AddRegistryMethods(server.methods(), live_settings_);
    service::AddAccessMethods(server.methods(), server.access(), names);
    service::AddFileMethods(server.methods(), live_settings_);
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
