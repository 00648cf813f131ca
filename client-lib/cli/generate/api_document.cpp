#include "generate/api_document.h"

#include <set>
#include <string>
#include <utility>

#include "generate/schema_types.h"
#include "json_members.h"

namespace onbehalf::cli::generate {
namespace {

std::string NameOf(const Json& object, const std::string& place) {
  const Json* const name = object.is_object() ? Member(object, "name") : nullptr;
  if (name == nullptr || !name->is_string() || name->get_ref<const std::string&>().empty()) {
    throw DocumentError(place + " has no \"name\"");
  }
  CheckName(name->get_ref<const std::string&>(), place);
  return name->get<std::string>();
}

std::string TextOf(const Json& object, const char* name, const std::string& place) {
  const Json* const text = Member(object, name);
  if (text == nullptr) return {};
  if (!text->is_string()) throw DocumentError(place + ": \"" + name + "\" is not a string");
  return text->get<std::string>();
}

ApiMember ReadParameter(const Json& parameter, const std::string& method) {
  const std::string name = NameOf(parameter, method + ": a parameter");
  const std::string place = method + ": parameter " + name;
  ApiMember member;
  member.name = name;
  member.required = FlagMember(parameter, "required");
  if (const Json* const schema = Member(parameter, "schema")) member.type = ReadSchema(*schema, place);
  member.summary = TextOf(parameter, "summary", place);
  std::string description = std::exchange(member.type.summary, {});
  if (member.summary.empty()) member.summary = std::move(description);
  return member;
}

ApiMethod ReadMethod(const Json& entry, const std::string& name) {
  ApiMethod method;
  method.name = name;
  method.summary = TextOf(entry, "summary", name);
  method.params.kind = Type::Kind::kObject;
  if (const Json* const params = Member(entry, "params")) {
    if (!params->is_array()) throw DocumentError(name + ": \"params\" is not an array");
    std::set<std::string> names;
    for (const Json& parameter : *params) {
      method.params.members.push_back(ReadParameter(parameter, name));
      if (!names.insert(method.params.members.back().name).second) {
        throw DocumentError(name + ": two parameters are named " + method.params.members.back().name);
      }
    }
  }
  if (const Json* const result = Member(entry, "result")) {
    if (!result->is_object()) throw DocumentError(name + ": \"result\" is not an object");
    if (const Json* const schema = Member(*result, "schema")) {
      method.result = ReadSchema(*schema, name + ": result");
    }
  }
  if (const Json* const progress = Member(entry, "x-progress")) {
    if (!progress->is_object()) throw DocumentError(name + ": \"x-progress\" is not an object");
    method.progress.emplace();
    method.progress->is_stream = FlagMember(*progress, "stream");
    method.progress->is_optional_stream = FlagMember(*progress, "optional_stream");
    if (const Json* const schema = Member(*progress, "schema")) {
      method.progress->value = ReadSchema(*schema, name + ": progress");
    }
  }
  return method;
}

}  // namespace

Api ReadApi(const Json& document) {
  const Json* const methods = ListMember(document, "methods");
  if (methods == nullptr) throw DocumentError("not an OpenRPC document: it has no array \"methods\"");
  Api api;
  if (const Json* const info = Member(document, "info")) {
    api.title = TextOf(*info, "title", "info");
    api.version = TextOf(*info, "version", "info");
  }
  std::set<std::string> names;
  for (const Json& entry : *methods) {
    const std::string name = NameOf(entry, "method " + std::to_string(api.methods.size() + 1));
    if (!names.insert(name).second) throw DocumentError("two methods are named " + name);
    api.methods.push_back(ReadMethod(entry, name));
  }
  return api;
}

}  // namespace onbehalf::cli::generate
