#include "onbehalf/protocol/framing.h"

#include <algorithm>
#include <limits>

#include "onbehalf/protocol/ascii.h"

namespace onbehalf::protocol {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n";
constexpr std::string_view kContentLength = "content-length";

// A buffer up to this size is kept for the next frame; a larger one would stay allocated on an idle connection.
constexpr std::size_t kKeptBytes = 16 * 1024;

// The characters of a header name: RFC 9110 section 5.6.2.
bool IsTokenCharacter(char c) {
  return IsAsciiLetter(c) || IsAsciiDigit(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::string_view Describe(FrameError error) {
  switch (error) {
    case FrameError::kNone:
      return "The frame has no error.";
    case FrameError::kNotAFrame:
      return "The first byte cannot start a frame on this connection.";
    case FrameError::kHeaderTooLong:
      return "The header block is too long.";
    case FrameError::kHeaderMalformed:
      return "A header line is malformed.";
    case FrameError::kNoContentLength:
      return "The header block has no Content-Length.";
    case FrameError::kContentLengthInvalid:
      return "Content-Length is not a single decimal number.";
    case FrameError::kFrameTooLarge:
      return "The frame is too large.";
    case FrameError::kUnbalanced:
      return "The brackets of the JSON text do not balance.";
    case FrameError::kTooDeep:
      return "The JSON text is nested too deeply.";
  }
  return "The frame is refused.";
}

ErrorCode CodeOf(FrameError error) {
  switch (error) {
    case FrameError::kHeaderTooLong:
    case FrameError::kFrameTooLarge:
    case FrameError::kTooDeep:
      return ErrorCode::kTooLarge;
    default:
      return ErrorCode::kParseError;
  }
}

FrameReader::FrameReader(const FrameLimits& frame, std::size_t json_depth)
    : limits_(frame), json_depth_(json_depth) {}

FrameReader::Result FrameReader::Next(std::string_view& input, std::string_view& frame) {
  frame = {};
  if (has_delivered_) {
    has_delivered_ = false;
    buffer_.clear();
    if (buffer_.capacity() > kKeptBytes) {
      std::vector<char>().swap(buffer_);
    }
  }
  if (state_ == State::kBetweenFrames) {
    input.remove_prefix(std::min(input.find_first_not_of(kWhiteSpace), input.size()));
    if (input.empty()) {
      return Result::kNeedMore;
    }
    BeginFrame(input.front());
  }
  if (state_ == State::kInHeader) {
    if (const Result result = ReadHeader(input); result != Result::kFrame) {
      return result;
    }
  }
  if (state_ == State::kInBody) {
    return framing_ == Framing::kHeader ? ReadCountedBody(input, frame) : ReadBareBody(input, frame);
  }
  return Result::kError;
}

void FrameReader::BeginFrame(char first) {
  const Framing framing = first == '{' || first == '[' ? Framing::kBareJson
                          : IsAsciiLetter(first)       ? Framing::kHeader
                                                       : Framing::kUnknown;
  if (framing == Framing::kUnknown || (framing_ != Framing::kUnknown && framing != framing_)) {
    Fail(FrameError::kNotAFrame);
    return;
  }
  framing_ = framing;
  state_ = framing == Framing::kHeader ? State::kInHeader : State::kInBody;
  header_bytes_ = 0;
  has_length_ = false;
  length_ = 0;
}

// Here kFrame means: the header block is complete and the body begins.
FrameReader::Result FrameReader::ReadHeader(std::string_view& input) {
  while (state_ == State::kInHeader) {
    const std::string_view allowed = input.substr(0, limits_.header_bytes - header_bytes_);
    const std::size_t line_feed = allowed.find('\n');
    const std::size_t taken = line_feed == std::string_view::npos ? allowed.size() : line_feed + 1;
    const std::string_view piece = allowed.substr(0, taken);
    header_bytes_ += taken;
    input.remove_prefix(taken);
    if (line_feed == std::string_view::npos) {
      if (header_bytes_ == limits_.header_bytes) {
        return Fail(FrameError::kHeaderTooLong);
      }
      Store(piece, limits_.header_bytes);
      return Result::kNeedMore;
    }
    FrameError error = FrameError::kNone;
    if (buffer_.empty()) {
      error = TakeHeaderLine(piece);
    } else {
      Store(piece, limits_.header_bytes);
      error = TakeHeaderLine({buffer_.data(), buffer_.size()});
      buffer_.clear();
    }
    if (error != FrameError::kNone) {
      return Fail(error);
    }
    if (state_ == State::kInHeader && header_bytes_ == limits_.header_bytes) {
      return Fail(FrameError::kHeaderTooLong);
    }
  }
  return Result::kFrame;
}

// `line` ends in LF. A blank line ends the header block.
FrameError FrameReader::TakeHeaderLine(std::string_view line) {
  line.remove_suffix(1);
  if (!line.ends_with('\r')) {
    return FrameError::kHeaderMalformed;
  }
  line.remove_suffix(1);
  if (line.empty()) {
    if (!has_length_) {
      return FrameError::kNoContentLength;
    }
    state_ = State::kInBody;
    return FrameError::kNone;
  }
  const std::size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos) {
    return FrameError::kHeaderMalformed;
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = Trim(line.substr(colon + 1));
  const auto is_visible = [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; };
  if (!std::ranges::all_of(name, IsTokenCharacter) || !std::ranges::all_of(value, is_visible)) {
    return FrameError::kHeaderMalformed;
  }
  if (!IsSameIgnoringAsciiCase(name, kContentLength)) {
    return FrameError::kNone;
  }
  if (value.empty() || !std::ranges::all_of(value, IsAsciiDigit)) {
    return FrameError::kContentLengthInvalid;
  }
  std::size_t length = 0;
  for (const char digit : value) {
    const auto number = static_cast<std::size_t>(digit - '0');
    if (length > (std::numeric_limits<std::size_t>::max() - number) / 10) {
      return FrameError::kFrameTooLarge;
    }
    length = length * 10 + number;
  }
  if (has_length_ && length != length_) {
    return FrameError::kContentLengthInvalid;
  }
  if (length > limits_.frame_bytes) {
    return FrameError::kFrameTooLarge;
  }
  has_length_ = true;
  length_ = length;
  return FrameError::kNone;
}

FrameReader::Result FrameReader::ReadCountedBody(std::string_view& input, std::string_view& frame) {
  const std::size_t missing = length_ - buffer_.size();
  if (input.size() >= missing) {
    return Complete(input, missing, frame);
  }
  Store(input, length_);
  input = {};
  return Result::kNeedMore;
}

FrameReader::Result FrameReader::ReadBareBody(std::string_view& input, std::string_view& frame) {
  const std::string_view allowed = input.substr(0, limits_.frame_bytes - buffer_.size());
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    if (in_string_ && !is_escaped_) {
      // Most bytes of a large frame are inside strings: skip them without updating the state.
      while (i < allowed.size() && allowed[i] != '"' && allowed[i] != '\\') {
        ++i;
      }
      if (i == allowed.size()) {
        break;
      }
    }
    if (const FrameError error = Scan(allowed[i]); error != FrameError::kNone) {
      return Fail(error);
    }
    if (open_brackets_.empty()) {
      return Complete(input, i + 1, frame);
    }
  }
  if (buffer_.size() + allowed.size() == limits_.frame_bytes) {
    return Fail(FrameError::kFrameTooLarge);
  }
  Store(allowed, limits_.frame_bytes);
  input = {};
  return Result::kNeedMore;
}

// Only tracks brackets and strings; the parser validates the JSON itself.
FrameError FrameReader::Scan(char c) {
  if (in_string_) {
    in_string_ = is_escaped_ || c != '"';
    is_escaped_ = !is_escaped_ && c == '\\';
    return FrameError::kNone;
  }
  switch (c) {
    case '"':
      in_string_ = true;
      return FrameError::kNone;
    case '{':
    case '[':
      if (open_brackets_.size() >= json_depth_) {
        return FrameError::kTooDeep;
      }
      open_brackets_.push_back(c);
      return FrameError::kNone;
    case '}':
    case ']':
      if (open_brackets_.back() != (c == '}' ? '{' : '[')) {
        return FrameError::kUnbalanced;
      }
      open_brackets_.pop_back();
      return FrameError::kNone;
    default:
      return FrameError::kNone;
  }
}

// The last `bytes` bytes of the frame are at the front of `input`.
FrameReader::Result FrameReader::Complete(std::string_view& input, std::size_t bytes,
                                          std::string_view& frame) {
  if (buffer_.empty()) {
    frame = input.substr(0, bytes);
  } else {
    Store(input.substr(0, bytes), buffer_.size() + bytes);
    frame = {buffer_.data(), buffer_.size()};
    has_delivered_ = true;
  }
  input.remove_prefix(bytes);
  state_ = State::kBetweenFrames;
  return Result::kFrame;
}

// Grows by doubling, so that each byte is moved a bounded number of times, but not beyond `most` bytes, the maximum
// that can follow.
void FrameReader::Store(std::string_view bytes, std::size_t most) {
  const std::size_t needed = buffer_.size() + bytes.size();
  if (needed > buffer_.capacity()) {
    buffer_.reserve(std::max(needed, std::min(buffer_.capacity() * 2, most)));
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

FrameReader::Result FrameReader::Fail(FrameError error) {
  state_ = State::kFailed;
  error_ = error;
  std::vector<char>().swap(buffer_);
  return Result::kError;
}

std::string ToFrame(Framing framing, std::string_view text) {
  std::string frame;
  if (framing == Framing::kHeader) {
    constexpr std::string_view kName = "Content-Length: ";
    constexpr std::string_view kEnd = "\r\n\r\n";
    const std::string length = std::to_string(text.size());
    frame.reserve(kName.size() + length.size() + kEnd.size() + text.size());
    frame += kName;
    frame += length;
    frame += kEnd;
    frame += text;
    return frame;
  }
  frame.reserve(text.size() + 1);
  frame += text;
  frame += '\n';
  return frame;
}

}  // namespace onbehalf::protocol
