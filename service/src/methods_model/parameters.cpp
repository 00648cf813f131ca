#include "methods_model/parameters.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "methods_model/schema_check.h"
#include "onbehalf/fields.h"
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

protocol::Result<Json> BindParameters(std::span<const Parameter> declared, bool takes_progress_token,
                                      const Json& params, Json* progress_token) {
  Json bound = Json::object();
  const Json* token = nullptr;
  if (params.is_array()) {
    const std::size_t count = declared.size();
    if (takes_progress_token && params.size() == count + 1) token = &params[count];
    if (params.size() > count && token == nullptr) {
      return InvalidParams("expected at most " + std::to_string(count) + " parameters" +
                           (takes_progress_token ? " and a progress token" : "") + ", got " +
                           std::to_string(params.size()));
    }
    for (std::size_t i = 0; i < std::min(count, params.size()); ++i) {
      const Parameter& parameter = declared[i];
      // A placeholder for an optional parameter before a given one.
      if (params[i].is_null() && !parameter.required && !Fits(params[i], parameter.schema)) continue;
      if (auto error = Bind(parameter, params[i], bound)) return *std::move(error);
    }
  } else if (params.is_object()) {
    for (const auto& [name, value] : params.items()) {
      if (name == kProgressToken) {
        if (takes_progress_token) token = &value;
        continue;
      }
      const auto parameter = std::find_if(declared.begin(), declared.end(),
                                          [&name = name](const Parameter& one) { return one.name == name; });
      if (parameter == declared.end()) {
        std::string message = "unknown parameter \"";
        AppendEscaped(message, name, Escaping::kJson, 64);
        return InvalidParams(message + "\"");
      }
      if (auto error = Bind(*parameter, value, bound)) return *std::move(error);
    }
  } else if (!params.is_null()) {
    return InvalidParams("params must be an object or an array");
  }
  for (const Parameter& parameter : declared) {
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

std::vector<Parameter> ParametersOf(Fields fields) {
  std::vector<Parameter> parameters;
  for (const Field& field : fields) {
    Json schema = fields::SchemaOf(field, Direction::kTaken);
    // Any value.
    if (schema.empty()) schema = nullptr;
    if (field.is_nullable) schema = fields::OrNull(std::move(schema));
    parameters.push_back({std::string(field.name), std::string(field.summary), std::move(schema),
                          field.is_required, field.is_audited});
  }
  return parameters;
}

}  // namespace onbehalf::service
