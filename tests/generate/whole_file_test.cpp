#include "generate/whole_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "service/temporary_folder.h"

namespace onbehalf::cli::generate {
namespace {

using test::ReadAll;

std::size_t FilesIn(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

TEST(WholeFile, IsCreatedOrReplaced) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / L"\u00e4.h";
  WriteWholeFile(reinterpret_cast<const char*>(file.u8string().c_str()), "one\n");
  EXPECT_EQ(ReadAll(file), "one\n");
  const std::string large(3'000'000, 'x');
  WriteWholeFile(reinterpret_cast<const char*>(file.u8string().c_str()), large);
  EXPECT_EQ(ReadAll(file), large);
  EXPECT_EQ(FilesIn(folder.path()), 1u);
}

TEST(WholeFile, IsUnchangedWhenItCannotBeReplaced) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / L"a.h";
  test::WriteAll(file, "old");
  // A reader has it open without delete sharing.
  const win32::UniqueFile reader(
      ::CreateFileW(file.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr));
  ASSERT_TRUE(reader);
  try {
    WriteWholeFile(file.string(), "new");
    ADD_FAILURE() << "was written";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("a.h cannot be written"), std::string::npos) << error.what();
  }
  EXPECT_EQ(ReadAll(file), "old");
  EXPECT_EQ(FilesIn(folder.path()), 1u);
}

TEST(WholeFile, IsRefusedWithoutAFolder) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(WriteWholeFile((folder.path() / L"none" / L"a.h").string(), "x"), std::runtime_error);
  EXPECT_THROW(WriteWholeFile(folder.path().string(), "x"), std::runtime_error);
  EXPECT_EQ(FilesIn(folder.path()), 0u);
}

}  // namespace
}  // namespace onbehalf::cli::generate
