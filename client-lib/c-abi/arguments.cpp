#include "arguments.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::c_abi {
namespace {

using std::invalid_argument;

// The structs' sizes in version 1.0 of the interface, which programs built with it pass forever.
constexpr std::uint32_t kOptionsFirstSize = 64;
constexpr std::uint32_t kCallOptionsFirstSize = 32;
static_assert(sizeof(onbehalf_options) == kOptionsFirstSize);
static_assert(sizeof(onbehalf_call_options) == kCallOptionsFirstSize);
// No later version's struct will be larger, so a larger value is not a size.
constexpr std::uint32_t kLargestSize = 4096;

// Converts `given` to this library's size. Members that an older program does not have become zero; members
// that only a newer program has must be zero.
template <typename Struct>
Struct StructArgument(const Struct* given, std::uint32_t first_size, const std::string& name) {
  const std::uint32_t size = given->size;
  if (size < first_size || size > kLargestSize) {
    throw invalid_argument(name + ".size is " + std::to_string(size) + "; set it to sizeof(onbehalf_" + name +
                           ")");
  }
  Struct known{};
  std::memcpy(&known, given, std::min<std::size_t>(size, sizeof known));
  if (size > sizeof known) {
    const char* const bytes = reinterpret_cast<const char*>(given);
    if (std::any_of(bytes + sizeof known, bytes + size, [](char byte) { return byte != 0; })) {
      throw invalid_argument(name + " uses a member that version " ONBEHALF_VERSION
                                    " of onbehalf.dll does not know");
    }
  }
  if (known.reserved != 0) {
    throw invalid_argument(name + ".reserved is " + std::to_string(known.reserved) + " and must be 0");
  }
  return known;
}

std::string OptionalText(const char* text, const char* name, std::string otherwise) {
  return text != nullptr ? TextArgument(text, name) : std::move(otherwise);
}

std::optional<client::Level> ToLevel(int32_t level) {
  switch (level) {
    case ONBEHALF_LEVEL_DEFAULT:
      return std::nullopt;
    case ONBEHALF_LEVEL_ANONYMOUS:
      return client::Level::kAnonymous;
    case ONBEHALF_LEVEL_IDENTIFY:
      return client::Level::kIdentify;
    case ONBEHALF_LEVEL_IMPERSONATE:
      return client::Level::kImpersonate;
    default:
      throw invalid_argument("options.level is " + std::to_string(level) +
                             "; expected one of ONBEHALF_LEVEL_...");
  }
}

client::Trust ToTrust(int32_t trust) {
  switch (trust) {
    case ONBEHALF_TRUST_SERVICE:
      return client::Trust::kService;
    case ONBEHALF_TRUST_SAME_USER:
      return client::Trust::kSameUser;
    case ONBEHALF_TRUST_ANY:
      return client::Trust::kAny;
    default:
      throw invalid_argument("options.trust is " + std::to_string(trust) +
                             "; expected one of ONBEHALF_TRUST_...");
  }
}

// The service enforces its own limits on parameters.
protocol::JsonLimits ParamsLimits() {
  protocol::JsonLimits limits;
  limits.string_bytes = std::numeric_limits<std::size_t>::max();
  limits.array_elements = std::numeric_limits<std::size_t>::max();
  limits.object_members = std::numeric_limits<std::size_t>::max();
  return limits;
}

}  // namespace

std::string TextArgument(const char* text, const char* name) {
  std::string value = Required(text, name);
  try {
    win32::ToWide(value);
  } catch (const win32::Win32Error& error) {
    if (error.win32_code() != ERROR_NO_UNICODE_TRANSLATION) throw;
    throw invalid_argument(std::string(name) + " is not valid UTF-8");
  }
  return value;
}

client::Json ParamsArgument(const char* params, int64_t length) {
  if (length < -1) throw invalid_argument("params_length is " + std::to_string(length));
  if (params == nullptr) {
    if (length > 0) throw invalid_argument("params is NULL and params_length is not");
    return nullptr;
  }
  const std::string_view text =
      length < 0 ? std::string_view(params) : std::string_view(params, static_cast<std::size_t>(length));
  client::Json value;
  if (const protocol::JsonFault fault = protocol::ParseJson(text, ParamsLimits(), value)) {
    throw invalid_argument("params: " + fault.Describe());
  }
  return value;
}

client::Options OptionsArgument(const onbehalf_options* given) {
  client::Options options;
  if (given == nullptr) return options;
  const onbehalf_options known = StructArgument(given, kOptionsFirstSize, "options");
  options.pipe = OptionalText(known.pipe, "options.pipe", {});
  if (known.pipe != nullptr && options.pipe.empty()) throw invalid_argument("options.pipe is empty");
  options.server = OptionalText(known.server, "options.server", options.server);
  options.service = OptionalText(known.service, "options.service", options.service);
  options.level = ToLevel(known.level);
  options.trust = ToTrust(known.trust);
  options.connect_timeout = Timeout(known.connect_timeout_ms).value_or(options.connect_timeout);
  options.call_timeout = Timeout(known.call_timeout_ms).value_or(options.call_timeout);
  options.first_backoff = Timeout(known.first_backoff_ms).value_or(options.first_backoff);
  options.longest_backoff = Timeout(known.longest_backoff_ms).value_or(options.longest_backoff);
  if (known.max_answer_bytes != 0)
    options.max_answer_bytes = static_cast<std::size_t>(known.max_answer_bytes);
  return options;
}

onbehalf_call_options CallOptionsArgument(const onbehalf_call_options* given) {
  if (given == nullptr) return {};
  const onbehalf_call_options known = StructArgument(given, kCallOptionsFirstSize, "call_options");
  if ((known.flags & ~ONBEHALF_IDEMPOTENT) != 0) {
    throw invalid_argument("call_options.flags is " + std::to_string(known.flags) +
                           ", which has bits that this version does not know");
  }
  return known;
}

std::optional<std::chrono::milliseconds> Timeout(std::uint32_t milliseconds) {
  if (milliseconds == 0) return std::nullopt;
  if (milliseconds == ONBEHALF_INFINITE) return std::chrono::milliseconds::max();
  return std::chrono::milliseconds(milliseconds);
}

}  // namespace onbehalf::c_abi
