#include "onbehalf/win32/folder_search.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "onbehalf/win32/win32_error.h"
#include "support/handle_count.h"

namespace onbehalf::win32 {
namespace {

class FolderSearchTest : public testing::Test {
 protected:
  FolderSearchTest()
      : folder_(std::filesystem::temp_directory_path() /
                (L"onbehalf-folder-search-" + std::to_wstring(::GetCurrentProcessId()))) {
    std::filesystem::create_directory(folder_);
  }
  ~FolderSearchTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::set<std::pair<std::wstring, bool>> Found(const std::filesystem::path& pattern) const {
    std::set<std::pair<std::wstring, bool>> found;
    FolderSearch search((folder_ / pattern).native());
    while (const WIN32_FIND_DATAW* const entry = search.Next()) {
      found.emplace(entry->cFileName, (entry->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0);
    }
    EXPECT_EQ(search.Next(), nullptr);
    return found;
  }

  const std::filesystem::path folder_;
};

TEST_F(FolderSearchTest, FindsFilesAndFoldersWithoutTheFolderItself) {
  std::ofstream(folder_ / L"b.txt") << "b";
  std::ofstream(folder_ / L"\u00e9.json") << "e";
  std::filesystem::create_directory(folder_ / L"inside");
  EXPECT_EQ(Found(L"*"), (std::set<std::pair<std::wstring, bool>>{
                             {L"b.txt", false}, {L"inside", true}, {L"\u00e9.json", false}}));
  EXPECT_EQ(Found(L"*.json"), (std::set<std::pair<std::wstring, bool>>{{L"\u00e9.json", false}}));
}

TEST_F(FolderSearchTest, FindsNothingInAnEmptyFolder) {
  EXPECT_TRUE(Found(L"*").empty());
  EXPECT_TRUE(Found(L"*.json").empty());
}

TEST_F(FolderSearchTest, SaysWhichFolderIsMissing) {
  try {
    FolderSearch search((folder_ / L"nowhere" / L"*").native());
    FAIL() << "no exception";
  } catch (const Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_PATH_NOT_FOUND));
    EXPECT_NE(std::string(error.what()).find("\\nowhere"), std::string::npos) << error.what();
  }
}

TEST_F(FolderSearchTest, ClosesItsHandle) {
  std::ofstream(folder_ / L"a") << "a";
  std::ofstream(folder_ / L"b") << "b";
  const auto search = [&] { return FolderSearch((folder_ / L"*").native()).Next() != nullptr; };
  EXPECT_TRUE(search());
  const std::size_t before = test::OpenHandleCount();
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(search());
  EXPECT_LT(test::OpenHandleCount(), before + 50);
}

}  // namespace
}  // namespace onbehalf::win32
