#include "methods_text.h"

#include <string>
#include <vector>

#include "aligned_table.h"
#include "json_members.h"
#include "printable.h"

namespace onbehalf::cli {
namespace {

using client::Json;

// A JSON Schema in a few words: its type and limits. --json shows all of it.
std::string SchemaWords(const Json& schema) {
  if (!schema.is_object()) return {};
  std::string words;
  if (schema.contains("type")) {
    const Json& type = schema.at("type");
    if (type.is_array()) {
      for (const Json& one : type) words += (words.empty() ? "" : " or ") + Display(one);
    } else {
      words = Display(type);
    }
  }
  const auto add = [&](const char* key, const char* label) {
    if (schema.contains(key))
      words += (words.empty() ? "" : ", ") + std::string(label) + Display(schema.at(key));
  };
  add("enum", "one of ");
  add("minimum", "from ");
  add("maximum", "to ");
  add("minLength", "length from ");
  add("maxLength", "length to ");
  add("description", "");
  return words;
}

}  // namespace

const Json* FindMethod(const Json& document, std::string_view name) {
  const Json* methods = ListMember(document, "methods");
  if (methods == nullptr) return nullptr;
  for (const Json& method : *methods) {
    if (method.is_object() && method.value("name", Json()) == Json(name)) return &method;
  }
  return nullptr;
}

std::string RenderMethods(const Json& document, std::string_view name_space) {
  const Json* methods = ListMember(document, "methods");
  if (methods == nullptr) return {};
  std::vector<std::vector<std::string>> rows = {{"METHOD", "ACTS", "SUMMARY"}};
  for (const Json& method : *methods) {
    const std::string name = TextMember(method, "name");
    if (!name_space.empty() && !name.starts_with(std::string(name_space) + ".")) continue;
    rows.push_back({name, TextMember(method, "x-acts"), TextMember(method, "summary")});
  }
  return rows.size() == 1 ? std::string() : AlignedTable(rows);
}

Json ErrorsOf(const Json& document) {
  if (!document.is_object()) return Json::object();
  const Json components = document.value("components", Json::object());
  return components.is_object() ? components.value("errors", Json::object()) : Json::object();
}

std::string RenderMethod(const Json& method, const Json& errors) {
  std::string text = TextMember(method, "name") + "\n";
  std::vector<std::vector<std::string>> head;
  const std::string acts = TextMember(method, "x-acts");
  if (!TextMember(method, "summary").empty()) head.push_back({"summary", TextMember(method, "summary")});
  if (!acts.empty()) head.push_back({"acts", acts});
  text += AlignedTable(head, 2);

  const Json* parameters = ListMember(method, "params");
  if (parameters != nullptr && !parameters->empty()) {
    std::vector<std::vector<std::string>> rows;
    for (const Json& parameter : *parameters) {
      const bool required =
          parameter.is_object() && parameter.contains("required") && parameter.at("required") == true;
      const std::string summary = TextMember(parameter, "summary");
      rows.push_back({TextMember(parameter, "name"), required ? "required" : "optional",
                      SchemaWords(parameter.is_object() ? parameter.value("schema", Json()) : Json()),
                      summary.empty() ? TextMember(parameter, "description") : summary});
    }
    text += "  parameters\n" + AlignedTable(rows, 4);
  } else {
    text += "  parameters  none\n";
  }
  if (method.is_object() && method.contains("result")) {
    const Json& result = method.at("result");
    const Json schema = result.is_object() ? result.value("schema", Json()) : Json();
    text += AlignedTable({{"result", SchemaWords(schema)}}, 2);
    if (schema.is_object() && schema.contains("properties") && schema.at("properties").is_object()) {
      std::vector<std::vector<std::string>> rows;
      for (const auto& [name, property] : schema.at("properties").items()) {
        rows.push_back({Printable(name), SchemaWords(property)});
      }
      text += AlignedTable(rows, 4);
    }
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, error] : errors.items()) {
    rows.push_back({Printable(name), TextMember(error, "code"), TextMember(error, "message")});
  }
  if (!rows.empty()) text += "  errors\n" + AlignedTable(rows, 4);
  return text;
}

}  // namespace onbehalf::cli
