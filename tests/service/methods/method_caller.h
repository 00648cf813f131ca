#pragma once

#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "methods_model/parameters.h"
#include "methods_model/schema_check.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/token.h"
#include "support/patience.h"
#include "support/restricted_token.h"

namespace onbehalf::test {

// Calls handlers directly, as the dispatcher does, for a caller with the given token.
class MethodCaller {
 public:
  explicit MethodCaller(win32::Token token) : caller_(std::move(token)) {
    process_.process_id = 4711;
    process_.image_path = R"(C:\Program Files\client.exe)";
    process_.computer = "THIS-COMPUTER";
  }
  // The caller is this process's user, at the given level.
  explicit MethodCaller(win32::ImpersonationLevel level = win32::ImpersonationLevel::kImpersonation)
      : MethodCaller(
            ImpersonationTokenOf(win32::Token::FromOwnProcess(TOKEN_QUERY | TOKEN_DUPLICATE), level)) {}

  service::MethodResult Call(const service::MethodRegistry& methods, std::string_view name,
                             const protocol::Json& params = protocol::Json::object()) const {
    const service::Method* const method = methods.Find(name);
    if (method == nullptr) throw std::invalid_argument("no method " + std::string(name));
    auto bound = service::BindParameters(method->parameters, method->takes_progress_token(), params);
    if (!bound.ok()) return std::move(bound).error();
    return method->handler({caller_, process_, bound.value(), "r-1", 1, stop.get_token(),
                            std::chrono::steady_clock::now() + kPatience});
  }
  // For calls that succeed: throws std::bad_variant_access otherwise.
  protocol::Json Result(const service::MethodRegistry& methods, std::string_view name,
                        const protocol::Json& params = protocol::Json::object()) const {
    return Call(methods, name, params).value();
  }

  const service::CallerIdentity& caller() const { return caller_; }

  std::stop_source stop;

 private:
  service::CallerIdentity caller_;
  service::ClientProcess process_;
};

// `schema`, with objects allowed only the members that it describes: the schema of a result must be complete.
inline protocol::Json Complete(protocol::Json schema) {
  if (!schema.is_structured()) return schema;
  for (auto& inner : schema) inner = Complete(std::move(inner));
  if (schema.contains("properties") && !schema.contains("additionalProperties"))
    schema["additionalProperties"] = false;
  return schema;
}

// Why `value` does not match `schema`, or which member the schema does not describe; "" if it matches.
inline std::string Misfit(const protocol::Json& value, const protocol::Json& schema) {
  return service::Misfit("$", value, Complete(schema)).value_or("");
}

}  // namespace onbehalf::test
