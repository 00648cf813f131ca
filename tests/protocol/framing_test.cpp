#include "onbehalf/protocol/framing.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "allocations.h"

namespace onbehalf::protocol {
namespace {

using State = FrameReader::State;
using Result = FrameReader::Result;

constexpr std::size_t kDepth = 64;

struct Outcome {
  std::vector<std::string> frames;
  State state = State::kBetweenFrames;
  Framing framing = Framing::kUnknown;
  FrameError error = FrameError::kNone;

  bool operator==(const Outcome&) const = default;
};

void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << outcome.frames.size() << " frames, state " << static_cast<int>(outcome.state) << ", framing "
       << static_cast<int>(outcome.framing) << ", error " << Describe(outcome.error);
  for (const std::string& frame : outcome.frames) {
    *out << "\n  " << ::testing::PrintToString(frame.substr(0, 200));
  }
}

Outcome Feed(const std::vector<std::string_view>& pieces, const FrameLimits& limits = {},
             std::size_t depth = kDepth) {
  FrameReader reader(limits, depth);
  Outcome outcome;
  for (const std::string_view piece : pieces) {
    // A separate allocation for every piece, so that a sanitizer sees a view that outlives it.
    const std::vector<char> bytes(piece.begin(), piece.end());
    std::string_view input(bytes.data(), bytes.size());
    std::string_view frame;
    Result result = reader.Next(input, frame);
    for (; result == Result::kFrame; result = reader.Next(input, frame)) {
      outcome.frames.emplace_back(frame);
    }
    EXPECT_EQ(result == Result::kError, reader.state() == State::kFailed);
    if (result == Result::kNeedMore) {
      EXPECT_TRUE(input.empty());
    }
  }
  outcome.state = reader.state();
  outcome.framing = reader.framing();
  outcome.error = reader.error();
  return outcome;
}

// Feeds `bytes` whole, one byte at a time and in two pieces split at every position; the outcome must always
// be the same.
Outcome FeedEveryWay(std::string_view bytes, const FrameLimits& limits = {}, std::size_t depth = kDepth) {
  const Outcome whole = Feed({bytes}, limits, depth);
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    single.push_back(bytes.substr(i, 1));
  }
  EXPECT_EQ(Feed(single, limits, depth), whole) << "one byte at a time";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(Feed({bytes.substr(0, cut), bytes.substr(cut)}, limits, depth), whole) << "split at " << cut;
  }
  return whole;
}

FrameError ErrorOf(std::string_view bytes, const FrameLimits& limits = {}, std::size_t depth = kDepth) {
  const Outcome outcome = FeedEveryWay(bytes, limits, depth);
  EXPECT_EQ(outcome.state == State::kFailed, outcome.error != FrameError::kNone);
  return outcome.error;
}

std::vector<std::string> FramesOf(std::string_view bytes) {
  const Outcome outcome = FeedEveryWay(bytes);
  EXPECT_EQ(outcome.error, FrameError::kNone);
  EXPECT_EQ(outcome.state, State::kBetweenFrames);
  return outcome.frames;
}

using Frames = std::vector<std::string>;

TEST(HeaderFraming, ReadsFramesHoweverTheyAreSplit) {
  const std::string bytes =
      "Content-Length: 2\r\n\r\n{}"
      "content-length:3\r\n\r\n[1]"
      "Content-Type: application/jsonrpc; charset=utf-8\r\nCONTENT-LENGTH: \t 0012 "
      "\t\r\nX:\r\n\r\n{\"a\":\"\r\n\xC3\xA9\"}"
      "Content-Length: 0\r\n\r\n";
  EXPECT_EQ(FramesOf(bytes), (Frames{"{}", "[1]", "{\"a\":\"\r\n\xC3\xA9\"}", ""}));
  EXPECT_EQ(FeedEveryWay(bytes).framing, Framing::kHeader);
}

TEST(HeaderFraming, ReadsFramesSplitAtAnyTwoPositions) {
  const std::string_view bytes = "Content-Length: 2\r\n\r\n{}Content-Length: 4\r\n\r\n[\"\"]";
  const Outcome whole = Feed({bytes});
  ASSERT_EQ(whole.frames, (Frames{"{}", "[\"\"]"}));
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    for (std::size_t second = first; second <= bytes.size(); ++second) {
      EXPECT_EQ(Feed({bytes.substr(0, first), bytes.substr(first, second - first), bytes.substr(second)}),
                whole)
          << first << ", " << second;
    }
  }
}

TEST(HeaderFraming, SkipsWhiteSpaceBetweenFrames) {
  EXPECT_EQ(FramesOf("\r\n \tContent-Length: 2\r\n\r\n{}\r\n\n  Content-Length: 2\r\n\r\n[]\n"),
            (Frames{"{}", "[]"}));
}

TEST(HeaderFraming, AcceptsTheSameLengthTwiceAndRefusesTwoDifferentOnes) {
  EXPECT_EQ(FramesOf("Content-Length: 2\r\nContent-Length: 02\r\n\r\n{}"), (Frames{"{}"}));
  EXPECT_EQ(ErrorOf("Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), FrameError::kContentLengthInvalid);
  EXPECT_EQ(ErrorOf("Content-Length: 2\r\ncontent-length: 3\r\n\r\n{}"), FrameError::kContentLengthInvalid);
}

TEST(HeaderFraming, RefusesALengthThatIsNotADecimalNumber) {
  for (const std::string_view value :
       {"", " ", "-1", "+2", "0x10", "1.0", "2, 2", "2 2", "2;", "\"2\"", "two", "1e1", "2\t2"}) {
    EXPECT_EQ(ErrorOf("Content-Length: " + std::string(value) + "\r\n\r\n"),
              FrameError::kContentLengthInvalid)
        << value;
  }
}

TEST(HeaderFraming, RefusesInvalidHeaderLines) {
  for (const std::string_view header : {
           "Content-Length\r\n\r\n",             // no colon
           "Content-Length: 2\n\n{}",            // LF alone
           "Content-Length: 2\r\n\n{}",          // LF alone as the blank line
           "Content-Length: 2\r\r\n\r\n{}",      // CR alone
           "Content\rLength: 2\r\n\r\n{}",       //
           "Content-Length : 2\r\n\r\n{}",       // blank before the colon
           "Content Length: 2\r\n\r\n{}",        //
           "Content-Length: 2\r\n : 3\r\n\r\n",  // continuation line
           "Content-Length: 2\r\n:3\r\n\r\n",    // no name
           "Content-Length: 2\r\nX: \x01\r\n\r\n{}",
           "Content-Length: 2\r\nX: \x7F\r\n\r\n{}",
           "Content-Length: 2\r\nX: \xC3\xA9\r\n\r\n{}",
           "X\xC3\xA9: 2\r\n\r\n{}",
           "true\r\n",
       }) {
    EXPECT_EQ(ErrorOf(header), FrameError::kHeaderMalformed) << header;
  }
  EXPECT_EQ(ErrorOf(std::string_view("Content-Length: 2\r\nX: \0\r\n\r\n{}", 28)),
            FrameError::kHeaderMalformed);
}

TEST(HeaderFraming, RefusesAHeaderBlockWithoutLength) {
  EXPECT_EQ(ErrorOf("Content-Type: application/json\r\n\r\n{}"), FrameError::kNoContentLength);
}

TEST(HeaderFraming, ForgetsTheLengthOfThePreviousFrame) {
  EXPECT_EQ(ErrorOf("Content-Length: 2\r\n\r\n{}X: 1\r\n\r\n{}"), FrameError::kNoContentLength);
}

TEST(HeaderFraming, AcceptsAFrameAtTheLimitButNotOverIt) {
  const FrameLimits limits{.frame_bytes = 10, .header_bytes = 4096};
  const Outcome outcome = FeedEveryWay("Content-Length: 10\r\n\r\n[12345678]", limits);
  EXPECT_EQ(outcome.frames, (Frames{"[12345678]"}));
  // Refused at the header line, before a byte of the body.
  EXPECT_EQ(ErrorOf("Content-Length: 11\r\n", limits), FrameError::kFrameTooLarge);
}

TEST(HeaderFraming, RefusesLengthsThatOverflow) {
  for (const std::string_view length :
       {"4194305", "4294967296", "4294967298", "18446744073709551615", "18446744073709551616",
        "18446744073709551618", "99999999999999999999999999999999999999999"}) {
    EXPECT_EQ(ErrorOf("Content-Length: " + std::string(length) + "\r\n\r\n"), FrameError::kFrameTooLarge)
        << length;
  }
  EXPECT_EQ(FeedEveryWay("Content-Length: 4194304\r\n\r\n").state, State::kInBody);
}

TEST(HeaderFraming, AcceptsAHeaderAtTheLimitButNotOverIt) {
  const std::string_view header = "Content-Length: 2\r\nX: y\r\n\r\n";
  const std::string bytes = std::string(header) + "{}";
  FrameLimits limits;
  limits.header_bytes = header.size();
  EXPECT_EQ(FeedEveryWay(bytes, limits).frames, (Frames{"{}"}));
  for (std::size_t less = 1; less < header.size(); ++less) {
    limits.header_bytes = header.size() - less;
    EXPECT_EQ(ErrorOf(bytes, limits), FrameError::kHeaderTooLong) << less;
  }
}

TEST(HeaderFraming, RefusesAnEndlessHeaderLineAtTheLimit) {
  const FrameLimits limits;
  FrameReader reader(limits, kDepth);
  const std::string endless(1024 * 1024, 'a');
  std::string_view input = endless;
  std::string_view frame;
  ResetAllocations();
  EXPECT_EQ(reader.Next(input, frame), Result::kError);
  EXPECT_LE(AllocationsSinceReset().largest, limits.header_bytes);
  EXPECT_EQ(reader.error(), FrameError::kHeaderTooLong);
}

TEST(HeaderFraming, AllocatesNoMemoryForAnAnnouncedLength) {
  FrameReader reader(FrameLimits{}, kDepth);
  std::string_view frame;
  ResetAllocations();
  std::string_view input = "Content-Length: 4194304\r\n\r\n[1,2";
  EXPECT_EQ(reader.Next(input, frame), Result::kNeedMore);
  EXPECT_LE(AllocationsSinceReset().largest, 64u);
  EXPECT_EQ(reader.state(), State::kInBody);
}

TEST(HeaderFraming, NeverAllocatesMoreThanTheLengthOnceBytesCome) {
  constexpr std::size_t kLength = 100'001;
  FrameReader reader(FrameLimits{}, kDepth);
  const std::string bytes = ToFrame(Framing::kHeader, std::string(kLength, ' '));
  std::string_view frame;
  ResetAllocations();
  Result result = Result::kNeedMore;
  for (std::size_t i = 0; i < bytes.size() && result == Result::kNeedMore; i += 7) {
    std::string_view input = std::string_view(bytes).substr(i, 7);
    result = reader.Next(input, frame);
  }
  EXPECT_EQ(result, Result::kFrame);
  EXPECT_EQ(frame.size(), kLength);
  const Allocations allocations = AllocationsSinceReset();
  EXPECT_LE(allocations.largest, kLength + kAllocatorOverhead);
  EXPECT_LE(allocations.count, 20u);
}

TEST(BareFraming, ReadsFramesHoweverTheyAreSplit) {
  const std::string bytes =
      "{}[1]{\"a\":\"}]{[\\\"\\\\\",\"b\":[{},[\"\\\\\\\"\"]]}\n[[],[]]\r\n \t{\"\xC3\xA9\":null}\n\n";
  EXPECT_EQ(FramesOf(bytes), (Frames{"{}", "[1]", "{\"a\":\"}]{[\\\"\\\\\",\"b\":[{},[\"\\\\\\\"\"]]}",
                                     "[[],[]]", "{\"\xC3\xA9\":null}"}));
  EXPECT_EQ(FeedEveryWay(bytes).framing, Framing::kBareJson);
}

TEST(BareFraming, ReadsFramesSplitAtAnyTwoPositions) {
  const std::string_view bytes = " {\"a\\\"}\":[]}\r\n[\"\\\\\"]\n";
  const Outcome whole = Feed({bytes});
  ASSERT_EQ(whole.frames, (Frames{"{\"a\\\"}\":[]}", "[\"\\\\\"]"}));
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    for (std::size_t second = first; second <= bytes.size(); ++second) {
      EXPECT_EQ(Feed({bytes.substr(0, first), bytes.substr(first, second - first), bytes.substr(second)}),
                whole)
          << first << ", " << second;
    }
  }
}

TEST(BareFraming, NeedsNoNewlineToCompleteAFrame) {
  FrameReader reader(FrameLimits{}, kDepth);
  std::string_view input = R"({"jsonrpc":"2.0"})";
  std::string_view frame;
  EXPECT_EQ(reader.Next(input, frame), Result::kFrame);
  EXPECT_EQ(reader.state(), State::kBetweenFrames);
}

TEST(BareFraming, LeavesTheContentsOfBracketsToTheParser) {
  EXPECT_EQ(FramesOf("{nonsense \xFF}"), (Frames{"{nonsense \xFF}"}));
}

TEST(BareFraming, RefusesBracketsOfTheWrongKind) {
  for (const std::string_view text : {"{]", "[}", "[{]", "{\"a\":[}", "[[]}"}) {
    EXPECT_EQ(ErrorOf(text), FrameError::kUnbalanced) << text;
  }
}

TEST(BareFraming, AcceptsTheLimitOfDepthButNotOneMore) {
  EXPECT_EQ(FeedEveryWay("[{[]}]", {}, 3).frames, (Frames{"[{[]}]"}));
  EXPECT_EQ(ErrorOf("[{[[", {}, 3), FrameError::kTooDeep);
  EXPECT_EQ(FeedEveryWay("[[],[],[],[]]", {}, 2).frames, (Frames{"[[],[],[],[]]"}));
}

TEST(BareFraming, RefusesADepthBombAtTheFirstBracketOverTheLimit) {
  const std::string bomb(1024 * 1024, '[');
  FrameReader reader(FrameLimits{}, kDepth);
  std::string_view input = bomb;
  std::string_view frame;
  ResetAllocations();
  EXPECT_EQ(reader.Next(input, frame), Result::kError);
  EXPECT_EQ(reader.error(), FrameError::kTooDeep);
  EXPECT_LE(AllocationsSinceReset().largest, 2 * kDepth);
}

TEST(BareFraming, AcceptsAFrameAtTheLimitButNotOverIt) {
  const FrameLimits limits{.frame_bytes = 10, .header_bytes = 4096};
  EXPECT_EQ(FeedEveryWay("[12345678]", limits).frames, (Frames{"[12345678]"}));
  EXPECT_EQ(FeedEveryWay("   [12345678]\n[12345678]\n", limits).frames.size(), 2u);
  EXPECT_EQ(ErrorOf("[123456789]", limits), FrameError::kFrameTooLarge);
  EXPECT_EQ(ErrorOf("[\"3456789012345", limits), FrameError::kFrameTooLarge);
}

TEST(BareFraming, StoresNoMoreThanTheLimit) {
  const FrameLimits limits{.frame_bytes = 10'000, .header_bytes = 4096};
  FrameReader reader(limits, kDepth);
  std::string_view frame;
  ResetAllocations();
  Result result = Result::kNeedMore;
  std::size_t fed = 0;
  for (; result == Result::kNeedMore; ++fed) {
    std::string_view input = fed == 0 ? "[" : " ";
    result = reader.Next(input, frame);
  }
  EXPECT_EQ(result, Result::kError);
  EXPECT_EQ(reader.error(), FrameError::kFrameTooLarge);
  EXPECT_EQ(fed, limits.frame_bytes);
  EXPECT_LE(AllocationsSinceReset().largest, limits.frame_bytes + kAllocatorOverhead);
}

// Rescanning all bytes for every new byte would be 10^12 steps here: the test would not end.
TEST(BareFraming, IsNotQuadraticWhenBytesComeOneAtATime) {
  const std::string text = "[\"" + std::string(2 * 1024 * 1024, 'x') + "\"]";
  FrameReader reader(FrameLimits{}, kDepth);
  std::string_view frame;
  Result result = Result::kNeedMore;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string_view input = std::string_view(text).substr(i, 1);
    result = reader.Next(input, frame);
  }
  EXPECT_EQ(result, Result::kFrame);
  EXPECT_EQ(frame, text);
}

TEST(FrameReader, DetectsTheFramingFromTheFirstByteThatIsNotWhiteSpace) {
  EXPECT_EQ(Feed({}).framing, Framing::kUnknown);
  EXPECT_EQ(Feed({" \r\n\t"}), Outcome{});
  EXPECT_EQ(Feed({"{"}).framing, Framing::kBareJson);
  EXPECT_EQ(Feed({"["}).framing, Framing::kBareJson);
  EXPECT_EQ(Feed({"C"}).framing, Framing::kHeader);
  EXPECT_EQ(Feed({"\n\nc"}).framing, Framing::kHeader);
}

TEST(FrameReader, RefusesFirstBytesThatStartNoFrame) {
  for (const std::string_view bytes : {"1", "\"a\"", "}", "]", "-", ":", ",", "\x01", "\x7F", "\v",
                                       "\xEF\xBB\xBF{}", "\xFE\xFF", "\xFF\xFE", "\xC2\xA0{}"}) {
    EXPECT_EQ(ErrorOf(bytes), FrameError::kNotAFrame) << bytes;
  }
  EXPECT_EQ(ErrorOf(std::string_view("\0{}", 3)), FrameError::kNotAFrame);
}

TEST(FrameReader, KeepsAConnectionToItsFraming) {
  EXPECT_EQ(ErrorOf("{}\nContent-Length: 2\r\n\r\n{}"), FrameError::kNotAFrame);
  EXPECT_EQ(ErrorOf("Content-Length: 2\r\n\r\n{}{}"), FrameError::kNotAFrame);
  EXPECT_EQ(FeedEveryWay("{}\nContent-Length: 2\r\n\r\n{}").framing, Framing::kBareJson);
}

TEST(FrameReader, DeliversTheFramesBeforeAnError) {
  EXPECT_EQ(FeedEveryWay("{}[]x").frames, (Frames{"{}", "[]"}));
  EXPECT_EQ(FeedEveryWay("Content-Length: 2\r\n\r\n{}Content-Length: x\r\n\r\n").frames, (Frames{"{}"}));
}

TEST(FrameReader, StaysInItsError) {
  FrameReader reader(FrameLimits{}, kDepth);
  std::string_view frame;
  std::string_view input = "x y\r\n";
  EXPECT_EQ(reader.Next(input, frame), Result::kError);
  input = "Content-Length: 2\r\n\r\n{}";
  const std::string_view before = input;
  EXPECT_EQ(reader.Next(input, frame), Result::kError);
  EXPECT_EQ(input, before);
  EXPECT_EQ(reader.error(), FrameError::kHeaderMalformed);
  EXPECT_EQ(reader.state(), State::kFailed);
}

TEST(FrameReader, ReportsItsState) {
  EXPECT_EQ(Feed({"\r\n"}).state, State::kBetweenFrames);
  EXPECT_EQ(Feed({"C"}).state, State::kInHeader);
  EXPECT_EQ(Feed({"Content-Length: 2\r\n\r"}).state, State::kInHeader);
  EXPECT_EQ(Feed({"Content-Length: 2\r\n\r\n"}).state, State::kInBody);
  EXPECT_EQ(Feed({"Content-Length: 2\r\n\r\n{"}).state, State::kInBody);
  EXPECT_EQ(Feed({"Content-Length: 2\r\n\r\n{}"}).state, State::kBetweenFrames);
  EXPECT_EQ(Feed({"{"}).state, State::kInBody);
  EXPECT_EQ(Feed({"{}"}).state, State::kBetweenFrames);
  EXPECT_EQ(Feed({"{}\n"}).state, State::kBetweenFrames);
  EXPECT_EQ(Feed({"x\n"}).state, State::kFailed);
}

TEST(FrameReader, CopiesNothingOfAFrameWithinTheInput) {
  for (const std::string& bytes :
       {ToFrame(Framing::kHeader, "{\"a\":1}") + ToFrame(Framing::kHeader, "[2]"),
        ToFrame(Framing::kBareJson, "{\"a\":1}") + ToFrame(Framing::kBareJson, "[2]")}) {
    FrameReader reader(FrameLimits{}, kDepth);
    std::string_view input = bytes;
    for (const std::string_view expected : {"{\"a\":1}", "[2]"}) {
      std::string_view frame;
      ASSERT_EQ(reader.Next(input, frame), Result::kFrame);
      EXPECT_EQ(frame, expected);
      EXPECT_GE(frame.data(), bytes.data());
      EXPECT_LE(frame.data() + frame.size(), bytes.data() + bytes.size());
    }
  }
}

TEST(FrameReader, CopiesNothingOfABodyInOneWriteAfterItsHeader) {
  FrameReader reader(FrameLimits{}, kDepth);
  std::string_view frame;
  std::string_view header = "Content-Length: 7\r\n\r\n";
  const std::string_view body = "{\"a\":1}";
  std::string_view input = body;
  ResetAllocations();
  EXPECT_EQ(reader.Next(header, frame), Result::kNeedMore);
  EXPECT_EQ(reader.Next(input, frame), Result::kFrame);
  EXPECT_EQ(AllocationsSinceReset().count, 0u);
  EXPECT_EQ(frame.data(), body.data());
}

TEST(FrameReader, DescribesEveryError) {
  for (int i = 0; i <= static_cast<int>(FrameError::kTooDeep); ++i) {
    EXPECT_TRUE(Describe(static_cast<FrameError>(i)).ends_with('.')) << i;
  }
  EXPECT_EQ(CodeOf(FrameError::kFrameTooLarge), ErrorCode::kTooLarge);
  EXPECT_EQ(CodeOf(FrameError::kTooDeep), ErrorCode::kTooLarge);
  EXPECT_EQ(CodeOf(FrameError::kUnbalanced), ErrorCode::kParseError);
  EXPECT_EQ(CodeOf(FrameError::kHeaderMalformed), ErrorCode::kParseError);
  EXPECT_EQ(CodeOf(FrameError::kHeaderTooLong), ErrorCode::kTooLarge);
}

TEST(ToFrame, WritesExactlyOneHeaderLineOrANewline) {
  EXPECT_EQ(ToFrame(Framing::kHeader, "{\"\xC3\xA9\":1}"), "Content-Length: 8\r\n\r\n{\"\xC3\xA9\":1}");
  EXPECT_EQ(ToFrame(Framing::kHeader, ""), "Content-Length: 0\r\n\r\n");
  EXPECT_EQ(ToFrame(Framing::kBareJson, "{}"), "{}\n");
  EXPECT_EQ(ToFrame(Framing::kUnknown, "{}"), "{}\n");
}

}  // namespace
}  // namespace onbehalf::protocol
