// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/limits.h"

namespace onbehalf::protocol {

// How the frames of a connection are delimited. The first byte of the connection decides.
enum class Framing {
  kUnknown,  // no byte has been read yet
  kHeader,   // Content-Length: N CRLF CRLF and N bytes, as in the Language Server Protocol's base protocol
  kBareJson  // the frame starts with { or [ and ends where its brackets balance
};

enum class FrameError {
  kNone,
  kNotAFrame,             // the first byte cannot start a frame of either kind (or of the connection's kind)
  kHeaderTooLong,         // over FrameLimits::header_bytes
  kHeaderMalformed,       // a line without a colon, a bare CR or LF, a control character
  kNoContentLength,       // the header block ended without it
  kContentLengthInvalid,  // not a decimal number, a sign, or two different values
  kFrameTooLarge,         // over FrameLimits::frame_bytes; detected before any of it is stored
  kUnbalanced,            // bare JSON: a closing bracket of the wrong kind
  kTooDeep,               // bare JSON: nested deeper than JsonLimits::depth
};

// A sentence without the peer's bytes, safe for the wire and the log.
std::string_view Describe(FrameError error);

// The code for the response to `error` (not kNone), after which the connection is closed: TooLarge if a limit is
// exceeded, else ParseError.
ErrorCode CodeOf(FrameError error);

// Splits a byte stream into frames. Accepts input in pieces of any size; a state machine examines each byte once and
// stores only the current incomplete frame as it arrives: a length announced by a header allocates nothing. How the
// input is split does not affect the frames or the error. White space (blank, tab, CR, LF) between frames is skipped
// in both framings. After an error the stream is out of sync and the reader stays in the error state. One thread at a
// time.
class FrameReader {
 public:
  // The state between two calls of Next.
  enum class State {
    kBetweenFrames,  // nothing of the next frame yet (white space between frames does not count)
    kInHeader,       // inside a header block
    kInBody,         // the header is complete, or inside the frame's body
    kFailed,
  };
  enum class Result { kNeedMore, kFrame, kError };

  FrameReader(const FrameLimits& frame, std::size_t json_depth);

  // Consumes bytes from the front of `input` until a frame is complete (kFrame: `frame` is its text, valid until the
  // next call or as long as the bytes of `input`, whichever ends first), the input is used up (kNeedMore) or an error
  // is found (kError: see error()). After kFrame, call again with the rest of `input`. A frame entirely within
  // `input` is not copied. The next call frees the memory of a large frame.
  Result Next(std::string_view& input, std::string_view& frame);

  State state() const { return state_; }
  Framing framing() const { return framing_; }
  FrameError error() const { return error_; }

 private:
  void BeginFrame(char first);
  Result ReadHeader(std::string_view& input);
  FrameError TakeHeaderLine(std::string_view line);
  Result ReadCountedBody(std::string_view& input, std::string_view& frame);
  Result ReadBareBody(std::string_view& input, std::string_view& frame);
  FrameError Scan(char c);
  Result Complete(std::string_view& input, std::size_t bytes, std::string_view& frame);
  void Store(std::string_view bytes, std::size_t most);
  Result Fail(FrameError error);

  FrameLimits limits_;
  std::size_t json_depth_;
  State state_ = State::kBetweenFrames;
  Framing framing_ = Framing::kUnknown;
  FrameError error_ = FrameError::kNone;

  std::vector<char> buffer_;    // bytes of an incomplete header line or frame from earlier input
  bool has_delivered_ = false;  // buffer_ holds the frame returned by the last call

  std::size_t header_bytes_ = 0;  // of the header block, consumed so far
  bool has_length_ = false;
  std::size_t length_ = 0;  // Content-Length

  std::vector<char> open_brackets_;
  bool in_string_ = false;
  bool is_escaped_ = false;
};

// One frame in the given framing, to be sent in one write: for kHeader a single header line `Content-Length`
// (StreamJsonRpc and byte counters rely on it being the only one), for kBareJson (and kUnknown) the text and a
// newline.
std::string ToFrame(Framing framing, std::string_view text);

}  // namespace onbehalf::protocol
