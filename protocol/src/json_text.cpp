#include "onbehalf/protocol/json_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "json_writer.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/protocol/plain_bytes.h"
#include "onbehalf/protocol/utf8.h"

namespace onbehalf::protocol {
namespace {

using Kind = JsonFault::Kind;

bool IsNumberCharacter(char c) {
  return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
}

// Strings of at least this many bytes bypass the reader if they have no escapes: it processes them byte by byte,
// which dominates the cost for file contents.
constexpr std::size_t kLongString = 1024;

// The text for the reader: long strings without escapes are reduced to their quotes.
class ReaderText {
 public:
  explicit ReaderText(std::string_view text) : text_(text) {}

  // Call for each string token, in order; `begin` and `end` delimit its content.
  void OnString(std::size_t begin, std::size_t end, bool is_plain) {
    if (is_plain && end - begin >= kLongString) {
      shortened_.append(text_, copied_, begin - copied_);
      copied_ = end;
      taken_out_.push_back({strings_, begin, end - begin});
    }
    ++strings_;
  }
  // Call once, after the last string.
  std::string_view Finish() {
    if (taken_out_.empty()) return text_;
    shortened_.append(text_, copied_, text_.size() - copied_);
    return shortened_;
  }

  // Call for each string that the reader finds, in order: true if it was taken out; `value` is then its content.
  bool TakeNext(std::string_view& value) {
    const bool is_taken_out = next_ < taken_out_.size() && taken_out_[next_].ordinal == found_;
    if (is_taken_out) {
      value = text_.substr(taken_out_[next_].begin, taken_out_[next_].bytes);
      ++next_;
    }
    ++found_;
    return is_taken_out;
  }

  // Converts the reader's `offset` to an offset in the original text.
  std::size_t OffsetInText(std::size_t offset) const {
    for (const TakenOut& one : taken_out_) {
      if (offset < one.begin) break;
      offset += one.bytes;
    }
    return std::min(offset, text_.size());
  }

 private:
  struct TakenOut {
    std::size_t ordinal;
    std::size_t begin;
    std::size_t bytes;
  };

  std::string_view text_;
  std::string shortened_;
  std::size_t copied_ = 0;  // in text_
  std::size_t strings_ = 0;
  std::vector<TakenOut> taken_out_;
  std::size_t found_ = 0;
  std::size_t next_ = 0;  // in taken_out_
};

// Rejects what the reader would accept or be slow on: a BOM (which it skips), NUL (which it takes for the end), bytes
// that are not UTF-8 (reported as a plain syntax error) and numbers so long that its conversion takes quadratic time.
JsonFault CheckBytes(std::string_view text, ReaderText& for_reader) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    return {Kind::kSyntax, 0};
  }
  bool in_string = false;
  bool is_plain = true;  // the string has no escapes and no control characters, which the reader refuses
  std::size_t string_begin = 0;
  std::size_t number_bytes = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (in_string) i += PlainBytes(text.substr(i));
    if (i == text.size()) break;
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x80) {
      const std::size_t bytes = Utf8SequenceBytes(text.substr(i));
      if (bytes == 0) {
        return {Kind::kInvalidUtf8, i};
      }
      i += bytes;
      number_bytes = 0;
      continue;
    }
    if (c == '\0') {
      return {Kind::kSyntax, i};
    }
    if (in_string) {
      const bool escapes_delimiter =
          c == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
      is_plain = is_plain && c != '\\' && c >= 0x20;
      in_string = c != '"';
      if (!in_string) for_reader.OnString(string_begin, i, is_plain);
      i += escapes_delimiter ? 2 : 1;
      continue;
    }
    number_bytes = IsNumberCharacter(c) ? number_bytes + 1 : 0;
    if (number_bytes > kNumberBytes) {
      return {Kind::kNumberOutOfRange, i};
    }
    ++i;
    in_string = c == '"';
    if (in_string) {
      string_begin = i;
      is_plain = true;
    }
  }
  return {};
}

// Iterates over the text and exposes its position to the builder: the reader's events do not include one.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* at, const char** seen) : at_(at), seen_(seen) {}

  reference operator*() const { return *at_; }
  Cursor& operator++() {
    *seen_ = ++at_;
    return *this;
  }
  Cursor operator++(int) {
    const Cursor before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Cursor& other) const { return at_ == other.at_; }
  bool operator!=(const Cursor& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** seen_;
};

// Handles the reader's events and builds the value; refuses what exceeds the limits before storing it. Each event
// returns false to stop parsing.
class ValueBuilder {
 public:
  // `text` is the text that `reader_text` prepared for the reader.
  ValueBuilder(std::string_view text, ReaderText& reader_text, const JsonLimits& limits, Json& root)
      : text_(text), reader_text_(reader_text), seen_(text.data()), limits_(limits), root_(root) {}

  const char** seen() { return &seen_; }
  const JsonFault& fault() const { return fault_; }

  bool null() { return Add(nullptr) != nullptr; }
  bool boolean(bool value) { return Add(value) != nullptr; }
  bool number_integer(Json::number_integer_t value) { return Add(value) != nullptr; }
  bool number_unsigned(Json::number_unsigned_t value) { return Add(value) != nullptr; }
  bool number_float(Json::number_float_t value, const std::string&) { return Add(value) != nullptr; }
  bool string(std::string& value) {
    if (std::string_view whole; reader_text_.TakeNext(whole)) {
      if (whole.size() > limits_.string_bytes) return Refuse(Kind::kStringTooLong);
      return Add(std::string(whole)) != nullptr;
    }
    return value.size() <= limits_.string_bytes ? Add(std::move(value)) != nullptr
                                                : Refuse(Kind::kStringTooLong);
  }
  bool binary(Json::binary_t&) { return Refuse(Kind::kSyntax); }

  bool start_object(std::size_t) { return Open(Json::value_t::object); }
  bool end_object() { return Close(); }
  bool start_array(std::size_t) { return Open(Json::value_t::array); }
  bool end_array() { return Close(); }

  bool key(std::string& name) {
    if (std::string_view whole; reader_text_.TakeNext(whole)) name = whole;
    if (name.size() > limits_.string_bytes) {
      return Refuse(Kind::kStringTooLong);
    }
    auto& members = open_.back()->get_ref<Json::object_t&>();
    const auto [member, is_new] = members.try_emplace(std::move(name));
    if (!is_new) {
      return Refuse(Kind::kDuplicateKey);
    }
    if (members.size() > limits_.object_members) {
      return Refuse(Kind::kTooManyMembers);
    }
    member_ = &member->second;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& exception) {
    // 406 is the library's error number for a number that does not fit into a double. Positions count from 1.
    constexpr int kNumberOverflow = 406;
    fault_.kind = exception.id == kNumberOverflow ? Kind::kNumberOutOfRange : Kind::kSyntax;
    fault_.offset = reader_text_.OffsetInText(std::min(position == 0 ? 0 : position - 1, text_.size()));
    return false;
  }

 private:
  bool Refuse(Kind kind) {
    const auto consumed = static_cast<std::size_t>(seen_ - text_.data());
    fault_ = {kind, reader_text_.OffsetInText(consumed == 0 ? 0 : consumed - 1)};
    return false;
  }

  template <typename Value>
  Json* Add(Value&& value) {
    if (open_.empty()) {
      root_ = std::forward<Value>(value);
      return &root_;
    }
    if (open_.back()->is_object()) {
      *member_ = std::forward<Value>(value);
      return member_;
    }
    auto& elements = open_.back()->get_ref<Json::array_t&>();
    if (elements.size() >= limits_.array_elements) {
      Refuse(Kind::kTooManyElements);
      return nullptr;
    }
    return &elements.emplace_back(std::forward<Value>(value));
  }

  bool Open(Json::value_t type) {
    if (open_.size() >= limits_.depth) {
      return Refuse(Kind::kTooDeep);
    }
    // The address of an open container is stable: its parent does not grow before it is closed.
    Json* const container = Add(Json(type));
    if (container == nullptr) {
      return false;
    }
    open_.push_back(container);
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  ReaderText& reader_text_;
  const char* seen_;
  const JsonLimits& limits_;
  Json& root_;
  std::vector<Json*> open_;
  Json* member_ = nullptr;  // the value of the member whose name was read last
  JsonFault fault_;
};

std::string_view Sentence(Kind kind) {
  switch (kind) {
    case Kind::kNone:
      return "The JSON text has no error";
    case Kind::kSyntax:
      return "The text is not valid JSON";
    case Kind::kInvalidUtf8:
      return "The text is not valid UTF-8";
    case Kind::kTooDeep:
      return "The JSON text is nested too deeply";
    case Kind::kStringTooLong:
      return "A string in the JSON text is too long";
    case Kind::kTooManyElements:
      return "An array in the JSON text has too many elements";
    case Kind::kTooManyMembers:
      return "An object in the JSON text has too many members";
    case Kind::kDuplicateKey:
      return "An object in the JSON text has two members of the same name";
    case Kind::kNumberOutOfRange:
      return "A number in the JSON text is out of range";
    case Kind::kUnclosedComment:
      return "A comment is not closed";
    case Kind::kUnopenedComment:
      return "A comment is closed that is not open (comments do not nest)";
  }
  return "The JSON text is refused";
}

}  // namespace

std::string JsonFault::Describe() const {
  std::string sentence(Sentence(kind));
  if (kind != Kind::kNone) {
    sentence += " (at byte " + std::to_string(offset) + ")";
  }
  return sentence + ".";
}

JsonFault ParseJson(std::string_view text, const JsonLimits& limits, Json& value) {
  ReaderText reader_text(text);
  JsonFault fault = CheckBytes(text, reader_text);
  if (!fault) {
    value = nullptr;
    const std::string_view read = reader_text.Finish();
    ValueBuilder builder(read, reader_text, limits, value);
    const Cursor begin(read.data(), builder.seen());
    const Cursor end(read.data() + read.size(), builder.seen());
    if (!Json::sax_parse(begin, end, &builder)) {
      fault = builder.fault();
    }
  }
  if (fault) {
    value = Json(Json::value_t::discarded);
  }
  return fault;
}

std::string ToText(const Json& value) {
  std::string text;
  AppendJson(text, value);
  return text;
}

}  // namespace onbehalf::protocol
