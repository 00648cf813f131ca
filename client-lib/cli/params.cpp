#include "params.h"

#include <fcntl.h>
#include <io.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "usage_error.h"

namespace onbehalf::cli {
namespace {

// More than a service's default frame limit; its settings may allow more than that default.
constexpr std::size_t kMaxParamsBytes = 64 * 1024 * 1024;

protocol::JsonLimits ParamsLimits() {
  // The service enforces its own limits; these only keep a mistake (a wrong file) from exhausting memory.
  protocol::JsonLimits limits;
  limits.string_bytes = kMaxParamsBytes;
  limits.array_elements = kMaxParamsBytes;
  limits.object_members = kMaxParamsBytes;
  return limits;
}

std::string ReadAll(std::istream& stream, const std::string& name) {
  std::string bytes;
  std::array<char, 64 * 1024> piece;
  do {
    stream.read(piece.data(), piece.size());
    bytes.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
    if (bytes.size() > kMaxParamsBytes) throw UsageError(name + " is larger than 64 MiB");
  } while (stream);
  if (stream.bad()) throw UsageError(name + " cannot be read");
  return bytes;
}

std::string ReadStandardInput() {
  ::_setmode(::_fileno(stdin), _O_BINARY);
  return ReadAll(std::cin, "standard input");
}

}  // namespace

std::string ReadFile(const std::string& name) {
  std::ifstream file(std::filesystem::path(win32::ToWide(name)), std::ios::binary);
  if (!file) throw UsageError("the file " + name + " cannot be opened");
  return ReadAll(file, name);
}

std::string ToUtf8Text(std::string bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return bytes.substr(3);
  if (!bytes.starts_with("\xFF\xFE")) return bytes;
  std::wstring wide;
  for (std::size_t i = 2; i + 1 < bytes.size(); i += 2) {
    wide += static_cast<wchar_t>(static_cast<unsigned char>(bytes[i]) |
                                 (static_cast<unsigned>(static_cast<unsigned char>(bytes[i + 1])) << 8));
  }
  try {
    return win32::ToUtf8(wide);
  } catch (const win32::Win32Error&) {
    throw UsageError("the parameters begin as UTF-16 but are not valid UTF-16");
  }
}

client::Json ParseParams(std::string_view text) {
  client::Json params;
  if (const protocol::JsonFault fault = protocol::ParseJson(text, ParamsLimits(), params)) {
    throw UsageError("the parameters are not valid JSON: " + fault.Describe() +
                     ". In cmd.exe write \"{\\\"name\\\":1}\"; @FILE and - (standard input) need no quoting");
  }
  if (!params.is_object() && !params.is_array()) {
    throw UsageError("the parameters must be a JSON object (by name) or array (by position), not " +
                     std::string(params.type_name()));
  }
  return params;
}

client::Json ReadParams(const std::string& given) {
  if (given == "-") return ParseParams(ToUtf8Text(ReadStandardInput()));
  if (given.starts_with("@")) return ParseParams(ToUtf8Text(ReadFile(given.substr(1))));
  return ParseParams(given);
}

}  // namespace onbehalf::cli
