#include "onbehalf/pipe/pipe_path.h"

#include <algorithm>
#include <stdexcept>

namespace onbehalf::pipe {
namespace {

constexpr std::string_view kStart = "\\\\";
constexpr std::string_view kMiddle = "\\pipe\\";
constexpr std::string_view kLocal = "\\\\.\\pipe\\";
// Of a path on this computer ("CreateNamedPipeW function", lpName).
constexpr std::size_t kMaxPath = 256;

bool EqualIgnoringCase(std::string_view a, std::string_view lower_case) {
  return std::equal(a.begin(), a.end(), lower_case.begin(), lower_case.end(), [](char left, char right) {
    return (left >= 'A' && left <= 'Z' ? static_cast<char>(left - 'A' + 'a') : left) == right;
  });
}

// In UTF-16, of valid UTF-8: four bytes are a pair of surrogates.
std::size_t Utf16Size(std::string_view text) {
  std::size_t size = 0;
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    if ((byte & 0xC0) != 0x80) size += byte >= 0xF0 ? 2 : 1;
  }
  return size;
}

std::string Checked(std::string path) {
  if (!IsPipePath(path) || Utf16Size(path) > kMaxPath) {
    throw std::invalid_argument("not the name of a pipe: " + path);
  }
  return path;
}

}  // namespace

bool IsPipePath(std::string_view path) {
  if (!path.starts_with(kStart) || path.find('\0') != std::string_view::npos) return false;
  path.remove_prefix(kStart.size());
  const std::size_t host = path.find_first_of("\\/");
  if (host == 0 || host == std::string_view::npos || path.substr(0, host) == "?") return false;
  path.remove_prefix(host);
  if (path.size() <= kMiddle.size() || !EqualIgnoringCase(path.substr(0, kMiddle.size()), kMiddle))
    return false;
  return path.find("..") == std::string_view::npos && path.find('/') == std::string_view::npos;
}

bool IsLocalPath(std::string_view path) {
  return IsPipePath(path) && EqualIgnoringCase(path.substr(0, kLocal.size()), kLocal);
}

std::string LocalPath(std::string_view name) {
  if (name.starts_with(kStart)) return Checked(std::string(name));
  return RemotePath(".", name);
}

std::string RemotePath(std::string_view host, std::string_view name) {
  if (host.empty()) host = ".";
  if (host.find_first_of("\\/") != std::string_view::npos || host == "?") {
    throw std::invalid_argument("not the name of a computer: " + std::string(host));
  }
  // The pipes of an app container.
  constexpr std::string_view kPrivate = "local\\";
  const bool is_private =
      name.size() > kPrivate.size() && EqualIgnoringCase(name.substr(0, kPrivate.size()), kPrivate);
  if (name.find('\\', is_private ? kPrivate.size() : 0) != std::string_view::npos) {
    throw std::invalid_argument("not the name of a pipe: " + std::string(name));
  }
  return Checked(std::string(kStart) + std::string(host) + std::string(kMiddle) + std::string(name));
}

}  // namespace onbehalf::pipe
