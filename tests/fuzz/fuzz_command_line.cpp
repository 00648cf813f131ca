// Typed text: shell lines with their history, editing and completion, and the words of a command line, with the commands of
// client/sample_commands.cpp. Every refusal has a message, parsed parameters survive being written and parsed again, shown text fits
// and has no control characters, and nothing else throws.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "command_line.h"
#include "command_names.h"
#include "completions/word_completion.h"
#include "doctor/secrets.h"
#include "help_text.h"
#include "invariant.h"
#include "json_layout.h"
#include "method_catalogue.h"
#include "onbehalf/protocol/utf8.h"
#include "params.h"
#include "printable.h"
#include "shell/history.h"
#include "shell/line_editor.h"
#include "shell/shell_line.h"
#include "text_columns.h"
#include "usage_error.h"

namespace {

using namespace onbehalf::cli;
using onbehalf::client::Json;

const MethodCatalogue& Catalogue() {
  static const MethodCatalogue catalogue(Json::parse(R"({"methods": [
      {"name": "rpc.ping"},
      {"name": "file.write", "params": [{"name": "path"}, {"name": "data"}], "x-progress": {"stream": false}},
      {"name": "file.watch", "params": [{"name": "path"}], "x-progress": {"stream": true}}]})"));
  return catalogue;
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; });
}

// The parsed line; nullopt if it is refused.
std::optional<shell::Request> Parse(std::string_view line) {
  try {
    return shell::ParseShellLine(line);
  } catch (const UsageError& error) {
    ONBEHALF_INVARIANT(!std::string_view(error.what()).empty());
    return std::nullopt;
  }
}

void CheckShellLine(std::string_view line) {
  const std::optional<shell::Request> request = Parse(line);
  if (!request) return;
  const auto* call = std::get_if<shell::CallMethod>(&*request);
  if (call == nullptr) return;
  ONBEHALF_INVARIANT(!call->method.empty());
  const Json& params = call->params;
  ONBEHALF_INVARIANT(params.is_null() || params.is_object() || params.is_array());
  // The shell checks that a line is UTF-8 before it parses it.
  if (!onbehalf::protocol::IsUtf8(line)) return;
  const std::string text = params.is_null() ? std::string() : JsonLine(params);
  const std::optional<shell::Request> again = Parse(call->method + " " + text);
  ONBEHALF_INVARIANT(again);
  const auto* same = std::get_if<shell::CallMethod>(&*again);
  ONBEHALF_INVARIANT(same != nullptr && same->method == call->method && same->params == params);
}

void CheckHistory(std::string_view text) {
  const shell::History history = shell::History::FromText(text);
  ONBEHALF_INVARIANT(history.lines().size() <= shell::History::kMaxLines);
  for (const std::string& line : history.lines()) {
    ONBEHALF_INVARIANT(!line.empty() && !HasControl(line) && !shell::HoldsSecret(line));
  }
  ONBEHALF_INVARIANT(shell::History::FromText(history.ToText()).lines() == history.lines());
}

void CheckCompletion(std::string_view before) {
  const Completions completions = Catalogue().Complete(before);
  ONBEHALF_INVARIANT(completions.begin <= before.size());
  const std::string_view typed = before.substr(completions.begin);
  for (const std::string& candidate : completions.candidates)
    ONBEHALF_INVARIANT(candidate.starts_with(typed));
  ONBEHALF_INVARIANT(completions.candidates.empty() ||
                     CommonPrefix(completions.candidates).starts_with(typed));
}

// The editor never uses fewer.
constexpr std::size_t kFewestColumns = 3;
// Each key reads the whole line, so that longer lines would take most of the time.
constexpr std::size_t kMaxKeys = 48;

// Control characters stand for the keys without text.
void CheckEditor(std::string_view text) {
  using shell::KeyKind;
  const shell::History history = shell::History::FromText("rpc.ping\nfile.write path=C:\\a\n");
  shell::LineEditor editor(history, [](std::string_view before) { return Catalogue().Complete(before); });
  std::size_t columns = kFewestColumns;
  for (const char32_t point : ToCodePoints(text.substr(0, kMaxKeys))) {
    const auto kinds = static_cast<char32_t>(KeyKind::kEnter);
    editor.Take(point < 0x20 ? shell::Key{static_cast<KeyKind>(point % kinds)}
                             : shell::Key{KeyKind::kText, point});
    editor.TakeListing();
    columns = columns == 40 ? kFewestColumns : columns + 1;
    const shell::LineEditor::View view = editor.ViewOf(columns);
    ONBEHALF_INVARIANT(view.cursor < columns);
    ONBEHALF_INVARIANT(ColumnsOf(view.text) < columns);
  }
  ONBEHALF_INVARIANT(onbehalf::protocol::IsUtf8(editor.text()));
}

void CheckShown(std::string_view text) {
  const std::string printable = Printable(text);
  ONBEHALF_INVARIANT(!HasControl(printable));
  ONBEHALF_INVARIANT(Printable(printable) == printable);
  for (const std::size_t columns : {0u, 1u, 7u})
    ONBEHALF_INVARIANT(ColumnsOf(FirstColumns(text, columns)) <= columns);
  ONBEHALF_INVARIANT(onbehalf::protocol::IsUtf8(ToUtf8(ToCodePoints(text))));
  ONBEHALF_INVARIANT(!onbehalf::protocol::IsUtf8(text) || ToUtf8(ToCodePoints(text)) == text);
  doctor::WithoutSecrets(text);
  try {
    ParseParams(ToUtf8Text(std::string(text)));
  } catch (const UsageError&) {
    // Most texts are not JSON.
  }
}

void CheckCommandLine(const std::vector<std::string>& words) {
  std::size_t asked = 0;
  const Discover discover = [&asked](const onbehalf::client::Options&) {
    ++asked;
    return Catalogue();
  };
  const WordCompletion completion = CompleteWord(words, discover);
  ONBEHALF_INVARIANT(asked <= 1);
  for (const WordCompletion::Candidate& candidate : completion.candidates) {
    ONBEHALF_INVARIANT(candidate.text.starts_with(words.back()));
  }
  try {
    const Invocation invocation = ParseCommandLine(words);
    const GlobalOptions& global = invocation.global;
    ONBEHALF_INVARIANT((invocation.command != nullptr) == (!global.help && !global.version));
    ONBEHALF_INVARIANT((invocation.command != nullptr) == invocation.options.has_value());
    if (global.help) ONBEHALF_INVARIANT(HelpText(*global.help).ends_with('\n'));
    if (invocation.command != nullptr)
      ONBEHALF_INVARIANT(FindCommand(invocation.command->name) == invocation.command);
  } catch (const UsageError& error) {
    ONBEHALF_INVARIANT(!std::string_view(error.what()).empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckHistory(text);
  CheckEditor(text);
  CheckShown(text);
  // Each line is a shell line, and all lines together are the words of a command line.
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin <= size;) {
    const std::size_t end = std::min(text.find('\n', begin), size);
    words.emplace_back(text.substr(begin, end - begin));
    CheckShellLine(words.back());
    CheckCompletion(words.back());
    begin = end + 1;
  }
  CheckCommandLine(words);
  return 0;
}
