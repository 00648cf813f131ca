#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "generate/identifiers.h"
#include "generate/method_group.h"
#include "generate/remarks.h"
#include "generate/source_text.h"
#include "generate/writers.h"

namespace onbehalf::cli::generate {
namespace {

// Reserved identifiers in lower case.
constexpr std::string_view kReserved[] = {
    // keywords
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch",
    "char", "char16_t", "char32_t", "char8_t", "class", "co_await", "co_return", "co_yield", "compl",
    "concept", "const", "const_cast", "consteval", "constexpr", "constinit", "continue", "decltype",
    "default", "delete", "do", "double", "dynamic_cast", "else", "enum", "explicit", "export", "extern",
    "false", "float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace", "new",
    "noexcept", "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public",
    "register", "reinterpret_cast", "requires", "return", "short", "signed", "sizeof", "static",
    "static_assert", "static_cast", "struct", "switch", "template", "this", "thread_local", "throw", "true",
    "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void", "volatile",
    "wchar_t", "while", "xor", "xor_eq",
    // macros of common headers
    "assert", "cdecl", "environ", "errno", "far", "interface", "max", "min", "near", "offsetof", "pascal",
    "small", "stderr", "stdin", "stdout", "unix", "va_arg", "va_end", "va_start", "linux", "alloca",
    // namespaces that the file uses
    "detail", "std"};

constexpr std::string_view kReservedTypes[] = {"CallOptions", "Client", "Json", "Service"};

// Support code for the generated functions. It converts types that nlohmann/json does not know element by
// element, and accepts only integers as integers.
constexpr char kConversions[] = R"(namespace detail {

template <typename T>
struct Converter {
  static T From(const Json& json) { return json.get<T>(); }
  static Json To(const T& value) { return value; }
};
template <>
struct Converter<std::int64_t> {
  static std::int64_t From(const Json& json) {
    // Throws for other types, where get would truncate a fraction.
    static_cast<void>(json.get_ref<const Json::number_integer_t&>());
    constexpr auto kMax = static_cast<std::uint64_t>((std::numeric_limits<std::int64_t>::max)());
    if (json.is_number_unsigned() && json.get<std::uint64_t>() > kMax) {
      throw std::out_of_range("an integer from the service does not fit into 64 bits with sign");
    }
    return json.get<std::int64_t>();
  }
  static Json To(std::int64_t value) { return value; }
};
template <typename T>
struct Converter<std::optional<T>> {
  static std::optional<T> From(const Json& json) {
    if (json.is_null()) return std::nullopt;
    return Converter<T>::From(json);
  }
  static Json To(const std::optional<T>& value) { return value ? Converter<T>::To(*value) : Json(nullptr); }
};
template <typename T>
struct Converter<std::vector<T>> {
  static std::vector<T> From(const Json& json) {
    std::vector<T> values;
    for (const Json& element : json.get_ref<const Json::array_t&>()) values.push_back(Converter<T>::From(element));
    return values;
  }
  static Json To(const std::vector<T>& values) {
    Json json = Json::array();
    for (const auto& value : values) json.push_back(Converter<T>::To(value));
    return json;
  }
};

template <typename T>
void Get(const Json& json, const char* name, T& value) {
  value = Converter<T>::From(json.at(name));
}
// A missing or null member is nullopt.
template <typename T>
void GetOptional(const Json& json, const char* name, std::optional<T>& value) {
  const Json::object_t& object = json.get_ref<const Json::object_t&>();
  const auto found = object.find(name);
  value = found == object.end() ? std::nullopt : Converter<std::optional<T>>::From(found->second);
}
template <typename T>
void Put(Json& json, const char* name, const T& value) {
  json[name] = Converter<T>::To(value);
}
template <typename T>
void PutOptional(Json& json, const char* name, const std::optional<T>& value) {
  if (value) json[name] = Converter<T>::To(*value);
}

// Adds `progress`, which must outlive the call, to the options. Without it they are unchanged.
template <typename T>
CallOptions WithProgress(const std::function<void(const T&)>& progress, CallOptions options) {
  if (progress) options.progress = [&progress](const Json& value) { progress(Converter<T>::From(value)); };
  return options;
}

}  // namespace detail)";

std::string PlainType(const Type& type, Direction direction);

// The C++ type, including null.
std::string CppType(const Type& type, Direction direction) {
  const std::string plain = PlainType(type, direction);
  return type.nullable && plain != "Json" ? "std::optional<" + plain + ">" : plain;
}

std::string PlainType(const Type& type, Direction direction) {
  switch (type.kind) {
    case Type::Kind::kBoolean:
      return "bool";
    case Type::Kind::kInteger:
      return "std::int64_t";
    case Type::Kind::kNumber:
      return "double";
    case Type::Kind::kString:
      return "std::string";
    case Type::Kind::kEnum:
      return direction == Direction::kParams ? type.name : "std::string";
    case Type::Kind::kArray:
      return "std::vector<" + CppType(type.element.front(), direction) + ">";
    case Type::Kind::kObject:
      return type.IsNamed() ? type.name : "Json";
    case Type::Kind::kAny:
    case Type::Kind::kNull:
      break;
  }
  return "Json";
}

std::string MemberDeclaration(const ApiMember& member, const std::string& name, Direction direction) {
  std::string type = CppType(member.type, direction);
  if (!member.required && !(member.type.nullable && type != "Json")) type = "std::optional<" + type + ">";
  std::string value;
  if (type.starts_with("std::optional<")) {
    value = "{}";
  } else if (type == "bool") {
    value = " = false";
  } else if (type == "std::int64_t" || type == "double") {
    value = " = 0";
  } else if (member.type.kind == Type::Kind::kEnum && direction == Direction::kParams) {
    value = "{}";
  }
  return type + " " + name + value + ";";
}

class CppWriter {
 public:
  CppWriter(Api api, std::string_view name_space) : api_(std::move(api)), name_space_(name_space) {
    NameTypes(api_, types_);
  }

  std::string Write() {
    source_.Comment("// ", CommentText(TitleOf(api_)));
    source_.Comment("// ", OriginOf("cpp"));
    source_.Line("//");
    source_.Comment(
        "// ",
        "Functions throw what Client::Call throws, and Json::exception or std::out_of_range for a "
        "result of another type. Optional and nullable values are a std::optional.");
    source_.Line("#pragma once");
    source_.Line();
    source_.Line("#include <onbehalf/client/client.h>");
    source_.Line();
    for (const char* header : {"cstdint", "functional", "limits", "nlohmann/json.hpp", "optional",
                               "stdexcept", "string", "vector"}) {
      source_.Line("#include <" + std::string(header) + ">");
    }
    source_.Line();
    source_.Line("namespace " + name_space_ + " {");
    source_.Line();
    source_.Line("using Json = ::onbehalf::client::Json;");
    source_.Line("using ::onbehalf::client::CallOptions;");
    source_.Line("using ::onbehalf::client::Client;");
    source_.Line();
    source_.Line(kConversions);
    for (const ApiMethod& method : api_.methods) {
      WriteTypes(method.params, "Parameters of " + method.name + ".", Direction::kParams);
      WriteTypes(method.result, "Result of " + method.name + ".", Direction::kResult);
      if (method.progress) {
        WriteTypes(method.progress->value, "Progress of " + method.name + ".", Direction::kResult);
      }
    }
    const std::vector<MethodGroup> groups = GroupMethods(api_, types_);
    for (const MethodGroup& group : groups) WriteClass(group);
    WriteService(groups);
    source_.Line();
    source_.Line("}  // namespace " + name_space_);
    return source_.text();
  }

 private:
  // Writes the types nested in `type`, then `type` itself.
  void WriteTypes(const Type& type, const std::string& what, Direction direction) {
    for (const Type& element : type.element) WriteTypes(element, {}, direction);
    for (const ApiMember& member : type.members) WriteTypes(member.type, {}, direction);
    if (!type.IsNamed()) return;
    declared_.push_back(type.name);
    if (type.kind == Type::Kind::kEnum) {
      if (direction == Direction::kParams) WriteEnum(type);
    } else {
      WriteStruct(type, what, direction);
    }
  }

  void WriteStruct(const Type& type, const std::string& what, Direction direction) {
    source_.Line();
    source_.Comment("// ", CommentText(what));
    source_.Comment("// ", CommentText(type.summary));
    source_.Comment("// ", CommentText(type.remark));
    source_.Line("struct " + type.name + " {");
    source_.Indent();
    NameScope scope(kReserved);
    std::vector<std::string> names;
    for (const ApiMember& member : type.members) {
      const std::string wanted = SnakeCase(member.name);
      names.push_back(scope.Take(wanted));
      source_.Comment("// ", CommentText(member.summary));
      source_.Comment("// ", CommentText(RemarksAt(member.type, direction)));
      if (names.back() != wanted) source_.Comment("// ", CommentText(WhyRenamed(member.name, wanted)));
      source_.Line(MemberDeclaration(member, names.back(), direction));
    }
    source_.Outdent();
    source_.Line("};");
    WriteConversion("inline void to_json(Json& json, const " + type.name + "& value) {", "Put", type, names);
    WriteConversion("inline void from_json(const Json& json, " + type.name + "& value) {", "Get", type,
                    names);
  }

  void WriteConversion(const std::string& head, const std::string& verb, const Type& type,
                       const std::vector<std::string>& names) {
    source_.Line(head);
    source_.Indent();
    if (verb == "Put") source_.Line("json = Json::object();");
    for (std::size_t i = 0; i < names.size(); ++i) {
      const ApiMember& member = type.members[i];
      source_.Line("detail::" + verb + (member.required ? "" : "Optional") + "(json, " +
                   CppLiteral(member.name) + ", value." + names[i] + ");");
    }
    source_.Outdent();
    source_.Line("}");
  }

  void WriteEnum(const Type& type) {
    source_.Line();
    source_.Comment("// ", CommentText(type.summary));
    source_.Comment("// ", CommentText(type.remark));
    source_.Line("enum class " + type.name + " {");
    source_.Indent();
    NameScope scope;
    std::vector<std::string> names;
    for (const std::string& word : type.words) {
      names.push_back(scope.Take("k" + PascalCase(word)));
      source_.Line(names.back() + ",  // " + CommentText(CppLiteral(word)));
    }
    source_.Outdent();
    source_.Line("};");
    source_.Line("inline void to_json(Json& json, " + type.name + " value) {");
    source_.Indent();
    source_.Line("switch (value) {");
    source_.Indent();
    for (std::size_t i = 0; i < names.size(); ++i) {
      source_.Line("case " + type.name + "::" + names[i] + ":");
      source_.Line("  json = " + CppLiteral(type.words[i]) + ";");
      source_.Line("  return;");
    }
    source_.Outdent();
    source_.Line("}");
    source_.Line("throw std::invalid_argument(\"not a value of " + type.name + "\");");
    source_.Outdent();
    source_.Line("}");
    source_.Line("inline void from_json(const Json& json, " + type.name + "& value) {");
    source_.Indent();
    source_.Line("const std::string& word = json.get_ref<const std::string&>();");
    for (std::size_t i = 0; i < names.size(); ++i) {
      source_.Line("if (word == " + CppLiteral(type.words[i]) + ") {");
      source_.Line("  value = " + type.name + "::" + names[i] + ";");
      source_.Line("  return;");
      source_.Line("}");
    }
    source_.Line("throw std::out_of_range(\"not a word of " + type.name + ": \" + word);");
    source_.Outdent();
    source_.Line("}");
  }

  void WriteClass(const MethodGroup& group) {
    source_.Line();
    source_.Comment("// ",
                    CommentText("The methods of " + group.name_space + ". The client must outlive it."));
    source_.Line("class " + group.class_name + " {");
    source_.Line(" public:");
    source_.Indent();
    source_.Line("explicit " + group.class_name + "(Client& client) : client_(&client) {}");
    // A method with the name of a type would hide the type.
    std::vector<std::string_view> taken(declared_.begin(), declared_.end());
    taken.insert(taken.end(), std::begin(kReservedTypes), std::end(kReservedTypes));
    taken.push_back(group.class_name);
    NameScope scope(taken);
    for (const ApiMethod* method : group.methods) WriteMethod(*method, scope);
    source_.Outdent();
    source_.Line();
    source_.Line(" private:");
    source_.Line("  Client* client_;");
    source_.Line("};");
  }

  void WriteMethod(const ApiMethod& method, NameScope& scope) {
    const std::string wanted = PascalCase(NameInNamespace(method.name));
    const std::string name = scope.Take(wanted);
    source_.Line();
    source_.Comment("// ", CommentText(AboutMethod(method)));
    source_.Comment("// ", CommentText(AboutProgress(method, "`progress`, on this thread")));
    if (method.IsStream()) {
      source_.Comment("// ", "It continues until options.stop ends it or options.timeout expires.");
    }
    if (name != wanted) source_.Comment("// ", CommentText(WhyRenamed(method.name, wanted)));
    const bool returns = method.result.kind != Type::Kind::kNull;
    const std::string result = returns ? CppType(method.result, Direction::kResult) : "void";
    std::string parameters;
    std::string given = "nullptr";
    std::string options = "options";
    // The service rejects a stream without a progress token, so `progress` is required; parameters before it
    // then cannot have a default.
    const bool must_have_params = method.NeedsParams() || method.IsStream();
    if (!method.params.members.empty()) {
      parameters = "const " + method.params.name + "& params" + (must_have_params ? ", " : " = {}, ");
      given = "Json(params)";
    }
    if (method.progress) {
      const std::string value = CppType(method.progress->value, Direction::kResult);
      parameters += "const std::function<void(const " + value + "&)>& progress" +
                    (method.IsStream() ? ", " : " = {}, ");
      options = "detail::WithProgress(progress, options)";
    }
    source_.Line(result + " " + name + "(" + parameters + "const CallOptions& options = {}) {");
    const std::string call = "client_->Call(" + CppLiteral(method.name) + ", " + given + ", " + options + ")";
    if (!returns) {
      source_.Line("  " + call + ";");
    } else if (result == "Json") {
      source_.Line("  return " + call + ";");
    } else {
      source_.Line("  return detail::Converter<" + result + ">::From(" + call + ");");
    }
    source_.Line("}");
  }

  void WriteService(const std::vector<MethodGroup>& groups) {
    source_.Line();
    source_.Comment(
        "// ",
        "All methods over one client, which must outlive this. Threads: as for the client's functions.");
    source_.Line("class Service {");
    source_.Line(" public:");
    source_.Indent();
    NameScope scope(kReserved);
    std::string initializers;
    std::vector<std::string> names;
    for (const MethodGroup& group : groups) {
      names.push_back(scope.Take(SnakeCase(group.name_space)));
      initializers += (initializers.empty() ? " : " : ", ") + names.back() + "(client)";
    }
    source_.Line("explicit Service(" + std::string(groups.empty() ? "Client&" : "Client& client") + ")" +
                 initializers + " {}");
    if (!groups.empty()) source_.Line();
    for (std::size_t i = 0; i < groups.size(); ++i) source_.Line(groups[i].class_name + " " + names[i] + ";");
    source_.Outdent();
    source_.Line("};");
  }

  Api api_;
  std::string name_space_;
  NameScope types_{kReservedTypes};
  std::vector<std::string> declared_;  // names of declared types
  SourceText source_{2};
};

}  // namespace

bool IsCppNamespace(std::string_view name) { return IsQualifiedName(name, "::", kReserved); }

std::string WriteCpp(Api api, std::string_view name_space) {
  std::string text = CppWriter(std::move(api), name_space).Write();
  // Without the byte order mark a compiler may assume another encoding, in which a character of a comment can
  // swallow a line end.
  const bool is_ascii =
      std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return is_ascii ? text : "\xEF\xBB\xBF" + text;
}

}  // namespace onbehalf::cli::generate
