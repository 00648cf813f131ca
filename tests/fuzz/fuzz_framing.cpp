// The frames and the error do not depend on how the bytes are split; limits hold; what was written is read
// back.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "invariant.h"
#include "onbehalf/protocol/framing.h"

namespace {

using onbehalf::protocol::FrameError;
using onbehalf::protocol::FrameLimits;
using onbehalf::protocol::FrameReader;
using onbehalf::protocol::Framing;

// Small, so that short inputs reach them.
constexpr FrameLimits kLimits{.frame_bytes = 64, .header_bytes = 96};
constexpr std::size_t kDepth = 6;

struct Outcome {
  std::vector<std::string> frames;
  FrameReader::State state = FrameReader::State::kBetweenFrames;
  Framing framing = Framing::kUnknown;
  FrameError error = FrameError::kNone;

  bool operator==(const Outcome&) const = default;
};

// `cuts` gives the lengths of the pieces, repeatedly; 0 is an empty piece.
Outcome Feed(std::string_view bytes, std::string_view cuts) {
  FrameReader reader(kLimits, kDepth);
  Outcome outcome;
  bool has_moved = true;  // a round with only empty pieces would never end
  for (std::size_t i = 0; !bytes.empty(); ++i) {
    if (i % cuts.size() == 0) {
      ONBEHALF_INVARIANT(has_moved);
      has_moved = false;
    }
    const std::size_t length =
        std::min<std::size_t>(static_cast<unsigned char>(cuts[i % cuts.size()]), bytes.size());
    const std::vector<char> piece(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    bytes.remove_prefix(length);
    has_moved = has_moved || length > 0;
    std::string_view input(piece.data(), piece.size());
    std::string_view frame;
    FrameReader::Result result = reader.Next(input, frame);
    for (; result == FrameReader::Result::kFrame; result = reader.Next(input, frame)) {
      ONBEHALF_INVARIANT(frame.size() <= kLimits.frame_bytes);
      ONBEHALF_INVARIANT(reader.state() == FrameReader::State::kBetweenFrames);
      outcome.frames.emplace_back(frame);
    }
    ONBEHALF_INVARIANT((result == FrameReader::Result::kError) == (reader.error() != FrameError::kNone));
    ONBEHALF_INVARIANT((result == FrameReader::Result::kError) ==
                       (reader.state() == FrameReader::State::kFailed));
    ONBEHALF_INVARIANT(result == FrameReader::Result::kError || input.empty());
  }
  outcome.state = reader.state();
  outcome.framing = reader.framing();
  outcome.error = reader.error();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The first bytes say how to split the rest: their number, then the lengths.
  if (size < 2) {
    return 0;
  }
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t cut_count = std::min<std::size_t>(data[0] % 8, size - 1);
  std::string cuts(all.substr(1, cut_count));
  cuts += '\x01';
  const std::string_view bytes = all.substr(1 + cut_count);

  const Outcome whole = Feed(bytes, "\xFF");
  ONBEHALF_INVARIANT(Feed(bytes, "\x01") == whole);
  ONBEHALF_INVARIANT(Feed(bytes, cuts) == whole);

  std::string written;
  for (const std::string& frame : whole.frames) {
    written += ToFrame(whole.framing, frame);
  }
  const Outcome again = Feed(written, cuts);
  ONBEHALF_INVARIANT(again.frames == whole.frames);
  ONBEHALF_INVARIANT(again.error == FrameError::kNone);
  return 0;
}
