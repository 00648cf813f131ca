#include <string>

#include "aligned_table.h"
#include "context.h"
#include "file/file.h"
#include "file/file_text.h"
#include "json_layout.h"
#include "json_members.h"
#include "output.h"

namespace onbehalf::cli {
namespace {

using client::Json;

constexpr OptionInfo kOptions[] = {
    {"--glob", "PATTERN", "*.txt", "only names that match this pattern of * and ?"},
    {"--all", "", "", "include hidden ones"},
};

ListOptions Parse(const Given& given) {
  return {PathsOf(given)[0], given.ValueOf("--glob"), given.Has("--all")};
}

ExitCode ListFolder(const Context& context, const ListOptions& options) {
  Output& output = context.output;
  FileSession session(context);
  // The largest page: the service reads the whole folder for each page.
  Json params = {{"path", options.path}, {"limit", 10'000}};
  if (options.glob) params["glob"] = *options.glob;
  AlignedColumns columns;
  bool has_begun = false;
  for (;;) {
    const Json page = session.calls().Call("file.list", params);
    std::string text;
    Rows rows;
    if (const Json* entries = ListMember(page, "entries")) {
      for (const Json& entry : *entries) {
        if (!options.all && IsHidden(entry)) continue;
        if (output.json()) {
          text += JsonLine(entry) + "\n";
          continue;
        }
        if (!has_begun) rows.push_back(EntryHeader());
        has_begun = true;
        rows.push_back(EntryCells(entry));
      }
    }
    if (!output.Continue(text + columns.Lines(rows))) return ExitCode::kServiceError;
    const Json* next = Member(page, "next");
    if (next == nullptr) return ExitCode::kDone;
    params["after"] = *next;
  }
}

}  // namespace

extern const Command kFileLsCommand = {.name = "file ls",
                                       .operands = kPathOperand,
                                       .options = kOptions,
                                       .group = &kFileGroup,
                                       .summary = "list a folder",
                                       .handler = Handles<Parse, ListFolder>()};

}  // namespace onbehalf::cli
