#pragma once

#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "onbehalf/service/method.h"
#include "onbehalf/win32/token.h"
#include "support/restricted_token.h"

namespace onbehalf::test {

// Calls handlers directly, as the dispatcher would, for a caller with the given token.
class MethodCaller {
 public:
  explicit MethodCaller(win32::Token token) : caller_(std::move(token)) {
    process_.process_id = 4711;
    process_.image_path = R"(C:\Program Files\client.exe)";
    process_.computer = "THIS-COMPUTER";
  }
  // A caller who is this process's user, at the given level.
  explicit MethodCaller(win32::ImpersonationLevel level = win32::ImpersonationLevel::kImpersonation)
      : MethodCaller(
            ImpersonationTokenOf(win32::Token::FromOwnProcess(TOKEN_QUERY | TOKEN_DUPLICATE), level)) {}

  service::MethodResult Call(const service::MethodRegistry& methods, std::string_view name,
                             const protocol::Json& params = protocol::Json::object()) const {
    const service::Method* const method = methods.Find(name);
    if (method == nullptr) throw std::invalid_argument("no method " + std::string(name));
    return method->handler({caller_, process_, params, "r-1", 1, stop.get_token(),
                            std::chrono::steady_clock::now() + std::chrono::seconds(30)});
  }
  // For calls that succeed: throws std::bad_variant_access otherwise.
  protocol::Json Result(const service::MethodRegistry& methods, std::string_view name,
                        const protocol::Json& params = protocol::Json::object()) const {
    return std::get<protocol::Json>(Call(methods, name, params));
  }

  const service::CallerIdentity& caller() const { return caller_; }

  std::stop_source stop;

 private:
  service::CallerIdentity caller_;
  service::ClientProcess process_;
};

// Whether `value` fits the part of JSON Schema that results are described with (type, properties, required,
// items);
// "" or the place that does not.
inline std::string Misfit(const protocol::Json& value, const protocol::Json& schema,
                          const std::string& place = "$") {
  const auto fits = [&value](const std::string& type) {
    return (type == "null" && value.is_null()) || (type == "boolean" && value.is_boolean()) ||
           (type == "integer" && value.is_number_integer()) || (type == "string" && value.is_string()) ||
           (type == "array" && value.is_array()) || (type == "object" && value.is_object());
  };
  if (schema.contains("type")) {
    bool any = false;
    const auto& type = schema.at("type");
    for (const auto& one : type.is_array() ? type : protocol::Json::array({type})) {
      any = any || fits(one.get<std::string>());
    }
    if (!any) return place + " is no " + type.dump();
  }
  if (value.is_object() && schema.contains("properties")) {
    for (const auto& name : schema.at("required")) {
      if (!value.contains(name.get<std::string>())) return place + " has no " + name.dump();
    }
    for (const auto& [name, member] : value.items()) {
      if (!schema.at("properties").contains(name)) return place + "." + name + " is not described";
      if (auto misfit = Misfit(member, schema.at("properties").at(name), place + "." + name);
          !misfit.empty()) {
        return misfit;
      }
    }
  }
  if (value.is_array() && schema.contains("items")) {
    for (const auto& element : value) {
      if (auto misfit = Misfit(element, schema.at("items"), place + "[]"); !misfit.empty()) return misfit;
    }
  }
  return {};
}

}  // namespace onbehalf::test
