#include <set>
#include <stdexcept>
#include <utility>

#include "methods_model/method_name.h"
#include "methods_model/parameters.h"
#include "methods_model/schema_check.h"
#include "onbehalf/service/method.h"

namespace onbehalf::service {
namespace {

void RequireSchema(const Method& method, const std::string& of_what, const Json& schema) {
  if (const auto fault = SchemaFault(schema)) {
    throw std::invalid_argument(method.name + ": the schema of " + of_what + ": " + *fault);
  }
}

}  // namespace

void MethodRegistry::Add(Method method) {
  if (!IsMethodName(method.name)) {
    throw std::invalid_argument("invalid method name, expected namespace.method in letters, digits and _: " +
                                method.name);
  }
  if (!method.handler && !method.stream) {
    throw std::invalid_argument("a method needs a handler or a stream: " + method.name);
  }
  if (method.handler && method.stream && method.reports_progress) {
    throw std::invalid_argument(
        "a request with a progressToken opens the stream, so the handler cannot report progress: " +
        method.name);
  }
  if (method.stream && method.pace == Pace::kQuick) {
    throw std::invalid_argument("a method with a stream must not be Pace::kQuick: " + method.name);
  }
  RequireSchema(method, "the result", method.result_schema);
  RequireSchema(method, "the progress", method.progress_schema);
  bool optional_seen = false;
  std::set<std::string_view> names;
  for (const Parameter& parameter : method.parameters) {
    if (parameter.required && optional_seen) {
      throw std::invalid_argument("a required parameter follows an optional one: " + method.name + ", " +
                                  parameter.name);
    }
    if (parameter.name == kProgressToken) {
      throw std::invalid_argument("a parameter cannot be called progressToken: " + method.name);
    }
    if (parameter.name.empty() || !names.insert(parameter.name).second) {
      throw std::invalid_argument("a parameter name is empty or used twice: " + method.name + ", " +
                                  parameter.name);
    }
    RequireSchema(method, "the parameter " + parameter.name, parameter.schema);
    if (parameter.required && parameter.schema.contains("default")) {
      throw std::invalid_argument("a required parameter cannot have a default: " + method.name + ", " +
                                  parameter.name);
    }
    optional_seen = optional_seen || !parameter.required;
  }
  std::string name = method.name;
  const auto [position, added] = methods_.try_emplace(std::move(name), std::move(method));
  if (!added) throw std::invalid_argument("duplicate method name: " + position->first);
}

const Method* MethodRegistry::Find(std::string_view name) const {
  const auto found = methods_.find(name);
  return found == methods_.end() ? nullptr : &found->second;
}

std::vector<const Method*> MethodRegistry::All() const {
  std::vector<const Method*> all;
  all.reserve(methods_.size());
  for (const auto& [name, method] : methods_) all.push_back(&method);
  return all;
}

}  // namespace onbehalf::service
