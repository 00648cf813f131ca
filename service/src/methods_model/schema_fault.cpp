#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "methods_model/schema_check.h"
#include "methods_model/schema_values.h"

namespace onbehalf::service {
namespace {

// Deeper nesting no longer describes a method. Every function here recurses as deep as the schema.
constexpr std::size_t kMaxDepth = 16;
// Each alternative is tried, and the message for a value that fits none lists them all.
constexpr std::size_t kMaxAlternatives = 16;

enum class Kind {
  kDocuments,
  kType,
  kAnyValue,
  kList,
  kNumber,
  kCount,
  kSchema,
  kSchemas,
  kNames,
  kSchemaOrFlag,
  kAlternatives,
};

struct Keyword {
  std::string_view name;
  Kind kind;              // what its value must be
  std::string_view type;  // the type that it constrains; "" for any
};

constexpr std::array kKeywords = {
    Keyword{"title", Kind::kDocuments, ""},
    Keyword{"description", Kind::kDocuments, ""},
    Keyword{"format", Kind::kDocuments, ""},
    Keyword{"default", Kind::kAnyValue, ""},
    Keyword{"const", Kind::kAnyValue, ""},
    Keyword{"type", Kind::kType, ""},
    Keyword{"enum", Kind::kList, ""},
    Keyword{"oneOf", Kind::kAlternatives, ""},
    Keyword{"anyOf", Kind::kAlternatives, ""},
    Keyword{"minimum", Kind::kNumber, "number"},
    Keyword{"maximum", Kind::kNumber, "number"},
    Keyword{"minLength", Kind::kCount, "string"},
    Keyword{"maxLength", Kind::kCount, "string"},
    Keyword{"minItems", Kind::kCount, "array"},
    Keyword{"maxItems", Kind::kCount, "array"},
    Keyword{"items", Kind::kSchema, "array"},
    Keyword{"properties", Kind::kSchemas, "object"},
    Keyword{"required", Kind::kNames, "object"},
    Keyword{"additionalProperties", Kind::kSchemaOrFlag, "object"},
};

constexpr std::array<std::string_view, 7> kTypes = {"null",   "boolean", "integer", "number",
                                                    "string", "array",   "object"};
std::optional<std::string> FaultIn(const Json& schema, const std::string& place, std::size_t depth);

std::string At(const std::string& place, const std::string& what) {
  return place.empty() ? what : place + ": " + what;
}
std::string Below(const std::string& place, const std::string& name) {
  return place.empty() ? name : place + "." + name;
}

bool AllDistinct(const Json& list) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (IsEqual(list[i], list[j])) return false;
    }
  }
  return true;
}

bool IsType(const Json& type) {
  const auto is_one = [](const Json& word) {
    return word.is_string() && std::find(kTypes.begin(), kTypes.end(), TextOf(word)) != kTypes.end();
  };
  if (!type.is_array()) return is_one(type);
  return !type.empty() && std::all_of(type.begin(), type.end(), is_one) && AllDistinct(type);
}

std::optional<std::string> FaultInKeyword(const std::string& name, const Json& value, const Json* type,
                                          const std::string& place, std::size_t depth) {
  const auto keyword =
      std::find_if(kKeywords.begin(), kKeywords.end(), [&](const Keyword& one) { return one.name == name; });
  if (keyword == kKeywords.end()) return At(place, Quoted(name) + " is not a supported schema keyword");
  if (!keyword->type.empty()) {
    const auto is_meant = [&](const std::string& one) {
      return one == keyword->type || (keyword->type == "number" && one == "integer");
    };
    if (type == nullptr || !AnyType(*type, is_meant)) {
      return At(place, Quoted(name) + " requires the \"type\" " + std::string(keyword->type) +
                           (keyword->type == "number" ? " or integer" : ""));
    }
  }
  const std::string inner = Below(place, name);
  switch (keyword->kind) {
    case Kind::kDocuments:
      return value.is_string() ? std::nullopt : std::optional(At(place, Quoted(name) + " must be a string"));
    case Kind::kType:
    case Kind::kAnyValue:
      return std::nullopt;
    case Kind::kList:
      if (value.is_array() && !value.empty() && AllDistinct(value)) return std::nullopt;
      return At(place, Quoted(name) + " must be a list of distinct values");
    case Kind::kNumber:
      return value.is_number() ? std::nullopt : std::optional(At(place, Quoted(name) + " must be a number"));
    case Kind::kCount:
      if (value.is_number_integer() && !IsLess(value, 0)) return std::nullopt;
      return At(place, Quoted(name) + " must be an integer of at least 0");
    case Kind::kSchema:
      return FaultIn(value, inner, depth + 1);
    case Kind::kSchemaOrFlag:
      return value.is_boolean() ? std::nullopt : FaultIn(value, inner, depth + 1);
    case Kind::kSchemas:
      if (!value.is_object()) return At(place, Quoted(name) + " must be an object of schemas");
      for (const auto& [member, schema] : value.items()) {
        if (auto fault = FaultIn(schema, Below(inner, member), depth + 1)) return fault;
      }
      return std::nullopt;
    case Kind::kNames:
      if (value.is_array() && AllDistinct(value) &&
          std::all_of(value.begin(), value.end(), [](const Json& one) { return one.is_string(); })) {
        return std::nullopt;
      }
      return At(place, Quoted(name) + " must be a list of distinct names");
    case Kind::kAlternatives:
      if (!value.is_array() || value.empty() || value.size() > kMaxAlternatives) {
        return At(place,
                  Quoted(name) + " must be a list of 1 to " + std::to_string(kMaxAlternatives) + " schemas");
      }
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (auto fault = FaultIn(value[i], inner + "[" + std::to_string(i) + "]", depth + 1)) return fault;
      }
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::string> FaultInPairs(const Json& schema, const std::string& place) {
  for (const auto& [least, most] : {std::pair("minimum", "maximum"), std::pair("minLength", "maxLength"),
                                    std::pair("minItems", "maxItems")}) {
    const Json* const low = Member(schema, least);
    const Json* const high = Member(schema, most);
    if (low != nullptr && high != nullptr && IsLess(*high, *low)) {
      return At(place, Quoted(least) + " is greater than " + Quoted(most));
    }
  }
  const Json* const required = Member(schema, "required");
  const Json* const properties = Member(schema, "properties");
  for (std::size_t i = 0; required != nullptr && i < required->size(); ++i) {
    const std::string& name = TextOf((*required)[i]);
    if (properties == nullptr || !properties->contains(name)) {
      return At(place, "\"required\" names " + Quoted(name) + ", which \"properties\" does not describe");
    }
  }
  return std::nullopt;
}

std::optional<std::string> FaultIn(const Json& schema, const std::string& place, std::size_t depth) {
  if (schema.is_null() && depth == 0) return std::nullopt;
  if (!schema.is_object()) return At(place, "a schema must be an object");
  if (depth == kMaxDepth) return At(place, "schemas may nest at most " + std::to_string(kMaxDepth) + " deep");
  // First, because it decides which other keywords are allowed.
  const Json* const type = Member(schema, "type");
  if (type != nullptr && !IsType(*type)) {
    return At(
        place,
        "\"type\" must be null, boolean, integer, number, string, array or object, or a list of distinct ones");
  }
  for (const auto& [name, value] : schema.items()) {
    if (auto fault = FaultInKeyword(name, value, type, place, depth)) return fault;
  }
  if (auto fault = FaultInPairs(schema, place)) return fault;
  if (const Json* const value = Member(schema, "default"); value != nullptr) {
    if (auto misfit = Misfit("\"default\"", *value, schema)) return At(place, *misfit);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> SchemaFault(const Json& schema) { return FaultIn(schema, "", 0); }

}  // namespace onbehalf::service
