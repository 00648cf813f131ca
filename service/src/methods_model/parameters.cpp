#include "methods_model/parameters.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "methods_model/schema_check.h"
#include "text/escaped_text.h"

namespace onbehalf::service {
namespace {

using protocol::InvalidParams;

std::optional<protocol::Error> Bind(const Parameter& parameter, const Json& value, Json& bound) {
  if (auto misfit = Misfit(parameter.name, value, parameter.schema)) return InvalidParams(*std::move(misfit));
  // Handlers read integers as integers, whichever way they were written.
  bound[parameter.name] = WithIntegers(value, parameter.schema);
  return std::nullopt;
}

// Short, because every progress notification repeats it.
const Json kTokenSchema{{"type", {"string", "integer"}}, {"maxLength", 1024}};

}  // namespace

Result<Json> BindParameters(const Method& method, const Json& params, Json* progress_token) {
  Json bound = Json::object();
  const Json* token = nullptr;
  if (params.is_array()) {
    const std::size_t declared = method.parameters.size();
    if (method.takes_progress_token() && params.size() == declared + 1) token = &params[declared];
    if (params.size() > declared && token == nullptr) {
      return InvalidParams("expected at most " + std::to_string(declared) + " parameters" +
                           (method.takes_progress_token() ? " and a progress token" : "") + ", got " +
                           std::to_string(params.size()));
    }
    for (std::size_t i = 0; i < std::min(declared, params.size()); ++i) {
      const Parameter& parameter = method.parameters[i];
      // A placeholder for an optional parameter before a given one.
      if (params[i].is_null() && !parameter.required && !Fits(params[i], parameter.schema)) continue;
      if (auto error = Bind(parameter, params[i], bound)) return *std::move(error);
    }
  } else if (params.is_object()) {
    for (const auto& [name, value] : params.items()) {
      if (name == kProgressToken) {
        if (method.takes_progress_token()) token = &value;
        continue;
      }
      const auto parameter = std::find_if(method.parameters.begin(), method.parameters.end(),
                                          [&name = name](const Parameter& one) { return one.name == name; });
      if (parameter == method.parameters.end()) {
        std::string message = "unknown parameter \"";
        AppendEscaped(message, name, Escaping::kJson, 64);
        return InvalidParams(message + "\"");
      }
      if (auto error = Bind(*parameter, value, bound)) return *std::move(error);
    }
  } else if (!params.is_null()) {
    return InvalidParams("params must be an object or an array");
  }
  for (const Parameter& parameter : method.parameters) {
    if (bound.contains(parameter.name)) continue;
    if (parameter.required)
      return InvalidParams(parameter.name + ": required, expected " + Expected(parameter.schema));
    const auto unless_given = parameter.schema.find("default");
    if (unless_given != parameter.schema.end()) bound[parameter.name] = *unless_given;
  }
  if (token != nullptr && !token->is_null()) {
    if (auto misfit = Misfit(std::string(kProgressToken), *token, kTokenSchema)) {
      return InvalidParams(*std::move(misfit));
    }
    if (progress_token != nullptr) *progress_token = *token;
  }
  return bound;
}

}  // namespace onbehalf::service
