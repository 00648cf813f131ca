#include "params_source.h"

#include <fcntl.h>
#include <io.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "onbehalf/win32/utf.h"
#include "params.h"
#include "usage_error.h"

namespace onbehalf::cli {
namespace {

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

client::Json ReadParams(const std::string& given) {
  if (given == "-") return ParseParams(ToUtf8Text(ReadStandardInput()));
  if (given.starts_with("@")) return ParseParams(ToUtf8Text(ReadFile(given.substr(1))));
  return ParseParams(given);
}

}  // namespace onbehalf::cli
