#include "methods_model/schema_check.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "methods_model/schema_values.h"

namespace onbehalf::service {
namespace {

// ---- Whether a value fits ----

// Whether the value itself fits, without its members or elements.
bool FitsItself(const Json& value, const Json& schema) {
  if (const Json* const type = Member(schema, "type")) {
    if (!AnyType(*type, [&](const std::string& one) { return IsOfType(value, one); })) return false;
  }
  if (const Json* const words = Member(schema, "enum")) {
    if (std::none_of(words->begin(), words->end(), [&](const Json& word) { return IsEqual(word, value); }))
      return false;
  }
  if (const Json* const only = Member(schema, "const"); only != nullptr && !IsEqual(*only, value))
    return false;
  // Measured only if there is a bound: texts can be long.
  const auto is_within = [&](const char* least, const char* most, auto measure) {
    const Json* const low = Member(schema, least);
    const Json* const high = Member(schema, most);
    if (low == nullptr && high == nullptr) return true;
    const Json measured = measure();
    return (low == nullptr || !IsLess(measured, *low)) && (high == nullptr || !IsLess(*high, measured));
  };
  if (value.is_number()) return is_within("minimum", "maximum", [&] { return value; });
  if (value.is_string())
    return is_within("minLength", "maxLength", [&] { return Json(Characters(TextOf(value))); });
  if (value.is_array()) return is_within("minItems", "maxItems", [&] { return Json(value.size()); });
  return true;
}

// The schema of an object's member: null if any value is allowed, nullopt if the member is not allowed.
std::optional<const Json*> SchemaOfMember(const Json& schema, const std::string& name) {
  if (const Json* const properties = Member(schema, "properties")) {
    if (const Json* const property = Member(*properties, name)) return property;
  }
  const Json* const others = Member(schema, "additionalProperties");
  if (others == nullptr) return nullptr;
  if (!others->is_boolean()) return others;
  return others->get<bool>() ? std::optional<const Json*>(nullptr) : std::nullopt;
}

// The first missing required member.
const std::string* MissingMember(const Json& value, const Json& schema) {
  const Json* const required = Member(schema, "required");
  if (required == nullptr) return nullptr;
  const auto missing = std::find_if(required->begin(), required->end(),
                                    [&](const Json& name) { return !value.contains(TextOf(name)); });
  return missing == required->end() ? nullptr : &TextOf(*missing);
}

std::size_t CountFitting(const Json& value, const Json& alternatives) {
  return static_cast<std::size_t>(std::count_if(alternatives.begin(), alternatives.end(),
                                                [&](const Json& one) { return Fits(value, one); }));
}

// ---- Why it does not ----

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

// " of 1 to 5", " of at least 1", "" …
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

std::string ExpectedAlternatives(const Json& alternatives) {
  std::string text;
  for (const Json& one : alternatives) text += (text.empty() ? "" : " or ") + Expected(one);
  return text;
}

// Describes the value that does not fit: its type, or what about it is out of range.
std::string Got(const Json& value, const Json& schema) {
  if (value.is_number() && (schema.contains("minimum") || schema.contains("maximum"))) {
    return protocol::ToText(value);
  }
  if (value.is_string() && (schema.contains("minLength") || schema.contains("maxLength"))) {
    return "a string of " + std::to_string(Characters(TextOf(value))) + " characters";
  }
  if (value.is_array() && (schema.contains("minItems") || schema.contains("maxItems"))) {
    return "an array of " + std::to_string(value.size()) + " elements";
  }
  if (schema.contains("enum") || schema.contains("const")) return "another value";
  return std::string(TypeOf(value));
}

// A name that the schema lists is safe to show; a name that the caller chose may be anything.
std::string PlaceOfMember(const std::string& place, const std::string& name, const Json& schema) {
  const Json* const properties = Member(schema, "properties");
  const bool is_described = properties != nullptr && properties->contains(name);
  return is_described ? place + "." + name : place + "[" + Quoted(name) + "]";
}

std::optional<std::string> MisfitOfMember(const std::string& place, const Json& value, const Json& schema) {
  if (const std::string* const missing = MissingMember(value, schema)) {
    return place + "." + *missing + ": required, expected " + Expected(schema.at("properties").at(*missing));
  }
  for (const auto& [name, member] : value.items()) {
    const auto of_member = SchemaOfMember(schema, name);
    if (!of_member) return place + ": unknown member " + Quoted(name);
    if (*of_member == nullptr) continue;
    if (auto misfit = Misfit(PlaceOfMember(place, name, schema), member, **of_member)) return misfit;
  }
  return std::nullopt;
}

// Whether the value was meant for this alternative, even if it does not fit: it has the right type, and its members
// match all that the alternative fixes to one value.
bool IsMeant(const Json& value, const Json& alternative) {
  if (!FitsItself(value, alternative)) return false;
  const Json* const properties = value.is_object() ? Member(alternative, "properties") : nullptr;
  if (properties == nullptr) return true;
  for (const auto& [name, property] : properties->items()) {
    const Json* const only = Member(property, "const");
    const Json* const member = Member(value, name);
    if (only != nullptr && (member == nullptr || !IsEqual(*member, *only))) return false;
  }
  return true;
}

// If the value was clearly meant for one alternative, the misfit with that one says more than a list of all.
std::string MisfitOfAlternatives(const std::string& place, const Json& value, const Json& alternatives) {
  const Json* meant = nullptr;
  std::size_t count = 0;
  for (const Json& one : alternatives) {
    if (!IsMeant(value, one)) continue;
    meant = &one;
    ++count;
  }
  if (count == 1) {
    if (auto misfit = Misfit(place, value, *meant)) return *std::move(misfit);
  }
  return place + ": expected " + ExpectedAlternatives(alternatives) + ", got " + std::string(TypeOf(value));
}

}  // namespace

bool Fits(const Json& value, const Json& schema) {
  if (!FitsItself(value, schema)) return false;
  if (value.is_object()) {
    if (MissingMember(value, schema) != nullptr) return false;
    for (const auto& [name, member] : value.items()) {
      const auto of_member = SchemaOfMember(schema, name);
      if (!of_member || (*of_member != nullptr && !Fits(member, **of_member))) return false;
    }
  }
  if (const Json* const items = value.is_array() ? Member(schema, "items") : nullptr) {
    if (!std::all_of(value.begin(), value.end(),
                     [&](const Json& element) { return Fits(element, *items); })) {
      return false;
    }
  }
  if (const Json* const any = Member(schema, "anyOf"); any != nullptr && CountFitting(value, *any) == 0)
    return false;
  const Json* const one = Member(schema, "oneOf");
  return one == nullptr || CountFitting(value, *one) == 1;
}

std::optional<std::string> Misfit(const std::string& place, const Json& value, const Json& schema) {
  // Most values fit: skip building any message for them.
  if (Fits(value, schema)) return std::nullopt;
  if (!FitsItself(value, schema))
    return place + ": expected " + Expected(schema) + ", got " + Got(value, schema);
  if (value.is_object()) {
    if (auto misfit = MisfitOfMember(place, value, schema)) return misfit;
  }
  if (const Json* const items = value.is_array() ? Member(schema, "items") : nullptr) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (!Fits(value[i], *items)) return Misfit(place + "[" + std::to_string(i) + "]", value[i], *items);
    }
  }
  if (const Json* const any = Member(schema, "anyOf"); any != nullptr && CountFitting(value, *any) == 0) {
    return MisfitOfAlternatives(place, value, *any);
  }
  const Json& one = schema.at("oneOf");
  if (CountFitting(value, one) == 0) return MisfitOfAlternatives(place, value, one);
  return place + ": expected exactly one of " + ExpectedAlternatives(one) +
         ", got a value that matches more than one of them";
}

std::string Expected(const Json& schema) {
  if (const Json* const only = Member(schema, "const")) return protocol::ToText(*only);
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
    AnyType(*type, [&](const std::string& one) {
      if (!text.empty()) text += " or ";
      text += WithArticle(one);
      return false;
    });
  } else {
    for (const char* const word : {"oneOf", "anyOf"}) {
      if (const Json* const alternatives = Member(schema, word)) return ExpectedAlternatives(*alternatives);
    }
    text = "a value";
  }
  text += Range(schema, "minimum", "maximum", "") + Range(schema, "minLength", "maxLength", " characters") +
          Range(schema, "minItems", "maxItems", " elements");
  if (const Json* const required = Member(schema, "required")) {
    for (std::size_t i = 0; i < required->size(); ++i) {
      text += (i == 0 ? " with " : i + 1 == required->size() ? " and " : ", ") + TextOf((*required)[i]);
    }
  }
  return text;
}

Json WithIntegers(Json value, const Json& schema) {
  if (value.is_number_float()) {
    const Json* const type = Member(schema, "type");
    const auto is = [](std::string_view wanted) {
      return [wanted](const std::string& one) { return one == wanted; };
    };
    if (type != nullptr && AnyType(*type, is("integer")) && !AnyType(*type, is("number"))) {
      value = static_cast<std::int64_t>(value.get<double>());
    }
  }
  if (value.is_object()) {
    for (const auto& [name, member] : value.items()) {
      const auto of_member = SchemaOfMember(schema, name);
      if (of_member && *of_member != nullptr) member = WithIntegers(std::move(member), **of_member);
    }
  }
  if (const Json* const items = value.is_array() ? Member(schema, "items") : nullptr) {
    for (Json& element : value) element = WithIntegers(std::move(element), *items);
  }
  for (const char* const word : {"anyOf", "oneOf"}) {
    const Json* const alternatives = Member(schema, word);
    if (alternatives == nullptr) continue;
    const auto fitting = std::find_if(alternatives->begin(), alternatives->end(),
                                      [&](const Json& one) { return Fits(value, one); });
    if (fitting != alternatives->end()) value = WithIntegers(std::move(value), *fitting);
  }
  return value;
}

}  // namespace onbehalf::service
