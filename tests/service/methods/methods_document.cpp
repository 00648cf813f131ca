#include "methods_document.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "access/policy_reading.h"
#include "methods_model/schema_check.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/win32/security_descriptor.h"

namespace onbehalf::test {
namespace {

using service::Json;
using service::Method;
using service::Parameter;

constexpr std::string_view kHead = R"(# Methods

The built-in methods; an application adds its own ([modules.md](modules.md)). The build writes this page from the registered
methods; `rpc.discover` returns the same as JSON, limited to the methods that its caller may see. [protocol.md](protocol.md)
describes parameters, progress, streams and errors on the wire, and [access.md](access.md) who may call a method and how an
administrator changes that.

Parameters are passed by name, or by position in the order of the tables. An omitted parameter has its default. A member of a
member is written `outer.inner`, one of an array's elements `list[].member`.

)";

// A table cell is a single line.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|') cell += '\\';
    cell += c == '\n' ? ' ' : c;
  }
  return cell;
}

std::string Row(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& cell : cells) row += " " + Cell(cell) + (cell.empty() ? "|" : " |");
  return row + "\n";
}

std::string Head(const std::vector<std::string>& titles) {
  std::string rule = "|";
  for (std::size_t i = 0; i < titles.size(); ++i) rule += " --- |";
  return Row(titles) + rule + "\n";
}

std::string Code(const std::string& text) { return "`" + text + "`"; }

std::string Sentence(std::string text) {
  if (!text.empty() && !text.ends_with('.')) text += '.';
  return text;
}

const Json* Member(const Json& schema, const char* name) {
  const auto found = schema.find(name);
  return found == schema.end() ? nullptr : &*found;
}

std::string TextOf(const Json& schema, const char* name) {
  const Json* const text = Member(schema, name);
  return text == nullptr ? std::string() : text->get<std::string>();
}

// The type of a value of the schema. Its members have rows of their own.
std::string Kind(Json schema) {
  schema.erase("required");
  std::string kind = service::Expected(schema);
  if (const Json* const items = Member(schema, "items")) kind += ", each " + Kind(*items);
  if (const std::string format = TextOf(schema, "format"); !format.empty()) kind += " (" + format + ")";
  return kind;
}

struct Part {
  std::string path;
  enum class Presence { kRequired, kOptional, kElement } presence;
  const Json* schema;
};

// The members that the schema describes, each followed by its own members; those that are always present come
// first, in their author's order.
void AddParts(std::vector<Part>& parts, const std::string& path, const Json& schema) {
  const std::string before = path.empty() ? "" : path + ".";
  if (const Json* const properties = Member(schema, "properties")) {
    const Json* const required = Member(schema, "required");
    const auto add = [&](const std::string& name, bool is_required) {
      const Json& property = properties->at(name);
      parts.push_back(
          {before + name, is_required ? Part::Presence::kRequired : Part::Presence::kOptional, &property});
      AddParts(parts, before + name, property);
    };
    std::vector<std::string> first;
    if (required != nullptr) first = required->get<std::vector<std::string>>();
    for (const std::string& name : first) add(name, true);
    for (const auto& [name, property] : properties->items()) {
      if (std::find(first.begin(), first.end(), name) == first.end()) add(name, false);
    }
  }
  if (const Json* const others = Member(schema, "additionalProperties");
      others != nullptr && others->is_object()) {
    parts.push_back({before + "*", Part::Presence::kElement, others});
    AddParts(parts, before + "*", *others);
  }
  if (const Json* const items = Member(schema, "items")) {
    if (items->contains("description")) parts.push_back({path + "[]", Part::Presence::kElement, items});
    AddParts(parts, path + "[]", *items);
  }
  for (const char* const word : {"oneOf", "anyOf"}) {
    if (const Json* const alternatives = Member(schema, word)) {
      for (const Json& one : *alternatives) AddParts(parts, path, one);
    }
  }
}

std::string LeftOut(bool required, const Json& schema) {
  if (required) return "required";
  const Json* const unless_given = Member(schema, "default");
  return unless_given == nullptr ? "" : Code(unless_given->dump());
}

std::string Parameters(const Method& method) {
  if (method.parameters.empty()) return "No parameters.\n\n";
  std::string text = Head({"parameter", "value", "default", "meaning"});
  for (const Parameter& parameter : method.parameters) {
    const auto row = [&](const std::string& name, bool required, const Json& schema,
                         const std::string& meaning) {
      text += Row({Code(name), Kind(schema), LeftOut(required, schema), meaning});
    };
    std::string meaning = parameter.summary;
    if (!parameter.audited) meaning += (meaning.empty() ? "" : " ") + std::string("Not in the audit.");
    row(parameter.name, parameter.required, parameter.schema, meaning);
    std::vector<Part> parts;
    AddParts(parts, parameter.name, parameter.schema);
    for (const Part& part : parts) {
      row(part.path, part.presence == Part::Presence::kRequired, *part.schema,
          TextOf(*part.schema, "description"));
    }
  }
  return text + "\n";
}

std::string Value(const std::string& what, const Json& schema) {
  std::string text = "**" + what + "**: " + Kind(schema);
  if (const std::string description = TextOf(schema, "description"); !description.empty())
    text += ": " + description;
  text = Sentence(std::move(text)) + "\n\n";
  std::vector<Part> parts;
  AddParts(parts, "", schema);
  if (parts.empty()) return text;
  text += Head({"member", "value", "meaning"});
  for (const Part& part : parts) {
    std::string meaning = TextOf(*part.schema, "description");
    if (part.presence == Part::Presence::kOptional)
      meaning += meaning.empty() ? "may be absent" : "; may be absent";
    text += Row({Code(part.path), Kind(*part.schema), meaning});
  }
  return text + "\n";
}

std::string Behaviour(const Method& method) {
  std::string text =
      method.acts == service::Acts::kAsCaller
          ? "Runs as its caller, who must connect with the level impersonation. "
          : "Runs as the service after checking its caller; the level identification is enough. ";
  text += method.pace == service::Pace::kQuick ? "Answers at once." : "May block.";
  if (method.pace == service::Pace::kMayBlock && !method.interruptible) {
    text += " Cancelling it does not interrupt its blocking calls.";
  }
  if (method.without_audit_for_administrators) {
    text += " Administrators may call it even while the audit cannot be written.";
  }
  return text + " By default, " + AccessInWords(method.access_default) + ".\n\n";
}

std::string ProgressOf(const Method& method) {
  if (!method.takes_progress_token()) return {};
  const Json schema = method.progress_schema.is_null() ? Json::object() : method.progress_schema;
  if (!method.stream) return Value("Progress", schema);
  const std::string text =
      method.handler
          ? "With a `progressToken` it is a stream, whose pieces arrive as `$/progress`; without one, the result "
            "holds everything.\n\n"
          : "A stream: it requires a `progressToken`, and its pieces arrive as `$/progress`.\n\n";
  return text + Value("Piece", schema);
}

std::string Section(const Method& method) {
  return "### " + method.name + "\n\n" + method.summary + "\n\n" + Parameters(method) +
         Value("Result", method.result_schema.is_null() ? Json::object() : method.result_schema) +
         ProgressOf(method) + Behaviour(method);
}

std::string Errors() {
  std::string text =
      "## Errors\n\nAny method may return these; [protocol.md](protocol.md) describes their `data`.\n\n" +
      Head({"code", "name", "meaning", "retry can help"});
  for (const protocol::ErrorInfo& info : protocol::ErrorTable()) {
    text += Row({std::to_string(static_cast<int>(info.code)), std::string(info.name),
                 std::string(info.message), info.retry_can_help ? "yes" : "no"});
  }
  return text;
}

std::string AccountInWords(const win32::Sid& sid) {
  constexpr std::array kAccounts = {
      std::pair<std::string_view, std::string_view>{"S-1-5-11", "authenticated users"},
      std::pair<std::string_view, std::string_view>{"S-1-5-18", "SYSTEM"},
      std::pair<std::string_view, std::string_view>{"S-1-5-32-544", "administrators"},
      std::pair<std::string_view, std::string_view>{"S-1-5-32-545", "users"},
  };
  const std::string text = sid.ToString();
  const auto found =
      std::find_if(kAccounts.begin(), kAccounts.end(), [&](const auto& one) { return one.first == text; });
  if (found == kAccounts.end()) throw std::invalid_argument("no words for the account " + text);
  return std::string(found->second);
}

std::string RightsInWords(ACCESS_MASK mask) {
  GENERIC_MAPPING mapping = service::kAccessMapping;
  ::MapGenericMask(&mask, &mapping);
  const bool may_call = (mask & service::kCall) != 0;
  const bool may_see = (mask & service::kSee) == service::kSee;
  if (may_call && may_see) return "see and call it";
  if (may_call) return "call it";
  if (may_see) return "see it, and call it once granted";
  throw std::invalid_argument("no words for the rights " + std::to_string(mask));
}

}  // namespace

std::string AccessInWords(const std::string& sddl) {
  std::string text;
  for (const win32::AccessEntry& entry : win32::SecurityDescriptor::FromSddl(sddl).Dacl()) {
    if (entry.denies()) throw std::invalid_argument("no words for a denial: " + sddl);
    text += (text.empty() ? "" : ", and ") + AccountInWords(entry.sid) + " may " + RightsInWords(entry.mask);
  }
  return text.empty() ? "only administrators may see and call it" : text;
}

std::string MethodsDocument(const service::MethodRegistry& registry) {
  std::string index = Head({"namespace", "methods"});
  std::string sections;
  std::string names;
  std::string name_space;
  const auto end_namespace = [&] {
    if (!name_space.empty()) index += Row({"[" + name_space + "](#" + name_space + ")", names});
    names.clear();
  };
  for (const Method* method : registry.All()) {
    const std::size_t dot = method->name.find('.');
    if (const std::string of_method = method->name.substr(0, dot); of_method != name_space) {
      end_namespace();
      name_space = of_method;
      sections += "## " + name_space + "\n\n";
    }
    names += (names.empty() ? "" : ", ") + Code(method->name.substr(dot + 1));
    sections += Section(*method);
  }
  end_namespace();
  return std::string(kHead) + index + "\n" + sections + Errors();
}

}  // namespace onbehalf::test
