#include "files/file_path.h"

#include <algorithm>
#include <array>

#include "onbehalf/protocol/ascii.h"
#include "onbehalf/protocol/utf8.h"

namespace onbehalf::service {
namespace {

// Windows' limit is 32,767 for the whole path, including the prefix that it adds.
constexpr std::size_t kMaxUnits = 32'000;

// Win32 takes such a name for a device, whatever its extension and the spaces before it (Microsoft: "Naming Files,
// Paths, and Namespaces").
bool IsDeviceName(std::string_view component) {
  std::string_view name = component.substr(0, component.find_first_of(".:"));
  while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
  const std::string upper = protocol::AsciiUpper(name);
  static constexpr std::array<std::string_view, 6> kDevices{"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"};
  if (std::find(kDevices.begin(), kDevices.end(), upper) != kDevices.end()) return true;
  if (!upper.starts_with("COM") && !upper.starts_with("LPT")) return false;
  const std::string_view number = std::string_view(upper).substr(3);
  if (number.size() == 1) return number[0] >= '0' && number[0] <= '9';
  // The superscript digits one, two and three.
  return number == "\xC2\xB9" || number == "\xC2\xB2" || number == "\xC2\xB3";
}

// What is wrong with a component of a path or with a stream name; empty if nothing is.
std::string FaultOfComponent(std::string_view component) {
  if (component.empty()) return "an empty component: two backslashes in a row, or one at the end";
  if (component == "." || component == "..") return "the components . and .. are not accepted";
  for (const char c : component) {
    if (static_cast<unsigned char>(c) < 0x20) return "control characters are not accepted";
    if (std::string_view("<>\"|?*").find(c) != std::string_view::npos) {
      return std::string("the character ") + c + " is not allowed in a Windows name";
    }
  }
  if (component.back() == '.' || component.back() == ' ')
    return "a component ends in a dot or a space, which Windows would remove";
  if (IsDeviceName(component))
    return "a DOS device name (CON, PRN, AUX, NUL, COM0 to COM9, LPT0 to LPT9, CONIN$, CONOUT$) is not a file";
  return {};
}

// The same for the last component, which may name a stream; `has_stream` tells whether it does.
std::string FaultOfLast(std::string_view component, bool streams, bool& has_stream) {
  const std::size_t colon = component.find(':');
  has_stream = colon != std::string_view::npos;
  if (!has_stream) return FaultOfComponent(component);
  if (!streams) return "a colon names an alternate stream, but file.alternate_streams is off";
  std::string_view stream = component.substr(colon + 1);
  // Only the type $DATA: a directory has streams of other types, which would bypass the path rules.
  const std::size_t type = stream.find(':');
  if (type != std::string_view::npos && protocol::AsciiUpper(stream.substr(type)) != ":$DATA") {
    return "expected FILE:STREAM or FILE:STREAM:$DATA";
  }
  stream = stream.substr(0, type);
  if (stream.empty()) return "the stream name is empty";
  std::string fault = FaultOfComponent(component.substr(0, colon));
  return fault.empty() ? FaultOfComponent(stream) : fault;
}

// The number of bytes in `\\SERVER\SHARE\`, or why `text` does not begin with it.
std::variant<std::size_t, std::string> UncRoot(std::string& text) {
  const std::size_t server_end = text.find('\\', 2);
  if (server_end == std::string::npos) return "expected \\\\SERVER\\SHARE\\…";
  std::size_t share_end = text.find('\\', server_end + 1);
  if (share_end == std::string::npos) {
    share_end = text.size();
    text += '\\';
  }
  const std::string_view server = std::string_view(text).substr(2, server_end - 2);
  const std::string_view share = std::string_view(text).substr(server_end + 1, share_end - server_end - 1);
  for (const std::string_view part : {server, share}) {
    if (part.find(':') != std::string_view::npos) return "a server or share name cannot contain a colon";
    if (std::string fault = FaultOfComponent(part); !fault.empty()) return fault;
  }
  const std::string upper = protocol::AsciiUpper(share);
  if (upper == "PIPE" || upper == "MAILSLOT" || upper == "IPC$") return "pipes and mailslots are not files";
  return share_end + 1;
}

}  // namespace

std::variant<FilePath, std::string> FilePath::Parse(std::string_view given, const FilePathRules& rules) {
  if (protocol::Utf16Units(given) > kMaxUnits) return "a path has at most 32,000 UTF-16 units";
  std::string text(given);
  std::replace(text.begin(), text.end(), '/', '\\');
  if (text.starts_with("\\\\?\\") || text.starts_with("\\\\.\\") || text.starts_with("\\??\\")) {
    return R"(paths that begin with \\?\ , \\.\ or \??\ are not accepted: expected C:\dir\file)";
  }
  std::size_t root_bytes = 0;
  if (text.starts_with("\\\\")) {
    if (!rules.network_paths)
      return R"(a path on another computer, but file.network_paths is off: expected C:\dir\file)";
    auto root = UncRoot(text);
    if (auto* fault = std::get_if<std::string>(&root)) return std::move(*fault);
    root_bytes = std::get<std::size_t>(root);
  } else {
    if (text.size() < 2 || !protocol::IsAsciiLetter(text[0]) || text[1] != ':') {
      return R"(expected an absolute path with a drive letter: C:\dir\file)";
    }
    if (text.size() < 3 || text[2] != '\\') {
      return R"(a path relative to a drive's current folder is not accepted: expected C:\dir\file)";
    }
    text[0] = protocol::AsciiUpper(text[0]);
    root_bytes = 3;
  }
  bool has_stream = false;
  for (std::size_t begin = root_bytes; begin < text.size() || begin > root_bytes;) {
    const std::size_t end = text.find('\\', begin);
    const bool is_last = end == std::string::npos;
    const std::string_view component = std::string_view(text).substr(begin, is_last ? end : end - begin);
    if (!is_last && component.find(':') != std::string_view::npos)
      return "a folder name cannot contain a colon";
    std::string fault =
        is_last ? FaultOfLast(component, rules.alternate_streams, has_stream) : FaultOfComponent(component);
    if (!fault.empty()) return fault;
    if (is_last) break;
    begin = end + 1;
  }
  return FilePath(std::move(text), root_bytes, has_stream);
}

std::string FilePath::NtName() const {
  return text_.starts_with("\\\\") ? R"(\??\UNC)" + text_.substr(1) : R"(\??\)" + text_;
}

std::optional<FilePath> FilePath::Parent() const {
  if (is_root()) return std::nullopt;
  return FilePath(text_.substr(0, std::max(text_.rfind('\\'), root_bytes_)), root_bytes_, false);
}

std::string_view FilePath::Name() const {
  return is_root() ? std::string_view() : std::string_view(text_).substr(text_.rfind('\\') + 1);
}

}  // namespace onbehalf::service
