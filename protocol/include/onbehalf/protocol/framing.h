// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/limits.h"

namespace onbehalf::protocol {

// How the frames of one connection are delimited. The first byte of the connection says which; it is then
// fixed.
enum class Framing {
  kUnknown,  // no byte has been read yet
  kHeader,   // Content-Length: N CRLF CRLF and N bytes, as in the Language Server Protocol's base protocol
  kBareJson  // the frame starts with { or [ and ends where its brackets balance
};

enum class FrameError {
  kNone,
  kNotAFrame,             // the first byte of a frame can start neither kind (or not the connection's kind)
  kHeaderTooLong,         // over FrameLimits::header_bytes
  kHeaderMalformed,       // a line without colon, a bare CR or LF, a control character
  kNoContentLength,       // the header block ended without one
  kContentLengthInvalid,  // not a decimal number, a sign, two different values
  kFrameTooLarge,         // over FrameLimits::frame_bytes; known before any of it is stored
  kUnbalanced,            // bare JSON: a closing bracket of the wrong kind
  kTooDeep,               // bare JSON: nested deeper than JsonLimits::depth
};

// A plain sentence without the peer's bytes in it, fit for the wire and for the log.
std::string_view Describe(FrameError error);

// The code to answer `error` (not kNone) with before the connection is closed: TooLarge for what is over a
// limit, else ParseError.
ErrorCode CodeOf(FrameError error);

// Turns bytes into frames. Feed it what was read, in any pieces; it is a state machine that looks at each
// byte once and stores only the frame it is in the middle of, as it comes: the length that a header promises
// takes no memory. The frames and the error are the same however the bytes are cut into pieces. White space
// (blank, tab, CR, LF) between frames is skipped in both framings. After an error the stream cannot be
// trusted and the reader stays in the error. One thread at a time.
class FrameReader {
 public:
  // Where the reader stands between two calls of Next.
  enum class State {
    kBetweenFrames,  // nothing of a next frame has been seen (white space between frames does not count)
    kInHeader,       // some bytes of a header block
    kInBody,         // some bytes of a frame's body (or the header is complete)
    kFailed,
  };
  enum class Result { kNeedMore, kFrame, kError };

  FrameReader(const FrameLimits& frame, std::size_t json_depth);

  // Takes bytes off the front of `input` until a frame is complete (kFrame: `frame` is its text, valid until
  // the next call or as long as the bytes of `input` are, whichever ends first), all bytes are used up
  // (kNeedMore) or an error is found (kError: see error()). Call again with the rest of `input` after kFrame.
  // A frame that lies wholly in `input` is not copied. Memory that a large frame took is given back by the
  // next call.
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

  std::vector<char> buffer_;    // what came before this input of a header line, or of a frame's text
  bool has_delivered_ = false;  // buffer_ holds the frame that the last call returned

  std::size_t header_bytes_ = 0;  // of the header block, taken so far
  bool has_length_ = false;
  std::size_t length_ = 0;  // Content-Length

  std::vector<char> open_brackets_;
  bool in_string_ = false;
  bool is_escaped_ = false;
};

// One frame in the given framing, ready to be written in one write: for kHeader one header line
// `Content-Length` (exactly one: StreamJsonRpc and byte counters rely on it), for kBareJson (and kUnknown)
// the text and a newline.
std::string ToFrame(Framing framing, std::string_view text);

}  // namespace onbehalf::protocol
