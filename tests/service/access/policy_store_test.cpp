#include "access/policy_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "access/policy_reading.h"
#include "intercepted_files.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/child_main.h"
#include "support/child_process.h"
#include "support/patience.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"
#include "temporary_folder.h"

namespace onbehalf::service {
namespace {

using namespace std::chrono_literals;
using std::filesystem::path;
using Source = PolicyStore::Loaded::Source;
using test::InterceptedFiles;
using test::kPatience;
using test::ReadAll;
using test::WriteAll;

constexpr DWORD kFailFastExitCode = 0xC0000409;

PolicyDocument Policy(std::uint64_t version, std::string_view sddl) {
  PolicyDocument document;
  document.version = version;
  document.changed = "2026-11-22T20:00:0" + std::to_string(version % 10) + "Z";
  document.changed_by = "CONTOSO\\admin (S-1-5-21-1-2-3-" + std::to_string(version) + ")";
  document.nodes["file"] = std::get<PolicyNode>(ParseNode("file", sddl));
  return document;
}

// Versions also differ in their nodes.
PolicyDocument Policy(std::uint64_t version) {
  return Policy(version, "D:(A;;GX;;;S-1-5-21-1-2-3-" + std::to_string(1000 + version) + ")");
}

std::string TextOf(const PolicyDocument& document) { return ToText(document, {}); }

// Counts something, and lets a test wait until the count is reached.
class Count {
 public:
  void Add() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.NotifyAll();
  }
  bool Reaches(int count) {
    const std::lock_guard lock(mutex_);
    return changed_.WaitFor(mutex_, kPatience, [&] { return count_ >= count; });
  }
  int value() {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  win32::Lock mutex_;
  win32::Condition changed_;
  int count_ = 0;
};

struct PolicyFolder {
  test::TemporaryFolder folder;
  path current = folder.path() / L"access.json";
  path unfinished = folder.path() / L"access.json.new";
  path refused = folder.path() / L"access.json.refused";
  path history = folder.path() / L"history";

  path Version(std::uint64_t version) const {
    std::wstring digits = std::to_wstring(version);
    digits.insert(0, 8 - digits.size(), L'0');
    return history / (L"access-" + digits + L".json");
  }
  // The files of the folder and the history other than the versions and access.json itself.
  std::vector<std::wstring> OtherFiles() const {
    std::vector<std::wstring> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
      const std::wstring name = entry.path().filename().native();
      const bool is_version = name.starts_with(L"access-") && name.ends_with(L".json");
      if (entry.is_regular_file() && name != L"access.json" && !is_version) names.push_back(name);
    }
    return names;
  }
};

class PolicyStoreTest : public testing::Test {
 protected:
  std::vector<std::uint64_t> VersionsOf(PolicyStore& store) {
    std::vector<std::uint64_t> versions;
    for (const PolicyVersion& version : store.History()) versions.push_back(version.version);
    return versions;
  }
  PolicyStore::Loaded LoadWithNewStore() { return PolicyStore(path_).Load(); }

  PolicyFolder files_;
  const path path_ = files_.folder.path();
  PolicyStore store_{path_};
};

using Versions = std::vector<std::uint64_t>;

TEST_F(PolicyStoreTest, NoFileIsTheBuiltInDefault) {
  const auto loaded = store_.Load();
  EXPECT_EQ(loaded.source, Source::kDefault);
  EXPECT_EQ(loaded.document, PolicyDocument{});
  EXPECT_TRUE(loaded.faults.empty());
  EXPECT_TRUE(loaded.warnings.empty());
  EXPECT_EQ(store_.Read().document, PolicyDocument{});
  EXPECT_TRUE(store_.History().empty());
  EXPECT_EQ(store_.NextVersion(), 1U);
  EXPECT_EQ(store_.Find(0), std::nullopt);
}

TEST_F(PolicyStoreTest, WhatIsWrittenIsTheTextOfAccessJsonAndOfTheHistory) {
  const PolicyDocument policy = Policy(1);
  const NameOf names = [](const win32::Sid&) { return std::optional<std::string>("CONTOSO\\alice"); };
  store_.Write(policy, names);
  EXPECT_EQ(ReadAll(files_.current), ToText(policy, names));
  EXPECT_EQ(ReadAll(files_.Version(1)), ToText(policy, names));
  EXPECT_TRUE(files_.OtherFiles().empty());

  const auto loaded = LoadWithNewStore();
  EXPECT_EQ(loaded.source, Source::kFile);
  EXPECT_EQ(loaded.document, policy);
  EXPECT_TRUE(loaded.faults.empty());
  EXPECT_TRUE(loaded.warnings.empty());
}

TEST_F(PolicyStoreTest, TheHistoryListsVersionsNewestFirstAndFindsThem) {
  for (const std::uint64_t version : {1U, 2U, 3U}) store_.Write(Policy(version), {});
  const auto history = store_.History();
  ASSERT_EQ(VersionsOf(store_), (Versions{3, 2, 1}));
  EXPECT_EQ(history[1].changed, Policy(2).changed);
  EXPECT_EQ(history[1].changed_by, Policy(2).changed_by);
  EXPECT_EQ(store_.Find(2), Policy(2));
  EXPECT_EQ(store_.Find(4), std::nullopt);
  EXPECT_EQ(PolicyStore(path_).Find(3), Policy(3));
}

TEST_F(PolicyStoreTest, TheHistoryKeepsTheNewestVersions) {
  PolicyStore store(path_, FileOperations::Windows(), 3);
  for (const std::uint64_t version : {1U, 2U, 5U, 6U, 9U}) store.Write(Policy(version), {});
  EXPECT_EQ(VersionsOf(store), (Versions{9, 6, 5}));
  EXPECT_EQ(store.Find(2), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(files_.Version(1)));
}

TEST_F(PolicyStoreTest, TwentyVersionsAreKept) {
  for (std::uint64_t version = 1; version <= 22; ++version) store_.Write(Policy(version), {});
  const Versions versions = VersionsOf(store_);
  ASSERT_EQ(versions.size(), 20U);
  EXPECT_EQ(versions.front(), 22U);
  EXPECT_EQ(versions.back(), 3U);
}

TEST_F(PolicyStoreTest, FilesWithOtherNamesAreNotVersions) {
  store_.Write(Policy(1), {});
  for (const wchar_t* name :
       {L"access-2.json", L"access-.json", L"access-00000000.json", L"access-0000000x.json",
        L"access-000000002.json", L"access-99999999999999999999.json", L"access.json", L"notes.txt"}) {
    WriteAll(files_.history / name, TextOf(Policy(2)));
  }
  EXPECT_EQ(VersionsOf(store_), (Versions{1}));
  EXPECT_EQ(store_.NextVersion(), 2U);
}

TEST_F(PolicyStoreTest, AnInvalidFileGivesTheNewestGoodCopy) {
  for (const std::uint64_t version : {1U, 2U, 3U}) store_.Write(Policy(version), {});
  WriteAll(files_.current,
           R"json({"format": 1, "version": 4, "nodes": {"/": {"sddl": "D:(A;;GW;;;WD)"}}, "x": 1})json");
  auto loaded = LoadWithNewStore();
  EXPECT_EQ(loaded.source, Source::kLastGood);
  EXPECT_EQ(loaded.document, Policy(3));
  EXPECT_GE(loaded.faults.size(), 2U) << "every fault is named";

  WriteAll(files_.Version(3), "{");
  loaded = LoadWithNewStore();
  EXPECT_EQ(loaded.source, Source::kLastGood);
  EXPECT_EQ(loaded.document, Policy(2));
  EXPECT_EQ(VersionsOf(store_), (Versions{2, 1}));
  EXPECT_EQ(store_.Find(3), std::nullopt);
}

TEST_F(PolicyStoreTest, AnInvalidFileWithoutAGoodCopyAdmitsOnlyAdministrators) {
  WriteAll(files_.current, "not json");
  auto loaded = store_.Load();
  EXPECT_EQ(loaded.source, Source::kAdministratorsOnly);
  PolicyDocument expected;
  expected.administrators_only = true;
  EXPECT_EQ(loaded.document, expected);
  EXPECT_EQ(loaded.faults.size(), 1U);

  std::filesystem::create_directory(files_.history);
  WriteAll(files_.Version(1), "not json either");
  loaded = LoadWithNewStore();
  EXPECT_EQ(loaded.source, Source::kAdministratorsOnly);
  EXPECT_EQ(loaded.document, expected);
}

TEST_F(PolicyStoreTest, AFileThatCannotBeReadIsAFaultAndNotTheDefault) {
  std::filesystem::create_directory(files_.current);
  const auto loaded = store_.Load();
  EXPECT_EQ(loaded.source, Source::kAdministratorsOnly);
  ASSERT_EQ(loaded.faults.size(), 1U);
  EXPECT_NE(Describe(loaded.faults[0]).find("access.json cannot be read"), std::string::npos);
  EXPECT_EQ(store_.Read().faults.size(), 1U);
  EXPECT_THROW(store_.Write(Policy(1), {}), PolicyConflict);
  EXPECT_TRUE(std::filesystem::is_directory(files_.current));
}

TEST_F(PolicyStoreTest, AMissingFolderIsAFaultAndNotTheDefault) {
  PolicyStore store(path_ / L"none");
  EXPECT_EQ(store.Load().source, Source::kAdministratorsOnly);
  EXPECT_THROW(store.Write(Policy(1), {}), PolicyConflict);
}

TEST_F(PolicyStoreTest, ATooLongTextIsRefused) {
  WriteAll(files_.current, TextOf(Policy(1)) + std::string(kMaxPolicyBytes, ' '));
  EXPECT_EQ(store_.Load().source, Source::kAdministratorsOnly);
}

TEST_F(PolicyStoreTest, LinksAreNotFollowed) {
  const test::TemporaryFolder elsewhere;
  const path target = elsewhere.path() / L"target.json";
  WriteAll(target, TextOf(Policy(1)));
  // SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE (2): for developers' machines.
  const auto link = [&](const path& place) {
    const bool made = ::CreateSymbolicLinkW(place.c_str(), target.c_str(), 2) != FALSE;
    const DWORD attributes = ::GetFileAttributesW(place.c_str());
    return made && attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
  };
  const bool linked = link(files_.current);
  ONBEHALF_SKIP_WITHOUT("symbolic links that this account may make", linked);
  EXPECT_EQ(store_.Load().source, Source::kAdministratorsOnly);
  EXPECT_THROW(store_.Write(Policy(2), {}), PolicyConflict);
  std::filesystem::remove(files_.current);
  ASSERT_TRUE(link(files_.unfinished));
  store_.Read();
  store_.Write(Policy(2), {});
  EXPECT_EQ(ReadAll(target), TextOf(Policy(1)));
  EXPECT_EQ(ReadAll(files_.current), TextOf(Policy(2)));
}

TEST_F(PolicyStoreTest, AWriteOverAnothersChangeIsRefused) {
  store_.Write(Policy(1), {});
  // The same size and the same time as the old one.
  const std::string theirs = TextOf(Policy(2));
  ASSERT_EQ(theirs.size(), ReadAll(files_.current).size());
  WriteAll(files_.current, theirs);
  EXPECT_THROW(store_.Write(Policy(2, "D:"), {}), PolicyConflict);
  EXPECT_EQ(ReadAll(files_.current), theirs);
  EXPECT_EQ(VersionsOf(store_), (Versions{1}));
  EXPECT_TRUE(files_.OtherFiles().empty());

  EXPECT_EQ(store_.Read().document, Policy(2));
  store_.Write(Policy(3), {});
  EXPECT_EQ(LoadWithNewStore().document, Policy(3));
}

TEST_F(PolicyStoreTest, AWriteAfterAnothersRemovalIsRefused) {
  store_.Write(Policy(1), {});
  std::filesystem::remove(files_.current);
  EXPECT_THROW(store_.Write(Policy(2), {}), PolicyConflict);
  EXPECT_FALSE(std::filesystem::exists(files_.current));
  EXPECT_EQ(store_.Read().document, PolicyDocument{});
  store_.Write(Policy(2), {});
  EXPECT_EQ(ReadAll(files_.current), TextOf(Policy(2)));
}

TEST_F(PolicyStoreTest, AStoreThatHasNotReadWritesOnlyANewFile) {
  WriteAll(files_.current, TextOf(Policy(1)));
  EXPECT_THROW(store_.Write(Policy(2), {}), PolicyConflict);
  EXPECT_EQ(ReadAll(files_.current), TextOf(Policy(1)));
}

TEST_F(PolicyStoreTest, AChangeWhileAWriteIsUnderWayIsRefusedAndLeavesNothing) {
  InterceptedFiles files;
  PolicyStore store(path_, files);
  store.Write(Policy(1), {});
  const std::string theirs = TextOf(Policy(2, "D:"));
  files.after = [&](const InterceptedFiles::Operation& operation) {
    if (operation.name == "Flush") WriteAll(files_.current, theirs);
  };
  EXPECT_THROW(store.Write(Policy(2), {}), PolicyConflict);
  EXPECT_EQ(ReadAll(files_.current), theirs);
  EXPECT_EQ(VersionsOf(store), (Versions{1}));
  EXPECT_TRUE(files_.OtherFiles().empty());
}

TEST_F(PolicyStoreTest, AVersionIsUsedOnce) {
  EXPECT_THROW(store_.Write(Policy(0), {}), std::invalid_argument);
  store_.Write(Policy(5), {});
  EXPECT_EQ(store_.NextVersion(), 6U);
  EXPECT_THROW(store_.Write(Policy(5), {}), std::invalid_argument);
  // Even if the file is gone, and with it its number.
  std::filesystem::remove(files_.current);
  EXPECT_EQ(store_.Read().document.version, 0U);
  EXPECT_EQ(store_.NextVersion(), 6U);
  EXPECT_THROW(store_.Write(Policy(1), {}), std::invalid_argument);
  PolicyStore another(path_);
  another.Load();
  EXPECT_EQ(another.NextVersion(), 6U);
}

TEST_F(PolicyStoreTest, AnInvalidFileIsKeptWhenAWriteReplacesIt) {
  store_.Write(Policy(1), {});
  WriteAll(files_.current, "hours of somebody's work");
  EXPECT_FALSE(store_.Read().faults.empty());
  store_.Write(Policy(2), {});
  EXPECT_EQ(ReadAll(files_.refused), "hours of somebody's work");
  EXPECT_EQ(LoadWithNewStore().document, Policy(2));
  std::filesystem::remove(files_.refused);
  store_.Write(Policy(3), {});
  EXPECT_FALSE(std::filesystem::exists(files_.refused));
}

TEST_F(PolicyStoreTest, AnExternalFileGetsANumberOfItsOwn) {
  for (const std::uint64_t version : {1U, 2U, 3U}) store_.Write(Policy(version), {});
  // An editor left the number unchanged.
  PolicyDocument edited = Policy(3, "D:(A;;GX;;;BU)");
  WriteAll(files_.current, TextOf(edited));
  auto read = store_.Read();
  EXPECT_EQ(read.document.version, 4U);
  store_.Remember(read.document);
  EXPECT_EQ(store_.Find(3), Policy(3));
  EXPECT_EQ(store_.Find(4)->nodes, edited.nodes);
  EXPECT_EQ(store_.Read().document.version, 4U);
  EXPECT_EQ(LoadWithNewStore().document.version, 4U);
  // An older file was restored.
  WriteAll(files_.current, TextOf(Policy(1)));
  read = store_.Read();
  EXPECT_EQ(read.document.version, 5U);
  store_.Remember(read.document);
  EXPECT_EQ(LoadWithNewStore().document.version, 5U);
  EXPECT_EQ(VersionsOf(store_), (Versions{5, 4, 3, 2, 1}));
  // It has a higher number.
  WriteAll(files_.current, TextOf(Policy(9)));
  EXPECT_EQ(store_.Read().document.version, 9U);
  EXPECT_EQ(store_.NextVersion(), 10U);
}

TEST_F(PolicyStoreTest, RememberPutsADocumentIntoTheHistoryOnce) {
  PolicyDocument policy = Policy(1);
  store_.Remember(PolicyDocument{});
  EXPECT_TRUE(store_.History().empty());
  store_.Remember(policy);
  policy.changed_by = "somebody else";
  store_.Remember(policy);
  EXPECT_EQ(store_.Find(1), Policy(1));
  EXPECT_THROW(store_.Remember(Policy(1, "D:")), std::invalid_argument);
  EXPECT_EQ(store_.Find(1), Policy(1));
  EXPECT_FALSE(std::filesystem::exists(files_.current));
}

TEST_F(PolicyStoreTest, LoadRemovesTheRemainsOfAnInterruptedWrite) {
  store_.Write(Policy(1), {});
  store_.Write(Policy(2), {});
  // Interrupted before the replace.
  WriteAll(files_.unfinished, TextOf(Policy(3)));
  WriteAll(files_.Version(3), TextOf(Policy(3)));
  auto loaded = LoadWithNewStore();
  EXPECT_EQ(loaded.document, Policy(2));
  EXPECT_TRUE(loaded.warnings.empty());
  EXPECT_EQ(VersionsOf(store_), (Versions{2, 1}));
  EXPECT_TRUE(files_.OtherFiles().empty());
  // Interrupted in the middle of the first and of the second file.
  WriteAll(files_.unfinished, "{\"format\"");
  path half = files_.Version(3);
  half += L".new";
  WriteAll(half, "{\"for");
  loaded = LoadWithNewStore();
  EXPECT_EQ(loaded.document, Policy(2));
  EXPECT_EQ(VersionsOf(store_), (Versions{2, 1}));
  EXPECT_TRUE(files_.OtherFiles().empty());
}

TEST_F(PolicyStoreTest, LoadKeepsVersionsThatWereActive) {
  for (const std::uint64_t version : {1U, 2U, 3U}) store_.Write(Policy(version), {});
  // An older file was restored while the service was stopped.
  WriteAll(files_.current, TextOf(Policy(1)));
  WriteAll(files_.unfinished, TextOf(Policy(2)));
  EXPECT_EQ(LoadWithNewStore().document.version, 4U);
  EXPECT_EQ(VersionsOf(store_), (Versions{3, 2, 1}));
  EXPECT_TRUE(files_.OtherFiles().empty());
}

TEST_F(PolicyStoreTest, LoadLeavesAnotherProcesssWriteAlone) {
  store_.Write(Policy(1), {});
  store_.Watch([] {});
  WriteAll(files_.unfinished, TextOf(Policy(2)));
  const auto loaded = LoadWithNewStore();
  EXPECT_EQ(loaded.document, Policy(1));
  EXPECT_EQ(loaded.warnings.size(), 1U);
  EXPECT_TRUE(std::filesystem::exists(files_.unfinished));
}

TEST_F(PolicyStoreTest, AReaderOfAccessJsonDelaysAWriteButDoesNotBreakIt) {
  store_.Write(Policy(1), {});
  win32::UniqueFile reader;
  InterceptedFiles files;
  PolicyStore store(path_, files);
  store.Load();
  int reads = 0;
  // From the last check before the replace on, someone has it open for a moment.
  std::thread closing;
  files.after = [&](const InterceptedFiles::Operation& operation) {
    if (operation.name == "Read" && ++reads == 2) {
      reader.reset(::CreateFileW(files_.current.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr,
                                 OPEN_EXISTING, 0, nullptr));
      closing = std::thread([&] { reader.reset(); });
    }
  };
  store.Write(Policy(2), {});
  closing.join();
  EXPECT_EQ(ReadAll(files_.current), TextOf(Policy(2)));
}

TEST_F(PolicyStoreTest, AReaderThatStaysMakesTheWriteFailAndTheOldPolicyStay) {
  store_.Write(Policy(1), {});
  const win32::UniqueFile reader(::CreateFileW(files_.current.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr,
                                               OPEN_EXISTING, 0, nullptr));
  ASSERT_TRUE(reader);
  try {
    store_.Write(Policy(2), {});
    ADD_FAILURE() << "it was written";
  } catch (const win32::Win32Error& error) {
    EXPECT_EQ(error.operation(), "MoveFileExW");
  }
  EXPECT_EQ(ReadAll(files_.current), TextOf(Policy(1)));
  EXPECT_EQ(VersionsOf(store_), (Versions{1}));
  EXPECT_TRUE(files_.OtherFiles().empty());
}

TEST_F(PolicyStoreTest, RemovingKeepsThePolicyAsAVersion) {
  store_.Write(Policy(1), {});
  store_.Write(Policy(2), {});
  const auto removed = PolicyStore(path_).Remove();
  EXPECT_TRUE(removed.was_there);
  EXPECT_EQ(removed.kept_as, 2U);
  EXPECT_EQ(removed.kept_file, std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(files_.current));
  PolicyStore store(path_);
  EXPECT_EQ(store.Load().source, Source::kDefault);
  EXPECT_EQ(store.Find(2), Policy(2));
  PolicyDocument back = *store.Find(2);
  back.version = store.NextVersion();
  store.Write(back, {});
  EXPECT_EQ(LoadWithNewStore().document.nodes, Policy(2).nodes);
}

TEST_F(PolicyStoreTest, RemovingAnExternalFileKeepsItUnchangedInTheHistory) {
  store_.Write(Policy(1), {});
  const std::string text = TextOf(Policy(1, "D:(A;;GX;;;BU)"));
  WriteAll(files_.current, text);
  EXPECT_EQ(PolicyStore(path_).Remove().kept_as, 2U);
  EXPECT_EQ(ReadAll(files_.Version(2)), text);
  EXPECT_EQ(store_.Find(1), Policy(1));
}

TEST_F(PolicyStoreTest, RemovingAnInvalidFileKeepsACopy) {
  WriteAll(files_.current, "not json");
  const auto removed = store_.Remove();
  EXPECT_TRUE(removed.was_there);
  EXPECT_EQ(removed.kept_as, std::nullopt);
  EXPECT_EQ(removed.kept_file, files_.refused);
  EXPECT_EQ(ReadAll(files_.refused), "not json");
  EXPECT_EQ(store_.Load().source, Source::kDefault);
}

TEST_F(PolicyStoreTest, RemovingNothingReportsIt) {
  EXPECT_FALSE(store_.Remove().was_there);
  EXPECT_TRUE(files_.OtherFiles().empty());
}

TEST_F(PolicyStoreTest, NothingIsRemovedWhileAnotherProcessWatches) {
  store_.Write(Policy(1), {});
  store_.Watch([] {});
  EXPECT_THROW(PolicyStore(path_).Remove(), PolicyInUse);
  EXPECT_TRUE(std::filesystem::exists(files_.current));
  store_.Watch({});
  EXPECT_TRUE(PolicyStore(path_).Remove().was_there);
}

// ---- Failures and crashes at every file operation ----

// The state before the write, and which versions result from it.
enum class Before { kNothing, kThreeVersions, kWrongFile };

std::ostream& operator<<(std::ostream& out, Before before) {
  return out << (before == Before::kNothing         ? "nothing"
                 : before == Before::kThreeVersions ? "three versions"
                                                    : "a wrong file");
}

// Few, so that a write also removes a version.
constexpr std::size_t kKept = 3;
constexpr std::string_view kWrongText = "{\"format\": 1, \"nodes\"";

// What three writes leave, as WhatIsWrittenIsTheTextOfAccessJsonAndOfTheHistory has it.
void Prepare(const PolicyFolder& files, Before before) {
  if (before == Before::kNothing) return;
  std::filesystem::create_directory(files.history);
  for (const std::uint64_t version : {1U, 2U, 3U}) WriteAll(files.Version(version), TextOf(Policy(version)));
  WriteAll(files.current, before == Before::kWrongFile ? std::string(kWrongText) : TextOf(Policy(3)));
}

// The write that is interrupted.
void WriteNext(const path& folder, InterceptedFiles& files) {
  PolicyStore store(folder, files, kKept);
  store.Load();
  const PolicyDocument next = Policy(store.NextVersion());
  files.count = 0;
  store.Write(next, {});
}

std::size_t OperationsOfAWrite(Before before) {
  const PolicyFolder folder;
  Prepare(folder, before);
  InterceptedFiles files;
  WriteNext(folder.folder.path(), files);
  return files.count;
}

class PolicyWriteTest : public testing::TestWithParam<Before> {
 protected:
  static std::uint64_t NewVersion() { return GetParam() == Before::kNothing ? 1 : 4; }
  static std::string OldText() {
    return GetParam() == Before::kNothing     ? ""
           : GetParam() == Before::kWrongFile ? std::string(kWrongText)
                                              : TextOf(Policy(3));
  }

  // The policy is the old one or the new one, complete; the history is readable and matches it; the next
  // write works. Returns whether it is the new one.
  static bool ExpectWhole(const PolicyFolder& files) {
    PolicyStore store(files.folder.path(), FileOperations::Windows(), kKept);
    const auto loaded = store.Load();
    EXPECT_TRUE(loaded.warnings.empty());
    const std::string text = ReadAll(files.current);
    const bool is_new = text == TextOf(Policy(NewVersion()));
    if (is_new) {
      EXPECT_EQ(loaded.source, Source::kFile);
      EXPECT_EQ(loaded.document, Policy(NewVersion()));
    } else {
      EXPECT_EQ(text, OldText());
      EXPECT_EQ(loaded.source, GetParam() == Before::kNothing         ? Source::kDefault
                               : GetParam() == Before::kThreeVersions ? Source::kFile
                                                                      : Source::kLastGood);
      EXPECT_EQ(loaded.document, GetParam() == Before::kNothing ? PolicyDocument{} : Policy(3));
    }
    EXPECT_EQ(store.NextVersion(), loaded.document.version + 1);
    const auto others = files.OtherFiles();
    EXPECT_TRUE(others.empty() || (GetParam() == Before::kWrongFile && others.size() == 1))
        << others.size() << ", the first: " << win32::ToUtf8Lossy(others.front());
    const auto history = store.History();
    EXPECT_EQ(history.empty() ? 0 : history.front().version, loaded.document.version);
    for (const PolicyVersion& version : history) {
      EXPECT_EQ(store.Find(version.version), Policy(version.version));
    }

    const PolicyDocument next = Policy(store.NextVersion(), "D:(A;;GX;;;BU)");
    store.Write(next, {});
    EXPECT_EQ(PolicyStore(files.folder.path()).Load().document, next);
    EXPECT_LE(store.History().size(), kKept);
    return is_new;
  }
};

TEST_P(PolicyWriteTest, AFailureAtAnyFileOperationLeavesTheOldOrTheNewPolicy) {
  const std::size_t operations = OperationsOfAWrite(GetParam());
  ASSERT_GT(operations, 10U);
  std::size_t refused = 0;
  for (std::size_t failing = 1; failing <= operations; ++failing) {
    SCOPED_TRACE("operation " + std::to_string(failing) + " of " + std::to_string(operations));
    const PolicyFolder folder;
    Prepare(folder, GetParam());
    InterceptedFiles files;
    PolicyStore store(folder.folder.path(), files, kKept);
    store.Load();
    const PolicyDocument next = Policy(store.NextVersion());
    files.count = 0;
    files.before = [&](const InterceptedFiles::Operation& operation) {
      if (operation.number == failing) throw win32::Win32Error(ERROR_DISK_FULL, operation.name);
    };
    bool threw = false;
    try {
      store.Write(next, {});
    } catch (const win32::Win32Error& error) {
      threw = true;
      EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_DISK_FULL));
    } catch (const PolicyConflict&) {
      // A file that cannot be checked may be another program's.
      threw = true;
    }
    refused += threw ? 1 : 0;
    files.before = nullptr;
    // Not only after a restart: this store continues to work, too.
    const PolicyDocument then = threw ? next : Policy(next.version + 1);
    EXPECT_EQ(ReadAll(folder.current), threw ? OldText() : TextOf(next));
    store.Write(then, {});
    EXPECT_EQ(ReadAll(folder.current), TextOf(then));
    EXPECT_EQ(store.History().front().version, then.version);
    EXPECT_LE(store.History().size(), kKept);
  }
  EXPECT_GT(refused, 10U);
}

constexpr UINT kCrash = 77;

// Arguments: the folder, "before" or "after", the number of the operation.
ONBEHALF_CHILD_MAIN(CrashInAPolicyWrite) {
  const path folder = win32::ToWide(arguments.at(0));
  const std::size_t last = std::stoul(arguments.at(2));
  InterceptedFiles files;
  bool writing = false;
  const auto crash = [&](const InterceptedFiles::Operation& operation) {
    if (writing && operation.number == last) ::TerminateProcess(::GetCurrentProcess(), kCrash);
  };
  (arguments.at(1) == "before" ? files.before : files.after) = crash;
  PolicyStore store(folder, files, kKept);
  store.Load();
  const PolicyDocument next = Policy(store.NextVersion());
  files.count = 0;
  writing = true;
  store.Write(next, {});
  return 0;
}

TEST_P(PolicyWriteTest, ACrashAtAnyFileOperationLeavesTheOldOrTheNewPolicy) {
  const std::size_t operations = OperationsOfAWrite(GetParam());
  for (const std::string when : {"before", "after"}) {
    std::size_t new_ones = 0;
    for (std::size_t last = 1; last <= operations; ++last) {
      SCOPED_TRACE(when + " operation " + std::to_string(last) + " of " + std::to_string(operations));
      const PolicyFolder folder;
      Prepare(folder, GetParam());
      const auto exit = test::RunChild(test::ChildProcess::Options::Self(
          "CrashInAPolicyWrite", {win32::ToUtf8(folder.folder.path().native()), when, std::to_string(last)}));
      ASSERT_EQ(exit.code, kCrash) << exit.errors;
      new_ones += ExpectWhole(folder) ? 1 : 0;
    }
    EXPECT_GT(new_ones, 0U) << "some writes must have succeeded";
    EXPECT_LT(new_ones, operations) << "and some must not";
  }
}

INSTANTIATE_TEST_SUITE_P(, PolicyWriteTest,
                         testing::Values(Before::kNothing, Before::kThreeVersions, Before::kWrongFile),
                         [](const auto& parameter) {
                           return parameter.param == Before::kNothing         ? "OverNothing"
                                  : parameter.param == Before::kThreeVersions ? "OverThreeVersions"
                                                                              : "OverAWrongFile";
                         });

// ---- Watching ----

class PolicyWatchTest : public PolicyStoreTest {
 protected:
  PolicyWatchTest() {
    watched_files_.after = [this](const InterceptedFiles::Operation& operation) {
      if (operation.name == "Read" && ::GetCurrentThreadId() != test_thread_) looks_.Add();
    };
    watched_files_.before = [this](const InterceptedFiles::Operation& operation) {
      if (operation.name == "Read" && ::GetCurrentThreadId() != test_thread_) tries_.Add();
    };
  }

  // As the service does: reads the file when it is notified.
  void Watch() {
    watched_.Watch([this] {
      PolicyReading reading = watched_.Read();
      const std::lock_guard lock(mutex_);
      last_ = std::move(reading);
      ++calls_;
      changed_.NotifyAll();
    });
    // The first check, which finds what was loaded.
    ASSERT_TRUE(looks_.Reaches(1));
  }
  // Waits until it has read this document. A file that is written in steps may also be read in between.
  bool HasRead(const PolicyDocument& document) {
    return HasRead(
        [&](const PolicyReading& last) { return last.faults.empty() && last.document == document; });
  }
  bool HasRead(const std::function<bool(const PolicyReading&)>& what) {
    const std::lock_guard lock(mutex_);
    return changed_.WaitFor(mutex_, kPatience, [&] { return calls_ > 0 && what(last_); });
  }
  int calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

  const DWORD test_thread_ = ::GetCurrentThreadId();
  Count tries_;  // attempts to read the file, by the watch or in its callback
  Count looks_;  // the successful ones
  win32::Lock mutex_;
  win32::Condition changed_;
  int calls_ = 0;
  PolicyReading last_;
  InterceptedFiles watched_files_;
  PolicyStore watched_{path_, watched_files_};
};

TEST_F(PolicyWatchTest, AFileWrittenByAnotherProgramIsNoticed) {
  watched_.Write(Policy(1), {});
  Watch();
  WriteAll(files_.current, TextOf(Policy(2)));
  ASSERT_TRUE(HasRead(Policy(2)));
}

TEST_F(PolicyWatchTest, AFileRenamedOverItIsNoticed) {
  watched_.Write(Policy(1), {});
  Watch();
  const path edited = path_ / L"access.json~";
  for (const std::uint64_t version : {2U, 3U}) {
    WriteAll(edited, TextOf(Policy(version)));
    ASSERT_TRUE(::MoveFileExW(edited.c_str(), files_.current.c_str(), MOVEFILE_REPLACE_EXISTING))
        << ::GetLastError();
    ASSERT_TRUE(HasRead(Policy(version)));
  }
}

TEST_F(PolicyWatchTest, ARemovalAndANewFileAreNoticed) {
  watched_.Write(Policy(1), {});
  Watch();
  ASSERT_TRUE(std::filesystem::remove(files_.current));
  ASSERT_TRUE(HasRead(PolicyDocument{}));
  WriteAll(files_.current, TextOf(Policy(2)));
  ASSERT_TRUE(HasRead(Policy(2)));
}

TEST_F(PolicyWatchTest, AFirstFileIsNoticed) {
  watched_.Load();
  Watch();
  WriteAll(files_.current, TextOf(Policy(1)));
  ASSERT_TRUE(HasRead(Policy(1)));
}

TEST_F(PolicyWatchTest, AnInvalidFileIsNoticed) {
  watched_.Write(Policy(1), {});
  Watch();
  WriteAll(files_.current, "not json");
  EXPECT_TRUE(HasRead([](const PolicyReading& last) { return !last.faults.empty(); }));
}

TEST_F(PolicyWatchTest, OwnWritesAreNotReported) {
  watched_.Write(Policy(1), {});
  Watch();
  const int looks = looks_.value();
  watched_.Write(Policy(2), {});
  // The watch has noticed a change, and that it was this store's.
  ASSERT_TRUE(looks_.Reaches(looks + 1));
  // In one step, so that it is a single change.
  const path theirs = path_ / L"theirs";
  WriteAll(theirs, TextOf(Policy(3)));
  ASSERT_TRUE(::MoveFileExW(theirs.c_str(), files_.current.c_str(), MOVEFILE_REPLACE_EXISTING))
      << ::GetLastError();
  ASSERT_TRUE(HasRead(Policy(3)));
  EXPECT_EQ(calls(), 1) << "checks are sequential, so one for its own write would have come before";
}

TEST_F(PolicyWatchTest, AChangeBetweenLoadAndWatchIsNoticed) {
  watched_.Write(Policy(1), {});
  WriteAll(files_.current, TextOf(Policy(2)));
  Watch();
  ASSERT_TRUE(HasRead(Policy(2)));
}

TEST_F(PolicyWatchTest, ManyChangesDuringACallAreReportedOnce) {
  watched_.Write(Policy(1), {});
  Count entered;
  Count released;
  watched_.Watch([&] {
    entered.Add();
    released.Reaches(1);
  });
  WriteAll(files_.current, TextOf(Policy(2)));
  ASSERT_TRUE(entered.Reaches(1));
  for (std::uint64_t version = 3; version < 100; ++version) WriteAll(files_.current, TextOf(Policy(version)));
  released.Add();
  ASSERT_TRUE(entered.Reaches(2));
  watched_.Watch({});
  EXPECT_EQ(entered.value(), 2);
}

TEST_F(PolicyWatchTest, ALockedFileIsReadWhenItsWriterIsDone) {
  watched_.Write(Policy(1), {});
  Watch();
  const int tries = tries_.value();
  win32::UniqueFile writer(
      ::CreateFileW(files_.current.c_str(), GENERIC_WRITE, 0, nullptr, TRUNCATE_EXISTING, 0, nullptr));
  ASSERT_TRUE(writer);
  const std::string text = TextOf(Policy(2));
  DWORD written = 0;
  ASSERT_TRUE(::WriteFile(writer.get(), text.data(), 10, &written, nullptr));
  ASSERT_TRUE(tries_.Reaches(tries + 3));
  EXPECT_EQ(calls(), 0);
  ASSERT_TRUE(
      ::WriteFile(writer.get(), text.data() + 10, static_cast<DWORD>(text.size() - 10), &written, nullptr));
  writer.reset();
  ASSERT_TRUE(HasRead(Policy(2)));
}

TEST_F(PolicyWatchTest, TheEndOfTheWatchWaitsForACallThatIsUnderWay) {
  Count entered;
  Count released;
  std::atomic<bool> returned = false;
  std::optional<PolicyStore> store(std::in_place, path_);
  store->Watch([&] {
    entered.Add();
    released.Reaches(1);
    returned = true;
  });
  WriteAll(files_.current, TextOf(Policy(1)));
  ASSERT_TRUE(entered.Reaches(1));
  bool had_returned = false;
  std::thread ending([&] {
    store.reset();
    had_returned = returned;
  });
  released.Add();
  ending.join();
  EXPECT_TRUE(had_returned);
  EXPECT_TRUE(files_.OtherFiles().empty()) << "access.lock is gone too";
}

TEST_F(PolicyWatchTest, AnEndedWatchIsSilentAndCanBeRestarted) {
  watched_.Write(Policy(1), {});
  Watch();
  watched_.Watch({});
  WriteAll(files_.current, TextOf(Policy(2)));
  EXPECT_EQ(calls(), 0);
  Watch();
  ASSERT_TRUE(HasRead(Policy(2)));
}

TEST_F(PolicyWatchTest, TwoProcessesCannotUseOneFolder) {
  Watch();
  EXPECT_THROW(store_.Watch([] {}), PolicyInUse);
  watched_.Watch({});
  store_.Watch([] {});
}

TEST_F(PolicyWatchTest, AMissingFolderCannotBeWatched) {
  PolicyStore store(path_ / L"none");
  EXPECT_THROW(store.Watch([] {}), win32::Win32Error);
}

ONBEHALF_CHILD_MAIN(PolicyWhileImpersonating) {
  const test::TemporaryFolder folder;
  PolicyStore store(folder.path());
  const win32::Token token =
      test::ImpersonationTokenOf(win32::Token::FromOwnProcess(TOKEN_QUERY | TOKEN_DUPLICATE));
  const pipe::Impersonation impersonation(token, win32::ImpersonationLevel::kImpersonation);
  if (!impersonation) return 1;
  store.Write(Policy(1), {});
  return 0;
}

TEST(PolicyStoreProcess, WritingWhileImpersonatingEndsTheProcess) {
  const auto exit = test::RunChild(test::ChildProcess::Options::Self("PolicyWhileImpersonating"));
  EXPECT_EQ(exit.code, kFailFastExitCode);
}

}  // namespace
}  // namespace onbehalf::service
