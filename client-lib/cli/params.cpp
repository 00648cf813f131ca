#include "params.h"

#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"
#include "text_columns.h"
#include "usage_error.h"

namespace onbehalf::cli {
namespace {

protocol::JsonLimits ParamsLimits() {
  // The service enforces its own limits; these only keep a mistake (a wrong file) from exhausting memory.
  protocol::JsonLimits limits;
  limits.string_bytes = kMaxParamsBytes;
  limits.array_elements = kMaxParamsBytes;
  limits.object_members = kMaxParamsBytes;
  return limits;
}

[[noreturn]] void RefuseUtf16() {
  throw UsageError("the parameters begin as UTF-16 but are not valid UTF-16");
}

// Decodes UTF-16LE; ignores an odd last byte. Throws UsageError for an unpaired surrogate.
std::u32string FromUtf16(std::string_view bytes) {
  std::u32string points;
  char32_t high = 0;  // a high surrogate that needs its second half; 0: none
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const char32_t unit = static_cast<unsigned char>(bytes[i]) |
                          (static_cast<char32_t>(static_cast<unsigned char>(bytes[i + 1])) << 8);
    const bool is_low = unit >= 0xDC00 && unit <= 0xDFFF;
    if (is_low != (high != 0)) RefuseUtf16();
    if (is_low) {
      points += 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00);
      high = 0;
    } else if (unit >= 0xD800 && unit <= 0xDBFF) {
      high = unit;
    } else {
      points += unit;
    }
  }
  if (high != 0) RefuseUtf16();
  return points;
}

}  // namespace

std::string ToUtf8Text(std::string bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return bytes.substr(3);
  if (!bytes.starts_with("\xFF\xFE")) return bytes;
  return ToUtf8(FromUtf16(std::string_view(bytes).substr(2)));
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

}  // namespace onbehalf::cli
