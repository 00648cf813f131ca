#include <cstddef>
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

constexpr std::string_view kReservedTypes[] = {
    // names of this file and of JavaScript that it uses
    "CancellationToken",
    "MessageConnection",
    "ParameterStructures",
    "ProgressToken",
    "ProgressType",
    "Promise",
    "Array",
    "Service"};
constexpr std::string_view kReservedMembers[] = {"constructor", "connection"};

// A comment up to this length is on one line.
constexpr std::size_t kOneLine = 80;

// Omits missing arguments, because undefined would be sent as one more parameter.
constexpr char kCall[] =
    R"(function call<R>(connection: MessageConnection, method: string, params?: object, token?: CancellationToken): Promise<R> {
  const rest: unknown[] = params === undefined ? [] : [ParameterStructures.byName, params];
  if (token !== undefined) rest.push(token);
  return connection.sendRequest<R>(method, ...rest);
}
)";

// Calls with a progress token that is unique in this module.
constexpr char kCallWithProgress[] =
    R"(let lastProgressToken = 0;

async function callWithProgress<P, R>(
  connection: MessageConnection,
  method: string,
  params: object,
  progress?: (value: P) => void,
  token?: CancellationToken,
): Promise<R> {
  if (progress === undefined) return call<R>(connection, method, params, token);
  const progressToken = `onbehalf-${++lastProgressToken}`;
  const listener = connection.onProgress(new ProgressType<P>(), progressToken, progress);
  try {
    return await call<R>(connection, method, { ...params, progressToken }, token);
  } finally {
    listener.dispose();
  }
}
)";

std::string TypeText(const Type& type, Direction direction) {
  std::string text;
  switch (type.kind) {
    case Type::Kind::kAny:
      return "unknown";
    case Type::Kind::kNull:
      return "null";
    case Type::Kind::kBoolean:
      text = "boolean";
      break;
    case Type::Kind::kInteger:
    case Type::Kind::kNumber:
      text = "number";
      break;
    case Type::Kind::kString:
      text = "string";
      break;
    case Type::Kind::kEnum:
      text = direction == Direction::kParams ? type.name : "string";
      break;
    case Type::Kind::kArray:
      text = "Array<" + TypeText(type.element.front(), direction) + ">";
      break;
    case Type::Kind::kObject:
      text = type.IsNamed() ? type.name : "{ [name: string]: unknown }";
      break;
  }
  return type.nullable ? text + " | null" : text;
}

// A property's name, quoted unless it is an identifier.
std::string PropertyName(const std::string& name) {
  return IsQualifiedName(name, ".", {}) && name.find('.') == std::string::npos ? name : JsonLiteral(name);
}

class TypeScriptWriter {
 public:
  explicit TypeScriptWriter(Api api) : api_(std::move(api)) { NameTypes(api_, types_); }

  std::string Write() {
    bool reports_progress = false;
    for (const ApiMethod& method : api_.methods)
      reports_progress = reports_progress || method.progress.has_value();
    source_.Comment("// ", CommentText(TitleOf(api_)));
    source_.Comment("// ", OriginOf("typescript"));
    source_.Line("//");
    source_.Comment(
        "// ",
        "Calls end as vscode-jsonrpc's own do: with the result, or with a ResponseError that has the "
        "service's code. Results are not validated. Integers beyond 2^53 are not exact.");
    source_.Line();
    source_.Line("import type { CancellationToken, MessageConnection } from \"vscode-jsonrpc\";");
    source_.Line(std::string("import { ParameterStructures") + (reports_progress ? ", ProgressType" : "") +
                 " } from \"vscode-jsonrpc\";");
    for (const ApiMethod& method : api_.methods) {
      WriteTypes(method.params, "Parameters of " + method.name + ".", Direction::kParams);
      WriteTypes(method.result, "Result of " + method.name + ".", Direction::kResult);
      if (method.progress) {
        WriteTypes(method.progress->value, "Progress of " + method.name + ".", Direction::kResult);
      }
    }
    source_.Line();
    source_.Line(kCall);
    if (reports_progress) source_.Line(kCallWithProgress);
    const std::vector<MethodGroup> groups = GroupMethods(api_, types_);
    for (const MethodGroup& group : groups) WriteClass(group);
    WriteService(groups);
    return source_.text();
  }

 private:
  // Writes a comment that editors show for the next declaration.
  void Comment(const std::vector<std::string>& texts) {
    std::vector<std::string> lines;
    for (const std::string& text : texts) {
      if (!text.empty()) lines.push_back(CommentText(text));
    }
    if (lines.empty()) return;
    if (lines.size() == 1 && lines.front().size() <= kOneLine) {
      source_.Line("/** " + lines.front() + " */");
      return;
    }
    source_.Line("/**");
    for (const std::string& line : lines) source_.Comment(" * ", line);
    source_.Line(" */");
  }

  // Writes the types nested in `type`, then `type` itself.
  void WriteTypes(const Type& type, const std::string& what, Direction direction) {
    for (const Type& element : type.element) WriteTypes(element, {}, direction);
    for (const ApiMember& member : type.members) WriteTypes(member.type, {}, direction);
    if (!type.IsNamed() || (type.kind == Type::Kind::kEnum && direction == Direction::kResult)) return;
    source_.Line();
    Comment({what, type.summary, type.remark});
    if (type.kind == Type::Kind::kEnum) {
      std::string words;
      for (const std::string& word : type.words) words += (words.empty() ? "" : " | ") + JsonLiteral(word);
      source_.Line("export type " + type.name + " = " + words + ";");
      return;
    }
    source_.Line("export interface " + type.name + " {");
    source_.Indent();
    for (const ApiMember& member : type.members) {
      Comment({member.summary, RemarksAt(member.type, direction)});
      source_.Line(PropertyName(member.name) + (member.required ? ": " : "?: ") +
                   TypeText(member.type, direction) + ";");
    }
    source_.Outdent();
    source_.Line("}");
  }

  void WriteClass(const MethodGroup& group) {
    Comment({"The methods of " + group.name_space + "."});
    source_.Line("export class " + group.class_name + " {");
    source_.Indent();
    source_.Line("private readonly connection: MessageConnection;");
    source_.Line();
    source_.Line("constructor(connection: MessageConnection) {");
    source_.Line("  this.connection = connection;");
    source_.Line("}");
    NameScope scope(kReservedMembers);
    for (const ApiMethod* method : group.methods) WriteMethod(*method, scope);
    source_.Outdent();
    source_.Line("}");
    source_.Line();
  }

  void WriteMethod(const ApiMethod& method, NameScope& scope) {
    const std::string wanted = CamelCase(NameInNamespace(method.name));
    const std::string name = scope.Take(wanted);
    source_.Line();
    Comment({AboutMethod(method), AboutProgress(method, "`progress`"),
             name == wanted ? "" : WhyRenamed(method.name, wanted)});
    const std::string result = TypeText(method.result, Direction::kResult);
    std::string parameters;
    std::string given = method.progress ? "{}, " : "undefined, ";
    if (!method.params.members.empty()) {
      // A stream has a required parameter after them.
      const bool must_be_there = method.NeedsParams() || method.IsStream();
      parameters = "params: " + method.params.name + (must_be_there ? ", " : " = {}, ");
      given = "params, ";
    }
    std::string function = "call";
    if (method.progress) {
      const std::string value = TypeText(method.progress->value, Direction::kResult);
      parameters +=
          std::string("progress") + (method.IsStream() ? "" : "?") + ": (value: " + value + ") => void, ";
      given += "progress, ";
      function = "callWithProgress<" + value + ", " + result + ">";
    }
    source_.Line(name + "(" + parameters + "token?: CancellationToken): Promise<" + result + "> {");
    source_.Line("  return " + function + "(this.connection, " + JsonLiteral(method.name) + ", " + given +
                 "token);");
    source_.Line("}");
  }

  void WriteService(const std::vector<MethodGroup>& groups) {
    Comment({"All methods over one connection, which must already be listening."});
    source_.Line("export class Service {");
    source_.Indent();
    NameScope scope(kReservedMembers);
    std::vector<std::string> names;
    for (const MethodGroup& group : groups) {
      names.push_back(scope.Take(CamelCase(group.name_space)));
      source_.Line("readonly " + names.back() + ": " + group.class_name + ";");
    }
    source_.Line();
    source_.Line(std::string("constructor(") + (groups.empty() ? "_" : "") +
                 "connection: MessageConnection) {");
    for (std::size_t i = 0; i < groups.size(); ++i) {
      source_.Line("  this." + names[i] + " = new " + groups[i].class_name + "(connection);");
    }
    source_.Line("}");
    source_.Outdent();
    source_.Line("}");
  }

  Api api_;
  NameScope types_{kReservedTypes};
  SourceText source_{2};
};

}  // namespace

std::string WriteTypeScript(Api api) { return TypeScriptWriter(std::move(api)).Write(); }

}  // namespace onbehalf::cli::generate
