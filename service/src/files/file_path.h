#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace onbehalf::service {

// What the settings let a path be, beyond the rules.
struct FilePathRules {
  bool network_paths = false;      // \\SERVER\SHARE\…
  bool alternate_streams = false;  // FILE:STREAM
};

// An absolute Windows path of which every component is taken as it is written: given to Windows behind `\\?\`, so that
// Win32 drops no dot or space, sees no device in a name and no way up. Portable, and knows nothing of what is there.
class FilePath {
 public:
  // docs/files.md has the rules; the text is a sentence for the caller: what is wrong and what would be right. `text` is
  // valid UTF-8; slashes are taken for backslashes.
  static std::variant<FilePath, std::string> Parse(std::string_view text, const FilePathRules& rules);

  // `C:\dir\file` or `\\SERVER\SHARE\dir\file`, UTF-8. A root ends in a backslash, nothing else does.
  const std::string& text() const { return text_; }
  // `\??\C:\dir\file` or `\??\UNC\SERVER\SHARE\dir\file`, which is what Win32 makes of `\\?\…` (Microsoft: "Naming Files,
  // Paths, and Namespaces").
  std::string NtName() const;

  bool is_root() const { return text_.size() == root_bytes_; }
  // Names an alternate stream and not the file.
  bool has_stream() const { return has_stream_; }
  // The folder that the last component is in; nullopt for a root.
  std::optional<FilePath> Parent() const;
  // The last component, with its stream; empty for a root.
  std::string_view Name() const;

 private:
  FilePath(std::string text, std::size_t root_bytes, bool has_stream)
      : text_(std::move(text)), root_bytes_(root_bytes), has_stream_(has_stream) {}

  std::string text_;
  std::size_t root_bytes_;  // of `C:\` or `\\SERVER\SHARE\`
  bool has_stream_;
};

}  // namespace onbehalf::service
