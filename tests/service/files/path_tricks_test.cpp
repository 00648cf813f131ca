// Attempts to reach with file.* what is not meant, each under its own name: refused, or harmless.

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "file_fixture.h"
#include "files/file_scope.h"
#include "files/new_file.h"
#include "link_maker.h"
#include "onbehalf/win32/lean_windows.h"
#include "support/platform_probe.h"

namespace onbehalf::test {
namespace {

class PathTricks : public FileMethodsTest {
 protected:
  PathTricks() {
    std::filesystem::create_directory(Path(L"in"));
    std::filesystem::create_directory(Path(L"out"));
    WriteAll(Path(L"in\\file"), "inside");
    WriteAll(Path(L"out\\file"), "outside");
  }

  void Use(const service::Settings::File& file) {
    service::Settings settings;
    settings.file = file;
    Apply(settings);
  }
  void StayIn(std::wstring_view root) { Use({{Text(root)}, false, false}); }

  struct Attempt {
    const char* method;
    Json params;
    std::string member;  // the one that has the path
  };
  // Every method that takes a path, with the path in every position.
  std::vector<Attempt> AttemptsWith(const std::string& path) const {
    const std::string good = Text(L"in\\file");
    return {{"file.stat", {{"path", path}}, "path"},
            {"file.stat", {{"path", path}, {"follow", false}}, "path"},
            {"file.list", {{"path", path}}, "path"},
            {"file.read", {{"path", path}}, "path"},
            {"file.write", {{"path", path}, {"data", "x"}}, "path"},
            {"file.write", {{"path", path}, {"data", "x"}, {"mode", "replace"}}, "path"},
            {"file.write", {{"path", path}, {"data", "x"}, {"mode", "append"}}, "path"},
            {"file.write", {{"path", path}, {"data", "x"}, {"mode", "update"}, {"offset", 0}}, "path"},
            {"file.copy", {{"from", path}, {"to", good + ".copy"}}, "from"},
            {"file.copy", {{"from", good}, {"to", path}, {"replace", true}}, "to"},
            {"file.move", {{"from", path}, {"to", good + ".moved"}}, "from"},
            {"file.move", {{"from", good}, {"to", path}, {"replace", true}}, "to"},
            {"file.delete", {{"path", path}}, "path"},
            {"file.delete", {{"path", path}, {"directory", true}}, "path"},
            {"file.makeDirectory", {{"path", path}, {"parents", true}}, "path"},
            {"file.checksum", {{"path", path}}, "path"}};
  }
  // All of them return InvalidParams with the member and the reason, and nothing on the disk has changed.
  void ExpectRefused(const std::string& path, std::string_view reason) {
    const auto before = Everything();
    for (const Attempt& attempt : AttemptsWith(path)) {
      const std::string fault = Fault(attempt.method, attempt.params);
      EXPECT_TRUE(fault.starts_with(attempt.member + ": ")) << attempt.method << " " << path << ": " << fault;
      EXPECT_NE(fault.find(reason), std::string::npos) << attempt.method << " " << path << ": " << fault;
    }
    EXPECT_EQ(Everything(), before) << path;
  }
  std::set<std::pair<std::wstring, std::string>> Everything() const {
    std::set<std::pair<std::wstring, std::string>> all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      all.emplace(entry.path().native(), entry.is_regular_file() ? ReadAll(entry.path()) : std::string());
    }
    return all;
  }
};

TEST_F(PathTricks, LongPathPrefixIsRefused) {
  ExpectRefused("\\\\?\\" + Text(L"out\\file"), "are not accepted");
}

TEST_F(PathTricks, DevicePrefixIsRefused) {
  ExpectRefused("\\\\.\\" + Text(L"out\\file"), "are not accepted");
  ExpectRefused(R"(\\.\PhysicalDrive0)", "are not accepted");
  ExpectRefused(R"(\\.\pipe\onbehalf)", "are not accepted");
}

TEST_F(PathTricks, DeviceNamesAreRefused) {
  for (const char* name : {"CON", "nul", "AUX.txt", "COM1", "LPT9.x", "CONOUT$", "NUL .txt"}) {
    ExpectRefused(Text(L"in") + "\\" + name, "DOS device");
  }
}

TEST_F(PathTricks, TrailingDotsAndSpacesAreRefused) {
  for (const char* end : {".", " ", "...", ". "})
    ExpectRefused(Text(L"in\\file") + end, "ends in a dot or a space");
}

TEST_F(PathTricks, AlternateStreamsAreRefused) {
  ExpectRefused(Text(L"in\\file") + ":stream", "file.alternate_streams is off");
  ExpectRefused(Text(L"in\\file") + "::$DATA", "file.alternate_streams is off");
  ExpectRefused(Text(L"in") + ":$I30:$INDEX_ALLOCATION", "file.alternate_streams is off");
}

TEST_F(PathTricks, AlternateStreamsArePartOfTheirFileWhenAllowed) {
  ONBEHALF_SKIP_WITHOUT("alternate streams", AlternateStreamsAreSupported());
  Use({{Text(L"in")}, false, true});
  const std::string stream = Text(L"in\\file") + ":notes";
  Result("file.write", {{"path", stream}, {"data", "a note"}});
  EXPECT_EQ(Result("file.read", {{"path", stream}}).at("data"), "a note");
  EXPECT_EQ(ReadAll(Path(L"in\\file")), "inside");
  EXPECT_EQ(Fault("file.write", {{"path", stream}, {"data", "x"}, {"mode", "replace"}}),
            "path: an alternate stream cannot be replaced like a file");
  EXPECT_EQ(Fault("file.move", {{"from", stream}, {"to", Text(L"in\\x")}}),
            "from: an alternate stream cannot be moved");
  // If the file does not exist, none is created.
  EXPECT_EQ(Code("file.write", {{"path", Text(L"in\\new") + ":notes"}, {"data", "x"}}),
            static_cast<DWORD>(ERROR_FILE_NOT_FOUND));
  EXPECT_FALSE(std::filesystem::exists(Path(L"in\\new")));
  Result("file.delete", {{"path", stream}});
  EXPECT_EQ(Code("file.read", {{"path", stream}}), static_cast<DWORD>(ERROR_FILE_NOT_FOUND));
  EXPECT_EQ(ReadAll(Path(L"in\\file")), "inside");
}

TEST_F(PathTricks, NetworkPathsAreRefused) {
  for (const char* path :
       {R"(\\server\share\file)", R"(\\localhost\c$\file)", "//127.0.0.1/c$/file", R"(\\server\pipe\x)"}) {
    ExpectRefused(path, "file.network_paths is off");
  }
}

TEST_F(PathTricks, PipesOfOtherComputersAreRefusedEvenWithNetworkPaths) {
  Use({{}, true, false});
  ExpectRefused(R"(\\localhost\pipe\onbehalf)", "pipes and mailslots");
  ExpectRefused(R"(\\localhost\IPC$\onbehalf)", "pipes and mailslots");
}

TEST_F(PathTricks, WaysUpAreRefused) {
  StayIn(L"in");
  ExpectRefused(Text(L"in") + R"(\..\out\file)", "the components . and ..");
  ExpectRefused(Text(L"in") + "/../out/file", "the components . and ..");
  ExpectRefused(Text(L"in") + R"(\.\file)", "the components . and ..");
}

TEST_F(PathTricks, RelativePathsAreRefused) {
  ExpectRefused("file", "expected an absolute path");
  ExpectRefused(R"(\out\file)", "expected an absolute path");
  ExpectRefused("C:file", "relative to a drive's current folder");
}

TEST_F(PathTricks, PathsOutsideTheRootsAreRefused) {
  StayIn(L"in");
  // Named like the root, but not in it.
  std::filesystem::create_directory(Path(L"inside"));
  WriteAll(Path(L"inside\\file"), "not in");
  for (const wchar_t* name : {L"out\\file", L"inside\\file"}) {
    const auto before = Everything();
    for (const Attempt& attempt : AttemptsWith(Text(name))) {
      // That it is not a folder, or already exists, may be found first.
      const std::string method = attempt.method;
      if (method == "file.list") continue;
      EXPECT_EQ(Fault(method, attempt.params), attempt.member + ": outside file.roots") << method;
    }
    EXPECT_EQ(Everything(), before);
  }
  EXPECT_EQ(Fault("file.list", {{"path", Text(L"out")}}), "path: outside file.roots");
  EXPECT_EQ(Fault("file.makeDirectory", {{"path", Text(L"out\\a\\b")}, {"parents", true}}),
            "path: outside file.roots");
  EXPECT_EQ(Fault("file.write", {{"path", Text(L"out\\new")}, {"data", "x"}}), "path: outside file.roots");
  EXPECT_EQ(Fault("file.move", {{"from", Text(L"in\\file")}, {"to", Text(L"out\\new")}}),
            "to: outside file.roots");
  EXPECT_FALSE(std::filesystem::exists(Path(L"out\\a")));
  EXPECT_FALSE(std::filesystem::exists(Path(L"out\\new")));
}

TEST_F(PathTricks, PathsInsideTheRootsAreAccepted) {
  std::string root = Text(L"in");
  for (const std::string& form :
       {root, root + "\\", [&] {
          std::string upper = root;
          for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c == '\\' ? '/' : c;
          return upper;
        }()}) {
    Use({{R"(C:\no\such\root)", form}, false, false});
    EXPECT_EQ(Result("file.read", {{"path", Text(L"in\\file")}}).at("data"), "inside") << form;
    EXPECT_EQ(Result("file.list", {{"path", Text(L"in")}}).at("entries").size(), 1u) << form;
    Result("file.makeDirectory", {{"path", Text(L"in\\a\\b")}, {"parents", true}});
    Result("file.write", {{"path", Text(L"in\\a\\b\\c")}, {"data", "x"}});
    Result("file.write", {{"path", Text(L"in\\a\\b\\c")}, {"data", "y"}, {"mode", "replace"}});
    Result("file.copy", {{"from", Text(L"in\\file")}, {"to", Text(L"in\\a\\copy")}});
    Result("file.move", {{"from", Text(L"in\\a\\copy")}, {"to", Text(L"in\\a\\b\\c")}, {"replace", true}});
    EXPECT_EQ(ReadAll(Path(L"in\\a\\b\\c")), "inside");
    Result("file.delete", {{"path", Text(L"in\\a\\b\\c")}});
    Result("file.delete", {{"path", Text(L"in\\a\\b")}, {"directory", true}});
    Result("file.delete", {{"path", Text(L"in\\a")}, {"directory", true}});
  }
}

TEST_F(PathTricks, ARootItselfIsNeitherMovedNorDeleted) {
  std::filesystem::create_directory(Path(L"in\\nested"));
  for (const wchar_t* name : {L"in", L"in\\nested"}) {
    Use({{Text(L"in"), Text(L"in\\nested") + "\\"}, false, false});
    const auto before = Everything();
    EXPECT_EQ(Fault("file.delete", {{"path", Text(name)}, {"directory", true}}),
              "path: a folder in file.roots itself cannot be moved or deleted");
    EXPECT_EQ(Fault("file.move", {{"from", Text(name)}, {"to", Text(L"in\\other")}}),
              "from: a folder in file.roots itself cannot be moved or deleted");
    EXPECT_EQ(Everything(), before);
  }
  StayIn(L"in");
  Result("file.move", {{"from", Text(L"in\\nested")}, {"to", Text(L"in\\other")}});
  Result("file.delete", {{"path", Text(L"in\\other")}, {"directory", true}});
}

// As after a race that has put it there.
TEST_F(PathTricks, AMoveThatEndsOutsideTheRootsIsUndone) {
  const service::FileScope wide(live_->Now());
  StayIn(L"in");
  const service::FileScope narrow(live_->Now());
  const auto place_of = [&wide](const service::NamedPath& path) { return wide.PlaceOf(path).value(); };
  const auto from = wide.PathOf(Text(L"in\\file"), "from").value();
  const auto to = wide.PathOf(Text(L"out\\moved"), "to").value();
  {
    service::NtOpen open;
    open.access = DELETE;
    const auto opened = wide.Open(from, std::move(open));
    const HANDLE file = opened.value().handle.get();
    ASSERT_EQ(place_of(to).Rename(file, false), static_cast<DWORD>(ERROR_SUCCESS));
    EXPECT_EQ(wide.CheckMoved(to, file, place_of(from)), std::nullopt);
    EXPECT_TRUE(std::filesystem::exists(Path(L"out\\moved")));
    const auto error = narrow.CheckMoved(to, file, place_of(from));
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->message, "to: outside file.roots");
  }
  EXPECT_FALSE(std::filesystem::exists(Path(L"out\\moved")));
  EXPECT_EQ(ReadAll(Path(L"in\\file")), "inside");
}

TEST_F(PathTricks, ANewFileThatEndsOutsideTheRootsIsRemoved) {
  const service::FileScope wide(live_->Now());
  StayIn(L"in");
  const service::FileScope narrow(live_->Now());
  const auto before = Everything();
  const auto path = wide.PathOf(Text(L"out\\new"), "to").value();
  {
    auto made = service::NewFile::MakeReplacement(wide, path, {});
    const auto error = made.value().Keep(narrow);
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->message, "to: outside file.roots");
  }
  EXPECT_EQ(Everything(), before);
}

// For what was opened before, the settings are checked again when they have changed.
TEST_F(PathTricks, OpenStreamsEndWhenTheRootsExcludeThem) {
  for (int i = 0; i < 3; ++i) WriteAll(Path(L"out\\" + std::to_wstring(i)), std::string(2'000'000, 'x'));
  const std::vector<std::pair<const char*, Json>> streams{
      {"file.read", {{"path", Text(L"out\\0")}}},
      {"file.list", {{"path", Text(L"out")}, {"limit", 1}}},
      {"file.watch", {{"path", Text(L"out")}}}};
  for (const auto& [name, params] : streams) {
    Apply({});
    const service::ClientProcess process{};
    const service::Call call{
        caller_.caller(), process, params, "r", 1, {}, std::chrono::steady_clock::time_point::max()};
    auto opened = methods_.Find(name)->stream(call, [] {});
    ASSERT_TRUE(opened.ok()) << name;
    auto& stream = *opened.value();
    using Step = service::Stream::Step;
    EXPECT_FALSE(std::holds_alternative<service::MethodResult>(stream.Next(call))) << name;
    // Other settings that allow it too.
    Use({{Text()}, false, false});
    EXPECT_FALSE(std::holds_alternative<service::MethodResult>(stream.Next(call))) << name;
    StayIn(L"in");
    const Step step = stream.Next(call);
    ASSERT_TRUE(std::holds_alternative<service::MethodResult>(step)) << name;
    const auto& result = std::get<service::MethodResult>(step);
    ASSERT_FALSE(result.ok()) << name;
    EXPECT_EQ(result.error().message, "path: outside file.roots") << name;
  }
}

TEST_F(PathTricks, AWholeDriveCanBeARoot) {
  Use({{"C:\\"}, false, false});
  EXPECT_EQ(Result("file.stat", {{"path", "C:\\"}}).at("path"), "C:\\");
  Result("file.list", {{"path", "C:\\"}});
}

// New files are created in the folder that was checked, not in whatever has its path afterwards.
TEST_F(PathTricks, TheFolderOfANewFileCannotBeMovedMeanwhile) {
  StayIn(L"in");
  std::filesystem::create_directory(Path(L"in\\d"));
  const service::FileScope scope(live_->Now());
  auto path = scope.PathOf(Text(L"in\\d\\new"), "path");
  {
    const auto place = scope.PlaceOf(path.value());
    ASSERT_TRUE(place.ok());
    EXPECT_FALSE(::MoveFileW(Path(L"in\\d").c_str(), Path(L"out\\d").c_str()));
    EXPECT_EQ(::GetLastError(), static_cast<DWORD>(ERROR_SHARING_VIOLATION));
    EXPECT_FALSE(::RemoveDirectoryW(Path(L"in\\d").c_str()));
  }
  EXPECT_TRUE(::MoveFileW(Path(L"in\\d").c_str(), Path(L"out\\d").c_str()));
}

TEST_F(PathTricks, JunctionsOutOfTheRootsAreRefused) {
  ONBEHALF_SKIP_WITHOUT("junctions", JunctionsAreSupported());
  ASSERT_TRUE(MakeJunction(Path(L"in\\link"), Path(L"out")));
  StayIn(L"in");
  const auto before = Everything();
  for (const Attempt& attempt : AttemptsWith(Text(L"in\\link\\file"))) {
    if (attempt.method == std::string("file.list")) continue;
    EXPECT_EQ(Fault(attempt.method, attempt.params), attempt.member + ": outside file.roots")
        << attempt.method;
  }
  EXPECT_EQ(Fault("file.list", {{"path", Text(L"in\\link")}}), "path: outside file.roots");
  EXPECT_EQ(Fault("file.write", {{"path", Text(L"in\\link\\new")}, {"data", "x"}}),
            "path: outside file.roots");
  EXPECT_EQ(Fault("file.makeDirectory", {{"path", Text(L"in\\link\\a\\b")}, {"parents", true}}),
            "path: outside file.roots");
  EXPECT_EQ(Everything(), before);
}

TEST_F(PathTricks, JunctionsAreListedAndDeletedAsThemselves) {
  ONBEHALF_SKIP_WITHOUT("junctions", JunctionsAreSupported());
  ASSERT_TRUE(MakeJunction(Path(L"in\\link"), Path(L"out")));
  // Without roots Windows follows them as the caller.
  EXPECT_EQ(Result("file.read", {{"path", Text(L"in\\link\\file")}}).at("data"), "outside");
  StayIn(L"in");
  const Json link = Result("file.stat", {{"path", Text(L"in\\link")}, {"follow", false}});
  EXPECT_EQ(link.at("type"), "junction");
  EXPECT_EQ(link.at("target"), Text(L"out"));
  EXPECT_EQ(Result("file.list", {{"path", Text(L"in")}, {"glob", "link"}}).at("entries")[0].at("type"),
            "junction");
  Result("file.delete", {{"path", Text(L"in\\link")}});
  EXPECT_FALSE(std::filesystem::exists(Path(L"in\\link")));
  EXPECT_EQ(ReadAll(Path(L"out\\file")), "outside");
}

// Anyone who can create a second name can change the file anyway. Through the name, the caller's rights to
// the file apply.
TEST_F(PathTricks, HardLinksAreGuardedByTheFilesDescriptor) {
  ONBEHALF_SKIP_WITHOUT("hard links", HardLinksAreSupported());
  ASSERT_TRUE(::CreateHardLinkW(Path(L"in\\link").c_str(), Path(L"out\\file").c_str(), nullptr));
  StayIn(L"in");
  const Json link = Result("file.stat", {{"path", Text(L"in\\link")}, {"follow", false}});
  EXPECT_EQ(link.at("type"), "file");
  EXPECT_EQ(link.at("links"), 2);
  EXPECT_EQ(Result("file.read", {{"path", Text(L"in\\link")}}).at("data"), "outside");
  // Replacing the whole content creates a new file: the other name keeps the old one.
  Result("file.write", {{"path", Text(L"in\\link")}, {"data", "new"}, {"mode", "replace"}});
  EXPECT_EQ(ReadAll(Path(L"in\\link")), "new");
  EXPECT_EQ(ReadAll(Path(L"out\\file")), "outside");
  Result("file.delete", {{"path", Text(L"in\\link")}});
  EXPECT_EQ(ReadAll(Path(L"out\\file")), "outside");
}

}  // namespace
}  // namespace onbehalf::test
