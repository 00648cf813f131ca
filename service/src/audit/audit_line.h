#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "audit/audit_chain.h"
#include "onbehalf/win32/sid.h"
#include "text/escaped_text.h"
#include "text/sid_text.h"
#include "text/utc_time.h"

namespace onbehalf::service {

// Text of bounded size, in its own storage. Excess text is dropped; the limits of the fields ensure that everything fits.
template <std::size_t kBytes>
class FixedText {
 public:
  void append(const char* bytes, std::size_t count) {
    if (count > kBytes - size_) count = kBytes - size_;
    std::memcpy(bytes_.data() + size_, bytes, count);
    size_ += count;
  }
  operator std::string_view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, kBytes> bytes_;
  std::size_t size_ = 0;
};

// A line of the audit under construction: a JSON object that is not yet closed. `Storage` is a FixedText for the request path,
// which must not allocate, or a std::string for lines of any length.
template <typename Storage>
class BasicAuditLine {
 public:
  BasicAuditLine(std::chrono::system_clock::time_point time, std::string_view event)
      : time_(time, UtcText::Fraction::kMicroseconds) {
    Put("{\"time\":\"");
    Put(time_.view());
    Put("\"");
    Word("event", event);
  }

  // Untrusted text: escaped, at most `max_bytes` of it.
  void Text(std::string_view name, std::string_view value, std::size_t max_bytes) {
    Name(name);
    Quoted(value, max_bytes);
  }
  // Text that needs no escaping.
  void Word(std::string_view name, std::string_view value) {
    Name(name);
    Put("\"");
    Put(value);
    Put("\"");
  }
  void Number(std::string_view name, std::uint64_t value) {
    Name(name);
    Put(DecimalText(value).view());
  }
  void Account(std::string_view name, const win32::Sid& sid) { Word(name, SidText(sid).view()); }
  void Null(std::string_view name) {
    Name(name);
    Put("null");
  }
  // The caller then puts the value.
  void Name(std::string_view name) {
    Put(",\"");
    Put(name);
    Put("\":");
  }
  void Quoted(std::string_view value, std::size_t max_bytes) {
    Put("\"");
    AppendEscaped(text_, value, Escaping::kJson, max_bytes);
    Put("\"");
  }
  void Put(std::string_view text) { text_.append(text.data(), text.size()); }
  void End() { Put("}\n"); }

  // The UTC day of the line's time: "2026-11-22".
  std::string_view day() const { return time_.day(); }
  std::string_view view() const { return text_; }

 private:
  UtcText time_;
  Storage text_;
};

// Maximum bytes kept of each field, before escaping.
inline constexpr std::size_t kRequestIdBytes = 64;
inline constexpr std::size_t kMethodBytes = 128;
inline constexpr std::size_t kImageBytes = 260;  // MAX_PATH
inline constexpr std::size_t kNodeBytes = 128;
inline constexpr std::size_t kEntryBytes = 256;
inline constexpr std::size_t kReasonBytes = 64;
// For all parameters together: bytes of names and values, and number of pieces (values, elements, members).
inline constexpr std::size_t kParamsBytes = 1024;
inline constexpr std::size_t kParamsPieces = 64;

// Of a caller in an app container, so many are listed; ordinary packages have fewer.
inline constexpr std::size_t kMaxListedCapabilities = 32;
inline constexpr std::size_t kSidBytes = 192;  // SidText's, with quotes and a comma

// Escaping turns a byte into six at most (\u000a). A piece of the parameters takes 48 bytes in addition to its text; names,
// numbers and the SID (at most 184 characters) take less than 1,024 in total, the members of an app container less than 256 besides
// SIDs.
inline constexpr std::size_t kLineBytes = 24 * 1024;
static_assert(6 * (kRequestIdBytes + kMethodBytes + kImageBytes + kNodeBytes + kEntryBytes + kReasonBytes +
                   kParamsBytes) +
                  48 * kParamsPieces + 1024 + 256 + (1 + kMaxListedCapabilities) * kSidBytes + kSealBytes <=
              kLineBytes);

using AuditLine = BasicAuditLine<FixedText<kLineBytes>>;
using LongAuditLine = BasicAuditLine<std::string>;

}  // namespace onbehalf::service
