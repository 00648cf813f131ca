#include "files/file_path.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace onbehalf::service {
namespace {

using Result = std::variant<FilePath, std::string>;

constexpr FilePathRules kStrict{};
constexpr FilePathRules kLax{true, true};

// The parsed path, or "! " and the reason for the refusal.
std::string Taken(std::string_view text, const FilePathRules& rules = kStrict) {
  const Result result = FilePath::Parse(text, rules);
  if (const auto* fault = std::get_if<std::string>(&result)) return "! " + *fault;
  return std::get<FilePath>(result).NtName();
}

void ExpectRefused(std::string_view text, std::string_view reason, const FilePathRules& rules = kStrict) {
  const std::string taken = Taken(text, rules);
  EXPECT_TRUE(taken.starts_with("! ")) << text << " is parsed as " << taken;
  EXPECT_NE(taken.find(reason), std::string::npos) << text << ": " << taken;
}

TEST(FilePath, AcceptsAbsolutePathsUnchanged) {
  EXPECT_EQ(Taken(R"(C:\)"), R"(\??\C:\)");
  EXPECT_EQ(Taken("C:/"), R"(\??\C:\)");
  EXPECT_EQ(Taken(R"(c:\file)"), R"(\??\C:\file)");
  EXPECT_EQ(Taken("d:/dir/file.txt"), R"(\??\D:\dir\file.txt)");
  EXPECT_EQ(Taken(R"(C:\a\b/c)"), R"(\??\C:\a\b\c)");
  // Names that only look like something else.
  for (const char* name : {" leading space",
                           "...x",
                           ".hidden",
                           "a..b",
                           "CONSOLE",
                           "COM",
                           "COM10",
                           "COMA",
                           "LPT",
                           "NULL",
                           "AUXILIARY",
                           "CONIN",
                           "CON1",
                           "COM-1",
                           "XCON",
                           "C",
                           "~",
                           "%TEMP%",
                           "$I30",
                           "a;b",
                           "a'b",
                           "a,b",
                           "\xC3\xA4\xE2\x82\xAC",
                           "\xF0\x9F\x98\x80",
                           "COM\xE2\x81\xB4"}) {
    EXPECT_EQ(Taken("C:\\dir\\" + std::string(name)), "\\??\\C:\\dir\\" + std::string(name));
  }
}

TEST(FilePath, RefusesWhatIsNotAbsolute) {
  for (const char* text : {"", "file", R"(dir\file)", R"(\file)", R"(\dir\file)", "1:\\x", ":\\x", "CC:\\x",
                           "\xC3\x84:\\x", "/etc/passwd", "file:///C:/x", "~\\x"}) {
    ExpectRefused(text, "expected an absolute path with a drive letter");
  }
  for (const char* text : {"C:", "C:file", "c:dir\\file", "C:.", "C:..\\x", "C::$DATA"}) {
    ExpectRefused(text, "relative to a drive's current folder");
  }
}

TEST(FilePath, RefusesWaysIntoOtherNamespaces) {
  for (const char* text :
       {R"(\\?\C:\file)", R"(\\.\C:\file)", R"(\\.\PhysicalDrive0)", R"(\\.\pipe\x)", "//?/C:/file",
        "//./C:/file", R"(\\?\UNC\server\share\x)", R"(\\?\GLOBALROOT\Device\x)", R"(\??\C:\file)",
        "/?"
        "?/C:/file",
        R"(\\?\Volume{01234567-89ab-cdef-0123-456789abcdef}\x)"}) {
    ExpectRefused(text, "are not accepted");
    ExpectRefused(text, "are not accepted", kLax);
  }
}

TEST(FilePath, RefusesOtherComputersUnlessAllowed) {
  for (const char* text :
       {R"(\\server\share\file)", "//server/share/file", R"(\\127.0.0.1\c$\x)", R"(\\localhost\c$)"}) {
    ExpectRefused(text, "file.network_paths is off");
  }
  EXPECT_EQ(Taken(R"(\\server\share\dir\file)", kLax), R"(\??\UNC\server\share\dir\file)");
  EXPECT_EQ(Taken("//server/share/file", kLax), R"(\??\UNC\server\share\file)");
  EXPECT_EQ(Taken(R"(\\server\share)", kLax), R"(\??\UNC\server\share\)");
  EXPECT_EQ(Taken(R"(\\server\share\)", kLax), R"(\??\UNC\server\share\)");
  ExpectRefused(R"(\\server)", "expected \\\\SERVER\\SHARE", kLax);
  ExpectRefused(R"(\\server\)", "an empty component", kLax);
  ExpectRefused(R"(\\\share\x)", "an empty component", kLax);
  ExpectRefused(R"(\\..\share\x)", "the components . and ..", kLax);
  ExpectRefused(R"(\\server\..\x)", "the components . and ..", kLax);
  ExpectRefused(R"(\\server:80\share\x)", "a colon", kLax);
  ExpectRefused(R"(\\server\share\..\x)", "the components . and ..", kLax);
  for (const char* share : {"pipe", "PIPE", "mailslot", "IPC$", "ipc$"}) {
    ExpectRefused("\\\\server\\" + std::string(share) + "\\x", "pipes and mailslots", kLax);
  }
}

TEST(FilePath, RefusesComponentsThatWindowsWouldChange) {
  for (const char* text :
       {R"(C:\..)", R"(C:\.)", R"(C:\dir\..\file)", R"(C:\dir\.\file)", "C:/dir/../file", R"(C:\dir\..)"}) {
    ExpectRefused(text, "the components . and .. are not accepted");
  }
  for (const char* text : {R"(C:\\file)", R"(C:\dir\\file)", R"(C:\dir\)", "C://file", "C:/dir/"}) {
    ExpectRefused(text, "an empty component");
  }
  for (const char* text : {R"(C:\file.)", R"(C:\file )", R"(C:\dir.\file)", R"(C:\dir \file)",
                           R"(C:\file. .)", R"(C:\...)", R"(C:\ )", R"(C:\.. )"}) {
    ExpectRefused(text, "ends in a dot or a space");
  }
}

TEST(FilePath, RefusesNamesOfDevices) {
  for (const std::string name :
       {"CON", "con", "Con", "PRN", "AUX", "NUL", "nul", "COM0", "COM1", "com9", "LPT0", "LPT1", "lpt9",
        "CONIN$", "conout$", "COM\xC2\xB9", "com\xC2\xB2", "LPT\xC2\xB3"}) {
    for (const std::string& form : {name, name + ".txt", name + ".tar.gz", name + " .txt", name + "   .x"}) {
      ExpectRefused("C:\\" + form, "DOS device");
      ExpectRefused("C:\\dir\\" + form, "DOS device");
      ExpectRefused("C:\\" + form + "\\file", "DOS device");
      ExpectRefused("C:\\" + form, "DOS device", kLax);
    }
    ExpectRefused("C:\\" + name + ":stream", "DOS device", kLax);
    ExpectRefused("C:\\file:" + name, "DOS device", kLax);
  }
}

TEST(FilePath, RefusesStreamsUnlessAllowed) {
  for (const char* text :
       {R"(C:\file:stream)", R"(C:\file::$DATA)", R"(C:\file:)", R"(C:\dir\file:stream:$DATA)"}) {
    ExpectRefused(text, "file.alternate_streams is off");
  }
  EXPECT_EQ(Taken(R"(C:\file:stream)", kLax), R"(\??\C:\file:stream)");
  EXPECT_EQ(Taken(R"(C:\file:stream:$data)", kLax), R"(\??\C:\file:stream:$data)");
  ExpectRefused(R"(C:\file:)", "the stream name is empty", kLax);
  ExpectRefused(R"(C:\file::$DATA)", "the stream name is empty", kLax);
  ExpectRefused(R"(C:\dir::$INDEX_ALLOCATION)", "FILE:STREAM", kLax);
  ExpectRefused(R"(C:\dir:$I30:$INDEX_ALLOCATION)", "FILE:STREAM", kLax);
  ExpectRefused(R"(C:\file:a:b:$DATA)", "FILE:STREAM", kLax);
  ExpectRefused(R"(C:\:stream)", "an empty component", kLax);
  ExpectRefused(R"(C:\dir:stream\file)", "a folder name cannot contain a colon", kLax);
  ExpectRefused(R"(C:\dir:stream\file)", "a folder name cannot contain a colon");
}

TEST(FilePath, RefusesInvalidCharacters) {
  for (const char c : std::string("<>\"|?*")) {
    ExpectRefused(std::string("C:\\a") + c + "b", std::string("the character ") + c);
    ExpectRefused(std::string("C:\\a") + c + "b\\file", std::string("the character ") + c);
  }
  for (char c = 0; c < 0x20; ++c) ExpectRefused(std::string("C:\\a") + c + "b", "control characters");
  ExpectRefused(std::string("C:\\file\0.txt", 12), "control characters");
}

TEST(FilePath, MeasuresItsLengthInUtf16Units) {
  const auto path = [](std::string_view unit, std::size_t count) {
    std::string text = "C:\\";
    for (std::size_t i = 0; i < count; ++i) text += unit;
    return text;
  };
  EXPECT_FALSE(Taken(path("a", 31'997)).starts_with("!"));
  ExpectRefused(path("a", 31'998), "32,000");
  EXPECT_FALSE(Taken(path("\xE2\x82\xAC", 31'997)).starts_with("!"));
  ExpectRefused(path("\xE2\x82\xAC", 31'998), "32,000");
  EXPECT_FALSE(Taken(path("\xF0\x9F\x98\x80", 15'998)).starts_with("!"));
  ExpectRefused(path("\xF0\x9F\x98\x80", 15'999), "32,000");
}

TEST(FilePath, HasItsFolderAndItsName) {
  const auto parents = [](std::string_view text) {
    std::vector<std::string> all;
    std::optional<FilePath> path = std::get<FilePath>(FilePath::Parse(text, kLax));
    for (; path; path = path->Parent()) all.push_back(path->text() + "|" + std::string(path->Name()));
    return all;
  };
  EXPECT_EQ(parents("c:/dir/file"),
            (std::vector<std::string>{R"(C:\dir\file|file)", R"(C:\dir|dir)", R"(C:\|)"}));
  EXPECT_EQ(parents(R"(C:\)"), (std::vector<std::string>{R"(C:\|)"}));
  EXPECT_EQ(parents(R"(\\s\sh\d\f)"),
            (std::vector<std::string>{R"(\\s\sh\d\f|f)", R"(\\s\sh\d|d)", R"(\\s\sh\|)"}));
  EXPECT_EQ(parents(R"(C:\d\f:s)").front(), R"(C:\d\f:s|f:s)");
  EXPECT_TRUE(std::get<FilePath>(FilePath::Parse(R"(C:\d\f:s)", kLax)).has_stream());
  EXPECT_FALSE(std::get<FilePath>(FilePath::Parse(R"(C:\d\f)", kLax)).has_stream());
}

}  // namespace
}  // namespace onbehalf::service
