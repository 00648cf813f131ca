#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "settings/settings_table.h"
#include "temporary_folder.h"

namespace onbehalf::service {
namespace {

TEST(SettingsFile, ThatIsMissingGivesTheDefaults) {
  const test::TemporaryFolder folder;
  EXPECT_TRUE(ReadSettings(folder.path() / L"onbehalf.json").faults.empty());
  EXPECT_TRUE(ReadSettings(folder.path() / L"no folder" / L"onbehalf.json").faults.empty());
}

TEST(SettingsFile, IsRead) {
  const test::TemporaryFolder folder;
  test::WriteAll(folder.path() / L"onbehalf.json", R"({"threads":{"handlers":3}})");
  const SettingsResult result = ReadSettings(folder.path() / L"onbehalf.json");
  EXPECT_TRUE(result.faults.empty());
  EXPECT_EQ(result.settings.threads.handlers, 3u);
}

TEST(SettingsFile, ThatCannotBeReadIsAFault) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / L"onbehalf.json";
  EXPECT_EQ(ReadSettings(folder.path()).faults.size(), 1u) << "a folder";

  test::WriteAll(file, "{" + std::string(1024 * 1024, ' ') + "}");
  ASSERT_EQ(ReadSettings(file).faults.size(), 1u);
  EXPECT_EQ(ReadSettings(file).faults[0].message,
            "the file is larger than 1 MiB, so it is not a settings file");

  const win32::UniqueFile held(
      ::CreateFileW(file.c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
  ASSERT_TRUE(held);
  ASSERT_EQ(ReadSettings(file).faults.size(), 1u);
  EXPECT_TRUE(ReadSettings(file).faults[0].message.starts_with("the file cannot be opened: "));
}

TEST(SettingsReference, TheDocumentationHasTheProgramsTable) {
  std::string page = test::ReadAll(ONBEHALF_SOURCE_FOLDER "/docs/settings.md");
  page.erase(std::remove(page.begin(), page.end(), '\r'), page.end());
  EXPECT_NE(page.find(SettingsReference()), std::string::npos) << "docs/settings.md must have this table:\n\n"
                                                               << SettingsReference();
}

}  // namespace
}  // namespace onbehalf::service
