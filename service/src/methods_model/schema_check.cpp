#include "methods_model/schema_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "text/escaped_text.h"

namespace onbehalf::service {
namespace {

// What nests deeper is no description of a method any more. Every function here recurses as deep as the schema.
constexpr std::size_t kMostDepth = 16;
// Each alternative is tried, and the message for a value that fits none names them all.
constexpr std::size_t kMostAlternatives = 16;
// Of a member's name that the caller has chosen.
constexpr std::size_t kNameBytes = 64;

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

struct Word {
  std::string_view name;
  Kind kind;              // what its value is
  std::string_view type;  // the type of value it says something about; "" for any
};

constexpr std::array kWords = {
    Word{"title", Kind::kDocuments, ""},
    Word{"description", Kind::kDocuments, ""},
    Word{"format", Kind::kDocuments, ""},
    Word{"default", Kind::kAnyValue, ""},
    Word{"const", Kind::kAnyValue, ""},
    Word{"type", Kind::kType, ""},
    Word{"enum", Kind::kList, ""},
    Word{"oneOf", Kind::kAlternatives, ""},
    Word{"anyOf", Kind::kAlternatives, ""},
    Word{"minimum", Kind::kNumber, "number"},
    Word{"maximum", Kind::kNumber, "number"},
    Word{"minLength", Kind::kCount, "string"},
    Word{"maxLength", Kind::kCount, "string"},
    Word{"minItems", Kind::kCount, "array"},
    Word{"maxItems", Kind::kCount, "array"},
    Word{"items", Kind::kSchema, "array"},
    Word{"properties", Kind::kSchemas, "object"},
    Word{"required", Kind::kNames, "object"},
    Word{"additionalProperties", Kind::kSchemaOrFlag, "object"},
};

constexpr std::array<std::string_view, 7> kTypes = {"null",   "boolean", "integer", "number",
                                                    "string", "array",   "object"};

const Json* Member(const Json& object, std::string_view name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

const std::string& TextOf(const Json& text) { return text.get_ref<const std::string&>(); }

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

// Of "type", which is one of them or a list: whether `is_wanted` says so of any.
template <typename Predicate>
bool AnyType(const Json& type, Predicate is_wanted) {
  if (!type.is_array()) return is_wanted(TextOf(type));
  return std::any_of(type.begin(), type.end(), [&](const Json& one) { return is_wanted(TextOf(one)); });
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

// As numbers are equal to JSON Schema: 1 and 1.0 are, and a number beyond 63 bits is no negative one.
bool IsEqual(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return !IsLess(a, b) && !IsLess(b, a);
  return a == b;
}

std::size_t Characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<std::uint8_t>(c) & 0xC0u) != 0x80u; }));
}

// ---- Whether a schema is one ----

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  AppendEscaped(quoted, text, Escaping::kJson, kNameBytes);
  return quoted + "\"";
}

std::optional<std::string> FaultIn(const Json& schema, const std::string& place, std::size_t depth);

std::string At(const std::string& place, const std::string& what) {
  return place.empty() ? what : place + ": " + what;
}
std::string Below(const std::string& place, const std::string& name) {
  return place.empty() ? name : place + "." + name;
}

bool EachOnce(const Json& list) {
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
  return !type.empty() && std::all_of(type.begin(), type.end(), is_one) && EachOnce(type);
}

std::optional<std::string> FaultInWord(const std::string& name, const Json& value, const Json* type,
                                       const std::string& place, std::size_t depth) {
  const auto word =
      std::find_if(kWords.begin(), kWords.end(), [&](const Word& one) { return one.name == name; });
  if (word == kWords.end()) return At(place, Quoted(name) + " is not a supported schema keyword");
  if (!word->type.empty()) {
    const auto is_meant = [&](const std::string& one) {
      return one == word->type || (word->type == "number" && one == "integer");
    };
    if (type == nullptr || !AnyType(*type, is_meant)) {
      return At(place, Quoted(name) + " stands beside the \"type\" " + std::string(word->type) +
                           (word->type == "number" ? " or integer" : ""));
    }
  }
  const std::string inner = Below(place, name);
  switch (word->kind) {
    case Kind::kDocuments:
      return value.is_string() ? std::nullopt : std::optional(At(place, Quoted(name) + " is a text"));
    case Kind::kType:
    case Kind::kAnyValue:
      return std::nullopt;
    case Kind::kList:
      if (value.is_array() && !value.empty() && EachOnce(value)) return std::nullopt;
      return At(place, Quoted(name) + " is a list of values, each once");
    case Kind::kNumber:
      return value.is_number() ? std::nullopt : std::optional(At(place, Quoted(name) + " is a number"));
    case Kind::kCount:
      if (value.is_number_integer() && !IsLess(value, 0)) return std::nullopt;
      return At(place, Quoted(name) + " is an integer of at least 0");
    case Kind::kSchema:
      return FaultIn(value, inner, depth + 1);
    case Kind::kSchemaOrFlag:
      return value.is_boolean() ? std::nullopt : FaultIn(value, inner, depth + 1);
    case Kind::kSchemas:
      if (!value.is_object()) return At(place, Quoted(name) + " is an object of schemas");
      for (const auto& [member, schema] : value.items()) {
        if (auto fault = FaultIn(schema, Below(inner, member), depth + 1)) return fault;
      }
      return std::nullopt;
    case Kind::kNames:
      if (value.is_array() && EachOnce(value) &&
          std::all_of(value.begin(), value.end(), [](const Json& one) { return one.is_string(); })) {
        return std::nullopt;
      }
      return At(place, Quoted(name) + " is a list of names, each once");
    case Kind::kAlternatives:
      if (!value.is_array() || value.empty() || value.size() > kMostAlternatives) {
        return At(place,
                  Quoted(name) + " is a list of 1 to " + std::to_string(kMostAlternatives) + " schemas");
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
      return At(place, Quoted(least) + " is above " + Quoted(most));
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
  if (!schema.is_object()) return At(place, "a schema is an object");
  if (depth == kMostDepth) return At(place, "schemas nest at most " + std::to_string(kMostDepth) + " deep");
  // First: what the others may stand beside depends on it.
  const Json* const type = Member(schema, "type");
  if (type != nullptr && !IsType(*type)) {
    return At(
        place,
        "\"type\" is null, boolean, integer, number, string, array or object, or a list of some, each once");
  }
  for (const auto& [name, value] : schema.items()) {
    if (auto fault = FaultInWord(name, value, type, place, depth)) return fault;
  }
  if (auto fault = FaultInPairs(schema, place)) return fault;
  if (const Json* const value = Member(schema, "default"); value != nullptr) {
    if (auto misfit = Misfit("\"default\"", *value, schema)) return At(place, *misfit);
  }
  return std::nullopt;
}

// ---- Whether a value fits ----

// Without what is in it.
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
  // Measured only where there is a bound: texts can be long.
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

// The schema of an object's member: null if it may be anything, nullopt if it may not be there.
std::optional<const Json*> SchemaOfMember(const Json& schema, const std::string& name) {
  if (const Json* const properties = Member(schema, "properties")) {
    if (const Json* const property = Member(*properties, name)) return property;
  }
  const Json* const others = Member(schema, "additionalProperties");
  if (others == nullptr) return nullptr;
  if (!others->is_boolean()) return others;
  return others->get<bool>() ? std::optional<const Json*>(nullptr) : std::nullopt;
}

// The first of the required members that is not there.
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

// What was given, for a value that does not fit: its type, or what about it is out of range.
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

// A name of the service's own is fit to be shown; one that the caller has chosen may be anything.
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
    if (!of_member) return place + ": there is no member " + Quoted(name);
    if (*of_member == nullptr) continue;
    if (auto misfit = Misfit(PlaceOfMember(place, name, schema), member, **of_member)) return misfit;
  }
  return std::nullopt;
}

// Whether an alternative is the one that is meant, even if something in the value does not fit: it is of the right type, and
// its members that have only one value say so.
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

// If one alternative alone is meant, what does not fit it says more than the list of all of them.
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

std::optional<std::string> SchemaFault(const Json& schema) { return FaultIn(schema, "", 0); }

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
  // Most values fit: then no text is made for anything in them.
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
         ", got what is more than one of them";
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
