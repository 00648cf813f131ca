#include "generate/remarks.h"

#include "json_layout.h"

namespace onbehalf::cli::generate {
namespace {

// Appends `more` to `text`, each a sentence.
std::string Joined(std::string text, const std::string& more) {
  if (text.empty() || more.empty()) return text + more;
  if (!text.ends_with('.')) text += '.';
  return text + " " + more;
}

}  // namespace

std::string TitleOf(const Api& api) {
  std::string title = api.title.empty() ? "a service" : api.title;
  if (!api.version.empty()) title += " " + api.version;
  return "A typed client of " + title + ".";
}

std::string OriginOf(std::string_view language) {
  return "Written by `onbehalf generate --language " + std::string(language) +
         "`: generate it again when the service's methods change; do not edit it.";
}

std::string AboutMethod(const ApiMethod& method) {
  std::string text = method.name;
  if (!method.summary.empty()) text += ": " + method.summary;
  if (!method.result.IsNamed()) text = Joined(text, method.result.summary);
  return Joined(text, RemarksAt(method.result, Direction::kResult));
}

std::string AboutProgress(const ApiMethod& method, const std::string& where) {
  if (!method.progress) return {};
  std::string text = method.IsStream() ? "Passes its results piece by piece to "
                     : method.progress->is_optional_stream
                         ? "Returns its results, or passes them piece by piece to "
                         : "Reports its progress to ";
  text += where + (method.progress->is_optional_stream ? ", if that is given." : ".");
  if (!method.progress->value.IsNamed()) text = Joined(text, method.progress->value.summary);
  return Joined(text, RemarksAt(method.progress->value, Direction::kResult));
}

std::string RemarksAt(const Type& type, Direction direction) {
  if (type.kind == Type::Kind::kEnum) {
    if (direction == Direction::kParams) return {};
    std::string text = "One of";
    for (const std::string& word : type.words) text += (text == "One of" ? " " : ", ") + JsonLine(Json(word));
    return text + ".";
  }
  if (type.IsNamed()) return {};
  std::string text = type.remark;
  for (const Type& element : type.element) text = Joined(text, RemarksAt(element, direction));
  return text;
}

std::string WhyRenamed(std::string_view name, std::string_view wanted) {
  return JsonLine(Json(name)) + " in JSON; the name " + std::string(wanted) + " is taken.";
}

}  // namespace onbehalf::cli::generate
