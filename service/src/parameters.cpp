#include "parameters.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "escaped_text.h"

namespace onbehalf::service {
namespace {

protocol::Error InvalidParams(std::string message) {
  return {protocol::ErrorCode::kInvalidParams, std::move(message), nullptr};
}

// JSON Schema calls 1.0 an integer too. Beyond 2^53 not every integer is a double, so none is taken for one.
bool IsInteger(const Json& value) {
  if (value.is_number_integer()) return true;
  if (!value.is_number_float()) return false;
  const auto number = value.get<double>();
  return std::trunc(number) == number && std::abs(number) <= 9007199254740992.0;
}

bool IsOfType(const Json& value, std::string_view type) {
  if (type == "null") return value.is_null();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return IsInteger(value);
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "array") return value.is_array();
  return type == "object" && value.is_object();
}

std::string_view WithArticle(std::string_view type) {
  if (type == "boolean") return "a boolean";
  if (type == "integer") return "an integer";
  if (type == "number") return "a number";
  if (type == "string") return "a string";
  if (type == "array") return "an array";
  if (type == "object") return "an object";
  return "null";
}

std::string_view TypeOf(const Json& value) {
  if (value.is_number()) return IsInteger(value) ? "an integer" : "another number";
  return WithArticle(value.type_name());
}

std::size_t Characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<std::uint8_t>(c) & 0xC0u) != 0x80u; }));
}

// nlohmann's own comparison reads an unsigned number beyond 63 bits as a negative one.
bool IsLess(const Json& a, const Json& b) {
  if (a.is_number_unsigned() && b.is_number_unsigned())
    return a.get<std::uint64_t>() < b.get<std::uint64_t>();
  if (a.is_number_integer() && b.is_number_integer()) {
    if (a.is_number_unsigned()) return std::cmp_less(a.get<std::uint64_t>(), b.get<std::int64_t>());
    if (b.is_number_unsigned()) return std::cmp_less(a.get<std::int64_t>(), b.get<std::uint64_t>());
    return a.get<std::int64_t>() < b.get<std::int64_t>();
  }
  return a.get<double>() < b.get<double>();
}

const Json* Member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

bool Fits(const Json& value, const Json& schema) {
  if (const Json* const type = Member(schema, "type")) {
    const bool fits = type->is_array()
                          ? std::any_of(type->begin(), type->end(),
                                        [&value](const Json& one) {
                                          return IsOfType(value, one.get_ref<const std::string&>());
                                        })
                          : IsOfType(value, type->get_ref<const std::string&>());
    if (!fits) return false;
  }
  if (const Json* const words = Member(schema, "enum")) {
    if (std::find(words->begin(), words->end(), value) == words->end()) return false;
  }
  if (value.is_number()) {
    if (const Json* const minimum = Member(schema, "minimum"); minimum != nullptr && IsLess(value, *minimum))
      return false;
    if (const Json* const maximum = Member(schema, "maximum"); maximum != nullptr && IsLess(*maximum, value))
      return false;
  }
  if (value.is_string()) {
    const std::size_t length = Characters(value.get_ref<const std::string&>());
    if (const Json* const minimum = Member(schema, "minLength");
        minimum != nullptr && length < minimum->get<std::size_t>()) {
      return false;
    }
    if (const Json* const maximum = Member(schema, "maxLength");
        maximum != nullptr && length > maximum->get<std::size_t>()) {
      return false;
    }
  }
  if (value.is_array()) {
    if (const Json* const minimum = Member(schema, "minItems");
        minimum != nullptr && value.size() < minimum->get<std::size_t>()) {
      return false;
    }
    if (const Json* const maximum = Member(schema, "maxItems");
        maximum != nullptr && value.size() > maximum->get<std::size_t>()) {
      return false;
    }
  }
  return true;
}

// " from 1 to 5", " of at least 1", "" …
std::string Range(const Json& schema, const char* minimum_word, const char* maximum_word, const char* unit) {
  const Json* const minimum = Member(schema, minimum_word);
  const Json* const maximum = Member(schema, maximum_word);
  if (minimum != nullptr && maximum != nullptr) {
    return " of " + protocol::ToText(*minimum) + " to " + protocol::ToText(*maximum) + unit;
  }
  if (minimum != nullptr) return " of at least " + protocol::ToText(*minimum) + unit;
  if (maximum != nullptr) return " of at most " + protocol::ToText(*maximum) + unit;
  return {};
}

std::string Expected(const Json& schema) {
  if (const Json* const words = Member(schema, "enum")) {
    std::string text = "one of ";
    for (const Json& word : *words) {
      if (&word != &words->front()) text += ", ";
      text += protocol::ToText(word);
    }
    return text;
  }
  std::string text;
  if (const Json* const type = Member(schema, "type")) {
    if (type->is_array()) {
      for (const Json& one : *type) {
        if (!text.empty()) text += " or ";
        text += WithArticle(one.get_ref<const std::string&>());
      }
    } else {
      text = WithArticle(type->get_ref<const std::string&>());
    }
  } else {
    text = "a value";
  }
  return text + Range(schema, "minimum", "maximum", "") +
         Range(schema, "minLength", "maxLength", " characters") + Range(schema, "minItems", "maxItems", " elements");
}

// What was given, for a value that does not fit: its type, or what about it is out of range.
std::string Got(const Json& value, const Json& schema) {
  if (value.is_number() && (schema.contains("minimum") || schema.contains("maximum"))) {
    return protocol::ToText(value);
  }
  if (value.is_string() && (schema.contains("minLength") || schema.contains("maxLength"))) {
    return "a string of " + std::to_string(Characters(value.get_ref<const std::string&>())) + " characters";
  }
  if (value.is_array() && (schema.contains("minItems") || schema.contains("maxItems"))) {
    return "an array of " + std::to_string(value.size()) + " elements";
  }
  if (schema.contains("enum")) return "another value";
  return std::string(TypeOf(value));
}

// Nothing if `value`, and every element of it, fits. As deep as the schema, which is the service's.
std::optional<protocol::Error> Misfit(const std::string& name, const Json& value, const Json& schema) {
  if (!Fits(value, schema)) {
    return InvalidParams(name + ": expected " + Expected(schema) + ", got " + Got(value, schema));
  }
  const Json* const items = value.is_array() ? Member(schema, "items") : nullptr;
  for (std::size_t i = 0; items != nullptr && i < value.size(); ++i) {
    if (auto error = Misfit(name + "[" + std::to_string(i) + "]", value[i], *items)) return error;
  }
  return std::nullopt;
}

std::optional<protocol::Error> Bind(const Parameter& parameter, const Json& value, Json& bound) {
  if (auto error = Misfit(parameter.name, value, parameter.schema)) return error;
  // Handlers read integers as such, however they were spelled.
  const bool is_integer = parameter.schema.value("type", Json()) == "integer";
  bound[parameter.name] =
      is_integer && value.is_number_float() ? Json(static_cast<std::int64_t>(value.get<double>())) : value;
  return std::nullopt;
}

// It comes back with every value of the progress, so it is short.
const Json kTokenSchema{{"type", {"string", "integer"}}, {"maxLength", 1024}};

}  // namespace

std::variant<Json, protocol::Error> BindParameters(const Method& method, const Json& params, Json* progress_token) {
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
      // A place that has to be filled for one behind it.
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
        std::string message = "there is no parameter \"";
        AppendEscaped(message, name, Escaping::kJson, 64);
        return InvalidParams(message + "\"");
      }
      if (auto error = Bind(*parameter, value, bound)) return *std::move(error);
    }
  } else if (!params.is_null()) {
    return InvalidParams("params must be an object or an array");
  }
  for (const Parameter& parameter : method.parameters) {
    if (parameter.required && !bound.contains(parameter.name)) {
      return InvalidParams(parameter.name + ": required, expected " + Expected(parameter.schema));
    }
  }
  if (token != nullptr && !token->is_null()) {
    if (auto error = Misfit(std::string(kProgressToken), *token, kTokenSchema)) return *std::move(error);
    if (progress_token != nullptr) *progress_token = *token;
  }
  return bound;
}

}  // namespace onbehalf::service
