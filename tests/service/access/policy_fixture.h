#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "access/access_control.h"
#include "audit/audit.h"
#include "callers.h"
#include "log/log.h"
#include "methods/access_methods.h"
#include "onbehalf/win32/account_names.h"
#include "support/patience.h"
#include "temporary_folder.h"

namespace onbehalf::test {

using protocol::Json;

// The policy of a service with the methods access.*, file.read, file.write and print.submit, with its own
// files, called as the dispatcher calls it, without a pipe.
class PolicyTest : public testing::Test {
 protected:
  PolicyTest() : log_(folder_.path(), {}, service::Log::Console::kNo), audit_(folder_.path()) {
    std::filesystem::create_directory(policy_folder());
    service::AddAccessMethods(methods_, access_, names_);
    methods_.Add(MethodWithDefault("file.read", "D:(A;;GXGR;;;AU)"));
    methods_.Add(MethodWithDefault("file.write", "D:"));
    methods_.Add(MethodWithDefault("print.submit", "D:(A;;GX;;;AU)"));
    access_.Start();
  }

  std::filesystem::path policy_folder() const { return folder_.path() / "policy"; }
  std::filesystem::path policy_file() const { return policy_folder() / "access.json"; }

  service::MethodResult Call(std::string_view method, const Json& params, Who who = Who::kAdministrator) {
    const service::Method* const found = methods_.Find(method);
    if (found == nullptr) throw std::invalid_argument("no method " + std::string(method));
    return found->handler(
        {*Caller(who), process_, params, "r-1", 1, {}, std::chrono::steady_clock::now() + kPatience});
  }
  // For a call that succeeds.
  Json Result(std::string_view method, const Json& params, Who who = Who::kAdministrator) {
    const service::MethodResult result = Call(method, params, who);
    if (const auto* error = result.error_if()) throw std::runtime_error(error->message);
    return result.value();
  }
  // For a call that is refused.
  protocol::Error Refused(std::string_view method, const Json& params, Who who = Who::kAdministrator) {
    const service::MethodResult result = Call(method, params, who);
    if (result.ok()) throw std::runtime_error("not refused: " + result->dump());
    return result.error();
  }

  bool MayCall(std::string_view method, Who who) {
    return access_.policy()->Check(*methods_.Find(method), *Caller(who)).allowed;
  }
  ACCESS_MASK Granted(std::string_view node, Who who) {
    const auto policy = access_.policy();
    return policy->Granted(*policy->Find(node), *Caller(who));
  }
  std::string AuditText() const {
    std::string text;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      if (entry.path().extension() == ".jsonl") text += ReadAll(entry.path());
    }
    return text;
  }
  // The audit's records of policy changes.
  std::vector<Json> ChangesInAudit() const {
    std::vector<Json> lines;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      if (entry.path().extension() != ".jsonl") continue;
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) {
        Json json = Json::parse(line);
        if (json.at("event") == "policy") lines.push_back(std::move(json));
      }
    }
    return lines;
  }

  TemporaryFolder folder_;
  service::Log log_;
  service::Audit audit_;
  service::MethodRegistry methods_;
  const std::shared_ptr<win32::AccountNames> names_ = std::make_shared<win32::AccountNames>();
  service::AccessControl access_{methods_, policy_folder(), audit_, log_, names_};
  service::ClientProcess process_;
};

}  // namespace onbehalf::test
