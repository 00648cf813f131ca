#include "methods/file_methods.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "files/file_fixture.h"
#include "files/nt_file.h"
#include "onbehalf/protocol/base64.h"
#include "onbehalf/protocol/hex.h"
#include "onbehalf/win32/hash.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/unique_handle.h"
#include "support/platform_probe.h"
#include "text/name_cursor.h"

namespace onbehalf::test {
namespace {

class FileMethods : public FileMethodsTest {
 protected:
  win32::UniqueFile OpenDirectly(std::wstring_view name, DWORD access,
                                 DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE) {
    win32::UniqueFile file(
        ::CreateFileW(Path(name).c_str(), access, share, nullptr, OPEN_EXISTING, 0, nullptr));
    EXPECT_TRUE(file) << ::GetLastError();
    return file;
  }
  static std::string Sha256Of(std::string_view bytes) { return protocol::ToHex(win32::Sha256().Of({bytes})); }
};

// ---- stat ----

TEST_F(FileMethods, StatDescribesAFileAndAFolder) {
  WriteAll(Path(L"a.txt"), "hello");
  const Json file = Result("file.stat", {{"path", Text(L"a.txt")}});
  EXPECT_EQ(file.at("path"), Text(L"a.txt"));
  EXPECT_EQ(file.at("type"), "file");
  EXPECT_EQ(file.at("size"), 5);
  EXPECT_EQ(file.at("links"), 1);
  EXPECT_EQ(file.at("target"), nullptr);
  for (const char* time : {"created", "modified", "accessed"}) {
    EXPECT_EQ(file.at(time).get<std::string>().size(), std::string("2026-01-02T03:04:05.678Z").size());
  }
  const Json folder = Result("file.stat", {{"path", Text()}, {"follow", false}});
  EXPECT_EQ(folder.at("type"), "directory");
  EXPECT_EQ(Result("file.stat", {{"path", "C:/"}}).at("path"), "C:\\");
  EXPECT_EQ(Code("file.stat", {{"path", Text(L"none")}}), static_cast<DWORD>(ERROR_FILE_NOT_FOUND));
  EXPECT_EQ(Code("file.stat", {{"path", Text(L"none\\none")}}), static_cast<DWORD>(ERROR_PATH_NOT_FOUND));
}

TEST_F(FileMethods, StatsIdStaysWithTheFile) {
  WriteAll(Path(L"a"), "a");
  WriteAll(Path(L"b"), "b");
  const Json id = Result("file.stat", {{"path", Text(L"a")}}).at("id");
  EXPECT_NE(Result("file.stat", {{"path", Text(L"b")}}).at("id"), id);
  Result("file.write", {{"path", Text(L"a")}, {"data", "more"}, {"mode", "append"}});
  Result("file.move", {{"from", Text(L"a")}, {"to", Text(L"c")}});
  EXPECT_EQ(Result("file.stat", {{"path", Text(L"c")}}).at("id"), id);
}

TEST_F(FileMethods, StatNamesAttributes) {
  WriteAll(Path(L"a"), "a");
  ASSERT_TRUE(::SetFileAttributesW(Path(L"a").c_str(), FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN));
  const Json words = Result("file.stat", {{"path", Text(L"a")}}).at("attributes");
  EXPECT_NE(std::find(words.begin(), words.end(), "read only"), words.end()) << words;
  EXPECT_NE(std::find(words.begin(), words.end(), "hidden"), words.end()) << words;
  EXPECT_EQ(Code("file.delete", {{"path", Text(L"a")}}), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  ASSERT_TRUE(::SetFileAttributesW(Path(L"a").c_str(), FILE_ATTRIBUTE_NORMAL));
}

// ---- list ----

TEST_F(FileMethods, ListReturnsPagesSortedByName) {
  for (const wchar_t* name : {L"b.txt", L"A.txt", L"c.log", L"_.txt", L"D.TXT", L"\u00E4.txt"})
    WriteAll(Path(name), "x");
  std::filesystem::create_directory(Path(L"e"));
  const auto names = [](const Json& page) {
    std::vector<std::string> all;
    for (const Json& entry : page.at("entries")) all.push_back(entry.at("name"));
    return all;
  };
  using Names = std::vector<std::string>;
  const Json all = Result("file.list", {{"path", Text()}});
  EXPECT_EQ(names(all), (Names{"A.txt", "b.txt", "c.log", "D.TXT", "e", "_.txt", "\xC3\xA4.txt"}));
  EXPECT_EQ(all.at("next"), nullptr);
  EXPECT_EQ(all.at("entries")[0].at("type"), "file");
  EXPECT_EQ(all.at("entries")[0].at("size"), 1);
  EXPECT_EQ(all.at("entries")[4].at("type"), "directory");
  EXPECT_EQ(names(Result("file.list", {{"path", Text()}, {"glob", "*.TXT"}})),
            (Names{"A.txt", "b.txt", "D.TXT", "_.txt", "\xC3\xA4.txt"}));
  Names paged;
  Json after = nullptr;
  int pages = 0;
  do {
    const Json page = Result("file.list", {{"path", Text()}, {"limit", 2}, {"after", after}});
    const Names some = names(page);
    EXPECT_LE(some.size(), 2u);
    paged.insert(paged.end(), some.begin(), some.end());
    after = page.at("next");
    ASSERT_LT(++pages, 10);
  } while (!after.is_null());
  EXPECT_EQ(paged, names(all));
  EXPECT_EQ(pages, 4);
  EXPECT_TRUE(names(Result("file.list", {{"path", Text(L"e")}})).empty());
}

// UTF-8 cannot encode an unpaired surrogate: continuing after the name as it is shown would skip the names in
// between.
TEST_F(FileMethods, ListContinuesAfterNamesThatAreNotText) {
  for (const std::wstring_view name :
       {std::wstring_view(L"a"), std::wstring_view(L"a\xD800z"), std::wstring_view(L"")}) {
    EXPECT_EQ(service::NameOfCursor(service::CursorText(name)), name);
  }
  EXPECT_EQ(service::NameOfCursor("YQ=="), std::nullopt);
  EXPECT_EQ(service::NameOfCursor("a.txt"), std::nullopt);
  for (const char* after : {"a.txt", "YQ=="}) {
    EXPECT_EQ(Fault("file.list", {{"path", Text()}, {"after", after}}),
              "after: not a valid file.list cursor: expected the previous page's next");
  }
  // The replacement character sorts after all of these.
  const std::vector<std::wstring> names{L"a\xD800", L"a\xD800z", L"a\xD801", L"a\xE000"};
  for (const std::wstring& name : names) WriteAll(Path(name), "");
  ONBEHALF_SKIP_WITHOUT("names with half a surrogate",
                        Names() == std::set<std::wstring>(names.begin(), names.end()));
  std::size_t count = 0;
  Json after = nullptr;
  do {
    const Json page = Result("file.list", {{"path", Text()}, {"limit", 1}, {"after", after}});
    count += page.at("entries").size();
    after = page.at("next");
  } while (!after.is_null() && count <= names.size());
  EXPECT_EQ(count, names.size());
}

// A page that would not fit into a response is cut, and the next one continues where it ended.
TEST_F(FileMethods, ListKeepsToTheLimitOfAResponse) {
  service::Settings settings;
  settings.limits.response_bytes = 64 * 1024;
  Apply(settings);
  constexpr int kFiles = 400;
  for (int i = 0; i < kFiles; ++i) WriteAll(Path(std::to_wstring(1000 + i)), "");
  Json after = nullptr;
  std::size_t count = 0;
  int pages = 0;
  do {
    const Json page = Result("file.list", {{"path", Text()}, {"limit", 10'000}, {"after", after}});
    EXPECT_LE(protocol::ToText(page).size(), 64u * 1024);
    count += page.at("entries").size();
    after = page.at("next");
    ASSERT_LT(++pages, kFiles);
  } while (!after.is_null());
  EXPECT_EQ(count, static_cast<std::size_t>(kFiles));
  EXPECT_GT(pages, 1);
}

TEST_F(FileMethods, ListRefusesWhatIsNotAFolder) {
  WriteAll(Path(L"a"), "x");
  EXPECT_EQ(Code("file.list", {{"path", Text(L"a")}}), static_cast<DWORD>(ERROR_DIRECTORY));
  EXPECT_EQ(Code("file.list", {{"path", Text(L"none")}}), static_cast<DWORD>(ERROR_FILE_NOT_FOUND));
  EXPECT_EQ(Fault("file.list", {{"path", Text()}, {"limit", 0}}),
            "limit: expected an integer of 1 to 10000, got 0");
}

// ---- read ----

TEST_F(FileMethods, ReadReturnsTextAndBase64) {
  const std::string bytes = "h\xC3\xA9llo\r\n\"\\";
  WriteAll(Path(L"a"), bytes);
  const Json text = Result("file.read", {{"path", Text(L"a")}});
  EXPECT_EQ(text.at("data"), bytes);
  EXPECT_EQ(text.at("encoding"), "text");
  EXPECT_EQ(text.at("bytes"), bytes.size());
  EXPECT_EQ(text.at("size"), bytes.size());
  EXPECT_EQ(text.at("end"), true);
  EXPECT_EQ(text.at("id"), Result("file.stat", {{"path", Text(L"a")}}).at("id"));
  const Json part =
      Result("file.read", {{"path", Text(L"a")}, {"encoding", "base64"}, {"offset", 1}, {"length", 3}});
  EXPECT_EQ(protocol::FromBase64(part.at("data").get<std::string>()), bytes.substr(1, 3));
  EXPECT_EQ(part.at("offset"), 1);
  EXPECT_EQ(part.at("end"), false);
  const Json behind = Result("file.read", {{"path", Text(L"a")}, {"offset", 1000}});
  EXPECT_EQ(behind.at("data"), "");
  EXPECT_EQ(behind.at("end"), true);
}

TEST_F(FileMethods, ReadLeavesASplitCharacterForTheNextPiece) {
  const std::string bytes = "a\xE2\x82\xAC\xF0\x9F\x98\x80z";
  WriteAll(Path(L"a"), bytes);
  for (int length = 4; length < 10; ++length) {
    std::string all;
    for (bool end = false; !end;) {
      const Json piece =
          Result("file.read", {{"path", Text(L"a")}, {"offset", all.size()}, {"length", length}});
      ASSERT_GT(piece.at("bytes"), 0) << length;
      all += piece.at("data").get<std::string>();
      ASSERT_EQ(all.size(), piece.at("offset").get<std::size_t>() + piece.at("bytes").get<std::size_t>());
      end = piece.at("end");
    }
    EXPECT_EQ(all, bytes) << length;
  }
  EXPECT_EQ(Fault("file.read", {{"path", Text(L"a")}, {"offset", 1}, {"length", 2}}),
            "length: expected more: the character at offset 1 is longer");
  EXPECT_EQ(Fault("file.read", {{"path", Text(L"a")}, {"offset", 2}}),
            "encoding: byte 2 is not valid UTF-8: use base64");
}

TEST_F(FileMethods, ReadRefusesTextThatIsNotUtf8) {
  for (const std::string bad :
       {"ab\xFF", "ab\xC3", "ab\xC3(", "ab\xED\xA0\x80", "ab\xC0\xAF", "ab\xE2\x82"}) {
    WriteAll(Path(L"a"), bad);
    EXPECT_EQ(Fault("file.read", {{"path", Text(L"a")}}), "encoding: byte 2 is not valid UTF-8: use base64");
    EXPECT_EQ(Result("file.read", {{"path", Text(L"a")}, {"encoding", "base64"}}).at("data"),
              protocol::ToBase64(bad));
  }
  // Bytes that the length cuts off but that cannot become a character are not left for later.
  WriteAll(Path(L"a"), "ab\xF5\x80\x80\x80");
  EXPECT_EQ(Fault("file.read", {{"path", Text(L"a")}, {"length", 3}}),
            "encoding: byte 2 is not valid UTF-8: use base64");
}

TEST_F(FileMethods, ReadKeepsToTheLimitOfAResponse) {
  service::Settings settings;
  settings.limits.response_bytes = 64 * 1024;
  Apply(settings);
  // Each takes six bytes in JSON.
  WriteAll(Path(L"a"), std::string(100'000, '\x01'));
  for (const char* encoding : {"text", "base64"}) {
    std::string all;
    for (bool end = false; !end;) {
      const Json piece =
          Result("file.read", {{"path", Text(L"a")}, {"offset", all.size()}, {"encoding", encoding}});
      EXPECT_LE(protocol::ToText(piece).size(), 64u * 1024);
      ASSERT_GT(piece.at("bytes"), 0);
      const std::string data = piece.at("data");
      all += encoding == std::string("text") ? data : protocol::FromBase64(data).value();
      end = piece.at("end");
    }
    EXPECT_EQ(all, std::string(100'000, '\x01'));
  }
  EXPECT_EQ(Fault("file.read", {{"path", Text(L"a")}, {"length", 2097153}}),
            "length: expected at most 2097152 without a progressToken, got 2097153");
}

TEST_F(FileMethods, ReadAndChecksumRefuseFoldersAndMissingFiles) {
  for (const char* method : {"file.read", "file.checksum"}) {
    EXPECT_EQ(Code(method, {{"path", Text()}}), static_cast<DWORD>(ERROR_ACCESS_DENIED)) << method;
    EXPECT_EQ(Code(method, {{"path", Text(L"none")}}), static_cast<DWORD>(ERROR_FILE_NOT_FOUND)) << method;
  }
}

TEST_F(FileMethods, ChecksumMatchesTheBytes) {
  std::string bytes(3 * 1024 * 1024 + 17, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 + i / 977);
  WriteAll(Path(L"a"), bytes);
  const Json whole = Result("file.checksum", {{"path", Text(L"a")}});
  EXPECT_EQ(whole.at("sha256"), Sha256Of(bytes));
  EXPECT_EQ(whole.at("bytes"), bytes.size());
  const Json part = Result("file.checksum", {{"path", Text(L"a")}, {"offset", 5}, {"length", 2'000'000}});
  EXPECT_EQ(part.at("sha256"), Sha256Of(std::string_view(bytes).substr(5, 2'000'000)));
  EXPECT_EQ(Result("file.checksum", {{"path", Text(L"a")}, {"offset", 9'000'000}}).at("sha256"),
            Sha256Of(""));
}

// ---- write ----

TEST_F(FileMethods, WriteCreatesOnlyNewFiles) {
  const Json made = Result("file.write", {{"path", Text(L"a")}, {"data", "h\xC3\xA9"}});
  EXPECT_EQ(made.at("bytes"), 3);
  EXPECT_EQ(made.at("size"), 3);
  EXPECT_EQ(ReadAll(Path(L"a")), "h\xC3\xA9");
  EXPECT_EQ(made.at("id"), Result("file.stat", {{"path", Text(L"a")}}).at("id"));
  EXPECT_EQ(Code("file.write", {{"path", Text(L"a")}, {"data", "x"}}), static_cast<DWORD>(ERROR_FILE_EXISTS));
  EXPECT_EQ(ReadAll(Path(L"a")), "h\xC3\xA9");
  EXPECT_EQ(Code("file.write", {{"path", Text(L"none\\a")}, {"data", "x"}}),
            static_cast<DWORD>(ERROR_PATH_NOT_FOUND));
  EXPECT_EQ(Names(), (std::set<std::wstring>{L"a"}));
}

TEST_F(FileMethods, WriteRequiresStrictBase64) {
  Result("file.write", {{"path", Text(L"a")},
                        {"data", protocol::ToBase64(std::string("\0\xFF\x01", 3))},
                        {"encoding", "base64"}});
  EXPECT_EQ(ReadAll(Path(L"a")), std::string("\0\xFF\x01", 3));
  for (const char* data : {"A", "AA", "AAA", "AA=A", "AAAA\n", "A-A_", "AB=="}) {
    EXPECT_EQ(Fault("file.write", {{"path", Text(L"b")}, {"data", data}, {"encoding", "base64"}}),
              "data: expected base64 (RFC 4648, section 4) with padding and without line breaks");
  }
  EXPECT_EQ(Names(), (std::set<std::wstring>{L"a"}));
}

TEST_F(FileMethods, WriteReplacesAsAWhole) {
  WriteAll(Path(L"a"), "a longer text than the new one");
  ASSERT_TRUE(::SetFileAttributesW(Path(L"a").c_str(), FILE_ATTRIBUTE_HIDDEN));
  const Json before = Result("file.stat", {{"path", Text(L"a")}});
  const auto descriptor = [this] {
    return win32::SecurityDescriptor::FromFile(Text(L"a"), OWNER_SECURITY_INFORMATION |
                                                               GROUP_SECURITY_INFORMATION |
                                                               DACL_SECURITY_INFORMATION)
        .ToSddl(OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION);
  };
  const std::string descriptor_before = descriptor();
  const Json written = Result("file.write", {{"path", Text(L"a")}, {"data", "new"}, {"mode", "replace"}});
  EXPECT_EQ(ReadAll(Path(L"a")), "new");
  const Json after = Result("file.stat", {{"path", Text(L"a")}});
  EXPECT_NE(after.at("id"), before.at("id"));
  EXPECT_EQ(after.at("id"), written.at("id"));
  EXPECT_TRUE((::GetFileAttributesW(Path(L"a").c_str()) & FILE_ATTRIBUTE_HIDDEN) != 0);
  EXPECT_EQ(descriptor(), descriptor_before);
  // A file that does not exist is created.
  Result("file.write", {{"path", Text(L"b")}, {"data", "b"}, {"mode", "replace"}});
  EXPECT_EQ(ReadAll(Path(L"b")), "b");
  EXPECT_EQ(Names(), (std::set<std::wstring>{L"a", L"b"}));
}

// 2001-09-09T01:46:40Z.
constexpr FILETIME kLongAgo{0x44FF8000, 0x01C138D1};

bool SetCreationTime(const std::filesystem::path& file, FILETIME time) {
  const win32::UniqueFile opened(
      ::CreateFileW(file.c_str(), FILE_WRITE_ATTRIBUTES, 0, nullptr, OPEN_EXISTING, 0, nullptr));
  return opened && ::SetFileTime(opened.get(), &time, nullptr, nullptr);
}

TEST_F(FileMethods, WriteThatReplacesKeepsTheCreationTime) {
  WriteAll(Path(L"a"), "old");
  ASSERT_TRUE(SetCreationTime(Path(L"a"), kLongAgo));
  const Json created = Result("file.stat", {{"path", Text(L"a")}}).at("created");
  ONBEHALF_SKIP_WITHOUT("a time of creation that can be set",
                        created.get<std::string>().starts_with("2001-09-09"));
  Result("file.write", {{"path", Text(L"a")}, {"data", "new"}, {"mode", "replace"}});
  EXPECT_EQ(Result("file.stat", {{"path", Text(L"a")}}).at("created"), created);
}

TEST_F(FileMethods, WriteThatCannotReplaceLeavesTheOldFileAndNothingElse) {
  WriteAll(Path(L"a"), "old");
  {
    // It cannot be deleted while it is open like this, and so it cannot be replaced.
    const auto holder = OpenDirectly(L"a", GENERIC_READ, FILE_SHARE_READ);
    const DWORD code = Code("file.write", {{"path", Text(L"a")}, {"data", "new"}, {"mode", "replace"}});
    EXPECT_TRUE(code == ERROR_ACCESS_DENIED || code == ERROR_SHARING_VIOLATION) << code;
  }
  EXPECT_EQ(ReadAll(Path(L"a")), "old");
  EXPECT_EQ(Names(), (std::set<std::wstring>{L"a"}));
  std::filesystem::create_directory(Path(L"d"));
  EXPECT_EQ(Code("file.write", {{"path", Text(L"d")}, {"data", "x"}, {"mode", "replace"}}),
            static_cast<DWORD>(ERROR_ACCESS_DENIED));
  EXPECT_EQ(Names(), (std::set<std::wstring>{L"a", L"d"}));
}

// Whether a file that is open with every kind of sharing can be replaced by a rename (POSIX semantics).
bool OpenFilesCanBeReplaced(const std::filesystem::path& folder) {
  WriteAll(folder / L"old", "old");
  WriteAll(folder / L"new", "new");
  const win32::UniqueFile reader(::CreateFileW((folder / L"old").c_str(), GENERIC_READ,
                                               FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                               nullptr, OPEN_EXISTING, 0, nullptr));
  const win32::UniqueFile file(
      ::CreateFileW((folder / L"new").c_str(), DELETE, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr));
  return reader && file &&
         service::RenameNtFile(file.get(), nullptr, L"\\??\\" + (folder / L"old").native(), true) ==
             ERROR_SUCCESS;
}

TEST_F(FileMethods, WriteReplacesWhileAReaderKeepsTheOldFile) {
  const TemporaryFolder probe;
  ONBEHALF_SKIP_WITHOUT("renaming over an open file (FILE_RENAME_POSIX_SEMANTICS)",
                        OpenFilesCanBeReplaced(probe.path()));
  WriteAll(Path(L"a"), "old");
  const auto reader = OpenDirectly(L"a", GENERIC_READ);
  Result("file.write", {{"path", Text(L"a")}, {"data", "new"}, {"mode", "replace"}});
  char bytes[8];
  DWORD read = 0;
  ASSERT_TRUE(::ReadFile(reader.get(), bytes, sizeof(bytes), &read, nullptr));
  EXPECT_EQ(std::string(bytes, read), "old");
  EXPECT_EQ(ReadAll(Path(L"a")), "new");
}

TEST_F(FileMethods, WriteAppendsAndUpdates) {
  Result("file.write", {{"path", Text(L"a")}, {"data", "one"}, {"mode", "append"}});
  EXPECT_EQ(Result("file.write", {{"path", Text(L"a")}, {"data", "two"}, {"mode", "append"}}).at("size"), 6);
  EXPECT_EQ(ReadAll(Path(L"a")), "onetwo");
  EXPECT_EQ(Result("file.write", {{"path", Text(L"a")}, {"data", "XY"}, {"mode", "update"}, {"offset", 2}})
                .at("size"),
            6);
  EXPECT_EQ(ReadAll(Path(L"a")), "onXYwo");
  Result("file.write", {{"path", Text(L"b")}, {"data", "x"}, {"mode", "update"}, {"offset", 2}});
  EXPECT_EQ(ReadAll(Path(L"b")), std::string("\0\0x", 3));
  EXPECT_EQ(Fault("file.write", {{"path", Text(L"a")}, {"data", ""}, {"mode", "update"}}),
            "offset: required with the mode update: expected an integer");
  for (const char* mode : {"create", "replace", "append"}) {
    EXPECT_EQ(Fault("file.write", {{"path", Text(L"a")}, {"data", ""}, {"mode", mode}, {"offset", 0}}),
              "offset: expected only with the mode update");
  }
}

// The file system would fill the gap while the request waits.
TEST_F(FileMethods, WriteRefusesALargeGapAfterTheEnd) {
  constexpr std::uint64_t kMax = 64 * 1024 * 1024;
  const auto params = [this](const wchar_t* name, std::uint64_t offset) {
    return Json{{"path", Text(name)}, {"data", "x"}, {"mode", "update"}, {"offset", offset}};
  };
  WriteAll(Path(L"a"), "abc");
  EXPECT_EQ(Fault("file.write", params(L"a", kMax + 4)),
            "offset: expected at most 67108867, 64 MiB past the end of the file, got 67108868");
  EXPECT_EQ(ReadAll(Path(L"a")), "abc");
  EXPECT_EQ(Fault("file.write", params(L"new", 9007199254740991)),
            "offset: expected at most 67108864, 64 MiB past the end of the file, got 9007199254740991");
  EXPECT_EQ(Names(), (std::set<std::wstring>{L"a"}));
  EXPECT_EQ(Result("file.write", params(L"a", kMax + 3)).at("size"), kMax + 4);
}

// Whether concurrent appends through two handles are complete: Wine finds the end of the file and writes
// there in two steps.
bool AppendsAreWhole() {
  constexpr int kAppends = 2'000;
  static const bool are_whole = [] {
    const TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / L"a";
    for (int round = 0; round < 20; ++round) {
      WriteAll(path, "");
      const auto append = [&path] {
        const win32::UniqueFile file(::CreateFileW(path.c_str(), FILE_APPEND_DATA,
                                                   FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING,
                                                   0, nullptr));
        DWORD written = 0;
        for (int i = 0; i < kAppends; ++i) ::WriteFile(file.get(), "x", 1, &written, nullptr);
      };
      std::jthread one(append);
      std::jthread other(append);
      one.join();
      other.join();
      if (std::filesystem::file_size(path) != 2 * kAppends) return false;
    }
    return true;
  }();
  return are_whole;
}

TEST_F(FileMethods, ConcurrentWritersOfANewFileNeverGetAlreadyExists) {
  constexpr std::size_t kWriters = 4;
  for (int round = 0; round < 40; ++round) {
    const bool appends = round % 2 == 0;
    const std::wstring name = L"f" + std::to_wstring(round);
    std::array<DWORD, kWriters> codes{};
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < kWriters; ++i) {
        threads.emplace_back([&, i] {
          Json params{{"path", Text(name)}, {"data", "x"}, {"mode", appends ? "append" : "update"}};
          if (!appends) params["offset"] = i;
          codes[i] = Code("file.write", params);
        });
      }
    }
    const std::string text = ReadAll(Path(name));
    EXPECT_GE(std::count(codes.begin(), codes.end(), static_cast<DWORD>(ERROR_SUCCESS)), 1);
    std::string expected;
    for (std::size_t i = 0; i < kWriters; ++i) {
      // Until the first has written it, no other can open it.
      EXPECT_TRUE(codes[i] == ERROR_SUCCESS || codes[i] == ERROR_SHARING_VIOLATION ||
                  codes[i] == ERROR_ACCESS_DENIED)
          << codes[i];
      if (codes[i] != ERROR_SUCCESS) continue;
      if (!appends) expected.resize(i);  // with zeros, where another was to write
      expected += 'x';
    }
    if (!appends || AppendsAreWhole()) {
      EXPECT_EQ(text, expected);
    } else {
      EXPECT_EQ(text, expected.substr(0, std::max<std::size_t>(text.size(), 1)));
    }
  }
}

TEST_F(FileMethods, ConcurrentAppendsAreAllWritten) {
  ONBEHALF_SKIP_WITHOUT("appends that do not overwrite one another (FILE_APPEND_DATA alone)",
                        AppendsAreWhole());
  WriteAll(Path(L"a"), "");
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) {
          EXPECT_EQ(Code("file.write", {{"path", Text(L"a")}, {"data", "x"}, {"mode", "append"}}),
                    static_cast<DWORD>(ERROR_SUCCESS));
        }
      });
    }
  }
  EXPECT_EQ(ReadAll(Path(L"a")), std::string(400, 'x'));
}

TEST_F(FileMethods, WriteIsResumedByItsSize) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += std::to_string(i) + "\n";
  Result("file.write",
         {{"path", Text(L"part")}, {"data", bytes.substr(0, 1000)}, {"mode", "update"}, {"offset", 0}});
  // After that the client disconnects: another asks how far it came, and writes the rest, over what may be
  // incomplete.
  for (;;) {
    const auto size = Result("file.stat", {{"path", Text(L"part")}}).at("size").get<std::size_t>();
    if (size >= bytes.size()) break;
    Result(
        "file.write",
        {{"path", Text(L"part")}, {"data", bytes.substr(size, 700)}, {"mode", "update"}, {"offset", size}});
  }
  EXPECT_EQ(Result("file.checksum", {{"path", Text(L"part")}}).at("sha256"), Sha256Of(bytes));
  WriteAll(Path(L"final"), "old");
  Result("file.move", {{"from", Text(L"part")}, {"to", Text(L"final")}, {"replace", true}});
  EXPECT_EQ(ReadAll(Path(L"final")), bytes);
  EXPECT_EQ(Names(), (std::set<std::wstring>{L"final"}));
}

TEST_F(FileMethods, WriteHonoursIfId) {
  WriteAll(Path(L"a"), "old");
  const Json id = Result("file.stat", {{"path", Text(L"a")}}).at("id");
  const std::string fault = "if_id: the file at the path has a different id";
  for (const Json& mode :
       {Json{{"mode", "replace"}}, Json{{"mode", "append"}}, Json{{"mode", "update"}, {"offset", 0}}}) {
    Json params{{"path", Text(L"a")}, {"data", "x"}, {"if_id", "0:1"}};
    params.update(mode);
    EXPECT_EQ(Fault("file.write", params), fault);
    params["path"] = Text(L"none");
    EXPECT_EQ(Fault("file.write", params), fault);
  }
  EXPECT_EQ(ReadAll(Path(L"a")), "old");
  EXPECT_EQ(Names(), (std::set<std::wstring>{L"a"}));
  Result("file.write", {{"path", Text(L"a")}, {"data", "!"}, {"mode", "append"}, {"if_id", id}});
  EXPECT_EQ(ReadAll(Path(L"a")), "old!");
  Result("file.write", {{"path", Text(L"a")}, {"data", "new"}, {"mode", "replace"}, {"if_id", id}});
  EXPECT_EQ(ReadAll(Path(L"a")), "new");
  EXPECT_EQ(Fault("file.write", {{"path", Text(L"a")}, {"data", "x"}, {"mode", "replace"}, {"if_id", id}}),
            fault);
  EXPECT_EQ(Fault("file.write", {{"path", Text(L"a")}, {"data", "x"}, {"if_id", id}}),
            "if_id: not allowed with the mode create, for which the file must not exist");
}

// ---- copy, move, delete, makeDirectory ----

TEST_F(FileMethods, CopyMakesAFileAndReplacesOneOnlyIfAsked) {
  const std::string bytes(2'500'000, 'x');
  WriteAll(Path(L"a"), bytes);
  EXPECT_EQ(Result("file.copy", {{"from", Text(L"a")}, {"to", Text(L"b")}}).at("bytes"), bytes.size());
  EXPECT_EQ(ReadAll(Path(L"b")), bytes);
  EXPECT_EQ(Result("file.stat", {{"path", Text(L"b")}}).at("modified"),
            Result("file.stat", {{"path", Text(L"a")}}).at("modified"));
  WriteAll(Path(L"a"), "new");
  EXPECT_EQ(Code("file.copy", {{"from", Text(L"a")}, {"to", Text(L"b")}}),
            static_cast<DWORD>(ERROR_FILE_EXISTS));
  EXPECT_EQ(ReadAll(Path(L"b")), bytes);
  Result("file.copy", {{"from", Text(L"a")}, {"to", Text(L"b")}, {"replace", true}});
  EXPECT_EQ(ReadAll(Path(L"b")), "new");
  EXPECT_EQ(Code("file.copy", {{"from", Text(L"none")}, {"to", Text(L"c")}}),
            static_cast<DWORD>(ERROR_FILE_NOT_FOUND));
  EXPECT_EQ(Code("file.copy", {{"from", Text(L"a")}, {"to", Text(L"none\\c")}}),
            static_cast<DWORD>(ERROR_PATH_NOT_FOUND));
  EXPECT_EQ(Code("file.copy", {{"from", Text()}, {"to", Text(L"c")}}),
            static_cast<DWORD>(ERROR_ACCESS_DENIED));
  EXPECT_EQ(Names(), (std::set<std::wstring>{L"a", L"b"}));
}

TEST_F(FileMethods, CopyThatIsCancelledLeavesNothing) {
  WriteAll(Path(L"a"), std::string(3'000'000, 'x'));
  caller_.stop.request_stop();
  EXPECT_EQ(Code("file.copy", {{"from", Text(L"a")}, {"to", Text(L"b")}}),
            static_cast<DWORD>(ERROR_CANCELLED));
  EXPECT_EQ(Names(), (std::set<std::wstring>{L"a"}));
  EXPECT_EQ(Code("file.checksum", {{"path", Text(L"a")}}), static_cast<DWORD>(ERROR_CANCELLED));
}

TEST_F(FileMethods, MoveRenamesFilesAndFolders) {
  WriteAll(Path(L"a"), "a");
  std::filesystem::create_directory(Path(L"d"));
  EXPECT_EQ(Result("file.move", {{"from", Text(L"a")}, {"to", Text(L"d\\b")}}).at("path"), Text(L"d\\b"));
  EXPECT_EQ(ReadAll(Path(L"d\\b")), "a");
  EXPECT_EQ(Result("file.move", {{"from", Text(L"d")}, {"to", Text(L"e")}}).at("path"), Text(L"e"));
  EXPECT_EQ(ReadAll(Path(L"e\\b")), "a");
  WriteAll(Path(L"c"), "c");
  EXPECT_EQ(Code("file.move", {{"from", Text(L"c")}, {"to", Text(L"e\\b")}}),
            static_cast<DWORD>(ERROR_ALREADY_EXISTS));
  EXPECT_EQ(ReadAll(Path(L"e\\b")), "a");
  Result("file.move", {{"from", Text(L"c")}, {"to", Text(L"e\\b")}, {"replace", true}});
  EXPECT_EQ(ReadAll(Path(L"e\\b")), "c");
  EXPECT_EQ(Code("file.move", {{"from", Text(L"none")}, {"to", Text(L"x")}}),
            static_cast<DWORD>(ERROR_FILE_NOT_FOUND));
  EXPECT_EQ(Fault("file.move", {{"from", Text(L"e")}, {"to", "C:\\"}}).substr(0, 4), "to: ");
  EXPECT_EQ(Names(), (std::set<std::wstring>{L"e"}));
}

TEST_F(FileMethods, DeleteRemovesFilesAndEmptyFolders) {
  WriteAll(Path(L"a"), "a");
  std::filesystem::create_directory(Path(L"d"));
  WriteAll(Path(L"d\\f"), "f");
  EXPECT_EQ(Fault("file.delete", {{"path", Text(L"d")}}),
            "directory: the path is a directory: expected true");
  EXPECT_EQ(Fault("file.delete", {{"path", Text(L"a")}, {"directory", true}}),
            "directory: the path is not a directory: expected false");
  EXPECT_EQ(Code("file.delete", {{"path", Text(L"d")}, {"directory", true}}),
            static_cast<DWORD>(ERROR_DIR_NOT_EMPTY));
  EXPECT_EQ(Result("file.delete", {{"path", Text(L"d\\f")}}), Json::object());
  Result("file.delete", {{"path", Text(L"d")}, {"directory", true}});
  Result("file.delete", {{"path", Text(L"a")}});
  EXPECT_EQ(Code("file.delete", {{"path", Text(L"a")}}), static_cast<DWORD>(ERROR_FILE_NOT_FOUND));
  EXPECT_TRUE(Names().empty());
}

// Whether a deleted name disappears with the handle that deleted it, while others have the file open.
bool NamesOfOpenFilesGo(const std::filesystem::path& folder) {
  WriteAll(folder / L"a", "x");
  const auto open = [&folder](DWORD access) {
    return win32::UniqueFile(::CreateFileW((folder / L"a").c_str(), access,
                                           FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                           OPEN_EXISTING, 0, nullptr));
  };
  const win32::UniqueFile reader = open(GENERIC_READ);
  win32::UniqueFile file = open(DELETE);
  constexpr auto kDispositionInfoEx = static_cast<FILE_INFO_BY_HANDLE_CLASS>(21);  // FileDispositionInfoEx
  DWORD flags = 0x3;  // FILE_DISPOSITION_FLAG_DELETE | FILE_DISPOSITION_FLAG_POSIX_SEMANTICS
  if (!::SetFileInformationByHandle(file.get(), kDispositionInfoEx, &flags, sizeof(flags))) return false;
  file.reset();
  return ::GetFileAttributesW((folder / L"a").c_str()) == INVALID_FILE_ATTRIBUTES &&
         ::GetLastError() == ERROR_FILE_NOT_FOUND;
}

TEST_F(FileMethods, DeleteRemovesTheNameOfAnOpenFile) {
  const TemporaryFolder probe;
  ONBEHALF_SKIP_WITHOUT("deleting an open file's name (FILE_DISPOSITION_FLAG_POSIX_SEMANTICS)",
                        NamesOfOpenFilesGo(probe.path()));
  std::filesystem::create_directory(Path(L"d"));
  WriteAll(Path(L"d\\a"), "old");
  const auto reader = OpenDirectly(L"d\\a", GENERIC_READ);
  Result("file.delete", {{"path", Text(L"d\\a")}});
  Result("file.write", {{"path", Text(L"d\\a")}, {"data", "new"}});
  Result("file.delete", {{"path", Text(L"d\\a")}});
  Result("file.delete", {{"path", Text(L"d")}, {"directory", true}});
}

TEST_F(FileMethods, ConcurrentMakeDirectoryCreatesItOnce) {
  for (int round = 0; round < 20; ++round) {
    const Json params{{"path", Text(L"d" + std::to_wstring(round)) + R"(\a\b\c)"}, {"parents", true}};
    std::vector<Json> results(4);
    {
      std::vector<std::jthread> threads;
      for (Json& result : results) {
        threads.emplace_back([&] {
          try {
            result = caller_.Result(methods_, "file.makeDirectory", params);
          } catch (const win32::Win32Error& error) {
            result = error.win32_code();
          }
        });
      }
    }
    EXPECT_EQ(std::count(results.begin(), results.end(), Json{{"created", true}}), 1) << Json(results);
    EXPECT_EQ(std::count(results.begin(), results.end(), Json{{"created", false}}), 3) << Json(results);
  }
}

TEST_F(FileMethods, MakeDirectoryCreatesMissingParents) {
  EXPECT_EQ(Result("file.makeDirectory", {{"path", Text(L"a")}}).at("created"), true);
  EXPECT_EQ(Result("file.makeDirectory", {{"path", Text(L"a")}}).at("created"), false);
  EXPECT_EQ(Result("file.makeDirectory", {{"path", "C:\\"}, {"parents", true}}).at("created"), false);
  EXPECT_EQ(Code("file.makeDirectory", {{"path", Text(L"x\\y\\z")}}),
            static_cast<DWORD>(ERROR_PATH_NOT_FOUND));
  EXPECT_EQ(Result("file.makeDirectory", {{"path", Text(L"a\\y\\z")}, {"parents", true}}).at("created"),
            true);
  EXPECT_TRUE(std::filesystem::is_directory(Path(L"a\\y\\z")));
  WriteAll(Path(L"f"), "f");
  EXPECT_EQ(Code("file.makeDirectory", {{"path", Text(L"f")}}), static_cast<DWORD>(ERROR_ALREADY_EXISTS));
  EXPECT_EQ(Names(), (std::set<std::wstring>{L"a", L"f"}));
}

}  // namespace
}  // namespace onbehalf::test
