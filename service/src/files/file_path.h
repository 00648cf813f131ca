#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace onbehalf::service {

// Forms of paths that the settings may allow.
struct FilePathRules {
  bool network_paths = false;      // \\SERVER\SHARE\…
  bool alternate_streams = false;  // FILE:STREAM
};

// An absolute Windows path whose components are taken literally: Windows gets it with the prefix `\\?\`, so Win32
// does not remove trailing dots or spaces, map device names or resolve "..". Portable; does not look at the file
// system.
class FilePath {
 public:
  // docs/files.md has the rules; the error is a sentence for the caller: what is wrong and what was expected. `text`
  // must be valid UTF-8; slashes count as backslashes.
  static std::variant<FilePath, std::string> Parse(std::string_view text, const FilePathRules& rules);

  // `C:\dir\file` or `\\SERVER\SHARE\dir\file`, UTF-8. Only a root ends in a backslash.
  const std::string& text() const { return text_; }
  // `\??\C:\dir\file` or `\??\UNC\SERVER\SHARE\dir\file`, into which Win32 turns `\\?\…` (Microsoft: "Naming Files,
  // Paths, and Namespaces").
  std::string NtName() const;

  bool is_root() const { return text_.size() == root_bytes_; }
  // Names an alternate stream, not the file.
  bool has_stream() const { return has_stream_; }
  // The folder that contains the last component; nullopt for a root.
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
